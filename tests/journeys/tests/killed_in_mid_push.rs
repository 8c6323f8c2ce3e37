//! `kill -9` of console and portal while changes are on their way: nothing is lost, nothing arrives twice.
#![allow(clippy::unwrap_used)]

use postern_domain::Visibility;
use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Ctl, Desktop, Place, Portal, kill_while_syncing};
use std::time::Duration;

const COMMENTS: usize = 60;
const KILLS: u64 = 14;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_console_and_portal_are_killed_in_mid_push() {
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let mut portal = Portal::with_sample(&place, 200);
    let me = portal.suggested();
    let console = Ctl::signed_in(&desktop, place.path("me"), &portal.address(), &me.email);
    let rows = console.json(&["queue", "--queue", "open"]);
    let references: Vec<String> = rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .take(4)
        .map(|row| row["reference"].as_str().unwrap().to_owned())
        .collect();

    for number in 0..COMMENTS {
        let reference = &references[number % references.len()];
        let body = format!("said in a tunnel, number {number}");
        console.run(&["comment", reference, "--body", &body, "--offline"]).expect_code(5);
    }

    kill_while_syncing(&console, &mut portal, KILLS, |round| 15 + (round * 37) % 190).await;
    let mut said = String::new();
    // The last one killed held the right to sync; it runs out by itself within a minute.
    for _ in 0..100 {
        let synced = console.run(&["sync"]);
        said = format!("{}{}", synced.out, synced.err);
        if synced.code == 0 && console.json(&["outbox"]).as_array().is_some_and(Vec::is_empty) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(800)).await;
    }
    let outbox = console.json(&["outbox"]);
    assert_eq!(outbox.as_array().map(Vec::len), Some(0), "the outbox drained: {said} {}", outbox[0]);

    let api = Api::sign_in(&portal.address(), &me.email, PASSWORD).await;
    for (index, reference) in references.iter().enumerate() {
        let item = api.item(reference).await;
        let said: Vec<&str> = item
            .comments
            .iter()
            .filter(|comment| {
                comment.visibility == Visibility::Internal && comment.body.starts_with("said in a tunnel")
            })
            .map(|comment| comment.body.as_str())
            .collect();
        let meant: Vec<String> = (index..COMMENTS)
            .step_by(references.len())
            .map(|number| format!("said in a tunnel, number {number}"))
            .collect();
        assert_eq!(said, meant, "{reference}: each once, in the order in which they were given");
    }
    portal.verify_audit();
}
