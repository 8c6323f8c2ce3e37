//! Two people at once: one of them is first, and the other one is told. Again and again, on a real socket.
#![allow(clippy::unwrap_used)]

mod common;

use common::{new_item, ok};
use postern_domain::{
    Assignment, Command, CommandId, ConsoleId, Deciders, Event, Item, Journey, Refusal, Role, Satisfied,
    Seen, Stage,
};
use postern_protocol::{Envelope, NewItem, Outcome, Push, PushReply, paths};
use postern_test_support::{Session, TestPortal, person};

const TIMES: u64 = 50;

/// A portal with the approvers abel, anna and ben, where one approval of somebody is enough.
async fn portal_with(assignment: Assignment) -> TestPortal {
    let portal = TestPortal::start_without_chores().await;
    for id in ["anna", "ben"] {
        portal.add_person(&person(id).everywhere(Role::InternalApprover).build()).await;
    }
    let approvers = vec![Deciders::Role(Role::InternalApprover)];
    let mut stage = Stage::of_one("either", "Either of them", approvers, None);
    stage.steps[0].assignment = assignment;
    portal.publish(&Journey::of_stages("either", "Either", vec![stage])).await;
    portal
}

/// Hands over an item that waits for approvers, as the portal has it.
async fn hand_over(portal: &TestPortal, carla: &Session, number: u64) -> Item {
    let new = NewItem {
        journey: Some("either".into()),
        ..new_item(&format!("submit-{number}"), "acme", Some("olga"))
    };
    let made: Item = ok(carla.post(paths::ITEMS, &new)).await;
    portal.store().item(&made.id).await.unwrap().unwrap()
}

/// What became of one command, pushed as the console of its author does it.
async fn push(author: &Session, number: u64, item: &Item, command: Command) -> Outcome {
    let who = author.person().id.clone();
    let envelope = Envelope {
        id: CommandId(format!("{who}-{number}")),
        seq: number,
        item: item.id.clone(),
        command,
        made_at: postern_domain::Timestamp(1_772_441_000_000),
        only_if_known: false,
    };
    let push = Push { console: ConsoleId(format!("{who}-laptop")), commands: vec![envelope] };
    let reply: PushReply = ok(author.post(paths::COMMANDS, &push)).await;
    reply.outcomes.into_iter().next().unwrap().outcome
}

async fn events(portal: &TestPortal, item: &Item, is: impl Fn(&Event) -> bool) -> usize {
    let lines = portal.store().audit_of(&item.id).await.unwrap();
    lines.iter().filter(|line| is(&line.recorded.event)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_approve_at_once_make_one_decision_and_one_that_was_satisfied_already() {
    let portal = portal_with(Assignment::Everyone).await;
    let (carla, abel, anna) =
        (portal.sign_in("carla").await, portal.sign_in("abel").await, portal.sign_in("anna").await);
    for number in 1..=TIMES {
        let item = hand_over(&portal, &carla, number).await;
        let approve = || Command::approve(Seen::of(&item, Some("either".into())));
        let (one, other) =
            tokio::join!(push(&abel, number, &item, approve()), push(&anna, number, &item, approve()));
        let applied = |outcome: &Outcome| matches!(outcome, Outcome::Applied { .. });
        let satisfied = |outcome: &Outcome| {
            matches!(outcome, Outcome::AlreadySatisfied { why: Satisfied::AlreadyApproved })
        };
        let both = [&one, &other];
        assert_eq!(both.iter().filter(|outcome| applied(outcome)).count(), 1, "{number}: {both:?}");
        assert_eq!(both.iter().filter(|outcome| satisfied(outcome)).count(), 1, "{number}: {both:?}");
        assert_eq!(events(&portal, &item, |event| matches!(event, Event::Decided { .. })).await, 1);
        assert_eq!(events(&portal, &item, |event| matches!(event, Event::Approved { .. })).await, 1);
    }
    portal.store().verify_audit(|_| {}).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_reassign_at_once_make_one_reassignment_and_one_conflict() {
    let portal = portal_with(Assignment::Spread).await;
    let (carla, olga, lea) =
        (portal.sign_in("carla").await, portal.sign_in("olga").await, portal.sign_in("lea").await);
    for number in 1..=TIMES {
        let item = hand_over(&portal, &carla, number).await;
        let whose: Vec<_> = item.waiting_on().cloned().collect();
        let others: Vec<_> =
            ["abel", "anna", "ben"].map(Into::into).into_iter().filter(|id| !whose.contains(id)).collect();
        let to = |index: usize| Command::reassign(others[index].clone(), item.assignment_version);
        let (one, other) = tokio::join!(push(&olga, number, &item, to(0)), push(&lea, number, &item, to(1)));
        let both = [&one, &other];
        let applied = |outcome: &Outcome| matches!(outcome, Outcome::Applied { .. });
        let conflict = |outcome: &Outcome| {
            matches!(outcome, Outcome::Conflict { refusal: Refusal::AssignmentChanged { .. }, .. })
        };
        assert_eq!(both.iter().filter(|outcome| applied(outcome)).count(), 1, "{number}: {both:?}");
        assert_eq!(both.iter().filter(|outcome| conflict(outcome)).count(), 1, "{number}: {both:?}");
        assert_eq!(events(&portal, &item, |event| matches!(event, Event::Reassigned { .. })).await, 1);
        let now = portal.store().item(&item.id).await.unwrap().unwrap();
        let first = if applied(&one) { 0 } else { 1 };
        assert_eq!(now.waiting_on().collect::<Vec<_>>(), [&others[first]]);
    }
    portal.store().verify_audit(|_| {}).await.unwrap().unwrap();
}
