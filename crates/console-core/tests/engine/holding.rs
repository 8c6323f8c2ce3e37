//! What a console holds, and what it should.

use crate::harness::*;
use postern_console_core::secrets::InMemory;
use postern_console_core::{FailureCode, ListQuery, Queue, Request, SortBy};
use postern_domain::{Command, DAY_MS, Grant, ItemId, MINUTE_MS, Role, Scope};
use postern_protocol::paths;
use postern_test_support::{Fault, PASSWORD, TestPortal, clerk};
use sqlx::Connection as _;
use std::sync::Arc;

async fn lose_a_row(console: &Console, item: &ItemId) {
    let mut cache = console.cache().await;
    for table in ["item_docs", "item_turns", "items"] {
        let sql = format!("DELETE FROM {table} WHERE row = (SELECT row FROM items WHERE id = $1)");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(item.as_str()).execute(&mut cache).await.unwrap();
    }
}

async fn open(console: &Console) -> Vec<ItemId> {
    console.engine.matching_ids(Queue::Open, "").await.unwrap()
}

#[tokio::test]
async fn a_cache_that_lost_a_row_is_loaded_anew_with_its_outbox_kept_and_the_portal_learns_of_it() {
    let world = World::new().await;
    let (one, two) = (world.item("One").await, world.item("Two").await);
    let olga = world.console("olga").await;
    lose_a_row(&olga, &two.id).await;
    let given = olga.give(&one.id, note("kept")).await;
    assert_eq!(open(&olga).await, std::slice::from_ref(&one.id));
    world.portal.clock.advance_ms(31_000);
    let report = olga.engine.sync_now().await.unwrap();
    assert!(report.bootstrapped);
    assert_eq!(open(&olga).await.len(), 2);
    assert!(matches!(olga.settlement(&given).await, postern_console_core::Settlement::Applied));
    assert_eq!(world.requests(paths::HANDSHAKE), 2, "the second greeting says what was wrong");

    // It is whole again, and stays as it is.
    world.portal.clock.advance_ms(31_000);
    assert!(!olga.engine.sync_now().await.unwrap().bootstrapped);
}

/// From now on, the portal says that there is one item more than there is.
async fn count_wrongly(world: &World) {
    let url = format!("sqlite://{}", world.portal.data().join("portal.db").display());
    let mut database = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("UPDATE places SET items = items + 1").execute(&mut database).await.unwrap();
}

#[tokio::test]
async fn a_new_console_is_let_in_by_a_portal_that_counts_wrongly_and_tells_it_so() {
    let world = World::new().await;
    let item = world.item("One").await;
    count_wrongly(&world).await;
    let olga = world.console_signed_out("olga", Arc::new(InMemory::new())).await;
    olga.engine.sign_in(&olga.url, "olga@example.com", PASSWORD).await.unwrap();
    let refused = olga.engine.sync_now().await.unwrap_err();
    assert_eq!((refused.code, open(&olga).await), (FailureCode::Throttled, Vec::new()));
    // Each try may be another process.
    olga.engine.stop().await;
    let engine = olga.again().await;
    let before = world.requests(paths::HANDSHAKE);
    assert!(engine.sync_now().await.unwrap().bootstrapped);
    assert_eq!(open(&olga).await, std::slice::from_ref(&item.id));
    assert_eq!(world.requests(paths::HANDSHAKE) - before, 2, "the second greeting says what was wrong");

    let given = olga.give(&item.id, note("at work")).await;
    for _ in 0..5 {
        world.portal.clock.advance_ms(31_000);
        assert!(!engine.sync_now().await.unwrap().bootstrapped);
    }
    assert!(matches!(olga.settlement(&given).await, postern_console_core::Settlement::Applied));
    assert_eq!(world.requests(paths::BOOTSTRAP), 2, "nothing is loaded again and again");
}

#[tokio::test]
async fn where_loading_anew_does_not_help_it_is_tried_once_an_hour_until_the_portal_counts_rightly() {
    let world = World::new().await;
    let item = world.item("One").await;
    let olga = world.console("olga").await;
    count_wrongly(&world).await;
    let loads = || world.requests(paths::BOOTSTRAP) - 1;
    world.portal.clock.advance_ms(31_000);
    assert!(olga.engine.sync_now().await.is_err(), "what it loads is not what was announced");
    assert!(olga.engine.sync_now().await.unwrap().bootstrapped, "and is again, so that it is taken");
    for _ in 0..20 {
        world.portal.clock.advance_ms(2 * MINUTE_MS);
        assert!(!olga.engine.sync_now().await.unwrap().bootstrapped);
    }
    assert_eq!((loads(), open(&olga).await), (2, vec![item.id.clone()]));
    olga.engine.stop().await;
    let engine = olga.again().await;
    assert!(!engine.sync_now().await.unwrap().bootstrapped, "also in another process");

    world.portal.clock.advance_ms(25 * MINUTE_MS);
    assert!(engine.sync_now().await.unwrap().bootstrapped);
    for _ in 0..20 {
        world.portal.clock.advance_ms(2 * MINUTE_MS);
        assert!(!engine.sync_now().await.unwrap().bootstrapped);
    }
    assert_eq!(loads(), 3);

    assert_eq!(world.portal.store().repair_counts().await.unwrap().len(), 1);
    world.portal.clock.advance_ms(31_000);
    engine.sync_now().await.unwrap();
    // The next row that is lost is fetched at once again.
    lose_a_row(&olga, &item.id).await;
    world.portal.clock.advance_ms(31_000);
    assert!(engine.sync_now().await.unwrap().bootstrapped);
    assert_eq!((loads(), open(&olga).await), (4, vec![item.id]));
}

#[tokio::test]
async fn a_load_that_is_turned_away_or_cut_is_no_try_to_mend_anything() {
    let world = World::new().await;
    let item = world.item("One").await;
    let olga = world.console("olga").await;
    lose_a_row(&olga, &item.id).await;
    world.portal.clock.advance_ms(31_000);
    for fault in [Fault::Refuse { status: 503, retry_after: Some(3) }, Fault::CutReply(300)] {
        world.network.once(paths::BOOTSTRAP, fault);
        assert!(olga.engine.sync_now().await.is_err());
    }
    assert!(olga.engine.sync_now().await.unwrap().bootstrapped);
    assert_eq!(open(&olga).await, [item.id]);
}

/// How many loads went on where another was cut.
fn resumed(world: &World) -> usize {
    world.network.seen().iter().filter(|(line, _)| line.path.contains("after=")).count()
}

#[tokio::test]
async fn a_load_that_is_cut_again_and_again_goes_on_each_time_also_after_a_restart() {
    let world = World::new().await;
    for number in 0..60 {
        world.item(&format!("Item {number}")).await;
    }
    let olga = world.console_signed_out("olga", Arc::new(InMemory::new())).await;
    olga.engine.sign_in(&olga.url, "olga@example.com", PASSWORD).await.unwrap();
    // Each connection lasts a little longer than the one before.
    let mut bytes = 1_000;
    world.network.plan(move |line| match line.path.starts_with(paths::BOOTSTRAP) {
        true => {
            bytes += 300;
            Fault::CutReply(bytes)
        }
        false => Fault::Pass,
    });
    let mut engine = olga.engine.clone();
    let mut rounds = 0;
    while engine.sync_now().await.is_err() {
        rounds += 1;
        assert!(rounds < 60, "it does not come nearer to the end");
        assert_eq!(open(&olga).await, [], "nothing is shown before it is whole");
        if resumed(&world) == 1 {
            engine.stop().await;
            engine = olga.again().await;
        }
    }
    assert_eq!(open(&olga).await.len(), 60);
    assert!(resumed(&world) > 1, "{}", resumed(&world));
    world.portal.clock.advance_ms(31_000);
    assert!(!engine.sync_now().await.unwrap().bootstrapped, "the parts make a whole");
}

#[tokio::test]
async fn a_load_that_makes_room_for_others_goes_on_at_once_and_what_is_given_meanwhile_goes_up() {
    let world = World::around(TestPortal::start_with_loads_of(3).await).await;
    let mut items = Vec::new();
    for number in 0..10 {
        items.push(world.item(&format!("Item {number}")).await);
    }
    let olga = world.console_signed_out("olga", Arc::new(InMemory::new())).await;
    olga.engine.sign_in(&olga.url, "olga@example.com", PASSWORD).await.unwrap();
    let report = olga.engine.sync_now().await.unwrap();
    assert_eq!((report.bootstrapped, report.pulled), (true, 10));
    assert_eq!(open(&olga).await.len(), 10);
    assert_eq!(world.requests(paths::BOOTSTRAP), 5, "three times three, one, and the word that it was all");

    // The portal turns one of them away: the next round goes on.
    lose_a_row(&olga, &items[4].id).await;
    world.portal.clock.advance_ms(31_000);
    let given = olga.give(&items[0].id, note("while it loads")).await;
    let mut loads = 0;
    world.network.plan(move |line| {
        loads += u32::from(line.path.starts_with(paths::BOOTSTRAP));
        if loads == 3 && line.path.starts_with(paths::BOOTSTRAP) { Fault::DropRequest } else { Fault::Pass }
    });
    assert!(olga.engine.sync_now().await.is_err());
    assert!(matches!(olga.settlement(&given).await, postern_console_core::Settlement::Applied));
    let before = world.requests(paths::BOOTSTRAP);
    assert!(olga.engine.sync_now().await.unwrap().bootstrapped);
    assert_eq!(open(&olga).await.len(), 10);
    assert_eq!(world.requests(paths::BOOTSTRAP) - before, 3, "it went on behind six");
}

#[tokio::test]
async fn who_wants_to_keep_less_while_a_load_is_under_way_has_it_to_its_end_and_less_afterwards() {
    let world = World::around(TestPortal::start_with_loads_of(2).await).await;
    let old = world.item("Old").await;
    world.elsewhere("olga", &old.id, Command::Withdraw { reason: "not needed".into() }).await;
    world.portal.clock.advance_ms(70 * DAY_MS);
    for number in 0..4 {
        world.item(&format!("Item {number}")).await;
    }
    let network = Tapped::new();
    let olga = world.console_over("olga", Arc::clone(&network)).await;
    olga.engine.sign_in(&olga.url, "olga@example.com", PASSWORD).await.unwrap();
    let (engine, mut is_first) = (olga.engine.clone(), true);
    network.tap(move |request| {
        let (engine, now) = (engine.clone(), request.url.contains(paths::BOOTSTRAP) && is_first);
        is_first &= !now;
        Box::pin(async move {
            if now {
                engine.set_keep(Some(1)).await.unwrap();
            }
        })
    });
    let report = olga.engine.sync_now().await.unwrap();
    assert_eq!((report.bootstrapped, report.pulled), (true, 5), "what was asked for");
    assert_eq!(world.requests(paths::BOOTSTRAP), 4, "twice two, one, and the word that it was all");
    olga.sync().await;
    assert_eq!(olga.engine.matching_ids(Queue::Closed, "").await.unwrap().len(), 0, "what is wanted");
    assert_eq!(open(&olga).await.len(), 4);
}

/// Somebody who has signed in and loaded some of eighty items before the connection broke.
async fn cut_off(world: &World) -> Console {
    for number in 0..80 {
        world.item(&format!("Item {number}")).await;
    }
    let olga = world.console_signed_out("olga", Arc::new(InMemory::new())).await;
    olga.engine.sign_in(&olga.url, "olga@example.com", PASSWORD).await.unwrap();
    world.network.once(paths::BOOTSTRAP, Fault::CutReply(4_000));
    assert!(olga.engine.sync_now().await.is_err());
    olga
}

async fn rename_lea(world: &World, name: &str) {
    let change = postern_portal_store::PersonChange { name: Some(name.into()), ..Default::default() };
    let now = world.portal.environment.now();
    world.portal.store().change_person(&"lea".into(), &change, &clerk(), now).await.unwrap();
}

#[tokio::test]
async fn a_load_goes_on_however_often_the_directory_changes() {
    let world = World::new().await;
    let olga = cut_off(&world).await;
    rename_lea(&world, "Lea B.").await;
    world.network.once(paths::BOOTSTRAP, Fault::CutReply(4_500));
    assert!(olga.engine.sync_now().await.is_err());
    rename_lea(&world, "Lea C.").await;
    let before = world.requests(paths::BOOTSTRAP);
    olga.sync().await;
    assert_eq!((world.requests(paths::BOOTSTRAP) - before, resumed(&world)), (1, 2), "no load begins anew");
    assert_eq!(open(&olga).await.len(), 80);
    let lea = "SELECT doc FROM directory WHERE family = 'person' AND key = 'lea'";
    let lea: String = sqlx::query_scalar(lea).fetch_one(&mut olga.cache().await).await.unwrap();
    assert!(lea.contains("Lea C."), "{lea}");
    world.portal.clock.advance_ms(31_000);
    assert!(!olga.engine.sync_now().await.unwrap().bootstrapped, "the parts make a whole");
}

#[tokio::test]
async fn a_load_begins_anew_where_other_grants_show_other_items() {
    let world = World::new().await;
    let olga = cut_off(&world).await;
    let globex = Scope { client: Some("globex".into()), ..Scope::EVERYTHING };
    world.grant("olga", vec![Grant { role: Role::InternalOwner, scope: globex }]).await;
    let before = world.requests(paths::BOOTSTRAP);
    olga.sync().await;
    assert_eq!(world.requests(paths::BOOTSTRAP) - before, 2, "one that cannot go on, and a new one");
    assert_eq!(open(&olga).await, []);
}

#[tokio::test]
async fn what_was_given_goes_up_although_the_load_does_not_come_to_its_end() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let given = olga.give(&item.id, note("before the update")).await;
    // The next version of the program keeps items in another way.
    let older = "UPDATE meta SET value = '1' WHERE key = 'item_tables'";
    sqlx::query(older).execute(&mut olga.cache().await).await.unwrap();
    olga.engine.stop().await;
    let engine = olga.again().await;
    world.network.plan(|line| match line.path.starts_with(paths::BOOTSTRAP) {
        true => Fault::CutReply(300),
        false => Fault::Pass,
    });
    assert!(engine.sync_now().await.is_err());
    assert_eq!(open(&olga).await, [], "it has to be loaded");
    assert_eq!(world.now(&item.id).await.comments.len(), 1, "and the word has gone up");
    world.network.plan(|_| Fault::Pass);
    assert!(engine.sync_now().await.unwrap().bootstrapped);
    assert!(matches!(engine.settlement(&given).await.unwrap(), postern_console_core::Settlement::Applied));
}

#[tokio::test]
async fn closed_items_are_kept_for_the_chosen_months_and_come_back_when_more_are_wanted() {
    let world = World::new().await;
    let (old, recent) = (world.item("Old").await, world.item("Recent").await);
    let withdraw = || Command::Withdraw { reason: "not needed".into() };
    world.elsewhere("olga", &old.id, withdraw()).await;
    world.portal.clock.advance_ms(70 * DAY_MS);
    world.elsewhere("olga", &recent.id, withdraw()).await;
    let olga = world.console("olga").await;
    let closed = async || olga.engine.matching_ids(Queue::Closed, "").await.unwrap().len();
    assert_eq!(closed().await, 2, "twelve months, where nobody has chosen");

    olga.engine.set_keep(Some(1)).await.unwrap();
    olga.sync().await;
    let kept = olga.engine.kept().await.unwrap();
    assert_eq!((closed().await, kept.items, kept.elsewhere, kept.months), (1, 1, 1, Some(1)));
    // A word about the old one is no news to this console.
    world.elsewhere("olga", &old.id, Command::Reopen { reason: "needed after all".into() }).await;
    olga.sync().await;
    assert_eq!(open(&olga).await, std::slice::from_ref(&old.id), "what is open is always kept");
    world.elsewhere("olga", &old.id, withdraw()).await;
    olga.sync().await;
    assert_eq!(closed().await, 2, "closed just now");

    world.portal.clock.advance_ms(70 * DAY_MS);
    olga.sign_in().await;
    assert_eq!(closed().await, 0, "the months move on with the clock");
    olga.engine.set_keep(None).await.unwrap();
    let report = olga.engine.sync_now().await.unwrap();
    assert_eq!((report.bootstrapped, report.pulled), (false, 2), "only what was missing comes");
    assert_eq!((closed().await, olga.engine.kept().await.unwrap().elsewhere), (2, 0));
    assert!(olga.engine.set_keep(Some(100_000)).await.is_err());
}

#[tokio::test]
async fn what_was_closed_in_a_month_that_is_over_leaves_and_nothing_is_loaded_anew() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.engine.set_keep(Some(0)).await.unwrap();
    olga.sync().await;
    world.elsewhere("olga", &item.id, Command::Withdraw { reason: "not needed".into() }).await;
    world.portal.clock.advance_ms(32 * DAY_MS);
    olga.engine.sign_in(&olga.url, "olga@example.com", PASSWORD).await.unwrap();
    let report = olga.engine.sync_now().await.unwrap();
    assert!(!report.bootstrapped, "the cache holds what it should");
    assert!(open(&olga).await.is_empty());
    assert_eq!(olga.engine.kept().await.unwrap().elsewhere, 1);
}

#[tokio::test]
async fn what_is_not_kept_is_looked_up_at_the_portal_shown_and_not_kept() {
    let world = World::new().await;
    let old = world.item("Old").await;
    world.elsewhere("olga", &old.id, Command::Withdraw { reason: "not needed".into() }).await;
    world.portal.clock.advance_ms(70 * DAY_MS);
    let olga = world.console("olga").await;
    olga.engine.set_keep(Some(1)).await.unwrap();
    olga.sync().await;
    assert_eq!(olga.engine.kept().await.unwrap().elsewhere, 1);
    let elsewhere = async |queue, filter: &str| {
        let (filter, sort) = (filter.to_owned(), SortBy::Due);
        let query = ListQuery { queue, filter, sort, descending: false, offset: 0, limit: 10 };
        olga.engine.list(&query).await.unwrap().elsewhere
    };
    let said = elsewhere(Queue::Closed, "").await.unwrap();
    assert!(said.starts_with("1 item that was closed before 2"), "{said}");
    assert!(elsewhere(Queue::Open, "old").await.is_some(), "what is looked for may be there");
    assert_eq!(elsewhere(Queue::Open, "").await, None);

    world.network.cut();
    let offline = olga.engine.find(&old.reference).await.unwrap_err();
    assert_eq!(offline.code, FailureCode::NotFound);
    assert!(
        offline.message.contains("1 that were closed longer ago are at the portal only"),
        "{}",
        offline.message
    );
    world.network.heal();
    assert_eq!(olga.engine.find(&old.reference).await.unwrap(), old.id);
    let shown = olga.item(&old.id).await;
    assert_eq!((shown.row.title.as_str(), shown.kept), ("Old", false));
    assert!(shown.actions.iter().all(|action| !action.allowed));
    let given = olga.act(&old.id, Request::Reopen { reason: "needed after all".into() }).await;
    assert!(!given.results[0].accepted && given.results[0].message.contains("Keep more months"));
    assert_eq!(olga.engine.kept().await.unwrap().items, 0);
    assert_eq!(olga.engine.find("ACME-999").await.unwrap_err().code, FailureCode::NotFound);
    assert_eq!(olga.engine.find("../v1/items").await.unwrap_err().code, FailureCode::NotFound);

    // It is asked for again after a while: access may have been withdrawn.
    world.portal.clock.advance_ms(61_000);
    world.network.cut();
    assert!(!olga.item(&old.id).await.kept, "as it was, where the portal cannot be asked");
    world.network.heal();
    olga.engine.sign_out(false).await.unwrap();
    assert!(olga.engine.item(&old.id).await.is_err(), "nothing of it is left");
}
