//! Every screen and state of the window, at a small and at a large size: its landmark is there and on the screen, and
//! nothing runs out at the side. A picture of each, at the large size, is left in the artefact folder, under `screens/`.
#![allow(clippy::unwrap_used)]

use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Ctl, Desktop, Place, Portal, Window};
use thirtyfour::prelude::*;

/// The smallest at which everything has to work, and the whole of the display.
const SIZES: [(u32, u32); 2] = [(1024, 700), (1440, 900)];

struct Walk {
    window: Window,
    shown: Vec<String>,
}

impl Walk {
    fn begin(window: Window) -> Self {
        Self { window, shown: Vec::new() }
    }

    /// The screen called `name` stands there when `landmark` does.
    async fn see(&mut self, name: &str, landmark: &str) {
        let mark = landmark_css(landmark);
        for (width, height) in SIZES {
            self.window.resize(width, height).await;
            self.window.select(&mark).await;
            let page: (u32, u32) = self
                .window
                .ask("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
                .await;
            assert!(page.0 <= width && page.1 <= height, "{name} at {width} × {height} runs out: {page:?}");
            let [left, top, right, bottom]: [f64; 4] = self
                .window
                .ask(&format!(
                    "(({{ left, top, right, bottom }}) => [left, top, right, bottom])(document.querySelector(`{mark}`).getBoundingClientRect())"
                ))
                .await;
            assert!(
                left >= -0.5
                    && top >= -0.5
                    && right <= f64::from(width) + 0.5
                    && bottom <= f64::from(height) + 0.5,
                "{name} at {width} × {height}: {landmark} lies at {left}, {top}, {right}, {bottom}"
            );
            let cut: Vec<String> = self.window.ask(CUT_WORDS).await;
            assert!(cut.is_empty(), "{name} at {width} × {height}: buttons whose words are cut: {cut:?}");
        }
        self.window.screenshot(&format!("screens/{name}.png")).await;
        self.shown.push(name.to_owned());
    }

    async fn theme(&self, theme: &str) {
        self.press(Key::Control + ",").await;
        self.window.find("settings").await;
        let choice =
            format!("document.querySelector(\"[data-testid='theme'] input[value='{theme}']\").click()");
        let _: Option<bool> = self.window.ask(&format!("({choice}, null)")).await;
        self.escape("settings").await;
    }

    async fn press(&self, keys: impl Into<TypingData>) {
        self.window.press(keys).await;
    }

    /// Closes what has this landmark.
    async fn escape(&self, landmark: &str) {
        self.press(Key::Escape + "").await;
        self.is_gone(landmark).await;
    }

    async fn is_gone(&self, landmark: &str) {
        self.window.leaves(&landmark_css(landmark)).await;
    }

    async fn filter(&self, filter: &str) {
        let field = self.window.find("filter").await;
        field.clear().await.unwrap();
        if !filter.is_empty() {
            field.send_keys(filter).await.unwrap();
        }
    }
}

/// Visible buttons whose label does not fit into them.
const CUT_WORDS: &str = "[...document.querySelectorAll('button:not(.cut)')]
    .filter((one) => one.offsetParent && one.innerText.trim() && one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.innerText)";

/// A test id, or CSS where it begins with a bracket.
fn landmark_css(landmark: &str) -> String {
    if landmark.starts_with('[') { landmark.to_owned() } else { format!("[data-testid='{landmark}']") }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_has_its_landmark_and_fits_the_window() {
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let mut portal = Portal::with_sample(&place, 600);
    let me = portal.suggested();
    let address = portal.address();

    let mut visitor = Walk::begin(Window::open(&desktop, &place.path("visitor"), None).await);
    signing_in(&mut visitor, &address, &me.email).await;
    visitor.window.close().await;

    let api = Api::sign_in(&address, &me.email, PASSWORD).await;
    let conflict = a_conflict(&desktop, &place, &portal, &me.email, &api).await;
    let mut walk = Walk::begin(Window::open(&desktop, &place.path("me"), None).await);
    walk.window.click("queue-my_turn").await;
    walk.window.select("[data-testid='row']").await;
    let rows = open_rows(&walk.window, &api).await;
    let long = rows.iter().max_by_key(|(_, title)| title.len()).unwrap().0.clone();
    let plain =
        rows.iter().find(|(reference, _)| *reference != conflict && *reference != long).unwrap().0.clone();

    walk.theme("light").await;
    reading(&mut walk, &plain, &long).await;
    looking_for_something(&mut walk).await;
    deciding(&mut walk, &plain).await;
    several_at_once(&mut walk).await;
    pages(&mut walk, "light").await;
    walk.theme("dark").await;
    walk.window.click("queue-my_turn").await;
    walk.window.open_item(&plain).await;
    walk.see("queue-dark", "item-pane").await;
    pages(&mut walk, "dark").await;
    walk.theme("light").await;

    portal.stop();
    without_a_portal(&mut walk, &plain).await;
    assert_eq!(walk.shown.len(), 34, "{:?}", walk.shown);
    walk.window.close().await;
}

async fn signing_in(walk: &mut Walk, address: &str, email: &str) {
    walk.see("sign-in", "sign-in-submit").await;
    walk.window.click("sign-in-submit").await;
    walk.see("sign-in-nothing-filled-in", "sign-in-problem-portal").await;
    walk.window.type_into("sign-in-portal", address).await;
    walk.window.type_into("sign-in-email", email).await;
    walk.window.type_into("sign-in-password", "not the password").await;
    walk.window.click("sign-in-submit").await;
    walk.see("sign-in-wrong-password", "sign-in-problem-password").await;
}

/// Signs in on the profile `me` at a terminal, and lets an approval meet content that was changed meanwhile.
async fn a_conflict(desktop: &Desktop, place: &Place, portal: &Portal, email: &str, api: &Api) -> String {
    let console = Ctl::signed_in(desktop, place.path("me"), &portal.address(), email);
    let mine = console.json(&["queue", "--queue", "my_turn"]);
    let mut reference = None;
    for row in mine["rows"].as_array().unwrap() {
        let candidate = row["reference"].as_str().unwrap();
        if api.item(candidate).await.waiting_on().any(|id| id == &api.me.id) {
            reference = Some(candidate.to_owned());
            break;
        }
    }
    let reference = reference.expect("something to decide");
    let editor = portal.account_with("internal_owner");
    let editor = Api::sign_in(&portal.address(), &editor.email, PASSWORD).await;
    editor.set_title("change-1", &reference, "An entirely different request").await;
    console.run(&["approve", &reference, "--offline"]).expect_code(5);
    console.run(&["sync"]);
    reference
}

/// What waits for me, with its titles.
async fn open_rows(window: &Window, api: &Api) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for reference in window.rows().await {
        let item = api.item(&reference).await;
        if item.waiting_on().any(|id| id == &api.me.id) {
            rows.push((reference, item.title));
        }
    }
    assert!(rows.len() >= 3, "{rows:?}");
    rows
}

async fn reading(walk: &mut Walk, plain: &str, long: &str) {
    walk.window.open_item(plain).await;
    walk.see("queue-with-item", "item-pane").await;
    walk.window.open_item(long).await;
    walk.see("item-with-long-title", "item-pane").await;
    walk.press("u").await;
    walk.see("queue-list-only", "item-list").await;
    walk.window.click("queue-closed").await;
    walk.see("queue-closed", "[data-testid='row']").await;
    walk.window.click("queue-my_turn").await;
    walk.window.open_item(plain).await;
}

async fn looking_for_something(walk: &mut Walk) {
    walk.filter("client:acme zzz-nothing-like-it").await;
    walk.see("filter-without-result", "empty").await;
    walk.filter("colour:red").await;
    walk.see("filter-not-understood", "filter-problems").await;
    walk.filter("is:overdue").await;
    walk.see("filter", "filter-count").await;
    walk.filter("").await;
    walk.window.find("filter").await.send_keys(Key::Escape + "").await.unwrap();
    walk.press(Key::Control + "k").await;
    walk.see("palette", "palette").await;
    walk.window.type_into("palette-input", "appr").await;
    walk.see("palette-with-words", "palette-entry").await;
    walk.escape("palette").await;
    walk.press("?").await;
    walk.see("help", "help").await;
    walk.escape("help").await;
}

async fn deciding(walk: &mut Walk, plain: &str) {
    walk.window.open_item(plain).await;
    for (key, name) in [
        ("c", "request-changes"),
        ("m", "reassign"),
        ("f", "escalate"),
        ("n", "note"),
        ("r", "comment"),
        ("p", "priority"),
    ] {
        walk.press(key).await;
        walk.see(name, "composer").await;
        if name == "request-changes" {
            walk.window.click("submit").await;
            walk.see("request-changes-without-reason", "reason-required").await;
        }
        walk.escape("composer").await;
    }
    walk.press(".").await;
    walk.see("more-actions", "[role='menu']").await;
    walk.escape("[role='menu']").await;
    walk.press("a").await;
    walk.see("approved-with-undo", "toast-undo").await;
    walk.window.click("toast-undo").await;
    walk.is_gone("toast-undo").await;
}

async fn several_at_once(walk: &mut Walk) {
    walk.window.select("[data-testid='row']").await;
    walk.press(Key::Control + "a").await;
    walk.see("selection", "selection-bar").await;
    walk.window.click("bulk-approve").await;
    walk.see("bulk-approve", "action-sheet").await;
    walk.escape("action-sheet").await;
    walk.window.click("bulk-reassign").await;
    walk.see("bulk-reassign", "action-sheet").await;
    walk.escape("action-sheet").await;
    walk.escape("selection-bar").await;
}

async fn pages(walk: &mut Walk, theme: &str) {
    walk.window.click("nav-outbox").await;
    walk.window.select("[data-testid='outbox-line'][data-state='conflict']").await.click().await.unwrap();
    walk.see(&format!("outbox-conflict-{theme}"), "outbox").await;
    walk.window.click("nav-bottleneck").await;
    walk.see(&format!("bottleneck-{theme}"), "bottleneck-table").await;
    walk.window.click("nav-away").await;
    walk.see(&format!("out-of-office-{theme}"), "away").await;
    walk.press(Key::Control + ",").await;
    walk.see(&format!("settings-{theme}"), "settings").await;
    walk.escape("settings").await;
}

async fn without_a_portal(walk: &mut Walk, plain: &str) {
    walk.window.click("queue-my_turn").await;
    walk.window.open_item(plain).await;
    walk.press("a").await;
    walk.window.select("[data-testid='toast-undo']").await;
    // The next step is due later: the row stands somewhere else now.
    walk.window.click("queue-open").await;
    walk.filter("is:pending").await;
    walk.see("offline-pending", "[data-testid='row'][data-pending='pending']").await;
    walk.window.select("[data-testid='sync-status'][data-connection='offline']").await;
    walk.window.click("nav-outbox").await;
    walk.see("outbox-pending-offline", "outbox").await;
    walk.press(Key::Control + ",").await;
    walk.window.click("sign-out").await;
    walk.see("sign-out-with-pending", "sign-out-dialog").await;
    walk.escape("sign-out-dialog").await;
}
