//! A disk that is full, and one that may only be read: each program says so, leaves nothing half written, and goes on
//! when it can.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use postern_crash::volume::Volume;
use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Ctl, Desktop, Place, Portal};
use sha2::{Digest, Sha256};

fn any_item(console: &Ctl<'_>) -> String {
    let rows = console.json(&["queue", "--queue", "open", "--offline"]);
    rows["rows"][0]["reference"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_on_a_full_disk_says_so_and_keeps_what_it_said_it_had_saved() {
    let place = Place::new();
    let Some(volume) = Volume::mount(&place.folder("me"), 16) else { return };
    let desktop = Desktop::without_display(&place);
    let portal = Portal::with_sample(&place, 30);
    let email = portal.suggested().email;
    let console = Ctl::signed_in(&desktop, place.path("me"), &portal.address(), &email);
    let item = any_item(&console);
    console.run(&["comment", &item, "--body", "before", "--offline"]).expect_code(5);

    volume.fill();
    let said = console.run(&["comment", &item, "--body", "on a full disk", "--offline"]).expect_code(8);
    assert!(said.err.contains("is full"), "{}", said.err);
    let said = console.run(&["sync"]).expect_code(8);
    assert!(said.err.contains("is full"), "{}", said.err);

    volume.free();
    let outbox = console.json(&["outbox", "--offline"]);
    assert_eq!(outbox.as_array().map(Vec::len), Some(1), "what was saved, and nothing else: {outbox}");
    console.run(&["comment", &item, "--body", "after", "--offline"]).expect_code(5);
    console.run(&["sync"]).expect_ok();
    let api = Api::sign_in(&portal.address(), &email, PASSWORD).await;
    let item = api.item(&item).await;
    let said: Vec<&str> = item.comments.iter().map(|comment| comment.body.as_str()).collect();
    assert!(said.ends_with(&["before", "after"]), "{said:?}");
}

#[test]
fn a_load_for_which_there_is_no_room_leaves_what_was_there_and_goes_on_when_there_is() {
    let place = Place::new();
    let Some(volume) = Volume::mount(&place.folder("me"), 64) else { return };
    let desktop = Desktop::without_display(&place);
    let mut portal = Portal::with_sample(&place, 600);
    let console = Ctl::signed_in(&desktop, place.path("me"), &portal.address(), &portal.suggested().email);
    let shown = || console.run(&["queue", "--queue", "open", "--limit", "500", "--offline"]).expect_ok().out;
    let before = shown();
    assert!(before.lines().count() > 20, "{before}");

    // From another epoch, everything is loaded anew, beside what is here.
    portal.stop();
    portal.run(&["restored"]).unwrap();
    portal.start();
    let mut refused = 0;
    // It is cut off a little further each time, until what came can take the place of what was there.
    let mut room = volume.used() + 64;
    loop {
        volume.resize(room);
        let said = console.run(&["sync"]);
        if said.code == 0 {
            break;
        }
        assert_eq!(said.code, 8, "with {room} KB: {} {}", said.out, said.err);
        assert!(said.err.contains("is full"), "with {room} KB: {}", said.err);
        assert!(shown() == before, "with {room} KB another queue is shown");
        refused += 1;
        room += 384;
        assert!(room < 64 * 1024, "it never comes to its end");
    }
    assert!(refused > 3, "{refused}");
    assert!(shown() == before, "another queue is shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_on_a_full_disk_takes_no_file_and_loses_none_that_waits() {
    let place = Place::new();
    let Some(volume) = Volume::mount(&place.folder("me"), 16) else { return };
    let desktop = Desktop::without_display(&place);
    let portal = Portal::with_sample(&place, 30);
    let email = portal.suggested().email;
    let console = Ctl::signed_in(&desktop, place.path("me"), &portal.address(), &email);
    let file = |name: &str, byte: u8| {
        let path = place.path(name);
        std::fs::write(&path, vec![byte; 600_000]).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (early, late) = (file("early.txt", b'e'), file("late.txt", b'l'));
    let rows = console.json(&["queue", "--queue", "open", "--offline"]);
    let references = rows["rows"].as_array().unwrap().iter().filter_map(|row| row["reference"].as_str());
    let item = references
        .into_iter()
        .find(|reference| console.run(&["attach", reference, &early, "--offline"]).code == 5)
        .expect("an item that takes a file")
        .to_owned();
    let files = || std::fs::read_dir(console.profile().join("files")).unwrap().flatten().count();
    let kept = files();

    volume.fill();
    let said = console.run(&["attach", &item, &late, "--offline"]).expect_code(8);
    assert!(said.err.contains("is full"), "{}", said.err);
    assert_eq!(files(), kept, "half a file was left");
    let said = console.run(&["sync"]).expect_code(8);
    assert!(said.err.contains("is full"), "{}", said.err);

    volume.free();
    console.run(&["sync"]).expect_ok();
    let api = Api::sign_in(&portal.address(), &email, PASSWORD).await;
    let sha256 = hex::encode(Sha256::digest(vec![b'e'; 600_000]));
    let found = api.item(&item).await;
    let versions = found.attachments.iter().flat_map(|attachment| &attachment.versions);
    assert_eq!(versions.filter(|version| version.sha256 == sha256).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_on_a_read_only_disk_says_so_and_goes_on_when_it_can_write() {
    let place = Place::new();
    let Some(volume) = Volume::mount(&place.folder("me"), 16) else { return };
    let desktop = Desktop::without_display(&place);
    let portal = Portal::with_sample(&place, 30);
    let console = Ctl::signed_in(&desktop, place.path("me"), &portal.address(), &portal.suggested().email);
    let item = any_item(&console);

    volume.read_only(true);
    for arguments in [&["comment", &item, "--body", "never", "--offline"][..], &["sync"], &["queue"]] {
        let said = console.run(arguments).expect_code(8);
        assert!(said.err.contains("Read-only file system"), "{arguments:?}: {}", said.err);
    }

    volume.read_only(false);
    console.run(&["comment", &item, "--body", "again"]).expect_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_on_a_full_disk_says_so_changes_nothing_and_goes_on_when_there_is_space() {
    let place = Place::new();
    let Some(volume) = Volume::mount(&place.folder("portal"), 32) else { return };
    let desktop = Desktop::without_display(&place);
    let portal = Portal::with_sample(&place, 30);
    let email = portal.suggested().email;
    let console = Ctl::signed_in(&desktop, place.path("me"), &portal.address(), &email);
    let item = any_item(&console);
    let api = Api::sign_in(&portal.address(), &email, PASSWORD).await;

    volume.fill();
    let mut given = Vec::new();
    // There may be a little room left in its log.
    let said = loop {
        given.push(format!("number {}", given.len()));
        let said = console.run(&["comment", &item, "--body", &given[given.len() - 1]]);
        if said.code != 0 || given.len() > 200 {
            break said;
        }
    };
    assert_eq!(said.code, 5, "{} {}", said.out, said.err);
    assert!(said.err.contains("The portal cannot write at the moment"), "{}", said.err);
    let content = vec![7; 300_000];
    let sha256 = hex::encode(Sha256::digest(&content));
    assert_eq!(api.upload(&sha256, content.clone()).await.map(|status| status.as_u16()), Some(503));
    let mut left = std::fs::read_dir(portal.data().join("files")).unwrap().flatten();
    assert!(left.all(|entry| entry.path().is_dir()), "half an upload was left");
    // Reading goes on.
    api.item(&item).await;

    volume.free();
    assert_eq!(api.upload(&sha256, content).await.map(|status| status.as_u16()), Some(201));
    console.run(&["sync"]).expect_ok();
    let found = api.item(&item).await;
    for body in given {
        let times = found.comments.iter().filter(|comment| comment.body == body).count();
        assert_eq!(times, 1, "{body}");
    }
    portal.verify_audit();
    portal.run(&["check"]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_is_started_on_a_full_or_a_read_only_disk_says_so_and_starts_afterwards() {
    let place = Place::new();
    let Some(volume) = Volume::mount(&place.folder("portal"), 32) else { return };
    let mut portal = Portal::with_sample(&place, 30);
    portal.stop();

    volume.fill();
    let said = portal.run(&["check"]).unwrap_err();
    assert!(said.contains("is full"), "{said}");
    volume.free();

    volume.read_only(true);
    portal.run(&["check"]).expect("to look, it need not write");
    assert!(!portal.try_start(), "a portal that cannot write listens");
    assert!(portal.log().contains("cannot be written"), "{}", portal.log());
    volume.read_only(false);

    portal.start();
    portal.verify_audit();
}
