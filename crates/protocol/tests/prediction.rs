//! What a console predicts is what the portal decides, on equal state: over every command, in organisations with groups,
//! deputies, calendars and all the journeys that come with Postern. And what holds whatever is tried.
#![allow(clippy::unwrap_used)]

#[path = "../../domain/tests/authors/mod.rs"]
mod authors;
mod random_work;

use authors::Authors;
use postern_domain::absence::Absences;
use postern_domain::calendar::Calendars;
use postern_domain::*;
use postern_protocol::Directory;
use random_work::{Dice, PEOPLE, START, by_automation, command, directory, next_version, submission};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Commands tried in all. `POSTERN_CASES` asks for another number, `POSTERN_CASES_FROM` for those after so many others.
const CASES: usize = 100_000;
const TRIES_PER_ITEM: usize = 40;
/// Every kind of command, and each way out of an exception.
const KINDS: usize = 25;

/// As the portal puts it together from its tables.
fn at_the_portal(directory: &Directory) -> Organisation {
    Organisation {
        people: People::new(directory.people.iter().cloned()).with_clients(&directory.clients),
        calendars: Calendars::assemble(&directory.calendars, &directory.calendar_uses),
        absences: Absences::new(directory.absences.iter().cloned()),
    }
}

fn over_the_wire<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_slice(&serde_json::to_vec(value).unwrap()).unwrap()
}

fn is_sound(item: &Item, journey: &Journey) {
    let named = ContentDigest::of(item, &Immaterial::under(journey));
    assert_eq!(item.content, named, "the digest that the item keeps does not name its content");
    let open = !item.reviews.is_empty();
    assert!(item.phase != Phase::InReview || open, "in review without a review");
    if matches!(item.phase, Phase::Approved | Phase::Completed | Phase::Withdrawn | Phase::ChangesRequested) {
        assert!(!open, "{:?} with an open review", item.phase);
    }
    assert_eq!(item.phase == Phase::Exception, item.exception.is_some());
    for review in item.closed_reviews.iter().chain(&item.reviews) {
        // Who has decided may still override; nobody decides twice.
        let decisions = || review.decisions.iter().filter(|decision| !decision.overriding);
        let people: BTreeSet<&PersonId> = decisions().map(|decision| &decision.by).collect();
        assert_eq!(people.len(), decisions().count(), "somebody decided twice");
        assert!(review.needed >= 1);
    }
    let stages: BTreeSet<&StageKey> = item.reviews.iter().map(|review| &review.stage).collect();
    assert!(stages.len() <= 1, "steps of two stages are open");
}

/// Closed as approved only with the approvals that were asked for when it opened, from people who did not contribute.
fn is_earned(before: &Item, after: &Item, journey: &Journey, command: &Command, authors: &Authors) {
    for closed in after.closed_reviews.iter().skip(before.closed_reviews.len()) {
        if let Some(open) = before.review(&closed.step) {
            assert_eq!(open.needed, closed.needed, "a quorum became another while the review was open");
        }
        let outcome = closed.closed.as_ref().map(|closing| closing.outcome);
        if outcome != Some(ReviewOutcome::Approved) || matches!(command, Command::Override { .. }) {
            continue;
        }
        let content = ContentDigest::of(before, &Immaterial::under(journey));
        assert!(closed.approvals(&content) >= closed.needed, "approved with too few: {closed:?}");
        for decision in &closed.decisions {
            for somebody in decision.on_behalf_of.iter().chain([&decision.by]) {
                assert!(!authors.are(somebody), "{somebody} decided on their own work");
            }
        }
    }
}

/// Whatever leaves a step without enough people who can decide it brings it to somebody, at once.
fn is_escalated(before: &Item, after: &Item, command: &Command, now: Timestamp) {
    // Whoever takes the first seat of a pool leaves the others for those to come.
    let had_enough = |review: &Review| {
        before.review(&review.step).is_none_or(|known| {
            let same = known.opened_at == review.opened_at && known.round == review.round;
            !same || (known.missing_people() == 0 && !known.reviewers.is_empty())
        })
    };
    let short = after.reviews.iter().any(|review| review.missing_people() > 0 && had_enough(review));
    if short {
        let escalated = after.escalation.as_ref().is_some_and(|escalation| escalation.at == now);
        assert!(escalated, "{command:?} left a step uncovered, and nobody was told");
    }
}

fn recorded(event: Event, by: &Actor, at: Timestamp) -> Recorded {
    Recorded { event, by: by.clone(), on_behalf_of: None, at, device_at: None, command: None }
}

/// The parts of an item's age touch, do not overlap, add up to its age, and end with where it stands.
fn adds_up(item: &Item, now: Timestamp) {
    let parts = metrics::parts(item, now);
    let mut at = item.created_at;
    for part in &parts {
        assert_eq!(part.from, at, "a gap or an overlap");
        assert!(part.until > part.from);
        at = part.until;
    }
    let sum: i64 = parts.iter().map(metrics::Part::length_ms).sum();
    assert_eq!(sum, metrics::whole_age_ms(item, now));
    assert_eq!(metrics::by_owner(&parts).values().sum::<i64>(), sum);
    if let Some(last) = parts.last().filter(|_| !item.phase.is_terminal()) {
        assert_eq!((last.phase, &last.owner), (item.phase, &item.owner));
        assert_eq!(last.stage.as_ref(), item.stage());
    }
}

#[derive(Clone, Default)]
struct Tried {
    accepted: usize,
    refused: usize,
    /// What changed something, by name.
    kinds: BTreeSet<String>,
}

/// As it is written, with the way out of an exception: `resolve_exception complete`.
fn kind(command: &Command) -> String {
    let written = serde_json::to_value(command).unwrap();
    let name = written["do"].as_str().unwrap();
    match (command, &written["to"]) {
        (Command::ResolveException { .. }, serde_json::Value::String(to)) => format!("{name} {to}"),
        (Command::ResolveException { .. }, _) => format!("{name} stage"),
        _ => name.to_owned(),
    }
}

/// Each as the portal reads it, and as a console gets it.
static JOURNEYS: LazyLock<Vec<(Journey, Journey)>> = LazyLock::new(|| {
    let shipped = shipped().into_iter().map(|journey| journey.numbered(0));
    shipped.chain([Journey::built_in()]).map(|journey| (journey.clone(), over_the_wire(&journey))).collect()
});

fn live(seed: u64) -> Tried {
    let mut dice = Dice(seed);
    let directory = directory(&mut dice);
    let portal = at_the_portal(&directory);
    let console = over_the_wire(&directory).organisation();
    let (mut journey, mut journey_there) = dice.pick(&JOURNEYS).clone();
    let mut next = next_version(&journey, &mut dice);
    let mut next_there = over_the_wire(&next.0);
    let mut now = START;
    let mut item: Option<Item> = None;
    // As the console got it.
    let mut copy: Option<Item> = None;
    let mut log = Vec::new();
    let mut authors = Authors::default();
    let mut remembered: Vec<Seen> = Vec::new();
    let mut tried = Tried::default();
    if dice.chance(15) {
        let drafted = Event::drafted(submission(&journey, &mut dice), &journey);
        let drafted = recorded(drafted, &Actor::Person("contact".into()), now);
        item = Some(apply(None, &"item-1".into(), &drafted).unwrap());
        copy = item.as_ref().map(over_the_wire);
        authors.learn(&drafted, item.as_ref().unwrap(), &journey);
        log.push(drafted);
    }
    for _ in 0..TRIES_PER_ITEM {
        now = now.plus_ms(60_000 * (1 + dice.below(600) as i64));
        let who: PersonId = match (&item, dice.below(10)) {
            (None, _) | (Some(_), 6) => "contact".into(),
            (Some(item), 0..=4) if item.phase == Phase::Draft => "contact".into(),
            (Some(item), 0..=5) => item.waiting_on().next().cloned().unwrap_or_else(|| "p1".into()),
            _ => PersonId(format!("p{}", dice.below(PEOPLE))),
        };
        let (command, actor) = match &item {
            None => (Command::Submit(Box::new(submission(&journey, &mut dice))), Actor::Person(who)),
            Some(item) if dice.chance(14) => by_automation(item, &journey, &portal, &next, &mut dice),
            Some(item) => {
                let fresh = Seen::of(item, item.review_for(&who).map(|review| review.step.clone()));
                remembered.push(fresh.clone());
                let seen = if dice.chance(12) { dice.pick(&remembered).clone() } else { fresh };
                (command(item, &journey, seen, &who, &mut dice), Actor::Person(who))
            }
        };
        let here = Situation {
            item: item.as_ref(),
            journey: &journey,
            organisation: &portal,
            successor: Some(&next.0),
        };
        let decided = decide(here, &command, &actor, now);
        let there = Situation {
            item: copy.as_ref(),
            journey: &journey_there,
            organisation: &console,
            successor: Some(&next_there),
        };
        let predicted = decide(there, &over_the_wire(&command), &actor, now);
        assert_eq!(predicted, decided, "seed {seed}: {command:?} by {actor:?}");
        let Ok(Ruling::Happened(events)) = decided else {
            tried.refused += 1;
            continue;
        };
        tried.accepted += 1;
        tried.kinds.insert(kind(&command));
        let before = item.clone();
        let barred = authors.clone();
        for event in events {
            let recorded = recorded(event, &actor, now);
            item = Some(apply(item.take(), &"item-1".into(), &recorded).unwrap());
            authors.learn(&recorded, item.as_ref().unwrap(), &journey);
            log.push(recorded);
        }
        copy = item.as_ref().map(over_the_wire);
        let mut left = None;
        if matches!(command, Command::Migrate { .. }) {
            left = Some(std::mem::replace(&mut journey, next.0));
            journey_there = next_there;
            next = next_version(&journey, &mut dice);
            next_there = over_the_wire(&next.0);
        }
        let by_rules = left.as_ref().unwrap_or(&journey);
        let after = item.as_ref().unwrap();
        is_sound(after, &journey);
        adds_up(after, now.plus_ms(1 + seed as i64 % 90_000));
        if let Some(before) = &before {
            is_earned(before, after, by_rules, &command, &barred);
            is_escalated(before, after, &command, now);
        }
    }
    if let Some(item) = &item {
        assert_eq!(&replay(&"item-1".into(), &over_the_wire(&log)).unwrap(), item, "seed {seed}");
    }
    tried
}

#[test]
fn a_console_predicts_what_the_portal_decides_and_no_command_breaks_a_rule() {
    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
    let first = setting("POSTERN_CASES_FROM").unwrap_or(0).div_ceil(TRIES_PER_ITEM);
    let lives = first + setting("POSTERN_CASES").unwrap_or(CASES).div_ceil(TRIES_PER_ITEM);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let tried: Vec<Tried> = std::thread::scope(|scope| {
        let work = |worker| {
            (first + worker..lives).step_by(workers).map(|seed| live(seed as u64)).collect::<Vec<_>>()
        };
        let handles: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
        let join = |handle: std::thread::ScopedJoinHandle<'_, Vec<Tried>>| {
            handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        handles.into_iter().flat_map(join).collect()
    });
    let accepted: usize = tried.iter().map(|each| each.accepted).sum();
    let refused: usize = tried.iter().map(|each| each.refused).sum();
    let kinds: BTreeSet<&String> = tried.iter().flat_map(|each| &each.kinds).collect();
    println!("{accepted} commands changed something, {refused} were refused or found nothing to do");
    assert!(
        accepted * 4 > refused,
        "too few commands come through to show anything: {accepted} of {refused}"
    );
    let few = setting("POSTERN_CASES").is_some_and(|cases| cases < CASES);
    assert!(few || kinds.len() == KINDS, "some kind of command never comes through: {kinds:?}");
}
