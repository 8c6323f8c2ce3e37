//! What opens next: the steps of the first stage that applies, or approval after the last.

use super::clock::{clock, due, due_for};
use super::covering::covers;
use super::deciders::{Turn, groups_of_seats, names, turn};
use super::escalation::next_level;
use crate::command::Action;
use crate::event::Event;
use crate::ids::{PersonId, StageKey, StepKey};
use crate::item::Item;
use crate::journey::{Journey, NoDecider, Quorum, Stage, Step};
use crate::organisation::Organisation;
use crate::people::Person;
use crate::permission::permits_place;
use crate::refusal::Refusal;
use crate::review::Review;
use crate::time::Timestamp;

/// The category of an exception that the journey raises by itself.
pub const NOBODY_TO_DECIDE: &str = "nobody to decide";

/// Everything that the next opening depends on.
pub(super) struct Opening<'a> {
    pub journey: &'a Journey,
    /// As it will be when the stage opens.
    pub item: &'a Item,
    pub organisation: &'a Organisation,
    pub now: Timestamp,
}

impl Opening<'_> {
    /// The first stage that applies after `after`, or from the beginning.
    ///
    /// # Errors
    /// [`Refusal::NobodyToDecide`], where the journey says that it refuses then.
    pub fn next(&self, after: Option<&StageKey>) -> Result<Vec<Event>, Refusal> {
        let mut ahead = self.journey.stages_ahead(after, self.item);
        let next = ahead.next();
        let mut events = Vec::new();
        let skipped = self.skipped(after, next.as_ref().map(|(stage, steps)| (*stage, steps.as_slice())));
        if !skipped.is_empty() {
            events.push(Event::Skipped { steps: skipped, undecided: false });
        }
        match next {
            Some((stage, steps)) => events.extend(self.stage(stage, &steps)?),
            None => {
                let owner = self.item.owner.as_ref();
                let target = self.journey.completion;
                let due_at = due_for(self.journey, owner, target, self.organisation, self.now);
                events.push(Event::Approved { due_at });
            }
        }
        Ok(events)
    }

    /// Opens these steps of `stage`.
    ///
    /// # Errors
    /// [`Refusal::NobodyToDecide`], where the journey says that it refuses then.
    pub fn stage(&self, stage: &Stage, steps: &[&Step]) -> Result<Vec<Event>, Refusal> {
        match self.open(stage, steps) {
            (_, Some(step)) => Err(Refusal::NobodyToDecide { step }),
            (events, None) => Ok(events),
        }
    }

    /// Opens these steps of `stage`, and tells the first, if any, that nobody may decide and for which the journey
    /// refuses then; its opening makes an exception.
    fn open(&self, stage: &Stage, steps: &[&Step]) -> (Vec<Event>, Option<StepKey>) {
        let mut refused = None;
        let mut events = Vec::with_capacity(steps.len());
        let mut unattended = Vec::new();
        let mut uncovered = Vec::new();
        for step in steps {
            let leads = step.no_decider == NoDecider::Lead;
            let found = turn(step, self.item, &self.organisation.people, leads);
            let Turn { reviewers, needed, fallback } = match found {
                Some(turn) => turn,
                None => {
                    if step.no_decider == NoDecider::Refuse {
                        refused.get_or_insert_with(|| step.key.clone());
                    }
                    unattended.push(step.name.as_str());
                    Turn { reviewers: Vec::new(), needed: needed_at_least(step), fallback: true }
                }
            };
            let clock = stage
                .target
                .map(|target| clock(self.journey, step, &reviewers, target, self.organisation, self.now));
            let due_at = clock.as_ref().and_then(|clock| due(clock, &[], self.organisation));
            let covers = covers(self.journey, step, self.item, &reviewers, self.organisation, self.now);
            let groups = groups_of_seats(step, &self.organisation.people, &reviewers, &covers);
            let review = Review {
                stage: stage.key.clone(),
                step: step.key.clone(),
                round: self.item.round,
                reviewers,
                quorum: step.quorum.clone(),
                needed,
                veto: step.veto.clone(),
                opened_at: self.now,
                due_at,
                clock,
                covers,
                groups,
                decisions: Vec::new(),
                closed: None,
            };
            // Where nobody is away, nobody is missing.
            if !review.covers.is_empty() && review.missing_people() > 0 {
                uncovered.push(step.name.as_str());
            }
            events.push(opened(review, fallback));
        }
        events.extend(self.uncovered(&uncovered));
        if !unattended.is_empty() {
            events.push(Event::ExceptionRaised {
                category: NOBODY_TO_DECIDE.to_owned(),
                reason: format!("Too few people may decide at {}.", unattended.join(" and ")),
                handler: self.handler(),
                automatic: true,
            });
        }
        (events, refused)
    }

    /// Brings steps that lack people to a team lead. Nobody is given a seat by that: whoever is to decide is for people to
    /// say.
    pub fn uncovered(&self, steps: &[&str]) -> Option<Event> {
        (!steps.is_empty()).then(|| Event::Escalated {
            level: next_level(self.item),
            to: self.lead(None),
            reason: format!("Too few people are left to decide at {}.", steps.join(" and ")),
            rung: None,
            automatic: true,
        })
    }

    /// Who handles an exception: whom the journey names, else the owner, else a team lead over the item; of those who are
    /// there, or stand in for them.
    pub fn handler(&self) -> Option<PersonId> {
        let people = &self.organisation.people;
        let item = self.item;
        let rules = &self.journey.exceptions.handlers;
        let resolves =
            |person: &&Person| permits_place(person, Action::ResolveException, item.place()).is_ok();
        let named = people.iter().filter(|person| rules.iter().any(|rule| names(rule, item, people, person)));
        self.first_present(named.filter(resolves), Action::ResolveException)
            .or_else(|| self.present(item.owner.as_ref()?, Action::ResolveException))
            .or_else(|| self.lead(None))
    }

    /// What lies between `after` and `next` and does not apply.
    fn skipped(&self, after: Option<&StageKey>, next: Option<(&Stage, &[&Step])>) -> Vec<StepKey> {
        let from = after.map_or(0, |key| {
            self.journey.stages.iter().position(|stage| &stage.key == key).map_or(0, |at| at + 1)
        });
        let until = next.and_then(|(next, _)| {
            self.journey.stages.iter().position(|stage| stage.key == next.key).map(|at| at + 1)
        });
        let passed = &self.journey.stages[from..until.unwrap_or(self.journey.stages.len()).max(from)];
        passed
            .iter()
            .filter(|stage| !stage.optional)
            .flat_map(|stage| &stage.steps)
            .filter(|step| next.is_none_or(|(_, steps)| !steps.iter().any(|open| open.key == step.key)))
            .map(|step| step.key.clone())
            .collect()
    }
}

/// Opens `stage` of `item` at `now`, whatever leads there: for histories that are written, not acted. The steps that
/// apply; all of them, where none does.
pub fn stage_opening(
    journey: &Journey,
    stage: &Stage,
    item: &Item,
    organisation: &Organisation,
    now: Timestamp,
) -> Vec<Event> {
    let opening = Opening { journey, item, organisation, now };
    let applying = stage.steps_for(item);
    let steps = if applying.is_empty() { stage.steps.iter().collect() } else { applying };
    opening.open(stage, &steps).0
}

fn opened(review: Review, fallback: bool) -> Event {
    Event::ReviewOpened {
        stage: review.stage,
        step: review.step,
        reviewers: review.reviewers,
        quorum: review.quorum,
        needed: review.needed,
        veto: review.veto,
        due_at: review.due_at,
        clock: review.clock,
        covers: review.covers,
        groups: review.groups,
        fallback,
    }
}

fn needed_at_least(step: &Step) -> u32 {
    match &step.quorum {
        Quorum::AtLeast(number) => u32::from(*number).max(1),
        Quorum::OnePerGroup(groups) => u32::try_from(groups.len()).unwrap_or(u32::MAX).max(1),
        Quorum::Any | Quorum::All => 1,
    }
}
