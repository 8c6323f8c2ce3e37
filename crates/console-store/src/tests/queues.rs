//! Queues in SQL against the same questions asked of each item in turn.

use super::fixtures::*;
use crate::directory::Lookup;
use crate::queue::{Listing, QueueKind, SortKey};
use postern_domain::filter::{Bound, Filter, Flag, Term, Test, Who};
use postern_domain::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn any_person() -> impl Strategy<Value = Option<PersonId>> {
    proptest::option::weighted(0.8, prop_oneof![Just(ME), Just("ben"), Just("mara")])
        .prop_map(|id| id.map(PersonId::from))
}

prop_compose! {
    fn any_item()(
        number in 0_u32..10_000,
        phase in proptest::sample::select(Phase::ALL.to_vec()),
        stage in proptest::sample::select(vec!["intake", "review", "sign_off"]),
        owner in any_person(),
        reviewers in proptest::collection::btree_set(proptest::sample::select(vec![ME, "ben", "mara"]), 0..3),
        due in proptest::option::of(-3_000_i64..3_000),
        entered in -9_000_i64..0,
        updated in -9_000_i64..0,
        priority in proptest::sample::select(vec![Priority::Low, Priority::Normal, Priority::High, Priority::Urgent]),
        kind in proptest::sample::select(Kind::ALL.to_vec()),
        brio in any::<bool>(),
        escalated in any::<bool>(),
        contributed in any::<bool>(),
        word in proptest::sample::select(vec!["alpha", "beta", "gamma delta"]),
    ) -> Item {
        let mut item = item(number, ME);
        item.owner = owner;
        item.phase = phase;
        item.kind = kind;
        item.priority = priority;
        item.due_at = due.map(at);
        item.entered_at = at(entered);
        item.updated_at = at(updated);
        item.title = format!("{word} {number}");
        item.contributors = if contributed { [PersonId::from(ME)].into() } else { BTreeSet::new() };
        if brio {
            item.client = ClientId::from("c-brio");
        }
        let reviewers: Vec<PersonId> = reviewers.into_iter().map(PersonId::from).collect();
        for review in &mut item.reviews {
            review.stage = StageKey::from(stage);
            review.step = stage.into();
            review.reviewers.clone_from(&reviewers);
        }
        item.reviews.retain(|_| matches!(phase, Phase::InReview));
        item.escalation = escalated.then(|| Escalation {
            level: 1, reason: "late".to_owned(), by: Actor::Person("ben".into()), to: None, at: NOW,
        });
        item
    }
}

fn any_test() -> impl Strategy<Value = Test> {
    prop_oneof![
        proptest::sample::select(vec!["intake", "Specialist review", "sign", "changes requested", "in"])
            .prop_map(|text| Test::Stage(text.to_owned())),
        any_who().prop_map(Test::Owner),
        any_who().prop_map(Test::Assignee),
        proptest::sample::select(vec!["acme", "Brió Café", "br", "nobody's"])
            .prop_map(|text| Test::Client(text.to_owned())),
        proptest::sample::select(vec!["enterprise", "spring"]).prop_map(|text| Test::Cohort(text.to_owned())),
        proptest::sample::select(Kind::ALL.to_vec()).prop_map(Test::Kind),
        proptest::sample::select(Phase::ALL.to_vec()).prop_map(Test::Phase),
        Just(Test::Priority(Priority::High)),
        proptest::sample::select(vec![
            Flag::Overdue,
            Flag::Stuck,
            Flag::Escalated,
            Flag::Unassigned,
            Flag::Open
        ])
        .prop_map(Test::Is),
        any_bound().prop_map(Test::Due),
        any_bound().prop_map(Test::Age),
        proptest::sample::select(vec!["alpha", "bet", "gamma delta", "acme"])
            .prop_map(|text| Test::Text(text.to_owned())),
    ]
}

fn any_who() -> impl Strategy<Value = Who> {
    prop_oneof![
        Just(Who::Me),
        Just(Who::Nobody),
        Just(Who::Named("ben@example.com".into())),
        Just(Who::Named("lind".into()))
    ]
}

fn any_bound() -> impl Strategy<Value = Bound> {
    (-40_i64..40, any::<bool>()).prop_map(|(hours, less)| {
        if less { Bound::LessThan(hours * HOUR_MS) } else { Bound::MoreThan(hours * HOUR_MS) }
    })
}

fn any_filter() -> impl Strategy<Value = Filter> {
    proptest::collection::vec(
        (any::<bool>(), any_test()).prop_map(|(negated, test)| Term { negated, test }),
        0..3,
    )
    .prop_map(|terms| Filter { terms })
}

fn turns(item: &Item) -> Vec<&PersonId> {
    match item.phase {
        Phase::InReview => item.waiting_on().collect(),
        Phase::Approved => item.owner.iter().collect(),
        _ => Vec::new(),
    }
}

fn belongs(queue: QueueKind, item: &Item, lookup: &Lookup, now: Timestamp) -> bool {
    let me = PersonId::from(ME);
    let myself = lookup.myself().unwrap();
    match queue {
        QueueKind::MyTurn => turns(item).contains(&&me),
        QueueKind::Mine => item.owner.as_ref() == Some(&me),
        QueueKind::Team => {
            let step = item.reviews.first().and_then(|review| lookup.journey(item)?.step(&review.step));
            item.phase == Phase::InReview
                && (myself.holds(Role::TeamLead, item.place())
                    || (turns(item).is_empty()
                        && step
                            .is_some_and(|(_, step)| eligible(step, item, lookup.people(), myself).is_ok())))
        }
        QueueKind::WaitingOnClient => item.phase == Phase::ChangesRequested,
        QueueKind::Escalated => item.phase.is_open() && item.escalation.is_some(),
        QueueKind::Stuck => {
            item.phase.is_open() && stuck_from(item, &lookup.norms).is_some_and(|from| from < now)
        }
        QueueKind::Open => item.phase.is_open(),
        QueueKind::Closed => item.phase.is_terminal(),
    }
}

fn holds(test: &Test, item: &Item, lookup: &Lookup) -> bool {
    let who = |who: &Who, people: Vec<&PersonId>| match who {
        Who::Me => people.iter().any(|id| id.as_str() == ME),
        Who::Nobody => people.is_empty(),
        Who::Named(name) if name.contains('@') => people.iter().any(|id| id.as_str() == "ben"),
        Who::Named(_) => people.iter().any(|id| id.as_str() == "mara"),
    };
    let bound = |bound: &Bound, value: i64| match bound {
        Bound::LessThan(limit) => value < *limit,
        Bound::MoreThan(limit) => value > *limit,
    };
    match test {
        Test::Stage(text) => {
            let name = item.stage().map_or(postern_domain::explain::phase_name(item.phase), |stage| {
                match stage.as_str() {
                    "intake" => "Intake check",
                    "review" => "Specialist review",
                    _ => "Final sign-off",
                }
            });
            let key = item.stage().map_or("", |stage| stage.as_str());
            match text.as_str() {
                "intake" => key == "intake",
                "in" => key == "intake" || name == "In review",
                "sign" => key == "sign_off",
                other => name.eq_ignore_ascii_case(other),
            }
        }
        Test::Owner(wanted) => who(wanted, item.owner.iter().collect()),
        Test::Assignee(wanted) => who(wanted, turns(item)),
        Test::Client(text) => match text.as_str() {
            "acme" => item.client.as_str() == "c-acme",
            "nobody's" => false,
            _ => item.client.as_str() == "c-brio",
        },
        Test::Cohort(text) => (text == "enterprise") == (item.client.as_str() == "c-acme"),
        Test::Kind(kind) => item.kind == *kind,
        Test::Phase(phase) => item.phase == *phase,
        Test::Priority(priority) => item.priority == *priority,
        Test::Is(Flag::Overdue) => item.is_overdue(NOW),
        Test::Is(Flag::Stuck) => belongs(QueueKind::Stuck, item, lookup, NOW),
        Test::Is(Flag::Escalated) => belongs(QueueKind::Escalated, item, lookup, NOW),
        Test::Is(Flag::Unassigned) => item.phase == Phase::InReview && turns(item).is_empty(),
        Test::Is(Flag::Pending) => false,
        Test::Is(Flag::Open) => item.phase.is_open(),
        Test::Due(limit) => item.due_at.is_some_and(|due| bound(limit, due.since(NOW))),
        Test::Age(limit) => bound(limit, NOW.since(item.entered_at)),
        Test::Text(text) => {
            let client = if item.client.as_str() == "c-acme" { "acme works" } else { "brio cafe brio" };
            let all = format!("{} {} {client}", item.reference, item.title).to_lowercase().replace('-', " ");
            text.split(' ').all(|wanted| all.split(' ').any(|word| word.starts_with(wanted)))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_queue_holds_exactly_what_each_item_says_of_itself(
        items in proptest::collection::vec(any_item(), 1..60),
        filters in proptest::collection::vec(any_filter(), 6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut known = BTreeSet::new();
            let items: Vec<Item> = items.into_iter().filter(|item| known.insert(item.id.clone())).collect();
            let scene = Scene::with(items.clone()).await;
            let lookup = scene.cache.lookup().await.unwrap();
            for queue in QueueKind::ALL {
                for filter in &filters {
                    let expected: BTreeSet<&ItemId> = items
                        .iter()
                        .filter(|item| belongs(queue, item, &lookup, NOW))
                        .filter(|item| filter.terms.iter().all(|term| holds(&term.test, item, &lookup) != term.negated))
                        .map(|item| &item.id)
                        .collect();
                    let found = scene.cache.matching_ids(queue, filter, NOW).await.unwrap();
                    assert_eq!(found.iter().collect::<BTreeSet<_>>(), expected, "{queue:?} {filter}");
                    assert_eq!(found.len(), expected.len());
                }
            }
            // Whatever instant it was last counted to, and for clocks that are before it and after it.
            for counted_to in [NOW, at(-2_000), at(2_500)] {
                scene.cache.apply_page(&scene.lease, &page(20, &[]), &[], counted_to).await.unwrap();
                for now in [at(-1_000), NOW, at(2_500), at(2_900)] {
                    for tally in scene.cache.tallies(now).await.unwrap() {
                        let members: Vec<&Item> =
                            items.iter().filter(|item| belongs(tally.queue, item, &lookup, now)).collect();
                        assert_eq!(tally.count as usize, members.len(), "{:?}", tally.queue);
                        let overdue = members.iter().filter(|item| item.is_overdue(now)).count();
                        assert_eq!(tally.overdue as usize, overdue, "overdue in {:?}", tally.queue);
                    }
                }
            }
        });
    }
}

fn listing(queue: QueueKind, sort: SortKey, descending: bool, offset: u32, limit: u32) -> Listing {
    Listing { queue, filter: Filter::default(), sort, descending, offset, limit, now: NOW }
}

#[tokio::test]
async fn pages_follow_the_wanted_order_without_gaps_or_doubles_in_small_and_in_large_queues() {
    for count in [30_u32, 2_500] {
        let items: Vec<Item> = (0..count)
            .map(|number| {
                let mut item = item(number, ME);
                let mixed = i64::from(number.wrapping_mul(2_654_435_761) % 1_000);
                item.due_at = (mixed % 7 != 0).then(|| at(mixed - 500));
                item.entered_at = at(-mixed);
                item.updated_at = at(mixed * 3 % 1_000);
                item.title = format!("{} title {mixed}", if mixed % 2 == 0 { "A" } else { "a" });
                item.priority =
                    [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent][(mixed % 4) as usize];
                item
            })
            .collect();
        let scene = Scene::with(items).await;
        for queue in [QueueKind::MyTurn, QueueKind::Open, QueueKind::Stuck, QueueKind::Mine] {
            for sort in [
                SortKey::Due,
                SortKey::Age,
                SortKey::Updated,
                SortKey::Priority,
                SortKey::Reference,
                SortKey::Title,
            ] {
                for descending in [false, true] {
                    let mut rows = Vec::new();
                    loop {
                        let offset = u32::try_from(rows.len()).unwrap();
                        let page =
                            scene.cache.list(&listing(queue, sort, descending, offset, 400)).await.unwrap();
                        if page.rows.is_empty() {
                            assert_eq!(rows.len(), page.total as usize);
                            break;
                        }
                        rows.extend(page.rows);
                    }
                    let ids: BTreeSet<&ItemId> = rows.iter().map(|row| &row.id).collect();
                    assert_eq!(ids.len(), rows.len(), "doubles in {queue:?} by {sort:?}");
                    if descending {
                        rows.reverse();
                    }
                    let sorted = match sort {
                        SortKey::Due => {
                            rows.is_sorted_by_key(|row| row.due_at.map_or(i64::MAX, Timestamp::ms))
                        }
                        SortKey::Age => rows.is_sorted_by_key(|row| -row.entered_at.ms()),
                        SortKey::Updated => rows.is_sorted_by_key(|row| row.updated_at),
                        SortKey::Priority => rows.is_sorted_by_key(|row| row.priority),
                        SortKey::Reference => rows.is_sorted_by_key(|row| row.reference.clone()),
                        SortKey::Title => rows.is_sorted_by_key(|row| row.title.to_ascii_lowercase()),
                    };
                    assert!(sorted, "{queue:?} by {sort:?}, descending {descending}");
                }
            }
        }
    }
}

#[tokio::test]
async fn counters_stay_right_whatever_comes_goes_and_is_taken_back() {
    let items: Vec<Item> = (0..6).map(|number| item(number, ME)).collect();
    let scene = Scene::with(items.clone()).await;
    let check = |step: &'static str| {
        let cache = scene.cache.clone();
        async move {
            let overdue = postern_domain::filter::parse("is:overdue").filter;
            for now in [at(-700), NOW, at(90 * 24 * 60)] {
                for tally in cache.tallies(now).await.unwrap() {
                    let members = cache.matching_ids(tally.queue, &Filter::default(), now).await.unwrap();
                    assert_eq!(tally.count as usize, members.len(), "{:?} after {step}", tally.queue);
                    let late = cache.matching_ids(tally.queue, &overdue, now).await.unwrap();
                    assert_eq!(
                        tally.overdue as usize,
                        late.len(),
                        "overdue in {:?} after {step}",
                        tally.queue
                    );
                    let first = Listing { now, ..listing(tally.queue, SortKey::Due, false, 0, 1) };
                    let page = cache.list(&first).await.unwrap();
                    assert_eq!(page.total, tally.count, "{:?} after {step}", tally.queue);
                }
            }
        }
    };
    check("bootstrap").await;
    scene.give_held("k0", &items[0].id, approve(&items[0]), at(1)).await;
    scene.give("k1", &items[1].id, approve(&items[1])).await;
    check("acting").await;
    scene.cache.undo("batch", NOW).await.unwrap();
    check("undo").await;
    let approved = after(&items[1], &approve(&items[1]), ME, NOW);
    let withdrawn = after(&items[2], &Command::Withdraw { reason: "no".to_owned() }, ME, NOW);
    let escalated = after(&items[3], &Command::Escalate { to: None, reason: "late".to_owned() }, ME, NOW);
    scene.pull(11, &[approved, withdrawn, escalated, item(9, ME)]).await;
    check("patches").await;
    let mut leaving = page(12, &[]);
    leaving.changes.push(postern_protocol::Change::Leave { id: items[1].id.clone() });
    leaving.directory = Some(directory());
    if let Some(directory) = &mut leaving.directory {
        directory.clients[0].name = "Acme Renamed".to_owned();
    }
    scene.cache.apply_page(&scene.lease, &leaving, &[], NOW).await.unwrap();
    check("leaving and a new directory").await;
    scene.bootstrap(items[..2].to_vec(), 40).await;
    check("another bootstrap").await;
    scene.cache.wipe().await.unwrap();
    check("a wipe").await;
}

#[tokio::test]
async fn a_page_that_is_asked_for_again_goes_by_the_names_of_the_day() {
    let scene = Scene::with((0..6).map(|number| item(number, ME)).collect()).await;
    let filter = postern_domain::filter::parse("client:acme").filter;
    let wanted = Listing { filter, ..listing(QueueKind::Open, SortKey::Due, false, 0, 50) };
    for _ in 0..2 {
        let page = scene.cache.list(&wanted).await.unwrap();
        assert_eq!((page.total, page.rows.len()), (6, 6));
    }
    let mut renamed = page(12, &[]);
    let mut names = directory();
    let acme = names.clients.iter_mut().find(|client| client.id.as_str() == "c-acme").unwrap();
    acme.name = "Zenith".to_owned();
    acme.code = "ZEN".to_owned();
    renamed.directory = Some(names);
    scene.cache.apply_page(&scene.lease, &renamed, &[], NOW).await.unwrap();
    let page = scene.cache.list(&wanted).await.unwrap();
    assert_eq!((page.total, page.rows.len()), (0, 0), "nobody is called Acme any more");
    let filter = postern_domain::filter::parse("client:zenith").filter;
    let page = scene.cache.list(&Listing { filter, ..wanted }).await.unwrap();
    assert_eq!((page.total, page.rows.len()), (6, 6));
}
