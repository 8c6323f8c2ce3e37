//! `POST /v1/items/{reference}/commands`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem, submit};
use postern_domain::{Command, CommentId, Item, Visibility};
use postern_protocol::{CommandOutcome, DirectCommand, DirectReply, ErrorCode, Outcome};
use postern_test_support::{Session, TestPortal};

const PATH: &str = "/v1/items/ACME-1/commands";

fn say(id: &str, visibility: Visibility) -> DirectCommand {
    let command =
        Command::Comment { id: CommentId::from(id), visibility, body: "Hello".into(), mentions: Vec::new() };
    DirectCommand { id: id.into(), command }
}

async fn outcome(session: &Session, command: &DirectCommand) -> Outcome {
    ok::<CommandOutcome>(session.post(PATH, command)).await.outcome
}

#[tokio::test]
async fn a_contact_comments_and_a_repetition_comments_once() {
    let portal = TestPortal::start().await;
    let item = submit(&portal.sign_in("olga").await, "s1", "acme").await;
    let carla = portal.sign_in("carla").await;
    let command = say("c1", Visibility::Client);
    let first: CommandOutcome = ok(carla.post(PATH, &command)).await;
    let again: CommandOutcome = ok(carla.post(PATH, &command)).await;
    assert_eq!(first, again);
    assert!(matches!(first.outcome, Outcome::Applied { .. }) && first.seq == 0);
    assert_eq!(portal.store().item(&item.id).await.unwrap().unwrap().comments.len(), 1);
}

#[tokio::test]
async fn a_contact_writes_no_internal_notes() {
    let portal = TestPortal::start().await;
    submit(&portal.sign_in("olga").await, "s1", "acme").await;
    let carla = portal.sign_in("carla").await;
    let outcome = outcome(&carla, &say("c1", Visibility::Internal)).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
}

#[tokio::test]
async fn the_reply_says_in_words_which_rule_refused() {
    let portal = TestPortal::start().await;
    submit(&portal.sign_in("olga").await, "s1", "acme").await;
    let carla = portal.sign_in("carla").await;
    let reply: DirectReply = ok(carla.post(PATH, &say("c1", Visibility::Internal))).await;
    assert!(reply.sentence.starts_with("You cannot add an internal note: it takes the role"), "{reply:?}");
}

#[tokio::test]
async fn a_command_on_an_item_out_of_sight_finds_nothing() {
    let portal = TestPortal::start().await;
    submit(&portal.sign_in("olga").await, "s1", "acme").await;
    for who in ["gus", "gina"] {
        let session = portal.sign_in(who).await;
        assert_eq!(
            problem(session.post(PATH, &say("c1", Visibility::Client))).await,
            ErrorCode::NotFound,
            "{who}"
        );
    }
}

#[tokio::test]
async fn another_persons_command_id_is_refused() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let _: Item = submit(&olga, "s1", "acme").await;
    outcome(&olga, &say("c1", Visibility::Client)).await;
    let lea = portal.sign_in("lea").await;
    assert_eq!(problem(lea.post(PATH, &say("c1", Visibility::Client))).await, ErrorCode::Malformed);
}
