//! Identifiers. Each is an opaque string, unique in one portal, made outside this crate.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
        #[ts(export, as = "String")]
        pub struct $name(pub String);

        impl $name {
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }
    )*};
}

id! {
    /// A piece of client work.
    ItemId
    /// Somebody who acts: staff, or a client's contact.
    PersonId
    /// A company that the organisation works for.
    ClientId
    /// A client's project.
    ProjectId
    CommentId
    AttachmentId
    /// One out-of-office window of one person.
    AbsenceId
    /// One command, once, ever: the key of "exactly once".
    CommandId
    /// One console installation with its own outbox.
    ConsoleId
    /// A stage of a journey, for example `review`.
    StageKey
    /// One approval step of a journey, unique in it, for example `legal`.
    StepKey
    /// A business calendar, for example `amsterdam-office`.
    CalendarKey
    /// A journey without its version, for example `standard`.
    JourneyKey
}
