//! What a run may find out to be wrong.

use std::fmt;

/// Which promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Check {
    OneOutcome,
    NothingLost,
    AppliedOnce,
    Withdrawn,
    LaneOrder,
    SeenContent,
    TodaysGrants,
    Drained,
    EqualViews,
    Divergence,
    Scope,
    Overlay,
    OneAlert,
    OneSender,
    AuditReplay,
    StaleAsked,
    Unsent,
    UploadsEnd,
    ContentWhole,
    ContentFirst,
    ContentKept,
    ContentPrivate,
    Healthy,
}

impl Check {
    pub fn name(self) -> &'static str {
        match self {
            Check::OneOutcome => "one outcome",
            Check::NothingLost => "nothing lost",
            Check::AppliedOnce => "applied once",
            Check::Withdrawn => "withdrawn stays withdrawn",
            Check::LaneOrder => "lane order",
            Check::SeenContent => "decided on what was seen",
            Check::TodaysGrants => "today's grants",
            Check::Drained => "outbox drained",
            Check::EqualViews => "equal views",
            Check::Divergence => "holds what it should",
            Check::Scope => "no row outside scope",
            Check::Overlay => "no overlay left over",
            Check::OneAlert => "no alert twice",
            Check::OneSender => "one sender",
            Check::AuditReplay => "audit replay",
            Check::StaleAsked => "asked again after two weeks",
            Check::Unsent => "what never left is not sent",
            Check::UploadsEnd => "uploads come to their end",
            Check::ContentWhole => "content is what its name says",
            Check::ContentFirst => "content before its command",
            Check::ContentKept => "unsent content is kept",
            Check::ContentPrivate => "content tells nobody of itself",
            Check::Healthy => "both sides healthy",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A broken promise, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{check}: {what}")]
pub struct Violation {
    pub check: Check,
    pub what: String,
}

/// Ends a run with a broken promise.
pub fn broken<T>(check: Check, what: impl Into<String>) -> anyhow::Result<T> {
    Err(Violation { check, what: what.into() }.into())
}
