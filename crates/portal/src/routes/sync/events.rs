//! `GET /v1/sync/events`: server-sent events that say that there is something newer, and no more than that.

use crate::auth::Staff;
use crate::problem::Failure;
use crate::state::App;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, stream};
use postern_domain::PersonId;
use postern_protocol::{Head, News};
use std::time::Duration;
use tokio::sync::watch;

const HEARTBEAT: Duration = Duration::from_secs(25);

/// Consoles that are told at once come back over so many milliseconds for each of them.
const SPREAD_MS_EACH: u32 = 2;
const LONGEST_SPREAD_MS: u32 = 10_000;

pub async fn get(
    State(app): State<App>,
    Staff(caller): Staff,
) -> Result<Sse<impl Stream<Item = Result<Event, axum::Error>>>, Failure> {
    let mut heads = app.store().watch_head();
    // The first event says where the head is now: whoever connects again has missed nothing.
    heads.mark_changed();
    let follower = Follower { app, person: caller.person.id, heads };
    let events = stream::unfold(follower, |mut follower| async move {
        let news = follower.next().await?;
        Some((Event::default().event("head").json_data(news), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("still here")))
}

struct Follower {
    app: App,
    person: PersonId,
    heads: watch::Receiver<Head>,
}

impl Follower {
    /// What to tell next; none when the portal stops, or the person may not follow it any more.
    async fn next(&mut self) -> Option<News> {
        let stopping = self.app.stopping().clone();
        tokio::select! {
            () = stopping.cancelled() => return None,
            changed = self.heads.changed() => changed.ok()?,
        }
        let head = self.heads.borrow_and_update().clone();
        let directory = self.app.store().directory().await.ok()?;
        let person = directory.people().get(&self.person)?;
        let spread_ms = spread_ms(self.app.store().followers());
        (person.is_staff() && !person.disabled).then_some(News { head, spread_ms })
    }
}

fn spread_ms(followers: usize) -> u32 {
    let others = u32::try_from(followers.saturating_sub(1)).unwrap_or(u32::MAX);
    others.saturating_mul(SPREAD_MS_EACH).min(LONGEST_SPREAD_MS)
}

#[cfg(test)]
mod tests {
    use super::spread_ms;

    #[test]
    fn whoever_follows_alone_asks_at_once_and_a_thousand_take_turns() {
        assert_eq!([1, 2, 501, 1_000_000].map(spread_ms), [0, 2, 1_000, 10_000]);
    }
}
