//! `POST /v1/calendar-preview`
#![allow(clippy::unwrap_used)]

mod common;

use common::{new_item, of_problem, ok, only_for_admins};
use postern_domain::calendar::{Calendar, CalendarOf, CalendarUse, Due, Holiday, Target};
use postern_domain::{Command, DAY_MS, Item, Journey, Rung, RungTime, RungTo, Seen, Stage};
use postern_protocol::{
    CalendarChange, CalendarPreview, CommandOutcome, DirectCommand, DueOf, ErrorCode, NewItem, Outcome, paths,
};
use postern_test_support::{Session, TestPortal, clerk};

/// Around the clock, closed for five days from tomorrow on.
fn closed(portal: &TestPortal) -> Calendar {
    let mut calendar = Calendar { key: "office".into(), ..Calendar::always("UTC") };
    for day in 1..=5 {
        let at = portal.environment.now().plus_ms(day * DAY_MS);
        let date = chrono::DateTime::from_timestamp_millis(at.ms()).unwrap().date_naive();
        calendar.holidays.push(Holiday { date, name: "Closed".into() });
    }
    calendar
}

/// Everybody keeps the office calendar, and a journey with every kind of target counts by it.
async fn world() -> TestPortal {
    let portal = TestPortal::start_without_chores().await;
    let (store, now) = (portal.store(), portal.environment.now());
    let office = Calendar { key: "office".into(), ..Calendar::always("UTC") };
    store.publish_calendar(&office, &clerk(), now).await.unwrap();
    let everybody = CalendarUse { of: CalendarOf::Everybody, calendar: "office".into() };
    store.use_calendar(&everybody, &clerk(), now).await.unwrap();
    let days = |days| Some(Target::BusinessDays(days));
    let stage = Stage::of_one("look", "Look", vec![postern_domain::Deciders::Owner], days(2));
    let journey = Journey {
        target: days(10),
        completion: days(3),
        client_answer: days(3),
        escalation: vec![Rung { after: RungTime::Overdue(Target::BusinessMinutes(60)), to: RungTo::Owner }],
        ..Journey::of_stages("looks", "Looks", vec![stage])
    };
    portal.publish(&journey).await;
    portal
}

async fn hand_over(carla: &Session, command: &str) -> Item {
    let new = NewItem { journey: Some("looks".into()), ..new_item(command, "acme", Some("olga")) };
    ok(carla.post(paths::ITEMS, &new)).await
}

async fn does(portal: &TestPortal, session: &Session, item: &Item, command: impl Fn(&Item) -> Command) {
    let item = portal.store().item(&item.id).await.unwrap().unwrap();
    let sent = DirectCommand {
        id: format!("{}-{}", item.id, item.version).as_str().into(),
        command: command(&item),
    };
    let path = format!("/v1/items/{}/commands", item.reference);
    let outcome: CommandOutcome = ok(session.post(&path, &sent)).await;
    assert!(matches!(outcome.outcome, Outcome::Applied { .. }), "{outcome:?}");
}

async fn preview(session: &Session, change: &CalendarChange) -> CalendarPreview {
    ok(session.post(paths::CALENDAR_PREVIEW, change)).await
}

#[tokio::test]
async fn everything_that_hangs_on_the_calendar_is_previewed() {
    let portal = world().await;
    let (carla, olga, lea) =
        (portal.sign_in("carla").await, portal.sign_in("olga").await, portal.sign_in("lea").await);
    let _open = hand_over(&carla, "s1").await;
    let sent_back = hand_over(&carla, "s2").await;
    let approved = hand_over(&carla, "s3").await;
    let seen = |item: &Item| Seen::of(item, Some("look".into()));
    does(&portal, &olga, &sent_back, |item| Command::RequestChanges {
        seen: seen(item),
        reason: "The date.".into(),
    })
    .await;
    does(&portal, &olga, &approved, |item| Command::approve(seen(item))).await;
    let before = portal.store().head().await.unwrap();
    let found = preview(&lea, &CalendarChange::Publish(Box::new(closed(&portal)))).await;
    let told: Vec<_> = found.first.iter().map(|due| (due.reference.as_str(), due.of.clone())).collect();
    for expected in [
        ("ACME-1", DueOf::Step("look".into())),
        ("ACME-1", DueOf::Rung(1)),
        ("ACME-1", DueOf::Whole),
        ("ACME-2", DueOf::ClientAnswer),
        ("ACME-3", DueOf::Completion),
    ] {
        assert!(told.contains(&expected), "{expected:?} is not among {told:?}");
    }
    assert!(found.moving >= 5, "{found:?}");
    assert_eq!(portal.store().head().await.unwrap(), before, "nothing was published");
}

#[tokio::test]
async fn what_is_previewed_is_what_happens_to_steps_answers_and_completions() {
    let portal = world().await;
    let (carla, olga, lea) =
        (portal.sign_in("carla").await, portal.sign_in("olga").await, portal.sign_in("lea").await);
    let open = hand_over(&carla, "s1").await;
    let (sent_back, approved) = (hand_over(&carla, "s2").await, hand_over(&carla, "s3").await);
    let seen = |item: &Item| Seen::of(item, Some("look".into()));
    does(&portal, &olga, &sent_back, |item| Command::RequestChanges {
        seen: seen(item),
        reason: "No.".into(),
    })
    .await;
    does(&portal, &olga, &approved, |item| Command::approve(seen(item))).await;
    let calendar = closed(&portal);
    let found = preview(&lea, &CalendarChange::Publish(Box::new(calendar.clone()))).await;
    let _: Calendar = ok(lea.post(paths::CALENDARS, &calendar)).await;
    for chore in portal.store().out_of_date(portal.environment.now()).await.unwrap() {
        let order = postern_portal_store::Order {
            id: postern_domain::CommandId(chore.key),
            item: chore.item,
            command: Some(chore.command),
            by: postern_domain::Actor::System("clock".into()),
            made_at: None,
            source: postern_portal_store::Source::Direct,
        };
        portal.store().apply_command(&order, portal.environment.now()).await.unwrap();
    }
    for (item, of) in [
        (&open, DueOf::Step("look".into())),
        (&sent_back, DueOf::ClientAnswer),
        (&approved, DueOf::Completion),
    ] {
        let told = found.first.iter().find(|due| due.reference == item.reference && due.of == of).unwrap();
        let moved = portal.store().item(&item.id).await.unwrap().unwrap();
        assert_eq!(told.after, Due::At(moved.due_at.unwrap()), "{of:?}");
        assert_ne!(told.before, told.after, "{of:?}");
    }
    let again = preview(&lea, &CalendarChange::Publish(Box::new(calendar))).await;
    assert_eq!(again.moving, 0, "{again:?}");
    assert!(portal.store().out_of_date(portal.environment.now()).await.unwrap().is_empty());
}

#[tokio::test]
async fn giving_somebody_another_calendar_is_previewed_too() {
    let portal = world().await;
    let (carla, lea) = (portal.sign_in("carla").await, portal.sign_in("lea").await);
    hand_over(&carla, "s1").await;
    let holidays = Calendar { key: "olgas".into(), ..closed(&portal) };
    let _: Calendar = ok(lea.post(paths::CALENDARS, &holidays)).await;
    let keeps = |who: &str| {
        CalendarChange::Keep(CalendarUse { of: CalendarOf::Person(who.into()), calendar: "olgas".into() })
    };
    let of_olga = preview(&lea, &keeps("olga")).await;
    assert!(of_olga.first.iter().any(|due| due.of == DueOf::Step("look".into())), "{of_olga:?}");
    assert_eq!(preview(&lea, &keeps("abel")).await.moving, 0);
    let nowhere = CalendarChange::Keep(CalendarUse { of: CalendarOf::Everybody, calendar: "nowhere".into() });
    let refused = of_problem(lea.post(paths::CALENDAR_PREVIEW, &nowhere).send().await.unwrap()).await;
    assert_eq!(refused.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn due_times_are_previewed_for_admins() {
    let portal = TestPortal::start().await;
    let office = Calendar { key: "office".into(), ..Calendar::always("UTC") };
    only_for_admins(&portal, paths::CALENDAR_PREVIEW, &CalendarChange::Publish(Box::new(office))).await;
}
