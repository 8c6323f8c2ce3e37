use crate::harness::*;
use postern_console_core::{ActOptions, FailureCode, OutboxState, Settlement, Target};
use postern_domain::{Action, CommandId, ItemId};
use postern_protocol::paths;
use postern_test_support::Fault;

fn targets(items: &[postern_domain::Item]) -> Vec<Target> {
    items.iter().map(|item| Target { id: item.id.clone(), seen: None }).collect()
}

#[tokio::test]
async fn one_undo_takes_a_whole_bulk_action_back_as_long_as_it_is_held() {
    let world = World::new().await;
    let mut items = Vec::new();
    for number in 0..12 {
        items.push(world.item(&format!("Item {number}")).await);
    }
    let olga = world.console("olga").await;
    let given = olga.engine.act(&targets(&items), &approve(), ActOptions::default()).await.unwrap();
    assert!(given.results.iter().all(|result| result.accepted));
    assert!(olga.outbox().await.iter().all(|line| line.state == OutboxState::Held && line.can_undo));
    olga.sync().await;
    assert_eq!(world.requests(paths::COMMANDS), 0);
    assert_eq!(olga.engine.undo(&given.batch).await.unwrap().len(), 12);
    assert_eq!(olga.stage(&items[3].id).await, "Intake check");

    let given = olga.engine.act(&targets(&items), &approve(), ActOptions::default()).await.unwrap();
    world.portal.clock.advance_ms(10_001);
    olga.sync().await;
    assert_eq!(olga.engine.undo(&given.batch).await.unwrap_err().code, FailureCode::Refused);
    assert_eq!(world.now(&items[3].id).await.stage().unwrap().as_str(), "review");
}

#[tokio::test]
async fn a_bulk_action_says_of_each_item_what_came_of_it() {
    let world = World::new().await;
    let (mine, done) = (world.item("Mine").await, world.item("Done").await);
    let olga = world.console("olga").await;
    olga.give(&done.id, approve()).await;
    let nowhere = Target { id: ItemId::from("nowhere"), seen: None };
    let mut all = targets(&[mine.clone(), done.clone()]);
    all.push(nowhere);
    let predicted = olga.engine.predict(&all, &approve()).await.unwrap();
    assert_eq!(predicted.iter().map(|result| result.accepted).collect::<Vec<_>>(), [true, false, false]);
    let given = olga.engine.act(&all, &approve(), ActOptions::default()).await.unwrap();
    assert_eq!(given.results, predicted);
    assert!(given.results[1].message.contains("somebody else"), "{}", given.results[1].message);
    assert!(
        given.results[0].message.contains("abel decides at Specialist review"),
        "{}",
        given.results[0].message
    );
}

#[tokio::test]
async fn more_than_a_hundred_commands_go_in_several_messages() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    for number in 0..230 {
        olga.give(&item.id, note(&format!("{number}"))).await;
    }
    olga.sync().await;
    assert_eq!(world.requests(paths::COMMANDS), 3);
    let bodies: Vec<String> =
        world.now(&item.id).await.comments.into_iter().map(|comment| comment.body).collect();
    assert_eq!(bodies, (0..230).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_message_that_is_too_large_is_halved() {
    let config = postern_portal::Config { max_request_bytes: 40_000, ..postern_portal::Config::default() };
    let portal = postern_test_support::TestPortal::start_with(config, Default::default()).await;
    let world = World::around(portal).await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    for _ in 0..9 {
        olga.give(&item.id, note(&"long ".repeat(3_000))).await;
    }
    olga.sync().await;
    assert_eq!(world.now(&item.id).await.comments.len(), 9);
    assert!(olga.outbox().await.is_empty());
}

#[tokio::test]
async fn candidates_are_those_who_could_take_every_item() {
    let world = World::new().await;
    let (first, second) = (world.item("First step").await, world.item("Second step").await);
    let approval = postern_domain::Command::approve(postern_test_support::seen(&second));
    world.elsewhere("olga", &second.id, approval).await;
    let lea = world.console("lea").await;
    let names = |people: Vec<postern_console_core::PersonRef>| -> Vec<String> {
        people.into_iter().map(|person| person.name).collect()
    };
    // Olga has the seat of the first step, Abel that of the second.
    for item in [&first, &second] {
        let of_one = lea.engine.candidates(std::slice::from_ref(&item.id), Action::Reassign).await.unwrap();
        assert_eq!(names(of_one), ["lea"], "{}", item.title);
    }
    assert_eq!(
        names(lea.engine.candidates(&[first.id, second.id], Action::Reassign).await.unwrap()),
        ["lea"]
    );
}

#[tokio::test]
async fn an_action_that_would_be_refused_says_why_before_it_is_tried() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let abel = world.console("abel").await;
    let view = abel.item(&item.id).await;
    let approve = view.actions.iter().find(|state| state.action == Action::Approve).unwrap();
    assert!(!approve.allowed);
    assert_eq!(approve.why_not.as_deref(), Some("You cannot approve this: it is somebody else's turn."));
    let note = view.actions.iter().find(|state| state.action == Action::NoteInternally).unwrap();
    assert!(note.allowed, "{note:?}");
    let given = abel.act(&item.id, reassign("carla")).await;
    assert!(!given.results[0].accepted);
}

#[tokio::test]
async fn a_decision_that_lay_for_two_weeks_asks_its_author_and_a_comment_goes() {
    let world = World::new().await;
    let (one, two) = (world.item("One").await, world.item("Two").await);
    let olga = world.console("olga").await;
    let keep = olga.give(&one.id, approve()).await;
    let after = olga.give(&one.id, note("after it")).await;
    let give_up = olga.give(&two.id, approve()).await;
    let comment = olga.give(&two.id, note("still true")).await;
    let state = async |id: &CommandId| {
        let lines = olga.outbox().await;
        lines.into_iter().find(|line| &line.command == id).map(|line| line.state)
    };
    world.portal.clock.advance_ms(14 * postern_domain::DAY_MS);
    assert_eq!(state(&keep).await, Some(OutboxState::Waiting));
    world.portal.clock.advance_ms(1);
    assert_eq!(state(&keep).await, Some(OutboxState::Stale));
    assert_eq!(state(&after).await, Some(OutboxState::Blocked), "it waits for what comes before it");
    olga.sync().await;
    assert_eq!(world.now(&one.id).await.stage().unwrap().as_str(), "intake");
    assert_eq!(olga.engine.status().attention, 2);

    olga.engine.retry(&keep).await.unwrap();
    olga.engine.discard(&give_up).await.unwrap();
    olga.sync().await;
    assert_eq!(world.now(&one.id).await.stage().unwrap().as_str(), "review");
    assert_eq!(world.now(&one.id).await.comments.len(), 1);
    assert_eq!(world.now(&two.id).await.stage().unwrap().as_str(), "intake");
    assert!(matches!(olga.settlement(&comment).await, Settlement::Applied));
    assert_eq!((olga.outbox().await.len(), olga.engine.status().attention), (0, 0));
}

/// Olga's decision on an item, on its way when `fault` struck, and twenty days without a network since.
async fn unanswered_for_long(world: &World, olga: &Console, fault: Fault) -> (ItemId, CommandId) {
    let item = world.item("One").await.id;
    olga.sync().await;
    let given = olga.give(&item, approve()).await;
    world.network.once(paths::COMMANDS, fault);
    assert!(olga.engine.sync_now().await.is_err());
    world.portal.clock.advance_ms(20 * postern_domain::DAY_MS);
    (item, given)
}

#[tokio::test]
async fn of_what_left_long_ago_the_portal_is_asked_what_became_of_it() {
    let world = World::new().await;
    let olga = world.console("olga").await;
    let (_, given) = unanswered_for_long(&world, &olga, Fault::DropReply).await;
    olga.sync().await;
    assert_eq!(olga.settlement(&given).await, Settlement::Applied);
}

#[tokio::test]
async fn what_was_lost_on_its_way_is_not_applied_after_two_weeks_before_its_author_has_looked() {
    let world = World::new().await;
    let olga = world.console("olga").await;
    let (item, given) = unanswered_for_long(&world, &olga, Fault::DropRequest).await;
    olga.sync().await;
    assert_eq!(world.now(&item).await.stage().unwrap().as_str(), "intake");
    let line = olga.outbox().await.remove(0);
    assert_eq!((&line.command, line.state), (&given, OutboxState::Conflict));
    assert!(line.why.contains("two weeks"), "{}", line.why);
    // It is still what its author wants.
    let seen = line.conflict.unwrap().again.seen.unwrap();
    olga.engine.decide_again(&given, seen, ActOptions { hold_ms: 0 }).await.unwrap();
    olga.sync().await;
    assert_eq!(world.now(&item).await.stage().unwrap().as_str(), "review");
}

#[tokio::test]
async fn what_was_lost_on_its_way_goes_as_it_is_when_its_author_says_so_in_time() {
    let world = World::new().await;
    let olga = world.console("olga").await;
    let (item, given) = unanswered_for_long(&world, &olga, Fault::DropRequest).await;
    olga.engine.retry(&given).await.unwrap();
    olga.sync().await;
    assert_eq!(olga.settlement(&given).await, Settlement::Applied);
    assert_eq!(world.now(&item).await.stage().unwrap().as_str(), "review");
}
