//! `kill -9` of console and portal while a file goes up: it goes on where it was, and arrives whole and once.
#![allow(clippy::unwrap_used)]

use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Ctl, Desktop, Place, Portal, kill_while_syncing};
use std::time::Duration;

const BYTES: u32 = 24_000_000;
const KILLS: u64 = 9;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_arrives_whole_and_once_when_console_and_portal_are_killed_in_mid_upload() {
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let mut portal = Portal::with_sample(&place, 200);
    let me = portal.suggested();
    let console = Ctl::signed_in(&desktop, place.path("me"), &portal.address(), &me.email);
    let rows = console.json(&["queue", "--queue", "my_turn"]);
    let candidates = rows["rows"].as_array().unwrap().iter();
    let references: Vec<String> =
        candidates.map(|row| row["reference"].as_str().unwrap().to_owned()).collect();

    let path = place.path("recording.bin");
    let content: Vec<u8> = (0..BYTES).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    std::fs::write(&path, &content).unwrap();
    let file = path.to_str().unwrap();
    // The first item on which this person may attach something.
    let reference = references
        .iter()
        .find(|reference| console.run(&["attach", reference, file, "--offline"]).code == 5)
        .expect("an item that takes a file");

    kill_while_syncing(&console, &mut portal, KILLS, |round| 60 + (round * 41) % 260).await;
    let mut said = String::new();
    // An upload that failed is tried again after a while, and the right to sync runs out by itself.
    for _ in 0..100 {
        let synced = console.run(&["sync"]);
        said = format!("{}{}", synced.out, synced.err);
        if console.json(&["outbox"]).as_array().is_some_and(Vec::is_empty) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(800)).await;
    }
    let outbox = console.json(&["outbox"]);
    assert_eq!(outbox.as_array().map(Vec::len), Some(0), "the outbox drained: {said} {}", outbox[0]);

    let api = Api::sign_in(&portal.address(), &me.email, PASSWORD).await;
    let item = api.item(reference).await;
    let versions: Vec<_> = item
        .attachments
        .iter()
        .filter(|attachment| attachment.name == "recording.bin")
        .flat_map(|attachment| &attachment.versions)
        .collect();
    assert_eq!(versions.len(), 1);
    assert_eq!(versions[0].size, u64::from(BYTES));

    let other = Ctl::signed_in(&desktop, place.path("other"), &portal.address(), &me.email);
    let fetched = place.path("fetched.bin");
    other.run(&["file", reference, "recording.bin", "--output", fetched.to_str().unwrap()]).expect_ok();
    assert_eq!(std::fs::read(fetched).unwrap(), content);
}
