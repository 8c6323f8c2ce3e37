//! What a front end shows: plain values, names resolved, nothing left to look up.
//!
//! The window and `posternctl` both read these. A view never decides: what may be done, and why not,
//! comes from the domain and is carried along. TypeScript types are generated from this folder.

mod administration;
mod away;
mod files;
mod item;
mod list;
mod new_item;
mod outbox;
mod reports;
mod request;
mod session;

pub use administration::*;
pub use away::*;
pub use files::*;
pub use item::*;
pub use list::*;
pub use new_item::*;
pub use outbox::*;
pub use reports::*;
pub use request::*;
pub use session::*;
