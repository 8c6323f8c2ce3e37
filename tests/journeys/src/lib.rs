//! The stage for journeys through the whole product: real binaries, a real window, a real session bus.
//!
//! Nothing of the product is linked here but its domain and wire types, to talk to the portal as any client would; the
//! journeys on bad networks borrow the network from `test-support`.
//! Each journey is one file in `tests/`; it starts what it needs in a folder of its own and ends every process that it
//! started. To add one: a file there whose test reads as a sentence, with the stage from here.

pub mod api;
pub mod ctl;
pub mod desktop;
mod killing;
pub mod place;
pub mod portal;
pub mod process;
pub mod window;

pub use api::Api;
pub use ctl::Ctl;
pub use desktop::Desktop;
pub use killing::kill_while_syncing;
pub use place::Place;
pub use portal::Portal;
pub use window::Window;

use std::time::{Duration, Instant};

/// Asks again and again until `ask` has an answer, or `limit` is over.
///
/// # Panics
/// When there is no answer in time; `what` says what was waited for.
pub async fn eventually<T, F>(what: &str, limit: Duration, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(began.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
