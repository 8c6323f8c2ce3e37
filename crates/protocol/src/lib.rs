//! The wire between a console and its portal: envelopes, pages, outcomes, error codes.
//!
//! Only types, their names on the wire, the cursor's text form and the words for outcomes and for what admins ask live here; no I/O, no rules. Rules are the
//! domain's. To add an endpoint: its request and reply types go into the file of its family, its path into
//! [`paths`], and both sides use them from here.

mod absence;
mod administration;
mod audit;
mod auth;
mod cursor;
mod error;
mod files;
mod holding;
mod items;
mod newer;
mod outcome;
mod published;
mod sync;
mod told;

pub use absence::*;
pub use administration::*;
pub use audit::*;
pub use auth::*;
pub use cursor::*;
pub use error::*;
pub use files::*;
pub use holding::*;
pub use items::*;
pub use newer::*;
pub use published::*;
pub use sync::*;
pub use told::{kept_by, to_confirm};

/// The version of this protocol. A portal answers `upgrade_required` to anything below its floor.
pub const PROTOCOL_VERSION: u32 = 1;

/// With every request a console says which protocol it speaks.
pub const PROTOCOL_HEADER: &str = "postern-protocol";

/// At most this many envelopes in one push.
pub const MAX_PUSH: usize = 100;

/// At most this many items in one page of changes.
pub const MAX_PAGE: u32 = 500;

/// At most this many items asked for by their ids in one request.
pub const MAX_NAMED: usize = 250;

pub mod paths {
    pub const SIGN_IN: &str = "/v1/auth/sign-in";
    pub const REFRESH: &str = "/v1/auth/refresh";
    pub const SIGN_OUT: &str = "/v1/auth/sign-out";
    pub const HANDSHAKE: &str = "/v1/sync/handshake";
    pub const COMMANDS: &str = "/v1/sync/commands";
    pub const CHANGES: &str = "/v1/sync/changes";
    pub const BOOTSTRAP: &str = "/v1/sync/bootstrap";
    /// Items by their ids, for a console that compared versions.
    pub const NAMED: &str = "/v1/sync/items";
    pub const EVENTS: &str = "/v1/sync/events";
    /// `POST`: hand over a new item. `GET /v1/items/{reference}`: one item as the caller may see it.
    pub const ITEMS: &str = "/v1/items";
    /// `/v1/files/{sha256}`: `PUT` uploads content at once, `HEAD` and `PATCH` in parts; `GET` downloads it, or a range
    /// of it, if an item that the caller may see names it.
    pub const FILES: &str = "/v1/files";
    /// Out-of-office windows. `POST`: save one; `GET`: the caller's, and those of whom they lead.
    pub const ABSENCES: &str = "/v1/absences";
    /// `GET`: those in force; `GET /v1/calendars/{key}?version=…`: one, whole. `POST`: publish one, by an admin.
    pub const CALENDARS: &str = "/v1/calendars";
    /// `POST`: what would become due at another time. Beside the calendars, whose keys may be any word.
    pub const CALENDAR_PREVIEW: &str = "/v1/calendar-preview";
    /// `POST`: say who keeps which calendar.
    pub const CALENDAR_USES: &str = "/v1/calendar-uses";
    /// Beside `/v1/calendars`, as [`CALENDAR_USES`] is.
    pub const CALENDAR_HOLIDAYS: &str = "/v1/calendar-holidays";
    /// `GET`: every version; `GET /v1/journeys/{key}/{version}`: one, whole. `POST`: publish one, by an admin;
    /// `POST /v1/journeys/{key}/roll-back` and `/v1/journeys/{key}/migrate`.
    pub const JOURNEYS: &str = "/v1/journeys";
    /// `POST`: check a document, and act out its golden cases.
    pub const JOURNEY_CHECK: &str = "/v1/journeys/check";
    /// `POST`: what past items would have done differently under a document.
    pub const JOURNEY_REPLAY: &str = "/v1/journeys/replay";
    /// `GET`: the JSON Schema of documents.
    pub const JOURNEY_SCHEMA: &str = "/v1/journeys/schema";
    pub const HEALTH: &str = "/healthz";
    pub const READY: &str = "/readyz";
}

/// Echoed or made by the portal on every reply; people quote it when they report a problem.
pub const REQUEST_ID: &str = "x-request-id";
