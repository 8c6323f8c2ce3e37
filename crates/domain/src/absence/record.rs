//! The absence as it is stored: a window in local time, and who takes which work meanwhile.

use super::local::{LocalDateTime, Shift};
use crate::ids::{AbsenceId, ClientId, PersonId};
use crate::item::Kind;
use crate::people::Place;
use crate::time::Timestamp;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// One out-of-office window of one person: half-open, `[from, until)`, in that person's own local time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Absence {
    pub id: AbsenceId,
    pub person: PersonId,
    /// The first minute away.
    pub from: LocalDateTime,
    /// The first minute back.
    pub until: LocalDateTime,
    /// The IANA zone of `from` and `until`: the person's own when the absence was saved. Who moves to another zone
    /// later is still back when they said they would be.
    pub zone: String,
    /// Who takes the work; the first whose scope covers it.
    #[serde(default)]
    pub delegations: Vec<Delegation>,
    /// For colleagues to read.
    #[serde(default)]
    pub note: String,
    /// One more with each saving.
    pub version: u32,
    /// Called off: it counts for nothing, before and after. Who comes back early sets `until` instead, so that the days
    /// that were an absence stay one.
    #[serde(default)]
    pub cancelled: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Delegation {
    pub to: PersonId,
    #[serde(default)]
    pub scope: DelegationScope,
}

/// Which work is handed on. An absent part reaches all; the parts are combined with "and".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DelegationScope {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client: Option<ClientId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kind: Option<Kind>,
    /// The largest amount, in minor units, itself included. The size counts: a credit of 500 is as much as a charge
    /// of 500. Work whose amount is not known is not covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<f64>")]
    pub amount_up_to: Option<i64>,
}

/// The work that somebody is asked to decide, as far as delegations care.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    pub place: Place<'a>,
    /// Minor units (cents); none where the work has no amount, or it is not known.
    pub amount: Option<i64>,
}

/// Why an absence must not be saved, or has no window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, ts_rs::TS)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[ts(export)]
pub enum AbsenceProblem {
    #[error("the absentee is not known")]
    UnknownPerson,
    #[error("there is no time zone called {zone}")]
    UnknownZone { zone: String },
    /// Nothing lies between its two instants.
    #[error("the absence ends before it begins")]
    EndsBeforeItBegins,
    /// An absence never passes to another person.
    #[error("the absence belongs to {person}")]
    BelongsToAnother { person: PersonId },
    /// `delegation` counts from 0.
    #[error("the absentee is named as the deputy")]
    DelegatesToSelf { delegation: u32 },
    #[error("the deputy {to} is not known")]
    DelegateUnknown { delegation: u32, to: PersonId },
    #[error("the largest amount is less than nothing")]
    NegativeAmount { delegation: u32 },
    #[error("{count} delegations, and at most {limit} are taken")]
    TooManyDelegations { count: u32, limit: u32 },
    /// Lengths in bytes.
    #[error("the note is too long: {length} of at most {limit} bytes")]
    NoteTooLong { length: u32, limit: u32 },
}

impl Absence {
    /// The two instants `[from, until)`. A local time that the zone's clocks skip is the first instant after the gap;
    /// one that they show twice is the earlier.
    ///
    /// # Errors
    /// [`AbsenceProblem::UnknownZone`], or [`AbsenceProblem::EndsBeforeItBegins`] when nothing lies between.
    pub fn window(&self) -> Result<(Timestamp, Timestamp), AbsenceProblem> {
        let ((from, _), (until, _)) = self.instants()?;
        if from < until { Ok((from, until)) } else { Err(AbsenceProblem::EndsBeforeItBegins) }
    }

    /// Both ends in time, in whichever order, and how the clock was read.
    pub(super) fn instants(&self) -> Result<(Read, Read), AbsenceProblem> {
        let zone = self.time_zone()?;
        Ok((self.from.instant(zone), self.until.instant(zone)))
    }

    pub(super) fn time_zone(&self) -> Result<Tz, AbsenceProblem> {
        self.zone.parse().map_err(|_| AbsenceProblem::UnknownZone { zone: self.zone.clone() })
    }

    /// The first delegation, in order, whose scope covers `work`. Whether that deputy can take it is not asked here:
    /// where the first cannot, no later one is tried.
    pub fn delegation_for(&self, work: Work<'_>) -> Option<&Delegation> {
        self.delegations.iter().find(|delegation| delegation.scope.covers(work))
    }
}

type Read = (Timestamp, Option<Shift>);

impl DelegationScope {
    pub const EVERYTHING: DelegationScope = DelegationScope { client: None, kind: None, amount_up_to: None };

    pub fn covers(&self, work: Work<'_>) -> bool {
        self.client.as_ref().is_none_or(|client| client == work.place.client)
            && self.kind.is_none_or(|kind| kind == work.place.kind)
            && self
                .amount_up_to
                .is_none_or(|limit| work.amount.is_some_and(|amount| is_within(amount, limit)))
    }
}

/// Whether the size of `amount` is at most `limit`; a limit below nothing admits nothing.
pub(super) fn is_within(amount: i64, limit: i64) -> bool {
    u64::try_from(limit).is_ok_and(|limit| amount.unsigned_abs() <= limit)
}
