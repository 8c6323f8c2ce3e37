//! The way of an item through its journey: what was decided, where it is, what comes.

use crate::explain::{self, list};
use crate::queries::person_ref;
use crate::views::{DecisionView, StepState, StepView};
use postern_console_store::Lookup;
use postern_domain::{ContentDigest, Item, Phase, Quorum, Review, ReviewOutcome, Stage, StageKey};

pub(super) fn steps(item: &Item, base: Option<&Item>, lookup: &Lookup) -> Vec<StepView> {
    let content = ContentDigest::of(item);
    let stages: &[Stage] = lookup.journey(item).map_or(&[], |journey| &journey.stages);
    let current = item.stage().and_then(|key| stages.iter().position(|stage| &stage.key == key));
    let mut steps: Vec<StepView> = stages
        .iter()
        .enumerate()
        .map(|(index, stage)| {
            let review = review_of(item, &stage.key);
            let state = state(item, review, index, current);
            StepView {
                stage: stage.key.clone(),
                name: stage.name.clone(),
                state,
                reviewers: review
                    .iter()
                    .flat_map(|review| &review.reviewers)
                    .map(|id| person_ref(id, lookup))
                    .collect(),
                who: who(stage, review, lookup),
                quorum: quorum(stage.quorum, review, &content),
                opened_at: review.map(|review| review.opened_at),
                due_at: review.and_then(|review| review.due_at),
                closed_at: review.and_then(|review| Some(review.closed.as_ref()?.at)),
                outcome: review.and_then(|review| Some(review.closed.as_ref()?.outcome)),
                decisions: decisions(item, base, &stage.key, &content, lookup),
            }
        })
        .collect();
    // A journey that is not known here still has the steps that were taken.
    if stages.is_empty() {
        steps.extend(item.review.iter().map(|review| unknown(item, base, review, &content, lookup)));
    }
    steps
}

/// The open review of a stage, or the last one that was closed.
fn review_of<'a>(item: &'a Item, stage: &StageKey) -> Option<&'a Review> {
    let open = item.review.as_ref().filter(|review| &review.stage == stage);
    open.or_else(|| item.closed_reviews.iter().rev().find(|review| &review.stage == stage))
}

fn state(item: &Item, review: Option<&Review>, index: usize, current: Option<usize>) -> StepState {
    let outcome = review.and_then(|review| Some(review.closed.as_ref()?.outcome));
    if current == Some(index) {
        return StepState::Current;
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

fn who(stage: &Stage, review: Option<&Review>, lookup: &Lookup) -> String {
    match review.map(|review| review.reviewers.as_slice()) {
        Some(reviewers) if !reviewers.is_empty() => {
            let names: Vec<String> = reviewers.iter().map(|id| explain::person(id, lookup)).collect();
            list(&names, "and")
        }
        _ => match &stage.deciders {
            postern_domain::Deciders::Person(id) => explain::person(id, lookup),
            _ => explain::who_decides(stage),
        },
    }
}

fn quorum(quorum: Quorum, review: Option<&Review>, content: &ContentDigest) -> String {
    match review {
        Some(review) => {
            let needed = review.approvals_needed();
            let approvals = if needed == 1 { "approval" } else { "approvals" };
            format!("{} of {needed} {approvals}", review.approvals(content).min(needed))
        }
        None => match quorum {
            Quorum::Any => "1 approval".to_owned(),
            Quorum::All => "everybody's approval".to_owned(),
            Quorum::AtLeast(number) => format!("{number} approvals"),
        },
    }
}

fn decisions(
    item: &Item,
    base: Option<&Item>,
    stage: &StageKey,
    content: &ContentDigest,
    lookup: &Lookup,
) -> Vec<DecisionView> {
    let known = |item: &Item| -> Vec<postern_domain::Decision> {
        reviews(item, stage).flat_map(|review| &review.decisions).cloned().collect()
    };
    let confirmed = base.map(known).unwrap_or_default();
    known(item)
        .into_iter()
        .map(|decision| DecisionView {
            pending: !confirmed.contains(&decision),
            by: person_ref(&decision.by, lookup),
            on_behalf_of: decision.on_behalf_of.as_ref().map(|id| person_ref(id, lookup)),
            verdict: decision.verdict,
            of_current_content: &decision.content == content,
            reason: decision.reason,
            at: decision.at,
            round: decision.round,
        })
        .collect()
}

fn reviews<'a>(item: &'a Item, stage: &'a StageKey) -> impl Iterator<Item = &'a Review> {
    item.closed_reviews.iter().chain(item.review.iter()).filter(move |review| &review.stage == stage)
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
        name: review.stage.to_string(),
        state: StepState::Current,
        reviewers: review.reviewers.iter().map(|id| person_ref(id, lookup)).collect(),
        who: String::new(),
        quorum: quorum(review.quorum, Some(review), content),
        opened_at: Some(review.opened_at),
        due_at: review.due_at,
        closed_at: None,
        outcome: None,
        decisions: decisions(item, base, &review.stage, content, lookup),
    }
}
