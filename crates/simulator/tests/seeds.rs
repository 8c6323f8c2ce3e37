//! A bounded number of seeds in the ordinary run. `POSTERN_SEEDS` changes the number.

use postern_simulator::campaign::{Campaign, alone, cores};
use postern_simulator::mutation::Mutation;
use postern_simulator::{Plan, Template, run, shrink};
use std::sync::atomic::AtomicBool;

/// What four minutes of two cores hold in the test profile.
const SEEDS: u64 = 2000;

fn seeds() -> u64 {
    std::env::var("POSTERN_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS)
}

fn campaign(seeds: u64, mutation: Option<Mutation>) -> Campaign {
    Campaign { from: 1, seeds, workers: cores(), mutation, until_broken: mutation.is_some() }
}

#[test]
fn no_seed_breaks_a_promise() {
    let template = alone(Template::make()).unwrap();
    let tally = campaign(seeds(), None).run(&template, &AtomicBool::new(false), |_tally| {}).unwrap();
    let broken: Vec<String> = tally
        .broken
        .iter()
        .map(|(seed, outcome)| format!("seed {seed}: {}", outcome.violation.as_ref().unwrap()))
        .collect();
    assert!(broken.is_empty(), "{}\nSee: cargo xtask simulate --seeds 1 --from SEED", broken.join("\n"));
}

#[test]
fn a_seed_runs_the_same_way_again() {
    let template = alone(Template::make()).unwrap();
    // In 60, 76 and 101 three files go up at the same time.
    for seed in [3, 12, 40, 60, 76, 101, 2044] {
        let plan = Plan::of(seed);
        let once = alone(run::play(&template, &plan, None, true)).unwrap();
        let again = alone(run::play(&template, &plan, None, true)).unwrap();
        assert_eq!(once.lines, again.lines, "seed {seed}");
        assert_eq!(once.trace, again.trace, "seed {seed}");
    }
}

#[test]
fn a_failure_is_made_smaller_and_runs_the_same_way_again() {
    let template = alone(Template::make()).unwrap();
    let mutation = Some(Mutation::PatchSkipped);
    let tally = campaign(400, mutation).run(&template, &AtomicBool::new(false), |_tally| {}).unwrap();
    let (seed, outcome) = &tally.broken[0];
    let (plan, check) = (Plan::of(*seed), outcome.violation.as_ref().unwrap().check);
    let smallest = alone(shrink::shrink(&template, &plan, check, mutation)).unwrap();
    assert!(smallest.steps.len() < plan.steps.len(), "{} steps are left", smallest.steps.len());
    let once = alone(run::play(&template, &smallest, mutation, true)).unwrap();
    let again = alone(run::play(&template, &smallest, mutation, true)).unwrap();
    assert_eq!(once.violation.unwrap().check, check);
    assert_eq!(once.lines, again.lines);
    // Nothing more can be left out.
    for place in 0..smallest.steps.len() {
        let mut less = smallest.clone();
        less.steps.remove(place);
        let outcome = alone(run::play(&template, &less, mutation, false)).unwrap();
        assert!(outcome.violation.is_none_or(|violation| violation.check != check), "step {place} is idle");
    }
}

/// Those that show within some worlds. `cargo xtask simulate --mutations` plays all of them, some for hundreds of seeds.
const OFTEN_SEEN: [Mutation; 33] = [
    Mutation::ResultsNotStored,
    Mutation::ResultsForgottenEarly,
    Mutation::IdsKnownPerConsole,
    Mutation::SequenceStands,
    Mutation::VersionStands,
    Mutation::ChangeNumberStands,
    Mutation::LateCommitter,
    Mutation::AuditLineLost,
    Mutation::NewIdOnRetry,
    Mutation::OutcomesSwapped,
    Mutation::RefusalTakenForDone,
    Mutation::PatchSkipped,
    Mutation::PageTakenForLast,
    Mutation::DirectoryDropped,
    Mutation::PauseTakenForEnd,
    Mutation::NothingReplayed,
    Mutation::LeavingForgotten,
    Mutation::RowGoneOnSend,
    Mutation::RowGoneOnOutcome,
    Mutation::JournalNotKept,
    Mutation::LaneReversed,
    Mutation::TooLargeDropped,
    Mutation::ForkEmptiesOutbox,
    Mutation::BootstrapEmptiesOutbox,
    Mutation::AlertNotMarked,
    Mutation::StaleSentUnasked,
    Mutation::UnansweredSentUnasked,
    Mutation::HashNotChecked,
    Mutation::CommandBeforeContent,
    Mutation::ContentDroppedEarly,
    Mutation::UnnamedContentKept,
    Mutation::UnsentEvicted,
    Mutation::HashIsEnough,
];

#[test]
fn bugs_in_the_protocol_are_caught() {
    let template = alone(Template::make()).unwrap();
    for mutation in OFTEN_SEEN {
        let tally =
            campaign(400, Some(mutation)).run(&template, &AtomicBool::new(false), |_tally| {}).unwrap();
        assert!(!tally.broken.is_empty(), "{mutation:?} was not caught in {} seeds", tally.played);
    }
}
