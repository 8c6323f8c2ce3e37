//! Content as it is written: what of a form cannot stay so, and what a change outdates.

use crate::views::{FormPart, FormProblem};
use postern_console_store::Lookup;
use postern_domain::explain::{self, Names as _, list, step_name};
use postern_domain::{
    Command, Event, FieldProblem, Fields, Item, Journey, MAX_TEXT, MAX_TITLE, Phase, Refusal, Review, Verdict,
};

/// Everything in a form that the rules would refuse, part by part: they name the first alone. `whole`: all that is
/// required must be there.
pub(super) fn form_problems(
    journey: Option<&Journey>,
    title: Option<&str>,
    description: Option<&str>,
    fields: &Fields,
    whole: bool,
    lookup: &Lookup,
) -> Vec<FormProblem> {
    let mut problems = Vec::new();
    let mut refused = |part: FormPart, refusal: &Refusal| {
        problems.push(FormProblem { part, sentence: explain::refusal(refusal, lookup) });
    };
    let too_long = |field: &str, text: &str, limit: usize| {
        let number = |length| u32::try_from(length).unwrap_or(u32::MAX);
        let refusal =
            Refusal::TooLong { field: field.to_owned(), length: number(text.len()), limit: number(limit) };
        (text.len() > limit).then_some(refusal)
    };
    if let Some(title) = title {
        let empty = title.trim().is_empty().then(|| Refusal::Empty { field: "title".to_owned() });
        if let Some(refusal) = empty.or_else(|| too_long("title", title, MAX_TITLE)) {
            refused(FormPart::Title, &refusal);
        }
    }
    if let Some(refusal) = description.and_then(|text| too_long("description", text, MAX_TEXT)) {
        refused(FormPart::Description, &refusal);
    }
    let Some(journey) = journey else { return problems };
    let mut field = |key: &str, problem: FieldProblem| {
        refused(FormPart::Field(key.to_owned()), &Refusal::Field { key: key.to_owned(), problem });
    };
    for known in journey.fields.iter().filter(|field| !field.output) {
        let value = fields.get(&known.key);
        if (whole || value.is_some())
            && let Err(problem) = known.check(value)
        {
            field(&known.key, problem);
        }
    }
    for key in fields.keys() {
        match journey.field(key) {
            Some(known) if known.output => field(key, FieldProblem::Output),
            None if !journey.fields.is_empty() => field(key, FieldProblem::Unknown),
            _ => {}
        }
    }
    problems
}

/// What of an edit cannot stay so; none for a command that writes into no form.
pub(super) fn problems(command: &Command, item: &Item, lookup: &Lookup) -> Vec<FormProblem> {
    let Command::SetFields { fields, title, description } = command else { return Vec::new() };
    form_problems(lookup.journey(item), title.as_deref(), description.as_deref(), fields, false, lookup)
}

/// What a change of content does to what was decided on it. None where no content changes.
pub(super) fn effects(before: &Item, after: &Item, events: &[Event], lookup: &Lookup) -> Vec<String> {
    let cosmetic = match events.first() {
        Some(Event::FieldsSet { cosmetic, .. }) => *cosmetic,
        Some(Event::VersionAttached { .. }) => false,
        _ => return Vec::new(),
    };
    if cosmetic {
        return vec!["Approvals stay as they are: nothing changes that is decided on.".to_owned()];
    }
    let mut effects = Vec::new();
    let outdated = outdated(before, after, lookup);
    if !outdated.is_empty() {
        effects.push(format!("It outdates {}.", list(&outdated, "and")));
    }
    let reopened: Vec<&Event> =
        events.iter().filter(|event| matches!(event, Event::ReviewOpened { .. })).collect();
    if let Some(Event::ReviewOpened { step, reviewers, .. }) = reopened.first() {
        let names: Vec<String> = reviewers.iter().map(|id| lookup.person(id)).collect();
        let who = if names.is_empty() { "whoever claims it".to_owned() } else { list(&names, "and") };
        effects.push(format!("The review starts again at {}, for {who}.", step_name(step, lookup)));
    } else if before.phase == Phase::InReview && outdated.is_empty() {
        effects
            .push("Nothing was decided on it yet: the review stays open, with the new content.".to_owned());
    }
    let newly = lookup.me.as_ref().filter(|me| after.contributors.contains(*me));
    if newly.is_some_and(|me| !before.contributors.contains(me)) {
        effects.push("You contribute to this round with it, and cannot decide on it yourself.".to_owned());
    }
    effects
}

/// The approvals that stand now and would not any more, for example `the approval of Ana at Intake check`.
fn outdated(before: &Item, after: &Item, lookup: &Lookup) -> Vec<String> {
    if before.phase != Phase::InReview || before.content == after.content {
        return Vec::new();
    }
    let stands = |review: &&Review| review.round == before.round;
    let reviews = before.closed_reviews.iter().chain(&before.reviews).filter(stands);
    let approvals = reviews.flat_map(|review| {
        let stands = review
            .decisions
            .iter()
            .filter(|decision| decision.verdict == Verdict::Approve && decision.content == before.content);
        stands.map(|decision| (decision, &review.step))
    });
    approvals
        .map(|(decision, step)| {
            format!("the approval of {} at {}", lookup.person(&decision.by), step_name(step, lookup))
        })
        .collect()
}
