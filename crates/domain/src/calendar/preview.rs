//! What changing a calendar would do to clocks that run.

use super::compiled::CompiledCalendar;
use super::due::{Clock, Due, Span};
use serde::{Deserialize, Serialize};

/// One due time that would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export, rename = "DueMoved")]
pub struct Moved<Id> {
    pub id: Id,
    pub before: Due,
    pub after: Due,
}

/// The running clocks whose due differs between two versions of a calendar, in the order in which they come. Clocks of
/// other calendars than `old` are passed over. Each clock comes with its pauses, so that the preview says what the
/// change will do.
pub fn moved<Id, Pauses: AsRef<[Span]>>(
    old: &CompiledCalendar,
    new: &CompiledCalendar,
    clocks: impl Iterator<Item = (Id, Clock, Pauses)>,
) -> impl Iterator<Item = Moved<Id>> {
    clocks.filter(|(_, clock, _)| &clock.calendar == old.key()).filter_map(|(id, clock, pauses)| {
        let before = clock.due(old, pauses.as_ref());
        let after = clock.due(new, pauses.as_ref());
        (before != after).then_some(Moved { id, before, after })
    })
}
