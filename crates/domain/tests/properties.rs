//! What holds for every sequence of commands.
#![allow(clippy::unwrap_used)]

mod authors;
mod world;

use authors::Authors;
use postern_domain::*;
use proptest::prelude::*;
use world::World;

/// A move of the game: somebody tries something, with what they see now or saw a while ago.
#[derive(Clone, Debug)]
struct Try {
    who: usize,
    what: usize,
    stale: bool,
}

const WHO: [&str; 8] = ["olga", "anna", "aron", "lena", "admin", "elsewhere", "contact", "gone"];

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (0..WHO.len(), 0..19_usize, prop::bool::weighted(0.15));
    prop::collection::vec(one.prop_map(|(who, what, stale)| Try { who, what, stale }), 1..60)
}

fn command(world: &World, what: usize, seen: Seen, number: usize) -> Command {
    let version = world.item().assignment_version;
    match what {
        0..=3 => Command::approve(seen),
        4 => Command::RequestChanges { seen, reason: "again".into() },
        5 | 6 => Command::Resubmit { comment: None },
        7 => Command::Claim { step: None, assignment_version: version },
        8 => Command::reassign(WHO[number % WHO.len()].into(), version),
        9 => Command::Escalate { to: None, reason: "late".into() },
        10 => Command::DeEscalate { reason: None },
        11 => Command::RaiseException { category: "data".into(), reason: "missing".into() },
        12 => Command::ResolveException { to: ExceptionExit::Back, reason: "there".into() },
        13 => Command::Complete {},
        14 => world::set_title(&format!("Title {number}")),
        15 => {
            let to = ExceptionExit::Stage(world.journey.stages[number % 3].key.clone());
            Command::ResolveException { to, reason: "elsewhere".into() }
        }
        16 => Command::Submit(Box::new(world::submission())),
        17 => Command::Withdraw { reason: "no".into() },
        _ => Command::Reopen { reason: "yes".into() },
    }
}

fn is_sound(item: &Item) {
    assert!(item.phase != Phase::InReview || !item.reviews.is_empty(), "in review without a review");
    if matches!(item.phase, Phase::Approved | Phase::Completed | Phase::Withdrawn | Phase::ChangesRequested) {
        assert!(item.reviews.is_empty(), "{:?} with an open review", item.phase);
    }
    assert_eq!(item.phase == Phase::Exception, item.exception.is_some());
    assert!(item.closed_reviews.iter().all(|review| review.closed.is_some()));
    for review in item.closed_reviews.iter().chain(&item.reviews) {
        for decision in &review.decisions {
            assert_eq!(decision.round, review.round);
        }
    }
    assert!(!item.phase.is_terminal() || item.due_at.is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_sequence_of_commands_reaches_an_unsound_state_and_replay_equals_state(tries in tries()) {
        let mut world = World::new();
        // In every other life a member of staff keys it in.
        let submitter = if tries.len() % 2 == 0 { "contact" } else { "olga" };
        world.accept(submitter, Command::Submit(Box::new(world::submission())));
        let mut authors = Authors::default();
        authors.learn(&world.log[0], world.item(), &world.journey);
        let mut seen = vec![world.seen()];
        for (number, attempt) in tries.iter().enumerate() {
            let looked_at = if attempt.stale { seen[number / 2].clone() } else { world.seen() };
            let command = command(&world, attempt.what, looked_at, number);
            let before = world.item().clone();
            let known = world.log.len();
            let content = ContentDigest::of(&before, &Immaterial::under(&world.journey));
            let result = world.act(WHO[attempt.who], &command);
            match (&result, &command) {
                (Ok(Ruling::Happened(_)), Command::Approve { seen, .. } | Command::RequestChanges { seen, .. }) => {
                    prop_assert_eq!(&seen.content, &content, "decided on something else than was seen");
                    prop_assert!(!authors.are(&WHO[attempt.who].into()), "a contributor decided");
                }
                (Ok(Ruling::Happened(_)), _) => {}
                (Ok(Ruling::AlreadySatisfied(_)) | Err(_), _) => prop_assert_eq!(world.item(), &before),
            }
            is_sound(world.item());
            for line in &world.log[known..] {
                authors.learn(line, world.item(), &world.journey);
            }
            let named = ContentDigest::of(world.item(), &Immaterial::under(&world.journey));
            prop_assert_eq!(&world.item().content, &named);
            seen.push(world.seen());
        }
        prop_assert_eq!(&replay(&World::id(), &world.log).unwrap(), world.item());
        let json = serde_json::to_string(&world.log).unwrap();
        let read: Vec<Recorded> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&replay(&World::id(), &read).unwrap(), world.item());
    }

    #[test]
    fn a_filter_reads_back_as_it_was_written(text in "[a-z:<>0-9\"\\\\ -]{0,40}") {
        let once = filter::parse(&text).filter;
        prop_assert_eq!(filter::parse(&once.to_string()), filter::Parsed { filter: once, problems: vec![] });
    }
}

#[test]
fn a_filter_means_what_it_says() {
    use filter::*;
    let parsed =
        parse(r#"stage:legal owner:me -kind:invoice due:<2d is:stuck client:"Acme Corp" "annual report""#);
    assert_eq!(parsed.problems, vec![]);
    let tests: Vec<_> = parsed.filter.terms.iter().map(|term| (term.negated, term.test.clone())).collect();
    assert_eq!(
        tests,
        vec![
            (false, Test::Stage("legal".into())),
            (false, Test::Owner(Who::Me)),
            (true, Test::Kind(Kind::Invoice)),
            (false, Test::Due(Bound::LessThan(2 * DAY_MS))),
            (false, Test::Is(Flag::Stuck)),
            (false, Test::Client("Acme Corp".into())),
            (false, Test::Text("annual report".into())),
        ]
    );
}

#[test]
fn a_filter_says_what_it_does_not_understand() {
    let parsed = filter::parse("is:blue due:soon colour:red age:>3");
    let problems: Vec<_> = parsed.problems.iter().map(|problem| problem.term.as_str()).collect();
    assert_eq!(problems, ["is:blue", "due:soon", "colour:red", "age:>3"]);
    assert!(parsed.problems[0].message.contains("overdue"), "{}", parsed.problems[0].message);
    assert_eq!(parsed.filter.terms, vec![]);
}
