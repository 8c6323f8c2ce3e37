//! Attachments: up in parts, down in ranges, and nothing waits for them but what must.

use crate::harness::*;
use postern_console_core::{ActOptions, FailureCode, OutboxState, Request, Settlement, Target};
use postern_domain::{CommandId, HOUR_MS, Item, ItemId, MINUTE_MS};
use postern_protocol::{is_sha256, paths};
use postern_test_support::Fault;
use sha2::{Digest as _, Sha256};
use std::time::Duration;

pub const KIB: usize = 1024;

/// Bytes that no compression makes fewer.
pub fn content(length: usize, salt: u8) -> Vec<u8> {
    (0..length.div_ceil(32))
        .flat_map(|block| Sha256::digest([&block.to_le_bytes()[..], &[salt]].concat()))
        .take(length)
        .collect()
}

pub fn name_of(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// A file of the person's own, and the wish to attach it.
async fn file(console: &Console, name: &str, content: &[u8]) -> Request {
    let path = console.profile.path().join(name);
    tokio::fs::write(&path, content).await.unwrap();
    let staged = console.engine.stage_file(&path).await.unwrap();
    tokio::fs::remove_file(&path).await.unwrap();
    assert!(is_sha256(&staged.sha256));
    Request::AttachVersion {
        attachment: None,
        name: name.to_owned(),
        sha256: staged.sha256,
        size: staged.size,
        media_type: "application/pdf".to_owned(),
    }
}

async fn attach(console: &Console, item: &ItemId, name: &str, content: &[u8]) -> CommandId {
    let request = file(console, name, content).await;
    console.give(item, request).await
}

/// An item with a file that Carla brought in one piece.
pub async fn item_with_file(world: &World, title: &str, name: &str, content: &[u8]) -> Item {
    let item = world.item(title).await;
    let carla = world.portal.sign_in("carla").await;
    let path = postern_protocol::file_path(&name_of(content));
    assert!(carla.put(&path).body(content.to_vec()).send().await.unwrap().status().is_success());
    let command = postern_domain::Command::AttachVersion {
        attachment: postern_domain::AttachmentId(format!("a-{title}")),
        name: name.to_owned(),
        sha256: name_of(content),
        size: content.len() as u64,
        media_type: "application/pdf".to_owned(),
    };
    world.elsewhere("carla", &item.id, command).await;
    world.now(&item.id).await
}

fn patches(world: &World) -> usize {
    world.network.seen().iter().filter(|(line, _)| line.method == "PATCH").count()
}

async fn state_of(console: &Console, command: &CommandId) -> OutboxState {
    console.outbox().await.into_iter().find(|line| &line.command == command).unwrap().state
}

/// `fault` for the `number`-th request of `method` from now on.
fn fault_at(world: &World, method: &'static str, number: usize, fault: Fault) {
    let mut met = 0;
    world.network.plan(move |line| {
        let meant = line.method == method && line.path.starts_with(paths::FILES);
        met += usize::from(meant);
        if meant && met == number { fault } else { Fault::Pass }
    });
}

#[tokio::test]
async fn what_is_attached_goes_up_in_parts_then_its_command_and_others_can_read_it() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let content = content(900 * KIB, 1);
    let command = attach(&olga, &item.id, "plan.pdf", &content).await;
    let line = &olga.outbox().await[0];
    assert_eq!((line.state, line.why.as_str()), (OutboxState::Uploading, "Uploading 0 of 922 KB."));
    olga.sync().await;
    assert!(matches!(olga.settlement(&command).await, Settlement::Pending { .. }));
    let version = &olga.item(&item.id).await.attachments[0].versions[0];
    assert!(version.here && version.pending);

    assert_eq!(olga.engine.upload_now().await.unwrap(), 1);
    assert_eq!(patches(&world), 3);
    olga.sync().await;
    assert_eq!(olga.settlement(&command).await, Settlement::Applied);
    assert!(world.portal.store().check().await.unwrap().is_empty());

    let abel = world.console("abel").await;
    let sha256 = name_of(&content);
    assert!(!abel.item(&item.id).await.attachments[0].versions[0].here);
    let saved = abel.profile.path().join("saved.pdf");
    abel.engine.save_file(&item.id, &sha256, &saved).await.unwrap();
    assert_eq!(std::fs::read(saved).unwrap(), content);
    assert!(abel.item(&item.id).await.attachments[0].versions[0].here);
}

#[tokio::test]
async fn any_fault_of_any_request_is_survived_and_what_came_is_not_sent_again() {
    let mut salt = 0;
    for (method, number) in [("HEAD", 1), ("PATCH", 1), ("PATCH", 2), ("PATCH", 3)] {
        for fault in [
            Fault::DropRequest,
            Fault::DropReply,
            Fault::Duplicate,
            Fault::CutReply(20),
            Fault::CutBody(0),
            Fault::CutBody(100),
            Fault::CutBody(100 * KIB),
        ] {
            let world = World::new().await;
            let item = world.item("Annual report").await;
            let olga = world.console("olga").await;
            salt += 1;
            let content = content(900 * KIB, salt);
            let command = attach(&olga, &item.id, "plan.pdf", &content).await;
            fault_at(&world, method, number, fault);
            for _ in 0..3 {
                olga.engine.upload_now().await.unwrap();
                world.portal.clock.advance_ms(MINUTE_MS);
            }
            olga.sync().await;
            assert_eq!(
                olga.settlement(&command).await,
                Settlement::Applied,
                "{fault:?} of {method} {number}"
            );
            assert!(patches(&world) <= 8, "{} for {fault:?} of {method} {number}", patches(&world));
            assert!(world.portal.store().check().await.unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn a_process_that_died_in_the_middle_is_continued_by_the_next() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let content = content(900 * KIB, 1);
    attach(&olga, &item.id, "plan.pdf", &content).await;
    let mut met = 0;
    world.network.plan(move |line| {
        met += usize::from(line.method == "PATCH");
        if met >= 2 { Fault::DropRequest } else { Fault::Pass }
    });
    olga.engine.upload_now().await.unwrap();
    let sent = olga.engine.uploads().await.unwrap()[0].sent;
    assert_eq!(sent, 256 * KIB as u64);

    world.network.heal();
    world.portal.clock.advance_ms(MINUTE_MS);
    let before = patches(&world);
    let again = olga.again().await;
    let _profile = olga.die();
    assert_eq!(again.upload_now().await.unwrap(), 1);
    again.sync_now().await.unwrap();
    assert!(again.outbox().await.unwrap().is_empty());
    assert!(patches(&world) - before <= 4);
    assert_eq!(world.now(&item.id).await.attachments[0].versions[0].sha256, name_of(&content));
}

#[tokio::test]
async fn a_stalled_upload_holds_back_its_own_item_and_nothing_else() {
    let world = World::new().await;
    let (one, two) = (world.item("One").await, world.item("Two").await);
    let olga = world.console("olga").await;
    let stalled = attach(&olga, &one.id, "stalled.pdf", &content(300 * KIB, 1)).await;
    let behind = olga.give(&one.id, note("Look at the file.")).await;
    let small = attach(&olga, &two.id, "small.pdf", &content(10 * KIB, 2)).await;
    let other = olga.give(&two.id, note("Another matter.")).await;
    let name = name_of(&content(300 * KIB, 1));
    world.network.plan(move |line| if line.path.contains(&name) { Fault::DropRequest } else { Fault::Pass });
    assert_eq!(olga.engine.upload_now().await.unwrap(), 1);
    olga.sync().await;
    assert_eq!(olga.settlement(&small).await, Settlement::Applied);
    assert_eq!(olga.settlement(&other).await, Settlement::Applied);
    assert_eq!(state_of(&olga, &stalled).await, OutboxState::Uploading);
    assert_eq!(state_of(&olga, &behind).await, OutboxState::Blocked);
    let line = olga.outbox().await.remove(0);
    assert!(line.why.contains("did not go on") && line.can_discard && line.can_retry, "{}", line.why);

    world.network.heal();
    olga.engine.retry(&stalled).await.unwrap();
    assert_eq!(olga.engine.upload_now().await.unwrap(), 1);
    olga.sync().await;
    assert!(olga.outbox().await.is_empty());
}

#[tokio::test]
async fn a_program_that_is_started_anew_does_not_wait_out_a_back_off() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    attach(&olga, &item.id, "plan.pdf", &content(100 * KIB, 1)).await;
    fault_at(&world, "PATCH", 1, Fault::DropRequest);
    assert_eq!(olga.engine.upload_now().await.unwrap(), 0);
    assert_eq!(olga.engine.upload_now().await.unwrap(), 0, "it waits");
    olga.engine.nudge();
    assert_eq!(olga.engine.upload_now().await.unwrap(), 1);
}

#[tokio::test]
async fn the_same_content_goes_up_once() {
    let world = World::new().await;
    let (one, two) = (world.item("One").await, world.item("Two").await);
    let olga = world.console("olga").await;
    let content = content(100 * KIB, 1);
    attach(&olga, &one.id, "plan.pdf", &content).await;
    attach(&olga, &two.id, "the same plan.pdf", &content).await;
    assert_eq!(olga.engine.upload_now().await.unwrap(), 1);
    olga.sync().await;
    assert!(olga.outbox().await.is_empty());
    attach(&olga, &one.id, "once more.pdf", &content).await;
    assert_eq!(olga.engine.upload_now().await.unwrap(), 1);
    olga.sync().await;
    assert!(olga.outbox().await.is_empty());
    assert_eq!(patches(&world), 1);
}

#[tokio::test]
async fn a_file_that_is_gone_from_this_device_waits_for_its_author() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let content = content(100 * KIB, 1);
    let command = attach(&olga, &item.id, "plan.pdf", &content).await;
    std::fs::remove_file(olga.profile.path().join("files").join(name_of(&content))).unwrap();
    assert_eq!(olga.engine.upload_now().await.unwrap(), 0);
    let line = olga.outbox().await.remove(0);
    assert_eq!(line.state, OutboxState::UploadStopped);
    assert!(line.why.contains("plan.pdf is not on this device any more"), "{}", line.why);
    assert_eq!(olga.engine.status().attention, 1);

    let same = file(&olga, "plan.pdf", &content).await;
    olga.act(&item.id, same).await;
    assert_eq!(olga.engine.upload_now().await.unwrap(), 1);
    olga.sync().await;
    assert_eq!(olga.settlement(&command).await, Settlement::Applied);

    let other = attach(&olga, &item.id, "other.pdf", b"Something else.").await;
    std::fs::remove_file(olga.profile.path().join("files").join(name_of(b"Something else."))).unwrap();
    olga.engine.upload_now().await.unwrap();
    olga.engine.discard(&other).await.unwrap();
    assert!(olga.outbox().await.is_empty());
    assert_eq!(olga.engine.upload_now().await.unwrap(), 0);
}

#[tokio::test]
async fn a_file_that_the_portal_does_not_take_is_said_and_can_be_discarded() {
    let config = postern_portal::Config { max_upload_bytes: 1000, ..Default::default() };
    let portal = postern_test_support::TestPortal::start_with(config, Default::default()).await;
    let world = World::around(portal).await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let command = attach(&olga, &item.id, "plan.pdf", &content(2000, 1)).await;
    olga.engine.upload_now().await.unwrap();
    let line = olga.outbox().await.remove(0);
    assert_eq!(line.state, OutboxState::UploadStopped);
    assert!(line.why.contains("at most 1000 bytes"), "{}", line.why);
    olga.engine.discard(&command).await.unwrap();
    olga.sync().await;
}

#[tokio::test]
async fn a_token_that_runs_out_in_the_middle_is_renewed() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    attach(&olga, &item.id, "plan.pdf", &content(100 * KIB, 1)).await;
    world.portal.clock.advance_ms(HOUR_MS);
    assert_eq!(olga.engine.upload_now().await.unwrap(), 1);
}

#[tokio::test]
async fn signing_out_never_loses_a_file_that_is_nowhere_else_without_being_told_to() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let content = content(10 * KIB, 1);
    attach(&olga, &item.id, "plan.pdf", &content).await;
    assert_eq!(olga.engine.sign_out(false).await.unwrap_err().code, FailureCode::PendingChanges);
    let kept = olga.profile.path().join("files").join(name_of(&content));
    assert!(kept.exists());
    olga.engine.sign_out(true).await.unwrap();
    assert!(!kept.exists());
}

#[tokio::test]
async fn an_undone_attachment_has_not_left_the_device() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let request = file(&olga, "plan.pdf", b"Not meant for anybody.").await;
    let target = Target { id: item.id.clone(), seen: None };
    let given = olga.engine.act(&[target], &request, ActOptions::default()).await.unwrap();
    assert_eq!(olga.engine.upload_now().await.unwrap(), 0);
    olga.engine.undo(&given.batch).await.unwrap();
    world.portal.clock.advance_ms(MINUTE_MS);
    assert_eq!(olga.engine.upload_now().await.unwrap(), 0);
    assert_eq!(world.requests(paths::FILES), 0);
    assert!(olga.item(&item.id).await.attachments.is_empty());
}

#[tokio::test]
async fn a_download_goes_on_after_cuts_is_checked_and_fetched_once() {
    let world = World::new().await;
    let bytes = content(700 * KIB, 1);
    let item = item_with_file(&world, "Annual report", "plan.pdf", &bytes).await;
    let olga = world.console("olga").await;
    let sha256 = name_of(&bytes);
    let mut cuts = vec![200 * KIB, 90, 300 * KIB];
    world.network.plan(move |line| {
        let meant = line.method == "GET" && line.path.starts_with(paths::FILES);
        cuts.pop().filter(|_| meant).map_or(Fault::Pass, Fault::CutReply)
    });
    let fetched = olga.engine.fetch_file(&item.id, &sha256).await;
    if fetched.is_err() {
        // A reply that broke off before its first byte is told; the next attempt goes on.
        olga.engine.fetch_file(&item.id, &sha256).await.unwrap();
    }
    let copy = olga.engine.open_file(&item.id, &sha256).await.unwrap();
    assert_eq!(std::fs::read(&copy).unwrap(), bytes);
    assert_eq!(copy.file_name().unwrap(), "plan.pdf");
    let asked = world.requests(paths::FILES);
    assert!((2..=4).contains(&asked), "{asked}");
    olga.engine.fetch_file(&item.id, &sha256).await.unwrap();
    assert_eq!(world.requests(paths::FILES), asked);

    std::fs::remove_file(olga.profile.path().join("files").join(&sha256)).unwrap();
    std::fs::write(olga.profile.path().join("files").join(&sha256), b"changed").unwrap();
    let copy = olga.engine.open_file(&item.id, &sha256).await.unwrap();
    assert_eq!(std::fs::read(&copy).unwrap(), bytes, "what was changed here is fetched anew");
}

#[tokio::test]
async fn what_is_asked_for_twice_at_once_is_fetched_once() {
    let world = World::new().await;
    let bytes = content(200 * KIB, 1);
    let item = item_with_file(&world, "Annual report", "plan.pdf", &bytes).await;
    let olga = world.console("olga").await;
    let sha256 = name_of(&bytes);
    let (one, two) =
        tokio::join!(olga.engine.fetch_file(&item.id, &sha256), olga.engine.fetch_file(&item.id, &sha256));
    one.unwrap();
    two.unwrap();
    assert_eq!(world.requests(paths::FILES), 1);
}

#[tokio::test]
async fn a_download_can_be_cancelled() {
    let world = World::new().await;
    let bytes = content(200 * KIB, 1);
    let item = item_with_file(&world, "Annual report", "plan.pdf", &bytes).await;
    let olga = world.console("olga").await;
    let sha256 = name_of(&bytes);
    world.network.plan(|line| {
        let meant = line.path.starts_with(paths::FILES);
        if meant { Fault::Delay(Duration::from_secs(60)) } else { Fault::Pass }
    });
    let fetching = olga.engine.fetch_file(&item.id, &sha256);
    let cancelling = async {
        while world.requests(paths::FILES) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        olga.engine.cancel_file(&sha256);
    };
    let (fetched, ()) = tokio::join!(fetching, cancelling);
    assert_eq!(fetched.unwrap_err().code, FailureCode::Refused);
    world.network.heal();
    olga.engine.fetch_file(&item.id, &sha256).await.unwrap();
}

#[tokio::test]
async fn only_what_an_item_in_sight_names_can_be_fetched() {
    let world = World::new().await;
    let bytes = content(KIB, 1);
    let item = item_with_file(&world, "Annual report", "plan.pdf", &bytes).await;
    let olga = world.console("olga").await;
    let other = olga.engine.fetch_file(&item.id, &name_of(b"something else")).await.unwrap_err();
    assert_eq!(other.code, FailureCode::NotFound);
    let nowhere = olga.engine.fetch_file(&ItemId::from("none"), &name_of(&bytes)).await.unwrap_err();
    assert_eq!(nowhere.code, FailureCode::NotFound);
}

#[tokio::test]
async fn a_network_that_answers_in_the_portals_place_is_not_taken_for_a_file() {
    let world = World::new().await;
    let bytes = content(KIB, 1);
    let item = item_with_file(&world, "Annual report", "plan.pdf", &bytes).await;
    let olga = world.console("olga").await;
    let command = attach(&olga, &item.id, "other.pdf", &content(KIB, 2)).await;
    world.network.redirect(crate::faults::captive_portal().await);
    let fetched = olga.engine.fetch_file(&item.id, &name_of(&bytes)).await.unwrap_err();
    assert_eq!(fetched.code, FailureCode::Offline);
    assert_eq!(olga.engine.upload_now().await.unwrap(), 0);
    assert_eq!(state_of(&olga, &command).await, OutboxState::Uploading);
    world.network.redirect(world.portal.address());
    olga.engine.fetch_file(&item.id, &name_of(&bytes)).await.unwrap();
}

#[tokio::test]
async fn a_program_is_not_opened_whatever_it_is_called() {
    let world = World::new().await;
    let bytes = b"MZ\x90 and so on".to_vec();
    let item = item_with_file(&world, "Annual report", "invoice.pdf", &bytes).await;
    let olga = world.console("olga").await;
    let refused = olga.engine.open_file(&item.id, &name_of(&bytes)).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::Refused);
    let folder = olga.profile.path().to_path_buf();
    let first = olga.engine.save_file_into(&item.id, &name_of(&bytes), &folder).await.unwrap();
    let second = olga.engine.save_file_into(&item.id, &name_of(&bytes), &folder).await.unwrap();
    assert_eq!(
        (first.file_name().unwrap(), second.file_name().unwrap()),
        ("invoice.pdf".as_ref(), "invoice (2).pdf".as_ref())
    );
}

#[tokio::test]
async fn a_file_without_a_path_comes_in_piece_by_piece() {
    let world = World::new().await;
    let olga = world.console("olga").await;
    let id = olga.engine.stage_part(None, b"The whole ").await.unwrap();
    assert_eq!(olga.engine.stage_part(Some(&id), b"plan.").await.unwrap(), id);
    let staged = olga.engine.stage_done(&id).await.unwrap();
    assert_eq!((staged.sha256, staged.size), (name_of(b"The whole plan."), 15));
    assert!(olga.engine.stage_part(Some("../../cache"), b"x").await.is_err());
}

#[tokio::test]
async fn a_running_engine_uploads_by_itself_and_sends_what_waited() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.engine.start();
    attach(&olga, &item.id, "plan.pdf", &content(300 * KIB, 1)).await;
    crate::sharing::eventually(|| async { world.now(&item.id).await.attachments.len() == 1 }).await;
    crate::sharing::eventually(|| async { olga.outbox().await.is_empty() }).await;
    olga.engine.stop().await;
}
