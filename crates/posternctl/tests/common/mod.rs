//! A portal in this process, a network in between that can fail, and a profile for the program.
#![allow(dead_code)]

use postern_domain::{ClientId, CommandId, Fields, Kind, Priority};
use postern_protocol::{NewItem, paths};
use postern_test_support::{FaultyTransport, PASSWORD, TestPortal};
use serde_json::Value;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_posternctl");

pub struct Scene {
    pub portal: TestPortal,
    pub network: FaultyTransport,
    pub profile: TempDir,
}

pub struct Run {
    pub exit: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }
}

impl Scene {
    pub async fn new(items: u32) -> Self {
        let portal = TestPortal::start().await;
        let network = FaultyTransport::start(portal.address()).await.unwrap();
        let scene = Self { portal, network, profile: tempfile::tempdir().unwrap() };
        for number in 0..items {
            scene.item(number).await;
        }
        scene
    }

    async fn item(&self, number: u32) {
        let new = NewItem {
            command: CommandId(format!("new-{number}")),
            kind: Kind::Request,
            title: format!("Report {number}"),
            description: String::new(),
            client: ClientId::from("acme"),
            project: None,
            journey: None,
            fields: Fields::new(),
            priority: Priority::Normal,
            owner: Some("olga".into()),
        };
        let carla = self.portal.sign_in("carla").await;
        assert_eq!(carla.post(paths::ITEMS, &new).send().await.unwrap().status(), 201);
    }

    pub async fn run(&self, arguments: &[&str], stdin: &str) -> Run {
        let mut child = Command::new(PROGRAM)
            .arg("--profile")
            .arg(self.profile.path())
            .args(arguments)
            // No keychain answers here: nothing of the person who runs the tests is touched.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).await.unwrap();
        let output = child.wait_with_output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { exit: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    pub async fn online(&self, arguments: &[&str]) -> Run {
        let arguments = [arguments, &["--password-stdin"]].concat();
        self.run(&arguments, PASSWORD).await
    }

    pub async fn login(&self) -> Run {
        self.login_as("olga").await
    }

    pub async fn login_as(&self, who: &str) -> Run {
        let (url, email) = (self.network.url(), format!("{who}@example.com"));
        self.online(&["login", "--portal", &url, "--email", &email, "--session-only"]).await
    }
}
