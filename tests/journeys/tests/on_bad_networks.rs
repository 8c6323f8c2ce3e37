//! A console at a terminal, and between it and the portal a network that fails in every way that networks have: what the
//! person is told, that nothing is lost, and that nothing is there twice.
#![allow(clippy::unwrap_used)]

use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Ctl, Desktop, Place, Portal};
use postern_protocol::paths;
use postern_test_support::{Fault, FaultyTransport, Identity, PORTAL_CERTIFICATE};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

struct Stage {
    place: Place,
    desktop: Desktop,
    portal: Portal,
    network: FaultyTransport,
}

impl Stage {
    async fn new() -> Self {
        let place = Place::new();
        let desktop = Desktop::without_display(&place);
        let portal = Portal::with_sample(&place, 30);
        let upstream: SocketAddr = portal.address().trim_start_matches("http://").parse().unwrap();
        let network = FaultyTransport::start(upstream).await.unwrap();
        Self { place, desktop, portal, network }
    }

    fn profile(&self) -> PathBuf {
        self.place.path("me")
    }

    /// A console that signed in while all was well.
    fn console(&self) -> Ctl<'_> {
        Ctl::signed_in(&self.desktop, self.profile(), &self.network.url(), &self.portal.suggested().email)
    }

    async fn times_said(&self, reference: &str, text: &str) -> usize {
        let api = Api::sign_in(&self.portal.address(), &self.portal.suggested().email, PASSWORD).await;
        let item = api.item(reference).await;
        item.comments.iter().filter(|comment| comment.body == text).count()
    }

    /// All is well again: the next sync brings everything, and the comment is there once.
    async fn heals(&self, console: &Ctl<'_>, reference: &str, text: &str) {
        self.network.heal();
        console.run(&["sync"]).expect_ok();
        assert_eq!(console.json(&["outbox", "--offline"]).as_array().map(Vec::len), Some(0));
        assert_eq!(self.times_said(reference, text).await, 1);
        self.portal.verify_audit();
    }
}

fn open_items(console: &Ctl<'_>) -> Vec<String> {
    let rows = console.json(&["queue", "--queue", "open", "--limit", "0", "--offline"]);
    let rows = rows["rows"].as_array().unwrap();
    rows.iter().map(|row| row["reference"].as_str().unwrap().to_owned()).collect()
}

const TEXT: &str = "said on a bad line";

/// A comment meets `fault` on its way up. What the console says, and then everything heals.
async fn meets(fault: Fault) -> (i32, String) {
    let stage = Stage::new().await;
    let console = stage.console();
    let item = open_items(&console).remove(0);
    stage.network.once(paths::COMMANDS, fault);
    let began = Instant::now();
    let said = console.run(&["comment", &item, "--body", TEXT, "--timeout", "4"]);
    let took = began.elapsed();
    assert!(!said.err.contains("panicked"), "{}", said.err);
    // A request is given up after 45 seconds by itself.
    assert!(took < Duration::from_secs(30), "it was to wait for 4 seconds, and waited for {took:?}");
    stage.heals(&console, &item, TEXT).await;
    (said.code, format!("{}{}", said.out, said.err))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_lost_after_the_commit_leaves_the_comment_pending_and_it_is_said_once() {
    let (code, said) = meets(Fault::DropReply).await;
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("pending") && said.contains("The portal cannot be reached"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_lost_leaves_the_comment_pending_and_it_is_said_once() {
    let (code, said) = meets(Fault::DropRequest).await;
    assert_eq!(code, 5, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_arrives_twice_is_applied_once() {
    let (code, said) = meets(Fault::Duplicate).await;
    assert_eq!(code, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_arrives_after_its_own_repetition_changes_nothing() {
    let (code, said) = meets(Fault::AfterNext).await;
    assert_eq!(code, 5, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_stalls_is_waited_for_as_long_as_was_asked_and_no_longer() {
    let (code, said) = meets(Fault::Stall).await;
    assert_eq!(code, 5, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_cut_anywhere_is_no_reply() {
    for length in [0, 1, 17, 140, 290, 420] {
        let (code, said) = meets(Fault::CutReply(length)).await;
        assert!(matches!(code, 0 | 5), "after {length} bytes: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_seconds_of_latency_are_only_slow() {
    let stage = Stage::new().await;
    let console = stage.console();
    let item = open_items(&console).remove(0);
    stage.network.plan(|_| Fault::Delay(Duration::from_secs(2)));
    console.run(&["comment", &item, "--body", TEXT]).expect_ok();
    stage.heals(&console, &item, TEXT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_56_kbit_is_enough_to_load_everything_and_to_work() {
    let stage = Stage::new().await;
    stage.network.plan(|_| Fault::Slow(56_000));
    let console = stage.console();
    let item = open_items(&console).remove(0);
    console.run(&["comment", &item, "--body", TEXT]).expect_ok();
    stage.heals(&console, &item, TEXT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_networks_sign_in_page_is_named_as_such_and_wipes_nothing() {
    let stage = Stage::new().await;
    let console = stage.console();
    let items = open_items(&console);
    stage.network.plan(|_| Fault::SignInPage);
    let said = console.run(&["comment", &items[0], "--body", TEXT]).expect_code(5);
    assert!(said.err.contains("a network's sign-in page does that"), "{}", said.err);
    console.run(&["sync"]).expect_code(5);
    let said = console.run(&["status", "--json"]).expect_code(5);
    assert!(said.out.contains("\"signed_in\""), "{}", said.out);
    assert_eq!(open_items(&console), items);
    stage.heals(&console, &items[0], TEXT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_behind_a_networks_sign_in_page_says_what_is_in_the_way() {
    let stage = Stage::new().await;
    stage.network.plan(|_| Fault::SignInPage);
    let console = Ctl::new(&stage.desktop, stage.profile());
    let said = console.login(&stage.network.url(), &stage.portal.suggested().email, PASSWORD).expect_code(5);
    assert!(said.err.contains("a network's sign-in page does that"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_shows_a_strangers_certificate_or_none_learns_nothing_and_loses_nothing() {
    let stage = Stage::new().await;
    let trusted = stage.place.path("trusted.pem");
    std::fs::write(&trusted, PORTAL_CERTIFICATE).unwrap();
    stage.network.speak(Some(Identity::Portal));
    let mut console = Ctl::new(&stage.desktop, stage.profile());
    console.environment.push(("SSL_CERT_FILE", trusted.into()));
    let email = stage.portal.suggested().email;
    console.login(&stage.network.secure_url(), &email, PASSWORD).expect_ok();
    console.run(&["sync"]).expect_ok();
    let item = open_items(&console).remove(0);
    let seen = stage.network.seen().len();

    stage.network.speak(Some(Identity::Stranger));
    let said = console.run(&["comment", &item, "--body", TEXT]).expect_code(5);
    assert!(said.err.to_lowercase().contains("certificate"), "{}", said.err);
    stage.network.speak(None);
    let said = console.run(&["sync"]).expect_code(5);
    assert!(said.err.contains("The portal cannot be reached"), "{}", said.err);
    assert_eq!(stage.network.seen().len(), seen, "no request left the console");

    stage.network.speak(Some(Identity::Portal));
    stage.heals(&console, &item, TEXT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_takes_only_small_messages_gets_halves_until_they_fit() {
    let stage = Stage::new().await;
    let console = stage.console();
    let items = open_items(&console);
    for number in 0..40 {
        let (item, body) = (&items[number % items.len()], format!("{TEXT}, number {number}"));
        console.run(&["comment", item, "--body", &body, "--offline"]).expect_code(5);
    }
    const LARGEST: usize = 3_000;
    stage.network.plan(|line| {
        let is_too_large = line.path == paths::COMMANDS && line.length > LARGEST;
        if is_too_large { Fault::Refuse { status: 413, retry_after: None } } else { Fault::Pass }
    });
    console.run(&["sync"]).expect_ok();
    let pushes: Vec<usize> = stage
        .network
        .seen()
        .into_iter()
        .filter(|(line, _)| line.path == paths::COMMANDS)
        .map(|(line, _)| line.length)
        .collect();
    assert!(pushes[0] > LARGEST && pushes[1] < pushes[0], "{pushes:?}");
    assert_eq!(console.json(&["outbox", "--offline"]).as_array().map(Vec::len), Some(0));
    let api = Api::sign_in(&stage.portal.address(), &stage.portal.suggested().email, PASSWORD).await;
    for number in 0..40 {
        let (item, body) = (&items[number % items.len()], format!("{TEXT}, number {number}"));
        let found = api.item(item).await;
        assert_eq!(found.comments.iter().filter(|comment| comment.body == body).count(), 1, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_too_large_for_the_proxy_is_refused_and_holds_nothing_else_up() {
    let stage = Stage::new().await;
    let console = stage.console();
    let items = open_items(&console);
    stage.network.plan(|line| {
        let is_too_large = line.path == paths::COMMANDS && line.length > 3_000;
        if is_too_large { Fault::Refuse { status: 413, retry_after: None } } else { Fault::Pass }
    });
    let long = "x".repeat(3_500);
    console.run(&["comment", &items[0], "--body", &long, "--offline"]).expect_code(5);
    console.run(&["comment", &items[1], "--body", TEXT, "--offline"]).expect_code(5);
    console.run(&["sync"]).expect_code(4);
    let outbox = console.json(&["outbox", "--offline"]);
    assert_eq!(outbox.as_array().map(Vec::len), Some(1), "{outbox}");
    assert_eq!(outbox[0]["state"], "refused", "{outbox}");
    assert_eq!(stage.times_said(&items[1], TEXT).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_or_proxy_that_is_busy_is_left_alone_and_the_comment_kept() {
    for status in [429, 503] {
        let stage = Stage::new().await;
        let console = stage.console();
        let item = open_items(&console).remove(0);
        stage.network.plan(move |_| Fault::Refuse { status, retry_after: Some(7) });
        let before = stage.network.seen().len();
        let said = console.run(&["comment", &item, "--body", TEXT]).expect_code(5);
        assert!(said.err.contains(&format!("status {status}")), "{}", said.err);
        let asked = stage.network.seen().len() - before;
        assert_eq!(asked, 1, "asked {asked} times of one who asked to be left alone");
        stage.heals(&console, &item, TEXT).await;
    }
}
