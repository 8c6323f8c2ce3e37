//! `GET /v1/items/{reference}`
#![allow(clippy::unwrap_used)]

mod common;

use common::{new_item, ok, problem, submit};
use postern_domain::explain::Next;
use postern_domain::{
    Command, CommentId, Field, FieldType, FieldValue, Happening, Item, Journey, Visibility,
};
use postern_protocol::{CommandOutcome, DirectCommand, ErrorCode, ItemReply, paths};
use postern_test_support::{Session, TestPortal};

async fn command(session: &Session, item: &Item, id: &str, command: Command) {
    let request = DirectCommand { id: id.into(), command };
    ok::<CommandOutcome>(session.post(&format!("/v1/items/{}/commands", item.reference), &request)).await;
}

fn say(visibility: Visibility, body: &str) -> Command {
    Command::Comment { id: CommentId::from(body), visibility, body: body.into(), mentions: Vec::new() }
}

#[tokio::test]
async fn an_item_is_there_for_those_who_may_see_it_and_for_nobody_else() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    submit(&olga, "s1", "acme").await;
    for (who, may_see) in
        [("olga", true), ("abel", true), ("lea", true), ("carla", true), ("gus", false), ("gina", false)]
    {
        let session = portal.sign_in(who).await;
        let request = session.get("/v1/items/ACME-1");
        if may_see {
            assert_eq!(ok::<Item>(request).await.reference, "ACME-1", "{who}");
        } else {
            assert_eq!(problem(request).await, ErrorCode::NotFound, "{who}");
        }
    }
}

#[tokio::test]
async fn staff_read_who_must_act_next_and_why_and_a_contact_only_where_it_is() {
    let portal = TestPortal::start().await;
    let (olga, carla, gina) =
        (portal.sign_in("olga").await, portal.sign_in("carla").await, portal.sign_in("gina").await);
    submit(&olga, "s1", "acme").await;
    let next = ok::<Next>(olga.get("/v1/items/ACME-1/next")).await;
    assert!(next.sentence.starts_with("lea decides at Intake check by"), "{next:?}");
    assert!(next.because[0].starts_with("Intake check is decided by the owner"), "{next:?}");
    assert_eq!(next.because[1], "Too few of them may decide here, so it fell to lea.");
    let told = ok::<Next>(carla.get("/v1/items/ACME-1/next")).await;
    assert!(told.sentence.starts_with("In review: Intake check."), "{told:?}");
    assert!(told.because.is_empty() && !told.sentence.contains("lea"), "{told:?}");
    assert_eq!(problem(gina.get("/v1/items/ACME-1/next")).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn what_is_out_of_sight_looks_like_what_is_not_there() {
    let portal = TestPortal::start().await;
    submit(&portal.sign_in("olga").await, "s1", "acme").await;
    let gina = portal.sign_in("gina").await;
    let body = async |path: &str| {
        let problem = common::of_problem(gina.get(path).send().await.unwrap()).await;
        (problem.code, problem.title, problem.detail)
    };
    assert_eq!(body("/v1/items/ACME-1").await, body("/v1/items/ACME-99").await);
}

#[tokio::test]
async fn a_contact_reads_nothing_internal() {
    let portal = TestPortal::start().await;
    let (olga, lea, carla) =
        (portal.sign_in("olga").await, portal.sign_in("lea").await, portal.sign_in("carla").await);
    let item = submit(&olga, "s1", "acme").await;
    command(&olga, &item, "1", say(Visibility::Internal, "secret-comment")).await;
    command(&olga, &item, "2", say(Visibility::Client, "open-comment")).await;
    command(&olga, &item, "3", Command::Escalate { to: None, reason: "secret-escalation".into() }).await;
    command(
        &lea,
        &item,
        "4",
        Command::RaiseException { category: "secret-category".into(), reason: "secret-exception".into() },
    )
    .await;
    let text = carla.get("/v1/items/ACME-1").send().await.unwrap().text().await.unwrap();
    assert!(text.contains("open-comment"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    let seen: Item = serde_json::from_str(&text).unwrap();
    assert_eq!((seen.comments.len(), seen.escalation), (1, None));
    assert!(!seen.history.iter().any(|entry| matches!(entry.what, Happening::Escalated { .. })));
    let whole: Item = ok(olga.get("/v1/items/ACME-1")).await;
    assert!(whole.comments.len() == 2 && whole.escalation.is_some());
}

#[tokio::test]
async fn a_field_for_staff_is_not_read_by_a_contact_nor_guessed_from_the_digest() {
    let portal = TestPortal::start().await;
    let field = |key: &str, internal| Field {
        key: key.into(),
        name: key.into(),
        help: None,
        of: FieldType::Text { max_length: None },
        required: false,
        cosmetic: false,
        output: false,
        internal,
    };
    let mut journey = Journey::built_in();
    journey.key = "letters".into();
    journey.fields = vec![field("subject", false), field("margin", true)];
    portal.publish(&journey).await;
    let (olga, carla) = (portal.sign_in("olga").await, portal.sign_in("carla").await);
    let text = |text: &str| FieldValue::Text(text.into());
    let mut new = new_item("s1", "acme", Some("olga"));
    new.journey = Some("letters".into());
    new.fields = [("subject".to_owned(), text("Rent")), ("margin".to_owned(), text("secret"))].into();
    let item: Item = ok(olga.post(paths::ITEMS, &new)).await;
    let set = |key: &str| Command::SetFields {
        fields: [(key.to_owned(), text("secret, too"))].into(),
        title: None,
        description: None,
    };
    command(&olga, &item, "1", set("margin")).await;
    let whole: Item = ok(olga.get("/v1/items/ACME-1")).await;
    let told = carla.get("/v1/items/ACME-1").send().await.unwrap().text().await.unwrap();
    assert!(told.contains("Rent") && !told.contains("margin") && !told.contains("secret"), "{told}");
    let seen: Item = serde_json::from_str(&told).unwrap();
    assert_ne!(seen.content, whole.content);
}

#[tokio::test]
async fn a_contact_reads_what_stages_are_called_on_their_side_and_no_name_of_what_staff_do_inside() {
    let portal = TestPortal::start().await;
    let mut journey = Journey::built_in();
    journey.client_name = Some("Your request".into());
    journey.stages[0].name = "Secret triage".into();
    journey.stages[0].client_name = Some("We look at it".into());
    journey.stages[0].steps[0].name = "Secret step".into();
    journey.stages[2].client_name = Some("Ahead".into());
    portal.publish(&journey).await;
    let (olga, carla) = (portal.sign_in("olga").await, portal.sign_in("carla").await);
    submit(&carla, "s1", "acme").await;
    let text = carla.get("/v1/items/ACME-1").send().await.unwrap().text().await.unwrap();
    let told: ItemReply = serde_json::from_str(&text).unwrap();
    let names = told.names.unwrap();
    assert_eq!((names.journey.as_str(), names.phase.as_str()), ("Your request", "In review"));
    assert_eq!(names.stages, [("intake".into(), "We look at it".to_owned())].into());
    assert_eq!(names.steps, [("intake".into(), "We look at it".to_owned())].into());
    for hidden in ["Secret", "Standard approval", "olga", "Ahead", "Specialist"] {
        let shown = text.replace("\"owner\":\"olga\"", "");
        assert!(!shown.contains(hidden), "{hidden}: {text}");
    }
    let whole: ItemReply = ok(olga.get("/v1/items/ACME-1")).await;
    assert_eq!(whole.names, None, "staff have the journey itself");
}

#[tokio::test]
async fn an_exception_is_called_otherwise_on_the_clients_side() {
    let portal = TestPortal::start().await;
    let (olga, carla) = (portal.sign_in("olga").await, portal.sign_in("carla").await);
    let item = submit(&carla, "s1", "acme").await;
    let raise = Command::RaiseException { category: "fraud".into(), reason: "Looks odd.".into() };
    command(&olga, &item, "1", raise).await;
    let told: ItemReply = ok(carla.get("/v1/items/ACME-1")).await;
    assert_eq!(told.names.unwrap().phase, "Being looked into");
}
