//! The words that sentences are put together from.

use crate::absence::local::LocalDateTime;
use crate::absence::record::Absence;
use crate::absence::region::{AmountBounds, Clients, WorkRegion};
use crate::explain::{Names, list};
use crate::ids::PersonId;
use crate::item::Kind;
use crate::time::Timestamp;

/// What the clock in the zone of `absence` shows at `at`.
pub(super) fn local_time(at: Timestamp, absence: &Absence, usual_year: i32) -> String {
    let shown = absence.time_zone().ok().and_then(|zone| LocalDateTime::shown_at(at, zone));
    shown.map_or_else(|| at.to_rfc3339(), |local| local.in_words(usual_year))
}

pub(super) fn chain(via: &[PersonId], end: &PersonId, names: &dyn Names) -> String {
    let people: Vec<PersonId> = via.iter().chain([end]).cloned().collect();
    arrows(&people, names)
}

pub(super) fn arrows(people: &[PersonId], names: &dyn Names) -> String {
    let people: Vec<String> = people.iter().map(|id| names.person(id)).collect();
    people.join(" → ")
}

/// For example “invoices of Acme above 500.00”.
pub fn region(region: &WorkRegion, names: &dyn Names) -> String {
    if region == &WorkRegion::everything() {
        return "any work".to_owned();
    }
    let kinds: Vec<String> = region.kinds.iter().map(|kind| format!("{}s", kind.as_str())).collect();
    let mut words = if kinds.len() == Kind::ALL.len() { "work".to_owned() } else { list(&kinds, "and") };
    match &region.clients {
        Clients::Only(id) => words.push_str(&format!(" of {}", names.client(id))),
        Clients::AllBut(ids) if ids.is_empty() => {}
        Clients::AllBut(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| names.client(id)).collect();
            words.push_str(&format!(" of clients other than {}", list(&ids, "and")));
        }
    }
    let known = region.amounts.known.map(bounds);
    match (known.as_deref(), region.amounts.unknown) {
        (Some(""), true) => {}
        (Some(""), false) => words.push_str(" of a known amount"),
        (Some(bounds), false) => words.push_str(&format!(" {bounds}")),
        (Some(bounds), true) => words.push_str(&format!(" {bounds} or of an unknown amount")),
        (None, _) => words.push_str(" of an unknown amount"),
    }
    words
}

fn bounds(bounds: AmountBounds) -> String {
    match (bounds.above.map(money), bounds.up_to.map(money)) {
        (None, None) => String::new(),
        (Some(above), None) => format!("above {above}"),
        (None, Some(up_to)) => format!("up to {up_to}"),
        (Some(above), Some(up_to)) => format!("above {above} and up to {up_to}"),
    }
}

/// Bounds are never less than nothing.
fn money(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}
