use crate::harness::*;
use postern_console_core::{Connection, FailureCode, Queue, Settlement};
use postern_protocol::paths;
use postern_test_support::{Fault, RequestLine};

#[tokio::test]
async fn a_reply_that_is_lost_after_the_commit_is_applied_exactly_once() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let command = olga.give(&item.id, note("once")).await;
    world.network.once(paths::COMMANDS, Fault::DropReply);
    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::Offline);
    assert!(matches!(olga.settlement(&command).await, Settlement::Pending { .. }));
    assert_eq!(world.now(&item.id).await.comments.len(), 1);

    olga.sync().await;
    assert_eq!(olga.settlement(&command).await, Settlement::Applied);
    assert_eq!(world.now(&item.id).await.comments.len(), 1);
    assert_eq!(olga.item(&item.id).await.comments.len(), 1);
    assert!(olga.outbox().await.is_empty());
}

#[tokio::test]
async fn on_a_line_that_carries_no_large_answer_smaller_ones_are_asked_for_until_they_come() {
    let world = World::new().await;
    let olga = world.console("olga").await;
    for number in 0..40 {
        world.item(&format!("Item {number}")).await;
    }
    // What is larger than sixteen items does not come in time.
    world.network.plan(|line| {
        let limit = line.path.split_once("limit=").map(|(_, rest)| rest.split('&').next().unwrap_or(rest));
        match limit.and_then(|limit| limit.parse::<u32>().ok()) {
            Some(limit) if limit > 16 => Fault::DropReply,
            _ => Fault::Pass,
        }
    });
    let mut tries = 0;
    while olga.engine.sync_now().await.is_err() {
        tries += 1;
        assert!(tries < 20, "the same is asked for again and again");
    }
    let items = olga.engine.matching_ids(Queue::Open, "").await.unwrap();
    assert_eq!(items.len(), 40);
}

#[tokio::test]
async fn a_request_that_arrives_twice_is_applied_exactly_once() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.give(&item.id, note("once")).await;
    world.network.once(paths::COMMANDS, Fault::Duplicate);
    olga.sync().await;
    assert_eq!(world.now(&item.id).await.comments.len(), 1);
    assert!(olga.outbox().await.is_empty());
}

#[tokio::test]
async fn decisions_taken_without_a_network_are_drained_once_and_in_order() {
    let world = World::new().await;
    let (one, two) = (world.item("One").await, world.item("Two").await);
    let olga = world.console("olga").await;
    world.network.cut();
    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::Offline);
    for body in ["first", "second", "third"] {
        olga.give(&one.id, note(body)).await;
    }
    olga.give(&two.id, approve()).await;
    assert_eq!(olga.stage(&two.id).await, "Specialist review");
    assert_eq!(olga.engine.status().connection, Connection::Offline);
    assert_eq!(olga.engine.status().pending, 4);
    assert!(olga.engine.sync_now().await.is_err());

    world.network.heal();
    olga.sync().await;
    let bodies: Vec<String> =
        world.now(&one.id).await.comments.into_iter().map(|comment| comment.body).collect();
    assert_eq!(bodies, ["first", "second", "third"]);
    assert_eq!(world.now(&two.id).await.stage().unwrap().as_str(), "review");
    assert!(olga.outbox().await.is_empty());
    assert_eq!(olga.engine.status().connection, Connection::Online);
    assert_eq!(olga.engine.status().pending, 0);
}

#[tokio::test]
async fn everything_survives_a_restart_without_a_network() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    world.network.cut();
    olga.give(&item.id, approve()).await;
    olga.engine.stop().await;

    let again = olga.again().await;
    assert_eq!(again.item(&item.id).await.unwrap().row.stage_name, "Specialist review");
    assert_eq!(again.outbox().await.unwrap().len(), 1);
    world.network.heal();
    again.sync_now().await.unwrap();
    assert!(again.outbox().await.unwrap().is_empty());
    assert_eq!(world.now(&item.id).await.stage().unwrap().as_str(), "review");
}

#[tokio::test]
async fn a_bootstrap_that_is_cut_off_shows_nothing_of_it_and_the_next_one_everything() {
    let world = World::new().await;
    for number in 0..30 {
        world.item(&format!("Item {number}")).await;
    }
    let olga = world
        .console_signed_out("olga", std::sync::Arc::new(postern_console_core::secrets::InMemory::new()))
        .await;
    olga.engine.sign_in(&olga.url, "olga@example.com", postern_test_support::PASSWORD).await.unwrap();
    world.network.once(paths::BOOTSTRAP, Fault::CutReply(900));
    assert!(olga.engine.sync_now().await.is_err());
    assert!(olga.engine.matching_ids(Queue::Open, "").await.unwrap().is_empty());
    olga.sync().await;
    assert_eq!(olga.engine.matching_ids(Queue::Open, "").await.unwrap().len(), 30);
}

#[tokio::test]
async fn a_page_of_changes_that_is_cut_off_is_fetched_again() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    world.elsewhere("lea", &item.id, new_title("Another title")).await;
    world.network.once(paths::CHANGES, Fault::CutReply(200));
    assert!(olga.engine.sync_now().await.is_err());
    assert_eq!(olga.item(&item.id).await.row.title, "Annual report");
    olga.sync().await;
    assert_eq!(olga.item(&item.id).await.row.title, "Another title");
}

#[tokio::test]
async fn any_single_fault_anywhere_leaves_portal_and_console_equal_after_healing() {
    for path in [paths::HANDSHAKE, paths::BOOTSTRAP, paths::COMMANDS, paths::CHANGES] {
        for fault in [Fault::DropRequest, Fault::DropReply, Fault::Duplicate, Fault::CutReply(60)] {
            let world = World::new().await;
            let item = world.item("Annual report").await;
            let olga = world
                .console_signed_out(
                    "olga",
                    std::sync::Arc::new(postern_console_core::secrets::InMemory::new()),
                )
                .await;
            olga.engine.sign_in(&olga.url, "olga@example.com", postern_test_support::PASSWORD).await.unwrap();
            if path != paths::HANDSHAKE && path != paths::BOOTSTRAP {
                olga.sync().await;
                olga.give(&item.id, note("once")).await;
                olga.give(&item.id, approve()).await;
            }
            world.network.once(path, fault);
            let _ = olga.engine.sync_now().await;
            olga.sync().await;
            let theirs = world.now(&item.id).await;
            let ours = olga.item(&item.id).await;
            assert_eq!(ours.comments.len(), theirs.comments.len(), "{fault:?} at {path}");
            assert_eq!(ours.row.stage, theirs.stage().cloned(), "{fault:?} at {path}");
            assert!(olga.outbox().await.is_empty(), "{fault:?} at {path}");
        }
    }
}

#[tokio::test]
async fn a_network_that_answers_in_the_portals_place_is_offline_and_wipes_nothing() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let captive = captive_portal().await;
    world.network.redirect(captive);
    let failure = olga.engine.sync_now().await.unwrap_err();
    assert_eq!(failure.code, FailureCode::Offline);
    assert_eq!(olga.engine.status().connection, Connection::Offline);
    assert_eq!(olga.item(&item.id).await.row.title, "Annual report");
    world.network.redirect(world.portal.address());
    olga.sync().await;
    assert_eq!(olga.engine.status().connection, Connection::Online);
}

/// Answers everything with a page, and status 200.
pub async fn captive_portal() -> std::net::SocketAddr {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let page = "<html>Welcome to the hotel</html>";
            let reply = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
                page.len()
            );
            let _ = stream.write_all(reply.as_bytes()).await;
        }
    });
    address
}

#[tokio::test]
async fn what_could_not_leave_for_want_of_a_connection_can_be_discarded_and_grows_old() {
    let mut world = World::new().await;
    let (one, two) = (world.item("One").await, world.item("Two").await);
    let olga = world.console("olga").await;
    olga.sync().await;
    world.network.close().await;
    let unwanted = olga.give(&one.id, approve()).await;
    let wanted = olga.give(&two.id, approve()).await;
    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::Offline);
    olga.engine.discard(&unwanted).await.unwrap();
    world.portal.clock.advance_ms(15 * postern_domain::DAY_MS);
    assert!(olga.engine.sync_now().await.is_err());
    world.network.reopen().await.unwrap();
    olga.sign_in().await;
    assert!(
        matches!(olga.settlement(&wanted).await, Settlement::Pending { .. }),
        "its author is asked first"
    );
    assert_eq!(world.now(&two.id).await.stage(), two.stage());
    olga.engine.retry(&wanted).await.unwrap();
    olga.sync().await;
    assert_eq!(olga.settlement(&wanted).await, Settlement::Applied);
    assert_eq!(world.now(&one.id).await.stage(), one.stage());
}

#[tokio::test]
async fn a_portal_that_wants_to_be_left_alone_is_not_asked_for_a_focus_but_for_a_word() {
    let world = World::new().await;
    world.item("One").await;
    let olga = world.console("olga").await;
    olga.engine.start();
    world.network.plan(|line| match line.path.starts_with(paths::CHANGES) {
        true => Fault::Refuse { status: 503, retry_after: Some(600) },
        false => Fault::Pass,
    });
    assert!(olga.engine.sync_now().await.is_err());
    let asked = world.requests(paths::CHANGES);
    for _ in 0..5 {
        olga.engine.nudge();
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    }
    assert_eq!(world.requests(paths::CHANGES), asked);
    olga.engine.sync_soon();
    eventually(|| world.requests(paths::CHANGES) == asked + 1).await;
    olga.engine.stop().await;
}

#[tokio::test]
async fn a_device_that_wakes_up_asks_at_once_and_opens_its_event_stream_anew() {
    let world = World::new().await;
    let olga = world.console("olga").await;
    olga.engine.start();
    eventually(|| world.requests(paths::EVENTS) == 1).await;
    // Sooner than it would ask by itself.
    let asked = world.requests(paths::CHANGES);
    world.portal.clock.advance_ms(20_000);
    eventually(|| world.requests(paths::CHANGES) > asked).await;
    eventually(|| world.requests(paths::EVENTS) > 1).await;
    olga.engine.stop().await;
}

#[tokio::test]
async fn an_event_stream_that_opens_and_tells_nothing_newer_is_as_good_as_a_poll() {
    let world = World::new().await;
    let olga = world.console("olga").await;
    world.network.plan(|line| match line.path.starts_with(paths::EVENTS) {
        true => Fault::Refuse { status: 503, retry_after: None },
        false => Fault::Pass,
    });
    olga.engine.start();
    pass(&world, 40).await;
    let asked = world.requests(paths::CHANGES);
    world.network.plan(|_| Fault::Pass);
    let listens = |(line, fault): &(RequestLine, Fault)| {
        line.path.starts_with(paths::EVENTS) && matches!(fault, Fault::Pass)
    };
    eventually(|| world.network.seen().iter().any(listens)).await;
    pass(&world, 40).await;
    assert_eq!(world.requests(paths::CHANGES), asked, "a minute after it last asked");
    pass(&world, 40).await;
    eventually(|| world.requests(paths::CHANGES) > asked).await;
    olga.engine.stop().await;
}

/// So many seconds go by, and no device believes that it slept.
async fn pass(world: &World, seconds: i64) {
    for _ in 0..seconds / 5 {
        world.portal.clock.advance_ms(5_000);
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    }
}

async fn eventually(holds: impl Fn() -> bool) {
    for _ in 0..400 {
        if holds() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("it does not come to that");
}
