//! What queues and filters ask of an item, worked out once when it is stored.

use crate::directory::Lookup;
use postern_domain::{Actor, Item, Person, PersonId, Phase, Priority, Review, Role, eligible, stuck_from};

/// The columns of one item, for the person who looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub version: i64,
    pub standing: Standing,
    /// I can decide it now, or complete it.
    pub my_turn: bool,
    /// It waits for a decision that I may take or hand out.
    pub team: bool,
    /// I own it.
    pub mine: bool,
    pub escalated: bool,
    /// In review, with a seat that nobody has taken.
    pub unassigned: bool,
    /// In review, and too few people are there to decide it.
    pub uncovered: bool,
    /// 0 urgent … 3 low.
    pub urgency: i64,
    pub stuck_from_ms: Option<i64>,
    pub cohort: String,
    pub turns: Vec<PersonId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Draft = 0,
    Open = 1,
    Closed = 2,
}

impl Columns {
    pub fn of(item: &Item, lookup: &Lookup) -> Self {
        let turns = turns(item);
        let me = lookup.myself();
        let is_me = |id: &PersonId| Some(id) == lookup.me.as_ref();
        let unassigned = item.phase == Phase::InReview && item.reviews.iter().any(Review::has_free_seats);
        Self {
            version: i64::try_from(item.version).unwrap_or(i64::MAX),
            standing: standing(item.phase),
            my_turn: turns.iter().any(is_me),
            team: item.phase == Phase::InReview && me.is_some_and(|me| team(item, unassigned, me, lookup)),
            mine: item.owner.as_ref().is_some_and(is_me),
            escalated: item.escalation.is_some() && item.phase.is_open(),
            unassigned,
            uncovered: item.is_uncovered(),
            urgency: urgency(item.priority),
            stuck_from_ms: stuck_from(item, &lookup.norms).map(|from| from.ms()),
            cohort: lookup.clients.get(&item.client).map(|client| client.cohort.clone()).unwrap_or_default(),
            turns,
        }
    }
}

/// Whose turn it is: the reviewers who have not decided, or the owner who has to complete.
pub(crate) fn turns(item: &Item) -> Vec<PersonId> {
    match item.phase {
        Phase::InReview => item.waiting_on().cloned().collect(),
        Phase::Approved => item.owner.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

fn standing(phase: Phase) -> Standing {
    match phase {
        _ if phase.is_open() => Standing::Open,
        Phase::Draft => Standing::Draft,
        _ => Standing::Closed,
    }
}

fn team(item: &Item, unassigned: bool, me: &Person, lookup: &Lookup) -> bool {
    if me.holds(Role::TeamLead, item.place()) {
        return true;
    }
    let could_claim = |review: &Review| {
        let step = lookup.journey(item).and_then(|journey| journey.step(&review.step));
        review.has_free_seats()
            && step.is_some_and(|(_, step)| eligible(step, item, lookup.people(), me).is_ok())
    };
    unassigned && item.reviews.iter().any(could_claim)
}

pub(crate) fn urgency(priority: Priority) -> i64 {
    match priority {
        Priority::Urgent => 0,
        Priority::High => 1,
        Priority::Normal => 2,
        Priority::Low => 3,
    }
}

pub(crate) fn submitter(item: &Item) -> Option<&str> {
    match &item.submitter {
        Actor::Person(id) => Some(id.as_str()),
        Actor::System(_) => None,
    }
}
