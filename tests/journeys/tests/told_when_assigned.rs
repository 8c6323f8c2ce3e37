//! Something is reassigned to me: a native notification arrives, and Open shows the item.
#![allow(clippy::unwrap_used)]

use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Ctl, Desktop, Place, Portal, Window, eventually};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_reassigned_item_is_notified_once_and_open_focuses_it() {
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let portal = Portal::with_sample(&place, 600);
    let me = portal.suggested();
    let address = portal.address();
    let window = Window::open(&desktop, &place.path("me"), Some((&address, &me.email, PASSWORD))).await;
    window.select("[data-testid='row']").await;
    assert_eq!(desktop.displayed(), 0, "the first load tells nothing");

    let lead = portal
        .accounts
        .iter()
        .find(|account| account.email != me.email && account.roles.iter().any(|role| role == "team_lead"))
        .expect("another lead");
    let console = Ctl::signed_in(&desktop, place.path("lead"), &address, &lead.email);
    let api = Api::sign_in(&address, &me.email, PASSWORD).await;
    let team = console.json(&["queue", "phase:in_review"]);
    let mut given = None;
    for row in team["rows"].as_array().unwrap() {
        let reference = row["reference"].as_str().unwrap();
        if api.item(reference).await.waiting_on().any(|id| id == &api.me.id) {
            continue;
        }
        if console.run(&["reassign", reference, "--to", &me.email]).code == 0 {
            given = Some(reference.to_owned());
            break;
        }
    }
    let reference = given.expect("an item that can be given to me");

    eventually("a notification is on the screen", Duration::from_secs(60), || async {
        (desktop.displayed() == 1).then_some(())
    })
    .await;
    desktop.screenshot("notification.png");
    desktop.choose_default_action();
    window.text_where("item-pane", "the item I was given", |text| text.contains(&reference)).await;
    desktop.close_all();
    let told = desktop.notifications();
    let about_it = told
        .iter()
        .filter(|notification| {
            notification.app == "Postern"
                && (notification.summary.contains(&reference) || notification.body.contains(&reference))
        })
        .count();
    assert_eq!(about_it, 1, "{told:?}");
    window.close().await;

    // A restart tells nothing again.
    let window = Window::open(&desktop, &place.path("me"), None).await;
    window.select("[data-testid='row']").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(desktop.displayed(), 0, "told again after a restart");
    window.close().await;
}
