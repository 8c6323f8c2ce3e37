//! Journeys and calendars, arranged by portal admins.

use crate::harness::*;
use postern_console_core::{
    CalendarDraft, FailureCode, JourneyDraft, MigrationDraft, PublishJourneyDraft, SessionView,
};
use postern_domain::calendar::{CalendarOf, CalendarUse};
use postern_domain::*;
use postern_protocol::paths;
use postern_test_support::Fault;

/// The standard journey, its first stage called otherwise.
fn renamed() -> JourneyDraft {
    let mut journey = Journey::built_in();
    journey.stages[0].key = "account".into();
    journey.stages[0].steps[0].key = "account".into();
    let cases = "journey = \"standard\"\n[[people]]\nid = \"carla\"\nroles = [\"client\"]\n[[people]]\nid = \"anna\"\n\
                 roles = [\"internal_owner\"]\n[[cases]]\nname = \"Withdrawn\"\nkind = \"request\"\nowner = \"anna\"\n\
                 submitter = \"carla\"\nacts = [{ who = \"anna\", does = \"withdraw\", reason = \"No.\" }]\n\
                 expect = { phase = \"withdrawn\" }\n";
    JourneyDraft { document: journey.to_toml(), cases: cases.to_owned() }
}

async fn arranges(console: &Console) -> bool {
    let SessionView::SignedIn { arranges, .. } = console.engine.session().await.unwrap() else { panic!() };
    arranges
}

#[tokio::test]
async fn a_version_is_published_once_its_replay_was_seen_and_items_move_to_it() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let lea = world.console("lea").await;
    let engine = &lea.engine;
    let draft = renamed();
    assert!(engine.check_journey(&draft).await.unwrap().sound);
    let replay = engine.replay_journey(&draft).await.unwrap();
    assert_eq!((replay.looked_at, replay.moved), (1, 1));

    let mut wish = PublishJourneyDraft { draft, ..PublishJourneyDraft::default() };
    let unseen = engine.publish_journey(&wish).await.unwrap_err();
    assert_eq!(unseen.code, FailureCode::Refused);
    assert!(unseen.message.contains("has to be confirmed"), "{}", unseen.message);
    wish.replayed = Some(replay.digest);
    assert_eq!(engine.publish_journey(&wish).await.unwrap().version, Some(2));

    let listed = engine.journeys().await.unwrap();
    let versions = &listed.journeys[0].versions;
    let states: Vec<_> =
        versions.iter().map(|each| (each.version, each.superseded, each.in_flight)).collect();
    assert_eq!(states, [(2, false, Some(0)), (1, true, Some(1))]);
    assert_eq!(listed.cohorts, ["enterprise"]);
    let old = engine.journey(&"standard".into(), Some(1)).await.unwrap();
    let plan = MigrationDraft {
        key: "standard".into(),
        from: 1,
        to: 2,
        stages: [(old.stages[0].key.clone(), "account".into())].into(),
    };
    let looked = engine.migrate_journey(&plan, true).await.unwrap();
    assert_eq!(
        (looked.sentences, looked.outcome),
        (vec!["1 item goes from intake to account".to_owned()], None)
    );
    let moved = engine.migrate_journey(&plan, false).await.unwrap();
    assert_eq!(moved.outcome.as_deref(), Some("Moved 1 item to version 2."));
    assert_eq!(world.now(&item.id).await.journey.version, 2);
    let gone = engine.journey(&"standard".into(), Some(9)).await.unwrap_err();
    assert_eq!(
        (gone.code, gone.message.as_str()),
        (FailureCode::NotFound, "There is no version 9 of a journey “standard”.")
    );
}

#[tokio::test]
async fn a_calendar_is_saved_from_a_form_and_given_to_everybody() {
    let world = World::new().await;
    let lea = world.console("lea").await;
    let engine = &lea.engine;
    let mut form = engine.standard_calendar().await.unwrap().form;
    assert_eq!((form.zone.as_str(), form.week[0].hours.as_str()), ("Europe/Amsterdam", "09:00–17:00"));
    (form.key, form.name) = ("office".to_owned(), "Office".to_owned());
    form.week[4].hours = "9".to_owned();
    let wrong = engine.save_calendar(&CalendarDraft::Form(form.clone())).await.unwrap_err();
    assert_eq!(wrong.code, FailureCode::Invalid);
    form.week[4].hours = "09:00-12:00".to_owned();
    let draft = CalendarDraft::Form(form);
    engine.preview_calendar(&draft).await.unwrap();
    assert_eq!(engine.save_calendar(&draft).await.unwrap().version, 1);
    let keeps = CalendarUse { of: CalendarOf::Everybody, calendar: "office".into() };
    engine.preview_calendar_use(&keeps).await.unwrap();
    engine.keep_calendar(&keeps).await.unwrap();
    assert_eq!(engine.calendars().await.unwrap()[0].kept_by, ["everybody"]);
    let shown = engine.calendar(&"office".into(), None).await.unwrap();
    assert_eq!(shown.form.week[4].hours, "09:00–12:00");
}

#[tokio::test]
async fn who_may_arrange_is_said_and_so_is_that_it_takes_the_portal() {
    let world = World::new().await;
    let (lea, olga) = (world.console("lea").await, world.console("olga").await);
    assert!(arranges(&lea).await && !arranges(&olga).await);
    let refused = olga.engine.check_journey(&renamed()).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::Refused);
    assert!(
        refused.message.starts_with("Only a portal admin of the whole organisation"),
        "{}",
        refused.message
    );

    let keeps = CalendarUse { of: CalendarOf::Everybody, calendar: "office".into() };
    world.network.plan(|line| {
        let lost = line.path.starts_with(paths::CALENDAR_USES) || line.path.starts_with(paths::JOURNEYS);
        if lost { Fault::DropReply } else { Fault::Pass }
    });
    let unknown = lea.engine.keep_calendar(&keeps).await.unwrap_err();
    assert_eq!(unknown.code, FailureCode::Offline);
    assert!(
        unknown.message.ends_with("Whether it arrived is not known: look before you repeat it."),
        "{}",
        unknown.message
    );
    let looked = lea.engine.journeys().await.unwrap_err();
    assert!(
        looked.message.contains("kept at the portal") && looked.message.ends_with("Nothing was changed."),
        "{}",
        looked.message
    );
}

#[tokio::test]
async fn the_clients_that_somebody_sees_do_not_depend_on_what_they_may_key_in() {
    let world = World::new().await;
    let abel = world.console("abel").await;
    assert!(abel.engine.new_item_choices().await.unwrap().clients.is_empty());
    let names: Vec<String> =
        abel.engine.clients().await.unwrap().into_iter().map(|client| client.code).collect();
    assert_eq!(names, ["ACME", "GLOBEX"]);
}
