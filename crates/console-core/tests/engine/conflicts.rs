use crate::harness::*;
use postern_console_core::{
    ActOptions, JournalEnd, OutboxState, PendingMark, Queue, Request, Settlement, Target,
};
use postern_domain::{Command, CommandId, ItemId, Role, Seen};
use postern_test_support::{globex, person};

#[tokio::test]
async fn a_decision_on_content_that_changed_is_shown_as_a_conflict_and_not_applied() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let command = olga.give(&item.id, approve()).await;
    world.elsewhere("lea", &item.id, new_title("Annual report, corrected")).await;
    olga.sync().await;

    assert!(matches!(olga.settlement(&command).await, Settlement::Conflict { .. }));
    assert_eq!(world.now(&item.id).await.stage().unwrap().as_str(), "intake");
    let line = &olga.outbox().await[0];
    assert_eq!(line.state, OutboxState::Conflict);
    assert!(!line.can_retry && line.can_discard);
    let conflict = line.conflict.as_ref().unwrap();
    let title = conflict.differences.iter().find(|difference| difference.what == "Title").unwrap();
    let sides = [&title.base, &title.mine, &title.theirs];
    assert_eq!(sides, ["Annual report", "Annual report", "Annual report, corrected"]);
    let stands = conflict.differences.iter().find(|difference| difference.what == "Where it stands").unwrap();
    assert_eq!(
        [&stands.base, &stands.mine, &stands.theirs],
        ["Intake check", "Specialist review", "Intake check"]
    );
    assert!(conflict.again.accepted, "{}", conflict.again.message);

    let view = olga.item(&item.id).await;
    assert_eq!(view.row.pending, Some(PendingMark::Conflict));
    assert_eq!(view.row.title, "Annual report, corrected");
    assert_eq!(view.row.stage_name, "Intake check");
    assert_eq!(olga.engine.status().attention, 1);
    // Nothing clears it but its author.
    olga.sync().await;
    assert_eq!(olga.engine.status().attention, 1);
}

/// Olga approved what Lea changed meanwhile, and has heard of it.
async fn conflicted(world: &World, olga: &Console, item: &ItemId) -> CommandId {
    let command = olga.give(item, approve()).await;
    world.elsewhere("lea", item, new_title("Corrected")).await;
    olga.sync().await;
    assert!(matches!(olga.settlement(&command).await, Settlement::Conflict { .. }));
    command
}

/// What the conflict view shows is there now.
async fn shown(olga: &Console) -> Seen {
    let line = olga.outbox().await.remove(0);
    line.conflict.unwrap().again.seen.unwrap()
}

#[tokio::test]
async fn after_a_conflict_one_decides_again_on_what_is_there_now() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let first = conflicted(&world, &olga, &item.id).await;
    assert!(olga.engine.retry(&first).await.is_err());

    let seen = shown(&olga).await;
    olga.engine.decide_again(&first, seen, ActOptions { hold_ms: 0 }).await.unwrap();
    let lines = olga.outbox().await;
    assert_eq!(lines.iter().map(|line| line.state).collect::<Vec<_>>(), [OutboxState::Waiting]);
    assert_eq!(olga.engine.status().attention, 0);
    olga.sync().await;
    assert_eq!(world.now(&item.id).await.stage().unwrap().as_str(), "review");
    assert_eq!(olga.settlement(&lines[0].command).await, Settlement::Applied);
    assert!(matches!(olga.settlement(&first).await, Settlement::Conflict { .. }));
    let journal = olga.engine.journal(10).await.unwrap();
    let ends: Vec<_> = journal.iter().map(|line| (&line.command, line.end)).collect();
    assert!(ends.contains(&(&first, JournalEnd::Superseded)), "{ends:?}");
}

#[tokio::test]
async fn a_decision_taken_again_and_taken_back_leaves_the_conflict_as_it_was() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let first = conflicted(&world, &olga, &item.id).await;
    let before = olga.outbox().await;

    let again = olga.engine.decide_again(&first, shown(&olga).await, ActOptions::default()).await.unwrap();
    olga.engine.undo(&again.batch).await.unwrap();
    assert_eq!(olga.outbox().await, before);
    assert_eq!(olga.engine.status().attention, 1);

    let again =
        olga.engine.decide_again(&first, shown(&olga).await, ActOptions { hold_ms: 0 }).await.unwrap();
    let (_, second) = olga.engine.commands_of(&again.batch).await.unwrap().remove(0);
    olga.engine.discard(&second).await.unwrap();
    assert_eq!(olga.outbox().await, before);
}

#[tokio::test]
async fn deciding_again_is_bound_to_what_was_shown() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let first = conflicted(&world, &olga, &item.id).await;
    let seen = shown(&olga).await;
    world.elsewhere("lea", &item.id, new_title("Corrected once more")).await;
    olga.sync().await;
    assert!(olga.engine.decide_again(&first, seen, ActOptions { hold_ms: 0 }).await.is_err());
    assert_eq!(olga.outbox().await[0].command, first);
    assert_eq!(olga.outbox().await[0].state, OutboxState::Conflict);
}

#[tokio::test]
async fn another_decision_takes_a_conflicts_place_and_a_comment_does_not() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let first = conflicted(&world, &olga, &item.id).await;
    olga.give(&item.id, note("What was corrected?")).await;
    assert_eq!(olga.outbox().await[0].command, first);

    let second = olga.give(&item.id, Request::RequestChanges { reason: "Not this way.".into() }).await;
    olga.sync().await;
    assert_eq!(olga.settlement(&second).await, Settlement::Applied);
    assert!(olga.outbox().await.is_empty());
    assert_eq!(world.now(&item.id).await.comments.len(), 1);
}

#[tokio::test]
async fn a_conflict_holds_back_only_its_own_item() {
    let world = World::new().await;
    let (one, two) = (world.item("One").await, world.item("Two").await);
    let olga = world.console("olga").await;
    let conflicted = olga.give(&one.id, approve()).await;
    world.elsewhere("lea", &one.id, new_title("Changed")).await;
    olga.sync().await;
    olga.give(&one.id, note("later")).await;
    olga.give(&two.id, approve()).await;
    olga.sync().await;
    assert_eq!(world.now(&two.id).await.stage().unwrap().as_str(), "review");
    assert!(world.now(&one.id).await.comments.is_empty());
    let states: Vec<OutboxState> = olga.outbox().await.iter().map(|line| line.state).collect();
    assert_eq!(states, [OutboxState::Conflict, OutboxState::Blocked]);

    olga.engine.discard(&conflicted).await.unwrap();
    olga.sync().await;
    assert_eq!(world.now(&one.id).await.comments.len(), 1);
}

#[tokio::test]
async fn what_changed_while_the_person_looked_is_never_approved_by_mistake() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let view = olga.item(&item.id).await;
    let seen = view.seen;
    world.elsewhere("lea", &item.id, new_title("Corrected")).await;
    olga.sync().await;

    let target = Target { id: item.id.clone(), seen: Some(seen) };
    let given = olga.engine.act(&[target], &approve(), Default::default()).await.unwrap();
    assert!(!given.results[0].accepted);
    assert!(given.results[0].message.contains("changed since you looked"), "{}", given.results[0].message);
    assert!(olga.outbox().await.is_empty());
}

#[tokio::test]
async fn a_command_that_the_portal_refuses_is_kept_until_it_was_read() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let abel = world.console("abel").await;
    let olga = world.console("olga").await;
    // Withdrawn elsewhere in the meantime: a comment would still be possible, an escalation is not.
    let command = abel.give(&item.id, Request::Escalate { reason: "late".to_owned(), to: None }).await;
    world.elsewhere("olga", &item.id, Command::Withdraw { reason: "no longer needed".to_owned() }).await;
    abel.sync().await;
    olga.sync().await;
    assert!(matches!(abel.settlement(&command).await, Settlement::Refused { .. }));
    assert_eq!(abel.outbox().await[0].state, OutboxState::Refused);
    assert_eq!(abel.item(&item.id).await.row.pending, Some(PendingMark::Refused));
    assert_eq!(abel.engine.status().attention, 1);
    abel.engine.discard(&command).await.unwrap();
    assert_eq!(abel.engine.status().attention, 0);
    assert!(abel.outbox().await.is_empty());
}

#[tokio::test]
async fn a_refused_approval_is_not_repeated_on_content_that_its_author_never_saw() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let refused = olga.give(&item.id, approve()).await;
    // Refused for a grant that comes back; meanwhile the document became another one.
    let elsewhere = person("x").at_client(Role::InternalApprover, &globex());
    let grants = elsewhere.build().grants;
    let before = world.person("olga").await.grants;
    world.grant("olga", grants).await;
    olga.sync().await;
    assert!(matches!(olga.settlement(&refused).await, Settlement::Refused { .. }));
    world.elsewhere("lea", &item.id, new_title("Another report")).await;
    world.grant("olga", before).await;
    olga.sync().await;
    let again = olga.engine.retry(&refused).await.unwrap_err();
    assert!(again.message.contains("changed since you looked"), "{}", again.message);
    olga.sync().await;
    assert_eq!(world.now(&item.id).await.stage(), item.stage());
    assert_eq!(olga.outbox().await.len(), 1, "it is still there to be read");
}

#[tokio::test]
async fn what_somebody_else_did_already_needs_nothing_more() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let (olga, lea) = (world.console("olga").await, world.console("lea").await);
    olga.give(&item.id, Request::Escalate { reason: "late".to_owned(), to: None }).await;
    let second = lea.give(&item.id, Request::Escalate { reason: "very late".to_owned(), to: None }).await;
    olga.sync().await;
    lea.sync().await;
    assert!(matches!(lea.settlement(&second).await, Settlement::AlreadySatisfied { .. }));
    assert!(lea.outbox().await.is_empty());
    assert_eq!(lea.item(&item.id).await.escalation.unwrap().reason, "late");
}

#[tokio::test]
async fn a_reassignment_that_crossed_another_one_is_a_conflict() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    world.elsewhere("olga", &item.id, approval_of(&item)).await;
    let lea = world.console("lea").await;
    let version = world.now(&item.id).await.assignment_version;
    let command = lea.give(&item.id, reassign("lea")).await;
    world
        .portal
        .add_person(
            &postern_test_support::person("zoe").everywhere(postern_domain::Role::InternalApprover).build(),
        )
        .await;
    let reassign = Command::reassign("zoe".into(), version);
    world.elsewhere("lea", &item.id, reassign).await;
    lea.sync().await;
    assert!(matches!(lea.settlement(&command).await, Settlement::Conflict { .. }));
    assert_eq!(lea.engine.matching_ids(Queue::Open, "assignee:zoe").await.unwrap().len(), 1);
}

fn approval_of(item: &postern_domain::Item) -> Command {
    Command::approve(postern_test_support::seen(item))
}
