//! The way of an item through its journey: what was decided, where it is, what comes.

use crate::queries::item::outputs_of;
use crate::queries::person_ref;
use crate::views::{DecisionView, SeatView, StepLedger, StepState, StepView};
use postern_console_store::Lookup;
use postern_domain::calendar::Ledger;
use postern_domain::explain::{self, Names as _, list};
use postern_domain::{
    ContentDigest, Item, Phase, Quorum, Review, ReviewOutcome, Stage, Step, StepKey, Timestamp, absence,
    ledger, whole_ledger,
};

pub(super) fn steps(item: &Item, base: Option<&Item>, lookup: &Lookup, now: Timestamp) -> Vec<StepView> {
    let content = &item.content;
    let stages: &[Stage] = lookup.journey(item).map_or(&[], |journey| &journey.stages);
    let current = item.stage().and_then(|key| stages.iter().position(|stage| &stage.key == key));
    let mut steps = Vec::new();
    for (index, stage) in stages.iter().enumerate() {
        let applying = stage.steps_for(item);
        for step in &stage.steps {
            let review = review_of(item, &step.key);
            let applies = review.is_some() || applying.iter().any(|each| each.key == step.key);
            let beside = (stage.steps.len() > 1).then(|| stage.name.clone());
            steps.push(StepView {
                stage: stage.key.clone(),
                step: step.key.clone(),
                name: step.name.clone(),
                beside,
                state: if applies { state(item, review, index, current) } else { StepState::Skipped },
                reviewers: review
                    .iter()
                    .flat_map(|review| &review.reviewers)
                    .map(|id| person_ref(id, lookup))
                    .collect(),
                who: who(step, review, lookup),
                quorum: quorum(&step.quorum, review, content),
                opened_at: review.map(|review| review.opened_at),
                due_at: review.and_then(|review| review.due_at),
                closed_at: review.and_then(|review| Some(review.closed.as_ref()?.at)),
                outcome: review.and_then(|review| Some(review.closed.as_ref()?.outcome)),
                decisions: decisions(item, base, &step.key, content, lookup),
                away: review.map_or_else(Vec::new, |review| away(review, lookup, now)),
                seats: item.review(&step.key).map_or_else(Vec::new, |review| seats(review, lookup)),
                has_free_seats: item.review(&step.key).is_some_and(Review::has_free_seats),
                outputs: match (item.review(&step.key), lookup.journey(item)) {
                    (Some(_), Some(journey)) => outputs_of(item, journey, step),
                    _ => Vec::new(),
                },
                ledger: review.and_then(|review| reckoning(item, review, lookup, now)),
            });
        }
    }
    // A journey that is not known here still has the steps that were taken.
    if stages.is_empty() {
        steps.extend(item.reviews.iter().map(|review| unknown(item, base, review, content, lookup)));
    }
    steps
}

/// Who decides for those who are away; of a closed step, nothing.
fn away(review: &Review, lookup: &Lookup, now: Timestamp) -> Vec<String> {
    let covers = review.covers.iter().filter(|_| review.closed.is_none());
    let absences = &lookup.organisation.absences;
    covers
        .map(|seat| absence::explain::cover(&seat.cover, &seat.reviewer, now, absences, lookup.people()))
        .collect()
}

/// The seats that nobody has filled yet.
fn seats(review: &Review, lookup: &Lookup) -> Vec<SeatView> {
    let seat = |reviewer| SeatView {
        reviewer: person_ref(reviewer, lookup),
        decides: review.sitting_for(reviewer).map(|id| person_ref(id, lookup)),
    };
    review.undecided().map(seat).collect()
}

fn reckoning(item: &Item, review: &Review, lookup: &Lookup, now: Timestamp) -> Option<StepLedger> {
    ledger(item, review, &lookup.organisation, now).map(told)
}

/// The reckoning of the whole way.
pub(super) fn whole(item: &Item, lookup: &Lookup, now: Timestamp) -> Option<StepLedger> {
    whole_ledger(item, lookup.journey(item)?, &lookup.organisation, now).map(told)
}

fn told(ledger: Ledger) -> StepLedger {
    StepLedger {
        lines: ledger.told(),
        calendar: ledger.calendar,
        calendar_version: ledger.calendar_version,
        zone: ledger.zone,
        target: ledger.target,
    }
}

/// The open review of a step, or the last one that was closed.
fn review_of<'a>(item: &'a Item, step: &StepKey) -> Option<&'a Review> {
    item.review(step).or_else(|| item.closed_reviews.iter().rev().find(|review| &review.step == step))
}

fn state(item: &Item, review: Option<&Review>, index: usize, current: Option<usize>) -> StepState {
    let outcome = review.and_then(|review| Some(review.closed.as_ref()?.outcome));
    if current == Some(index) {
        return if outcome == Some(ReviewOutcome::Approved) { StepState::Done } else { StepState::Current };
    }
    let last = item.closed_reviews.last();
    if item.phase == Phase::ChangesRequested
        && outcome == Some(ReviewOutcome::ChangesRequested)
        && last.map(|last| &last.stage) == review.map(|review| &review.stage)
    {
        return StepState::SentBack;
    }
    let passed = current.is_some_and(|current| index < current)
        || matches!(item.phase, Phase::Approved | Phase::Completed);
    match (passed, outcome) {
        (true, Some(ReviewOutcome::Approved)) => StepState::Done,
        (true, _) => StepState::Skipped,
        (false, Some(ReviewOutcome::Approved)) if current.is_none() && item.phase != Phase::Submitted => {
            StepState::Done
        }
        (false, _) if item.phase == Phase::Withdrawn => StepState::Skipped,
        (false, _) => StepState::Upcoming,
    }
}

fn who(step: &Step, review: Option<&Review>, lookup: &Lookup) -> String {
    match review.map(|review| review.reviewers.as_slice()) {
        Some(reviewers) if !reviewers.is_empty() => {
            let names: Vec<String> = reviewers.iter().map(|id| lookup.person(id)).collect();
            list(&names, "and")
        }
        _ => explain::who_decides(step, lookup),
    }
}

fn quorum(quorum: &Quorum, review: Option<&Review>, content: &ContentDigest) -> String {
    match (review, quorum) {
        (Some(review), _) => explain::progress(review, content),
        (None, Quorum::Any) => "1 approval".to_owned(),
        (None, Quorum::All) => "everybody's approval".to_owned(),
        (None, Quorum::AtLeast(number)) => format!("{number} approvals"),
        (None, Quorum::OnePerGroup(groups)) => format!("one approval each from {}", list(groups, "and")),
    }
}

fn decisions(
    item: &Item,
    base: Option<&Item>,
    step: &StepKey,
    content: &ContentDigest,
    lookup: &Lookup,
) -> Vec<DecisionView> {
    let known = |item: &Item| -> Vec<postern_domain::Decision> {
        reviews(item, step).flat_map(|review| &review.decisions).cloned().collect()
    };
    let confirmed = base.map(known).unwrap_or_default();
    known(item)
        .into_iter()
        .map(|decision| DecisionView {
            pending: !confirmed.contains(&decision),
            by: person_ref(&decision.by, lookup),
            on_behalf_of: decision.on_behalf_of.iter().map(|id| person_ref(id, lookup)).collect(),
            overriding: decision.overriding,
            verdict: decision.verdict,
            of_current_content: &decision.content == content,
            reason: decision.reason,
            at: decision.at,
            round: decision.round,
        })
        .collect()
}

fn reviews<'a>(item: &'a Item, step: &'a StepKey) -> impl Iterator<Item = &'a Review> {
    item.closed_reviews.iter().chain(&item.reviews).filter(move |review| &review.step == step)
}

fn unknown(
    item: &Item,
    base: Option<&Item>,
    review: &Review,
    content: &ContentDigest,
    lookup: &Lookup,
) -> StepView {
    StepView {
        stage: review.stage.clone(),
        step: review.step.clone(),
        name: review.step.to_string(),
        beside: None,
        state: StepState::Current,
        reviewers: review.reviewers.iter().map(|id| person_ref(id, lookup)).collect(),
        who: String::new(),
        quorum: quorum(&review.quorum, Some(review), content),
        opened_at: Some(review.opened_at),
        due_at: review.due_at,
        closed_at: None,
        outcome: None,
        decisions: decisions(item, base, &review.step, content, lookup),
        away: Vec::new(),
        seats: seats(review, lookup),
        has_free_seats: false,
        outputs: Vec::new(),
        ledger: None,
    }
}
