//! A portal admin writes a new version of a journey and moves items to it, edits a calendar, and the terminal says the same.
#![allow(clippy::unwrap_used)]

use postern_journeys::portal::PASSWORD;
use postern_journeys::{Ctl, Desktop, Place, Portal, Window};
use thirtyfour::prelude::*;

const CASES: &str = r#"journey = "standard"

[[people]]
id = "carla"
roles = ["client"]

[[people]]
id = "anna"
roles = ["internal_owner"]

[[cases]]
name = "It is withdrawn"
kind = "request"
owner = "anna"
submitter = "carla"
acts = [{ who = "anna", does = "withdraw", reason = "Twice." }]
expect = { phase = "withdrawn" }
"#;

const VERSIONS: &str = "[data-testid='journey-version']";

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_publishes_a_journey_moves_items_to_it_and_saves_a_calendar() {
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let portal = Portal::with_sample(&place, 300);
    let (admin, address) = (portal.account_with("portal_admin"), portal.address());
    let sign_in = Some((address.as_str(), admin.email.as_str(), PASSWORD));
    let window = Window::open(&desktop, &place.path("admin"), sign_in).await;

    window.click("nav-administration").await;
    window.select("[data-testid='journey'][data-key='standard']").await.click().await.unwrap();
    window.select("[data-testid='journey-detail'][data-key='standard']").await;
    let newest: usize = window.ask(&format!("document.querySelectorAll(\"{VERSIONS}\").length")).await;
    window.screenshot("administration-journey.png").await;
    publish_as_it_is(&window).await;
    let next = format!("{VERSIONS}[data-version='{}']", newest + 1);
    window.select(&next).await;
    move_items(&window, newest).await;
    save_a_calendar(&window).await;
    window.close().await;

    let console = Ctl::signed_in(&desktop, place.path("terminal"), &address, &admin.email);
    let listed = console.json(&["journey", "list"]);
    let journey = listed.as_array().unwrap().iter().find(|each| each["key"] == "standard").unwrap();
    assert_eq!(journey["versions"].as_array().unwrap().len(), newest + 1);
    assert_eq!(journey["versions"][0]["state"], "published for all");
    let calendars = console.json(&["calendar", "list"]);
    assert!(calendars.as_array().unwrap().iter().any(|each| each["name"] == "Night shift"), "{calendars}");
    portal.verify_audit();
}

/// The same document once more: whoever publishes it has seen that nothing would have gone another way.
async fn publish_as_it_is(window: &Window) {
    window.click("journey-write").await;
    choose(window, "journey-which", "cases").await;
    // The driver leaves out the ends of lines; a pressed key does not.
    window.type_into("journey-cases-text", &CASES.replace('\n', &Key::Return.value().to_string())).await;
    window.click("journey-run-check").await;
    window.select("[data-testid='journey-check'][data-sound='true']").await;
    window.click("journey-run-replay").await;
    window.select("[data-testid='journey-replay'][data-moved='0']").await;
    window.screenshot("administration-new-version.png").await;
    window.click("journey-do-publish").await;
}

async fn move_items(window: &Window, from: usize) {
    let line = format!("{VERSIONS}[data-version='{from}'] [data-testid='journey-migrate']");
    window.select(&line).await.click().await.unwrap();
    window.select("[data-testid='migrate-stage']").await;
    window.click("migrate-look").await;
    window.find("migration-report").await;
    window.screenshot("administration-migration.png").await;
    window.click("migrate-move").await;
    window.text_where("migration-outcome", "that they moved", |text| text.starts_with("Moved ")).await;
}

async fn save_a_calendar(window: &Window) {
    choose(window, "administration-part", "calendars").await;
    window.click("calendar-new").await;
    window.type_into("calendar-key", "night").await;
    window.type_into("calendar-name", "Night shift").await;
    window.click("calendar-look").await;
    window.find("calendar-preview").await;
    window.screenshot("administration-calendar.png").await;
    window.click("calendar-save").await;
    window.find("calendar-detail").await;
}

/// One of a few alternatives that stand side by side.
async fn choose(window: &Window, choices: &str, value: &str) {
    let input = format!("[data-testid='{choices}'] input[value='{value}']");
    window.select(&format!("[data-testid='{choices}']")).await;
    let _: Option<bool> = window.ask(&format!("(document.querySelector(\"{input}\").click(), null)")).await;
}
