//! A portal on a disk without room: what it says, what it leaves behind, and that it goes on afterwards.
#![allow(clippy::unwrap_used)]

use postern_protocol::{SignIn, SignedIn, paths};
use postern_test_support::{SmallDisk, http};
use reqwest::Response;
use serde_json::{Value, json};
use sha2::Digest as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_postern-portal");
const MAPPING: &str = include_str!("../mappings/domestic-declarations.toml");
const PASSWORD: &str = "correct horse battery";

fn log_of(cases: usize) -> String {
    let mut text = "<?xml version=\"1.0\"?>\n<log xes.version=\"1.0\">\n".to_owned();
    for case in 0..cases {
        text += &format!(
            "<trace>\n<string key=\"concept:name\" value=\"case {case}\"/>\n\
             <event><string key=\"concept:name\" value=\"Declaration SUBMITTED by EMPLOYEE\"/>\
             <date key=\"time:timestamp\" value=\"2018-01-01T09:00:00Z\"/>\
             <string key=\"org:resource\" value=\"STAFF MEMBER\"/>\
             <string key=\"org:role\" value=\"EMPLOYEE\"/></event>\n</trace>\n"
        );
    }
    text + "</log>\n"
}

#[test]
fn an_import_that_finds_the_disk_full_says_so_and_leaves_nothing_behind() {
    let Some(disk) = SmallDisk::of(1024) else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("log.xes"), log_of(3_000)).unwrap();
    std::fs::write(folder.path().join("mapping.toml"), MAPPING).unwrap();
    std::fs::write(folder.path().join("password"), "correct horse battery\n").unwrap();
    let output = disk
        .script(
            r#"
            "$PORTAL" --data "$DISK/portal" import "$FOLDER/log.xes" --mapping "$FOLDER/mapping.toml"; echo "new: $?"
            ls -A "$DISK"
            "$PORTAL" --data "$DISK" init --organisation Mine --admin ada@example.com < "$FOLDER/password" > /dev/null
            "$PORTAL" --data "$DISK" import "$FOLDER/log.xes" --mapping "$FOLDER/mapping.toml"; echo "mine: $?"
            "$PORTAL" --data "$DISK" check; "$PORTAL" --data "$DISK" client list; echo "clients: $?"
            "$PORTAL" --data "$DISK" seed --items 5000; echo "seed: $?"
            "$PORTAL" --data "$DISK" check
            "#,
        )
        .env("PORTAL", PROGRAM)
        .env("FOLDER", folder.path())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(
        out.starts_with("new: 1\nmine: 1\nAll is well.\nclients: 0\nseed: 1\nAll is well.\n"),
        "{out} {err}"
    );
    let sentences: Vec<&str> = err.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(sentences.len(), 3, "{err}");
    for sentence in sentences {
        assert!(sentence.contains("is full") && sentence.contains("Nothing was changed"), "{sentence}");
    }
}

/// Makes a sample in `data`; the address of a client's contact in it.
fn a_contact(data: &Path) -> String {
    let made = Command::new(PROGRAM)
        .arg("--data")
        .arg(data)
        .args(["seed", "--items", "20", "--json", "--password", PASSWORD])
        .output()
        .unwrap();
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    let accounts = made["accounts"].as_array().unwrap();
    let contact = accounts.iter().find(|account| account["roles"] == json!(["client"])).unwrap();
    contact["email"].as_str().unwrap().to_owned()
}

/// A client's contact with an item of their own.
struct Client {
    url: String,
    token: String,
    item: String,
}

impl Client {
    async fn signed_in(url: String, email: &str) -> Self {
        let sign_in = SignIn { email: email.into(), password: PASSWORD.into(), device: "test".into() };
        let reply = http().post(format!("{url}{}", paths::SIGN_IN)).json(&sign_in).send().await.unwrap();
        let SignedIn { tokens, person, .. } = reply.json().await.unwrap();
        let mut client = Self { url, token: tokens.access_token, item: String::new() };
        let new = json!({
            "command": "new", "kind": "request", "title": "Banner", "description": "", "fields": {},
            "client": person.grants[0].scope.client, "project": null, "journey": null, "owner": null,
            "priority": "normal",
        });
        let made: Value = client.post(paths::ITEMS, &new).await.json().await.unwrap();
        client.item = format!("{}/{}", paths::ITEMS, made["reference"].as_str().unwrap());
        client
    }

    async fn post(&self, path: &str, body: &Value) -> Response {
        let request = http().post(format!("{}{path}", self.url)).bearer_auth(&self.token);
        request.json(body).send().await.unwrap()
    }

    /// Comments at some length, under an id of its own.
    async fn say(&self, number: usize) -> Response {
        let body = "x".repeat(10_000);
        let id = format!("comment-{number}");
        let command =
            json!({ "do": "comment", "id": id, "visibility": "client", "body": body, "mentions": [] });
        let direct = json!({ "id": id, "command": command });
        self.post(&format!("{}/commands", self.item), &direct).await
    }

    async fn comments(&self) -> usize {
        let reply =
            http().get(format!("{}{}", self.url, self.item)).bearer_auth(&self.token).send().await.unwrap();
        reply.json::<Value>().await.unwrap()["comments"].as_array().map_or(0, Vec::len)
    }

    async fn upload(&self, content: &[u8]) -> Response {
        let name = hex::encode(sha2::Sha256::digest(content));
        let request = http().put(format!("{}/v1/files/{name}", self.url)).bearer_auth(&self.token);
        request.body(content.to_vec()).send().await.unwrap()
    }
}

#[tokio::test]
async fn a_portal_whose_disk_is_full_says_so_goes_on_reading_and_takes_the_same_command_later() {
    let Some(disk) = SmallDisk::of(16 * 1024) else { return };
    let data = tempfile::tempdir().unwrap();
    let carla = a_contact(data.path());
    let mut child = disk
        .script(
            r#"
            # If the test gives up, the portal must not outlive it.
            trap '' PIPE
            cp -a "$DATA/." "$DISK" || exit 98
            "$PORTAL" --data "$DISK" serve --listen 127.0.0.1:0 2>/dev/null &
            read -r _; fill; echo full
            read -r _; free; echo free
            read -r _; kill -TERM $!; wait $!
            "$PORTAL" --data "$DISK" audit verify; "$PORTAL" --data "$DISK" check
            "#,
        )
        .env("PORTAL", PROGRAM)
        .env("DATA", data.path())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let url = lines.next().unwrap().strip_prefix("listening on ").unwrap().to_owned();
    let client = Client::signed_in(url, &carla).await;

    writeln!(stdin, "fill").unwrap();
    assert_eq!(lines.next().unwrap(), "full");
    // Some room is left inside the files that are there already.
    let mut said = 0;
    let refused = loop {
        let reply = client.say(said).await;
        if !reply.status().is_success() {
            break reply;
        }
        said += 1;
        assert!(said < 5_000, "the disk never becomes full");
    };
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    let problem: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "unavailable", "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("Nothing was changed"), "{problem}");
    assert_eq!(client.comments().await, said, "what was confirmed is there, what was refused is not");

    let upload = client.upload(&vec![7; 1024 * 1024]).await;
    assert_eq!(upload.status(), 503);
    let problem: serde_json::Value = upload.json().await.unwrap();
    assert!(problem["detail"].as_str().unwrap().contains("disk is full"), "{problem}");

    writeln!(stdin, "free").unwrap();
    assert_eq!(lines.next().unwrap(), "free");
    assert_eq!(client.say(said).await.status(), 200);
    assert_eq!(client.comments().await, said + 1);
    writeln!(stdin, "stop").unwrap();
    let rest: Vec<String> = lines.collect();
    assert!(rest.iter().any(|line| line == "All is well."), "{rest:?}");
    assert!(child.wait().unwrap().success());
}
