//! Rows never leak: changes, bootstrap and directory hold what the domain lets a person see, and all of it.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Fixture, say, since, snapshot};
use postern_domain::{Client, Command, ItemId, Kind, Person, PersonId, Phase, Role, Scope, may_view};
use postern_portal_store::{BootstrapStart, BootstrapWish, Changes, PersonChange, Since};
use postern_protocol::{Change, Cursor, Expected, Holding, Month, NamedItems};
use postern_test_support::{acme, clerk, globex, person, project, submission};
use std::collections::BTreeSet;

/// Eight items: both clients, two kinds, with and without the project where there is one.
async fn world() -> Fixture {
    let fixture = Fixture::new().await;
    let mut number = 0;
    for client in [acme(), globex()] {
        for kind in [Kind::Request, Kind::Invoice] {
            for project in [None, Some("rocket")] {
                let project = project.filter(|_| client.code == "ACME").map(Into::into);
                let submission =
                    postern_domain::Submission { kind, project, ..submission(&client, "Work", Some("lea")) };
                let command = postern_domain::Command::Submit(Box::new(submission));
                fixture.command("lea", &format!("i{number}"), command).await;
                number += 1;
            }
        }
    }
    fixture
}

fn everybody() -> Vec<Person> {
    let scopes = [
        Scope::EVERYTHING,
        Scope { client: Some(acme().id), ..Scope::EVERYTHING },
        Scope { client: Some(globex().id), kind: Some(Kind::Invoice), ..Scope::EVERYTHING },
        Scope { project: Some("rocket".into()), ..Scope::EVERYTHING },
        Scope { kind: Some(Kind::Request), ..Scope::EVERYTHING },
        Scope { client: Some("nobody".into()), ..Scope::EVERYTHING },
    ];
    let mut people = vec![person("granted-nothing").build()];
    for role in Role::ALL {
        for (number, scope) in scopes.iter().enumerate() {
            people.push(
                person(&format!("{role:?}-{number}").to_lowercase()).grant(role, scope.clone()).build(),
            );
        }
    }
    people
}

async fn bootstrapped(fixture: &Fixture, person: &PersonId) -> (Cursor, BTreeSet<ItemId>, u64) {
    let (begin, mut snapshot) = snapshot(&fixture.store, person, BootstrapWish::default()).await;
    let mut items = BTreeSet::new();
    while let Some(page) = snapshot.next().await.unwrap() {
        items.extend(page.into_iter().map(|item| item.id));
    }
    (begin.cursor, items, begin.items)
}

/// The items that a load of versions alone names, each in the version that is there.
async fn versions(fixture: &Fixture, person: &PersonId) -> BTreeSet<ItemId> {
    let (_, mut load) = snapshot(&fixture.store, person, BootstrapWish::default()).await;
    let mut items = BTreeSet::new();
    while let Some(page) = load.next_versions().await.unwrap() {
        for (id, version) in page {
            assert_eq!(fixture.item(id.as_str()).await.version, version);
            items.insert(id);
        }
    }
    items
}

fn ids(changes: Vec<Change>) -> BTreeSet<ItemId> {
    changes
        .into_iter()
        .map(|change| match change {
            Change::Upsert { item } => item.id,
            Change::Leave { id } => panic!("{id} leaves, and was never seen"),
        })
        .collect()
}

async fn changed(fixture: &Fixture, person: &PersonId, cursor: &Cursor) -> BTreeSet<ItemId> {
    let page =
        fixture.store.changes_for(person, &since(cursor, 500), fixture.now()).await.unwrap().page().unwrap();
    ids(page.changes)
}

#[tokio::test]
async fn every_role_and_scope_gets_exactly_what_it_may_see() {
    let fixture = world().await;
    for person in everybody() {
        fixture.store.add_person(&person, None, &clerk(), fixture.now()).await.unwrap();
        let mut may = BTreeSet::new();
        for number in 0..8 {
            let item = fixture.item(&format!("i{number}")).await;
            if may_view(&person, &item) {
                may.insert(item.id);
            }
        }
        let (cursor, snapshot, announced) = bootstrapped(&fixture, &person.id).await;
        assert_eq!(snapshot, may, "bootstrap of {}", person.id);
        assert_eq!(versions(&fixture, &person.id).await, may, "versions of {}", person.id);
        let every = (0..8).map(|number| ItemId::from(format!("i{number}").as_str())).collect();
        let named = NamedItems { cursor: cursor.clone(), ids: every };
        let page =
            fixture.store.named_items(&person.id, &named, fixture.now()).await.unwrap().page().unwrap();
        assert_eq!((ids(page.changes), page.cursor), (may.clone(), cursor.clone()), "named by {}", person.id);
        assert_eq!(announced, may.len() as u64, "announced to {}", person.id);
        let from_the_start = Cursor { seq: 0, ..cursor };
        assert_eq!(changed(&fixture, &person.id, &from_the_start).await, may, "changes of {}", person.id);
    }
}

async fn holding_of(fixture: &Fixture, person: &PersonId, closed_since: Option<Month>) -> Expected {
    let (begin, ..) = bootstrapped(fixture, person).await;
    let since = Since { closed_since, asks_expected: true, ..since(&begin, 10) };
    let page = fixture.store.changes_for(person, &since, fixture.now()).await.unwrap().page().unwrap();
    page.expected.unwrap()
}

#[tokio::test]
async fn what_a_console_should_hold_is_what_its_person_may_see_in_its_version() {
    let fixture = world().await;
    for (number, command) in (0..8).zip([say("c1", "x"), say("c2", "y")].into_iter().cycle()) {
        fixture.command("olga", &format!("i{number}"), command).await;
    }
    let withdraw = Command::Withdraw { reason: "not needed".into() };
    fixture.command("olga", "i0", withdraw).await;
    assert_eq!(fixture.item("i0").await.phase, Phase::Withdrawn);
    let this_month = Month::of(fixture.now());
    for person in everybody() {
        fixture.store.add_person(&person, None, &clerk(), fixture.now()).await.unwrap();
        let (mut all, mut open) = (Holding::default(), Holding::default());
        for number in 0..8 {
            let item = fixture.item(&format!("i{number}")).await;
            if may_view(&person, &item) {
                all.add_item(&item.id, item.version);
                if item.phase.is_open() {
                    open.add_item(&item.id, item.version);
                }
            }
        }
        let expected = |holding: Holding| Expected { holding, elsewhere: all.items - holding.items };
        assert_eq!(holding_of(&fixture, &person.id, None).await, expected(all), "{}", person.id);
        assert_eq!(holding_of(&fixture, &person.id, Some(this_month)).await, expected(all), "{}", person.id);
        let next_month = Month::from_number(this_month.number() + 1);
        assert_eq!(holding_of(&fixture, &person.id, Some(next_month)).await, expected(open), "{}", person.id);
    }
}

#[tokio::test]
async fn a_load_that_was_cut_goes_on_behind_its_last_item_with_the_cursor_that_it_began_with() {
    let fixture = world().await;
    let olga = PersonId::from("olga");
    let (cursor, all, _) = bootstrapped(&fixture, &olga).await;
    fixture.command("olga", "i2", say("c", "Changed after the load began")).await;

    let after = Some((cursor.clone(), ItemId::from("i4")));
    let (begin, mut rest) =
        snapshot(&fixture.store, &olga, BootstrapWish { after: after.clone(), closed_since: None }).await;
    assert_eq!((&begin.cursor, begin.expected, begin.directory), (&cursor, None, None));
    let rest: BTreeSet<ItemId> =
        rest.next().await.unwrap().unwrap().into_iter().map(|item| item.id).collect();
    let behind: BTreeSet<ItemId> = all.into_iter().filter(|id| id.as_str() > "i4").collect();
    assert_eq!((rest.len() as u64, &rest), (begin.items, &behind));
    // What changed since is in the changes since the cursor, wherever it stands.
    let changed = changed(&fixture, &olga, &begin.cursor).await;
    assert_eq!(changed, BTreeSet::from([ItemId::from("i2")]));

    fixture.store.roll_epoch("another").await.unwrap();
    let wish = BootstrapWish { after, closed_since: None };
    assert!(matches!(fixture.store.bootstrap(&olga, wish).await.unwrap(), BootstrapStart::StartOver));
}

#[tokio::test]
async fn what_was_closed_before_the_kept_months_is_not_loaded_and_leaves_where_it_may_still_be_open() {
    let fixture = world().await;
    let olga = PersonId::from("olga");
    let (cursor, ..) = bootstrapped(&fixture, &olga).await;
    fixture.command("olga", "i0", Command::Withdraw { reason: "not needed".into() }).await;
    let next = Month::from_number(Month::of(fixture.now()).number() + 1);
    let wish = BootstrapWish { closed_since: Some(next), after: None };
    let (begin, mut load) = snapshot(&fixture.store, &olga, wish).await;
    let loaded = load.next().await.unwrap().unwrap();
    assert!(loaded.iter().all(|item| item.id.as_str() != "i0"));
    assert_eq!((begin.items, begin.expected.unwrap().elsewhere), (loaded.len() as u64, 1));
    let since = Since { closed_since: Some(next), ..since(&cursor, 10) };
    let page = fixture.store.changes_for(&olga, &since, fixture.now()).await.unwrap().page().unwrap();
    assert_eq!(page.changes, [Change::Leave { id: "i0".into() }]);
}

#[tokio::test]
async fn a_page_is_limited_and_the_next_goes_on_after_it() {
    let fixture = world().await;
    let (cursor, all, _) = bootstrapped(&fixture, &"olga".into()).await;
    let mut cursor = Cursor { seq: 0, ..cursor };
    let mut seen = BTreeSet::new();
    loop {
        let page = fixture
            .store
            .changes_for(&"olga".into(), &since(&cursor, 3), fixture.now())
            .await
            .unwrap()
            .page()
            .unwrap();
        assert!(page.changes.len() <= 3);
        for change in page.changes {
            let Change::Upsert { item } = change else { panic!("nothing leaves") };
            assert!(seen.insert(item.id), "an item comes once");
        }
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, all);
    assert_eq!(cursor.seq, fixture.store.head().await.unwrap().seq);
}

#[tokio::test]
async fn somebody_who_sees_little_still_comes_to_the_head() {
    let fixture = world().await;
    let (cursor, ..) = bootstrapped(&fixture, &"gus".into()).await;
    fixture.command("olga", "i0", say("c", "Out of sight of gus")).await;
    let page = fixture
        .store
        .changes_for(&"gus".into(), &since(&cursor, 10), fixture.now())
        .await
        .unwrap()
        .page()
        .unwrap();
    assert!(page.changes.is_empty() && !page.more);
    assert_eq!(page.cursor.seq, fixture.store.head().await.unwrap().seq);
}

#[tokio::test]
async fn other_grants_another_epoch_or_a_cursor_from_the_future_end_the_cursor() {
    let fixture = world().await;
    let gus = PersonId::from("gus");
    let (cursor, ..) = bootstrapped(&fixture, &gus).await;
    let changes = async |cursor: &Cursor| {
        let named = NamedItems { cursor: cursor.clone(), ids: Vec::new() };
        let named = fixture.store.named_items(&gus, &named, fixture.now()).await.unwrap();
        let changes = fixture.store.changes_for(&gus, &since(cursor, 10), fixture.now()).await.unwrap();
        assert_eq!(std::mem::discriminant(&named), std::mem::discriminant(&changes));
        changes
    };
    let is_good = async |cursor: &Cursor| changes(cursor).await.page().is_some();
    assert!(is_good(&cursor).await);
    let other = Cursor { epoch: "other".into(), ..cursor.clone() };
    assert!(matches!(changes(&other).await, Changes::Gone));
    let ahead = Cursor { seq: cursor.seq + 1, ..cursor.clone() };
    assert!(matches!(changes(&ahead).await, Changes::Gone));
    let name = PersonChange { name: Some("Gustav".into()), ..PersonChange::default() };
    fixture.store.change_person(&gus, &name, &clerk(), fixture.now()).await.unwrap();
    assert!(is_good(&cursor).await, "a new name is no new scope");
    let grants = PersonChange { grants: Some(Vec::new()), ..PersonChange::default() };
    fixture.store.change_person(&gus, &grants, &clerk(), fixture.now()).await.unwrap();
    assert!(matches!(changes(&cursor).await, Changes::ScopeChanged));
    assert!(matches!(changes(&other).await, Changes::Gone));
}

#[tokio::test]
async fn the_directory_comes_once_after_it_changed() {
    let fixture = world().await;
    let (cursor, ..) = bootstrapped(&fixture, &"olga".into()).await;
    let page = fixture
        .store
        .changes_for(&"olga".into(), &since(&cursor, 10), fixture.now())
        .await
        .unwrap()
        .page()
        .unwrap();
    assert!(page.directory.is_none());
    let client = Client {
        id: "initech".into(),
        name: "Initech".into(),
        code: "INI".into(),
        cohort: "pilot".into(),
        owner: None,
    };
    fixture.store.add_client(&client, &clerk(), fixture.now()).await.unwrap();
    let page = fixture
        .store
        .changes_for(&"olga".into(), &since(&cursor, 10), fixture.now())
        .await
        .unwrap()
        .page()
        .unwrap();
    assert!(page.directory.unwrap().clients.contains(&client));
    let page = fixture
        .store
        .changes_for(&"olga".into(), &since(&page.cursor, 10), fixture.now())
        .await
        .unwrap()
        .page()
        .unwrap();
    assert!(page.directory.is_none());
}

#[tokio::test]
async fn a_directory_holds_all_staff_and_only_the_clients_in_sight() {
    let fixture = world().await;
    fixture.store.add_project(&project("lander", &globex()), &clerk(), fixture.now()).await.unwrap();
    let gina = person("gina").at_client(Role::Client, &globex()).build();
    fixture.store.add_person(&gina, None, &clerk(), fixture.now()).await.unwrap();
    let directory = fixture.store.directory().await.unwrap();
    let of = |id: &str| directory.for_person(directory.people().get(&PersonId::from(id)).unwrap());
    let names = |people: &[Person]| people.iter().map(|person| person.name.clone()).collect::<Vec<_>>();

    let gus = of("gus");
    assert_eq!(names(&gus.people), ["abel", "gina", "gus", "lea", "olga"], "carla of ACME is out of sight");
    assert_eq!(gus.clients, [globex()]);
    assert_eq!(gus.projects, [project("lander", &globex())]);
    let olga = of("olga");
    assert_eq!(names(&olga.people), ["abel", "carla", "gina", "gus", "lea", "olga"]);
    assert_eq!(olga.clients, [acme(), globex()]);
}

#[tokio::test]
async fn a_draft_stays_out_of_sight_of_staff() {
    use postern_domain::{Actor, Event, Recorded, Timestamp};
    let fixture = Fixture::new().await;
    let drafted = Recorded {
        event: Event::drafted(
            postern_domain::Submission { reference: "ACME-1".into(), ..submission(&acme(), "A draft", None) },
            &postern_domain::Journey::built_in(),
        ),
        by: Actor::Person("carla".into()),
        on_behalf_of: None,
        at: Timestamp(common::START),
        device_at: None,
        command: None,
    };
    let item = postern_domain::replay(&"i1".into(), [&drafted]).unwrap();
    let mut bulk = fixture.store.bulk(&clerk(), fixture.now()).await.unwrap();
    bulk.add_item(&item, &[drafted]).await.unwrap();
    bulk.commit().await.unwrap();
    let (cursor, snapshot, announced) = bootstrapped(&fixture, &"olga".into()).await;
    assert!(snapshot.is_empty() && announced == 0);
    assert!(changed(&fixture, &"olga".into(), &Cursor { seq: 0, ..cursor }).await.is_empty());
}
