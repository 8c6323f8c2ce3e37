//! The sample organisation: legal, reproducible, counted right, and with something of everything in it.
#![allow(clippy::unwrap_used)]

use clap::Parser;
use postern_domain::{
    Item, ItemId, Norms, Phase, Recorded, ReviewOutcome, Role, Timestamp, Visibility, metrics::NormSamples,
    replay, stuck,
};
use postern_portal::seed::{
    Interruption, Items, Left, Lived, Order, SeedArgs, SeedError, SeedFailed, Seeded, seed,
};
use postern_portal::{Clock, Environment, Random};
use postern_portal_store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, LazyLock};

/// A Thursday, 11:30 UTC.
const NOW: Timestamp = Timestamp(1_750_332_600_000);
const USUAL: Order = Order { seed: 7, items: 2_000, now: NOW };

fn made(order: Order) -> Vec<Lived> {
    Items::new(order, Arc::new(order.organisation())).collect()
}

static SAMPLE: LazyLock<Vec<Lived>> = LazyLock::new(|| made(USUAL));

fn items() -> impl Iterator<Item = &'static Item> {
    SAMPLE.iter().map(|lived| &lived.item)
}

fn open() -> impl Iterator<Item = &'static Item> {
    items().filter(|item| item.phase.is_open())
}

fn log_text(sample: &[Lived]) -> String {
    sample.iter().map(|lived| serde_json::to_string(&(&lived.item, &lived.log)).unwrap() + "\n").collect()
}

#[test]
fn the_same_order_makes_the_same_bytes() {
    let order = Order { items: 400, ..USUAL };
    assert!(log_text(&made(order)) == log_text(&made(order)));
}

#[test]
fn another_seed_makes_another_organisation() {
    let order = Order { items: 50, ..USUAL };
    assert!(log_text(&made(order)) != log_text(&made(Order { seed: 8, ..order })));
}

#[test]
fn no_command_was_refused_whatever_the_seed() {
    for seed in 0..6 {
        for lived in made(Order { seed, items: 700, now: NOW.plus_ms(seed as i64 * 93_600_000) }) {
            assert_eq!(lived.refused, None, "seed {seed}, {}", lived.item.reference);
        }
    }
}

#[test]
fn every_item_is_what_its_log_makes() {
    for Lived { item, log, .. } in SAMPLE.iter() {
        assert_eq!(replay(&item.id, log).as_ref(), Ok(item));
    }
}

#[test]
fn nothing_happens_after_now_or_before_what_it_follows() {
    for Lived { item, log, .. } in SAMPLE.iter() {
        assert!(log.iter().map(|recorded| recorded.at).is_sorted(), "{}", item.reference);
        assert!(log.last().unwrap().at <= NOW);
        assert!(log.iter().all(|recorded| recorded.device_at.is_none_or(|at| at < recorded.at)));
    }
}

#[test]
fn references_count_up_in_the_order_of_submission() {
    assert_eq!(SAMPLE.len(), USUAL.items);
    let mut last: BTreeMap<&str, (u32, Timestamp)> = BTreeMap::new();
    for item in items() {
        let (code, number) = item.reference.rsplit_once('-').unwrap();
        let (number, at) = (number.parse().unwrap(), item.submitted_at.unwrap());
        let before = last.insert(code, (number, at)).unwrap_or((0, Timestamp(0)));
        assert!(before.0 + 1 == number && before.1 <= at, "{}", item.reference);
    }
    let ids: BTreeSet<&ItemId> = items().map(|item| &item.id).collect();
    assert_eq!(ids.len(), SAMPLE.len());
}

#[test]
fn every_phase_but_a_draft_occurs() {
    for phase in Phase::ALL.into_iter().filter(|phase| !matches!(phase, Phase::Draft | Phase::Submitted)) {
        assert!(items().any(|item| item.phase == phase), "{phase:?}");
    }
}

#[test]
fn every_condition_of_open_work_occurs() {
    let mut samples = NormSamples::default();
    items().for_each(|item| samples.add(item));
    let norms = Norms::new(samples.norms());
    assert!(open().any(|item| item.is_overdue(NOW)));
    assert!(open().any(|item| stuck(item, &norms, NOW) == Some(stuck_by_pace())));
    assert!(open().any(|item| item.reviews.first().is_some_and(|review| review.reviewers.is_empty())));
    assert!(open().any(|item| item.escalation.is_some()));
    assert!(open().any(|item| item.round > 1));
    assert!(open().any(|item| item.owner.is_none()));
    assert!(items().any(|item| item.attachments.iter().any(|file| file.versions.len() > 1)));
    for visibility in [Visibility::Internal, Visibility::Client] {
        assert!(items().any(|item| item.comments.iter().any(|comment| comment.visibility == visibility)));
    }
    assert!(items().any(|item| item.comments.iter().any(|comment| !comment.mentions.is_empty())));
    for outcome in [ReviewOutcome::Approved, ReviewOutcome::ChangesRequested, ReviewOutcome::Outdated] {
        let closed = |item: &Item| {
            item.closed_reviews
                .iter()
                .any(|review| review.closed.as_ref().is_some_and(|it| it.outcome == outcome))
        };
        assert!(items().any(closed), "{outcome:?}");
    }
}

fn stuck_by_pace() -> postern_domain::Stuck {
    postern_domain::Stuck::SlowerThanUsual
}

#[test]
fn every_kind_of_event_that_a_command_makes_occurs() {
    let named = |recorded: &Recorded| serde_json::to_value(&recorded.event).unwrap()["happened"].clone();
    let seen: BTreeSet<String> =
        SAMPLE.iter().flat_map(|lived| &lived.log).map(|recorded| named(recorded).to_string()).collect();
    assert_eq!(seen.len(), 22, "{seen:?}");
}

#[test]
fn about_one_item_in_seven_is_open() {
    let share = open().count() as f64 / SAMPLE.len() as f64;
    assert!((0.11..=0.19).contains(&share), "{share}");
}

#[test]
fn the_suggested_account_has_a_queue_with_a_bit_of_everything() {
    for seed in [7, 1, 2] {
        let order = Order { seed, ..USUAL };
        let organisation = order.organisation();
        let sample = made(order);
        let me = &organisation.suggested;
        let mine =
            || sample.iter().map(|lived| &lived.item).filter(|item| item.waiting_on().any(|id| id == me));
        let count = mine().count();
        assert!((10..=25).contains(&count), "seed {seed}: {count}");
        assert!(mine().any(|item| item.is_overdue(NOW)), "seed {seed}");
        assert!(mine().any(|item| !item.is_overdue(NOW)), "seed {seed}");
        let to_me = |item: &Item| item.escalation.as_ref().is_some_and(|it| it.to.as_ref() == Some(me));
        assert!(mine().any(to_me), "seed {seed}");
        assert!(mine().any(|item| item.title.len() > 200), "seed {seed}");
        assert!(mine().any(|item| !item.attachments.is_empty() && item.comments.len() > 1), "seed {seed}");
    }
}

#[test]
fn the_organisation_has_everybody_it_needs() {
    let organisation = USUAL.organisation();
    let active: Vec<_> = organisation.people().filter(|person| !person.disabled).collect();
    for role in Role::ALL {
        assert!(active.iter().any(|person| person.grants.iter().any(|grant| grant.role == role)), "{role:?}");
    }
    assert_eq!(organisation.people().filter(|person| person.disabled).count(), 1);
    let zones: BTreeSet<_> = active.iter().map(|person| &person.time_zone).collect();
    assert!(zones.len() > 8);
}

#[test]
fn a_tiny_sample_works_at_any_hour() {
    for hours in 0..30 {
        for items in [1, 3, 40] {
            let order = Order { seed: 1, items, now: NOW.plus_ms(hours * 6 * 3_600_000) };
            assert_eq!(made(order).len(), items);
        }
    }
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    seed: SeedArgs,
}

fn args(line: &str) -> SeedArgs {
    Line::parse_from(std::iter::once("seed").chain(line.split_whitespace())).seed
}

/// The time stands still, and every byte is another.
struct Still(AtomicU8);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl Random for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.fetch_add(37, Ordering::Relaxed));
    }
}

async fn run(data: &Path, line: &str, interruption: Interruption) -> Result<Seeded, SeedFailed> {
    let still = Arc::new(Still(AtomicU8::new(0)));
    let environment = Environment { clock: still.clone(), random: still };
    seed(data, &environment, &args(line), NOW, interruption).await
}

#[tokio::test]
async fn the_report_says_what_the_store_holds() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("portal");
    let seeded = run(&data, "--items 600 --password secret", Interruption::default()).await.unwrap();
    let report = seeded.report;
    assert_eq!(seeded.password, None);

    let store = Store::open(&data).await.unwrap();
    let directory = store.directory().await.unwrap();
    assert_eq!(report.clients, directory.clients.len());
    assert_eq!(report.projects, directory.projects.len());
    assert_eq!(directory.journeys.len(), 3);
    let audit = store.verify_audit(|_| {}).await.unwrap().unwrap();
    let arranged = directory.journeys.len()
        + directory.people().iter().count()
        + directory.clients.len()
        + directory.projects.len();
    assert_eq!((report.items, report.events + arranged as u64), (audit.items, audit.lines));
    assert_eq!(store.check().await.unwrap(), []);

    let sample = made(Order { items: 600, ..USUAL });
    let norms = Norms::new(directory.norms.clone());
    let count = |test: &dyn Fn(&Item) -> bool| sample.iter().filter(|lived| test(&lived.item)).count() as u64;
    assert_eq!(report.open, count(&|item| item.phase.is_open()));
    assert_eq!(report.overdue, count(&|item| item.is_overdue(NOW)));
    assert_eq!(report.stuck, count(&|item| stuck(item, &norms, NOW).is_some()));

    let suggested: Vec<_> = report.accounts.iter().filter(|account| account.suggested).collect();
    assert_eq!(suggested.len(), 1);
    assert_eq!(suggested[0].roles, [Role::InternalApprover, Role::TeamLead]);
    for account in &report.accounts {
        assert!(store.account(&account.email).await.unwrap().is_some(), "{}", account.email);
    }
}

#[tokio::test]
async fn a_portal_in_use_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), "--items 5", Interruption::default()).await.unwrap();
    let failed = run(folder.path(), "--items 5", Interruption::default()).await.unwrap_err();
    assert!(matches!(failed.why, SeedError::NotEmpty), "{failed}");
    assert_eq!(failed.left, Left::AsItWas);
}

#[tokio::test]
async fn a_password_is_made_up_when_none_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let seeded = run(folder.path(), "--items 5", Interruption::default()).await.unwrap();
    assert_eq!(seeded.password.map(|password| password.len()), Some(16));
}

#[tokio::test]
async fn an_interrupted_run_takes_back_a_portal_that_it_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    let interruption = Interruption::default();
    interruption.interrupt();
    let failed = run(&data, "--items 50", interruption).await.unwrap_err();
    assert_eq!(failed.left, Left::AsItWas);
    assert!(!data.exists());
}

#[tokio::test]
async fn an_interrupted_run_leaves_a_portal_that_was_there_empty() {
    let folder = tempfile::tempdir().unwrap();
    let founding = postern_portal_store::Founding {
        organisation: "Mine".to_owned(),
        epoch: "e1".to_owned(),
        key_seed: [1; 32],
        at: postern_domain::Timestamp(0),
    };
    Store::create(folder.path(), founding).await.unwrap().close().await;
    let interruption = Interruption::default();
    interruption.interrupt();
    run(folder.path(), "--items 50", interruption).await.unwrap_err();
    let store = Store::open(folder.path()).await.unwrap();
    assert_eq!(store.head().await.unwrap().seq, 0);
    assert!(store.directory().await.unwrap().people().iter().next().is_none());
}
