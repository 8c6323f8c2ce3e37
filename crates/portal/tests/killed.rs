//! A portal that is killed again and again, on real files: what it acknowledged is there, and nothing is there twice.
#![allow(clippy::unwrap_used)]

mod common;

use common::submit;
use postern_domain::{Command, CommentId, Visibility};
use postern_portal_store::Store;
use postern_protocol::{Outcome, Push, PushReply, SignIn, SignedIn, paths};
use postern_test_support::{PASSWORD, TestPortal, envelope, http};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::Duration;

const ROUNDS: u64 = 6;

fn serve(data: &Path) -> (Child, String) {
    let mut child = Process::new(env!("CARGO_BIN_EXE_postern-portal"))
        .arg("--data")
        .arg(data)
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "off"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim().strip_prefix("listening on ").unwrap().to_owned())
}

fn push(item: &str, first: u64) -> Push {
    let say = |seq: u64| Command::Comment {
        id: CommentId(format!("comment-{seq}")),
        visibility: Visibility::Client,
        body: "Hello".into(),
        mentions: Vec::new(),
    };
    Push {
        console: "c1".into(),
        commands: (first..first + 5).map(|seq| envelope(seq, item, say(seq))).collect(),
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_and_what_is_sent_again_applies_once() {
    let mut portal = TestPortal::start().await;
    let item = submit(&portal.sign_in("olga").await, "s1", "acme").await;
    portal.stop().await;
    let client = http();
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        let (mut child, url) = serve(portal.data());
        let sign_in =
            SignIn { email: "olga@example.com".into(), password: PASSWORD.into(), device: "laptop".into() };
        let reply = client.post(format!("{url}{}", paths::SIGN_IN)).json(&sign_in).send().await.unwrap();
        let signed_in: SignedIn = reply.json().await.unwrap();
        let killer = tokio::task::spawn_blocking(move || {
            // Somewhere in the middle of things, each time somewhere else.
            std::thread::sleep(Duration::from_millis(40 + 37 * round));
            child.kill().unwrap();
            child.wait().unwrap();
        });
        // A console sends the next five until the connection breaks, and the same five again afterwards.
        loop {
            let request = client
                .post(format!("{url}{}", paths::COMMANDS))
                .bearer_auth(&signed_in.tokens.access_token)
                .json(&push(item.id.as_str(), acknowledged + 1));
            let Ok(reply) = request.send().await else { break };
            let Ok(reply) = reply.json::<PushReply>().await else { break };
            assert!(reply.outcomes.iter().all(|outcome| matches!(outcome.outcome, Outcome::Applied { .. })));
            acknowledged += 5;
        }
        killer.await.unwrap();
        let store = Store::open(portal.data()).await.unwrap();
        let there = store.item(&item.id).await.unwrap().unwrap().comments.len() as u64;
        assert!(there == acknowledged || there == acknowledged + 5, "{there} of {acknowledged}");
        assert_eq!(
            store.console(&"c1".into()).await.unwrap().map_or(0, |state| state.last_seq),
            there as i64
        );
        store.verify_audit(|_| {}).await.unwrap().unwrap();
        store.close().await;
    }
    let store = Store::open(portal.data()).await.unwrap();
    assert_eq!(store.check().await.unwrap(), []);
}
