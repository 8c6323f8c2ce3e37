//! What is done to items at a terminal, against a whole portal in this process.
#![allow(clippy::unwrap_used)]

mod common;

use common::Scene;
use postern_console_core::{Deps, Engine};
use postern_domain::shipped;

/// What a deed on ACME-1 came to, sent and answered.
async fn done(scene: &Scene, arguments: &[&str]) -> String {
    let run = scene.online(&[arguments, &["--json"]].concat()).await;
    assert_eq!(run.exit, 0, "{arguments:?}: {} {}", run.out, run.err);
    run.json()[0]["state"].as_str().unwrap().to_owned()
}

async fn scene_of(person: &str) -> Scene {
    let scene = Scene::new(1).await;
    let url = scene.network.url();
    let email = format!("{person}@example.com");
    let login = scene.online(&["login", "--portal", &url, "--email", &email, "--session-only"]).await;
    assert_eq!(login.exit, 0, "{}", login.err);
    scene
}

#[tokio::test]
async fn an_item_goes_its_whole_way_by_the_commands_of_a_lead() {
    let scene = scene_of("lea").await;
    let deeds: [&[&str]; 13] = [
        &["set-priority", "ACME-1", "--to", "urgent"],
        &["set-due", "ACME-1", "--at", "2026-12-24T09:00:00Z"],
        &["set-due", "ACME-1", "--none"],
        &["set-fields", "ACME-1", "--title", "Another report", "--field", "pages=12"],
        &["escalate", "ACME-1", "--reason", "It waits.", "--to", "lea"],
        &["de-escalate", "ACME-1", "--reason", "It goes on."],
        &["raise-exception", "ACME-1", "--category", "rights", "--reason", "Not cleared."],
        &["resolve-exception", "ACME-1", "--reason", "Cleared.", "--to", "stage", "--stage", "intake"],
        &["override", "ACME-1", "--reason", "The slot closes.", "--step", "intake"],
        &["withdraw", "ACME-1", "--reason", "Not needed."],
        &["reopen", "ACME-1", "--reason", "Needed again."],
        &["reassign", "ACME-1", "--to", "lea", "--from", "olga"],
        &["comment", "ACME-1", "--body", "Look at page 3."],
    ];
    for deed in deeds {
        let state = scene.online(&[deed, &["--json"]].concat()).await;
        // Who edited the content may not decide on it: the refusal says so, and everything else is applied.
        let contributor = deed[0] == "override" || deed[0] == "reassign";
        let expected = if contributor { "refused" } else { "applied" };
        assert_eq!(state.json()[0]["state"], expected, "{deed:?}: {} {}", state.out, state.err);
    }
    let show = scene.run(&["show", "ACME-1", "--json"], "").await.json();
    assert_eq!(show[0]["row"]["title"], "Another report");
    assert_eq!(show[0]["row"]["priority"], "urgent");
}

#[tokio::test]
async fn what_came_back_is_handed_over_again_in_the_clients_place_and_completed() {
    let scene = Scene::new(1).await;
    scene.login().await;
    let back = ["request-changes", "ACME-1", "--reason", "The total is wrong."];
    assert_eq!(done(&scene, &back).await, "applied");
    assert_eq!(done(&scene, &["set-fields", "ACME-1", "--field", "total=12"]).await, "applied");
    assert_eq!(done(&scene, &["resubmit", "ACME-1", "--comment", "As told by telephone."]).await, "applied");
}

#[tokio::test]
async fn an_edit_can_be_asked_about_before_it_is_made() {
    let scene = scene_of("lea").await;
    let check = ["set-fields", "ACME-1", "--title", "Another", "--check"];
    let asked = scene.run(&[&check[..], &["--offline", "--json"]].concat(), "").await;
    assert_eq!((asked.exit, asked.json()[0]["state"].as_str()), (0, Some("would_apply")), "{}", asked.err);
    assert!(asked.json()[0]["effects"][0].as_str().unwrap().contains("Nothing was decided"), "{}", asked.out);
    let table = scene.run(&[&check[..], &["--offline"]].concat(), "").await;
    assert!(table.out.contains("ACME-1: Nothing was decided on it yet"), "{}", table.out);
    assert_eq!(scene.run(&["outbox", "--offline"], "").await.exit, 0, "nothing was given");
}

#[tokio::test]
async fn a_new_item_is_keyed_in_offline_and_its_form_is_checked_field_by_field() {
    let scene = Scene::new(0).await;
    let invoices = shipped().into_iter().find(|journey| journey.key.as_str() == "invoice-approval").unwrap();
    scene.portal.publish(&invoices).await;
    scene.login().await;
    let forms = scene.run(&["forms", "--kind", "invoice", "--offline"], "").await;
    assert!(forms.out.contains("cost_centre") && forms.out.contains("one of: marketing"), "{}", forms.out);
    let json = scene.run(&["forms", "--json"], "").await.json();
    assert_eq!(json["clients"][0]["code"], "ACME");

    let head = [
        "submit",
        "--client",
        "acme",
        "--kind",
        "invoice",
        "--journey",
        "invoice-approval",
        "--title",
        "Paper",
    ];
    let wrong = scene.run(&[&head[..], &["--field", "amount=much", "--offline"]].concat(), "").await;
    assert_eq!(wrong.exit, 3, "{}", wrong.err);
    for part in ["“Supplier” must be filled in", "“Total amount” must be an amount"] {
        assert!(wrong.out.contains(part), "{}", wrong.out);
    }
    let fields = [
        "--field",
        "supplier=Paper & Sons",
        "--field",
        "invoice_number=4711",
        "--field",
        "invoice_date=2026-03-01",
        "--field",
        "amount=125000",
        "--field",
        "cost_centre=marketing",
    ];
    let whole = [&head[..], &fields].concat();
    let check = scene.run(&[&whole[..], &["--check", "--offline", "--json"]].concat(), "").await;
    assert_eq!((check.exit, check.json()[0]["state"].as_str()), (0, Some("would_apply")), "{}", check.out);
    let given = scene.run(&[&whole[..], &["--offline", "--json"]].concat(), "").await;
    assert_eq!((given.exit, given.json()[0]["state"].as_str()), (5, Some("queued")), "{}", given.err);
    let reference = given.json()[0]["reference"].as_str().unwrap().to_owned();
    let show = scene.run(&["show", &reference, "--offline"], "").await;
    assert!(show.out.contains("Paper & Sons"), "{} {}", show.out, show.err);
    assert_eq!(scene.online(&["sync"]).await.exit, 0);
    let show = scene.run(&["show", "ACME-1", "--offline"], "").await;
    assert!(show.out.contains("Paper & Sons"), "{} {}", show.out, show.err);
    let wrong = scene
        .run(&["submit", "--client", "nobody", "--kind", "ticket", "--title", "x", "--offline"], "")
        .await;
    assert_eq!(wrong.exit, 7, "{}", wrong.err);
}

#[tokio::test]
async fn what_happens_next_is_the_same_sentence_here_and_in_the_engine_that_the_window_shows() {
    let scene = Scene::new(1).await;
    scene.login().await;
    for deed in [&["approve", "ACME-1"][..], &["escalate", "ACME-1", "--reason", "It waits."]] {
        let json = scene.run(&["show", "ACME-1", "--json", "--offline"], "").await.json();
        let table = scene.run(&["show", "ACME-1", "--offline"], "").await.out;
        let engine = Engine::open_signed_out(scene.profile.path(), Deps::system().unwrap()).await.unwrap();
        let id = engine.find("ACME-1").await.unwrap();
        let next = engine.item(&id).await.unwrap().next;
        assert!(!next.sentence.is_empty());
        assert_eq!(json[0]["next"]["sentence"], next.sentence.as_str());
        let lines: Vec<&str> = table.lines().map(str::trim).collect();
        assert_eq!(lines[1], next.sentence);
        for reason in &next.because {
            assert!(lines.contains(&reason.as_str()), "{reason} is not in {table}");
        }
        engine.stop().await;
        scene.online(deed).await;
    }
}

#[tokio::test]
async fn the_stuck_queue_says_what_stuck_means_and_why_each_item_is() {
    let scene = Scene::new(1).await;
    scene.login().await;
    let none = scene.run(&["queue", "--queue", "stuck"], "").await;
    assert!(none.out.starts_with("Stuck is what is past its due time"), "{}", none.out);
    scene.portal.clock.advance_ms(3 * postern_domain::DAY_MS);
    scene.online(&["sync"]).await;
    let stuck = scene.run(&["queue", "--queue", "stuck"], "").await;
    assert!(stuck.out.contains("stuck: past due"), "{}", stuck.out);
    let json = scene.run(&["queue", "--queue", "stuck", "--json"], "").await.json();
    assert_eq!(json["rows"][0]["stuck"], "past_due");
    assert!(json["definition"].as_str().unwrap().contains("85 of 100"));
}

#[tokio::test]
async fn a_due_time_is_reckoned_line_by_line() {
    let scene = Scene::new(1).await;
    scene.login().await;
    let show = scene.run(&["show", "ACME-1", "--why-due"], "").await;
    assert!(show.out.contains("Intake check, reckoned by the calendar"), "{}", show.out);
    assert!(show.out.contains("24 h"), "{}", show.out);
    let plain = scene.run(&["show", "ACME-1"], "").await;
    assert!(!plain.out.contains("reckoned"), "{}", plain.out);
}

#[tokio::test]
async fn the_audit_trail_is_told_in_sentences_with_reasons_and_both_clocks() {
    let scene = scene_of("lea").await;
    let reason = "The slot at the printer closes at four.";
    assert_eq!(done(&scene, &["override", "ACME-1", "--reason", reason]).await, "applied");
    let audit = scene.online(&["audit", "ACME-1"]).await;
    assert!(
        audit.out.contains(&format!("overrode Intake check: it counts as approved: {reason}")),
        "{}",
        audit.out
    );
    assert!(audit.out.contains("ON THE DEVICE") && audit.out.contains("handed it over"), "{}", audit.out);
    let json = scene.online(&["audit", "ACME-1", "--json"]).await.json();
    let lines = json[0]["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["detail"] == reason).unwrap();
    assert_eq!((line["who"].as_str(), line["recorded"]["by"]["person"].as_str()), (Some("lea"), Some("lea")));
    assert!(line["recorded"]["device_at"].is_number() && line["seq"].is_number(), "{line}");
}

#[tokio::test]
async fn an_absence_has_deputies_with_limits_of_their_own_and_is_changed_and_ended_early() {
    let scene = Scene::new(1).await;
    scene.login().await;
    let dates = ["away", "--from", "2026-03-01T09:00", "--until", "2026-03-20T09:00"];
    let deputies =
        ["--to", "lea,kind=invoice,up-to=50000", "--to", "lea,client=ACME", "--note", "By the sea."];
    let whole = [&dates[..], &deputies].concat();
    let offline = scene.run(&[&whole[..], &["--check", "--offline"]].concat(), "").await;
    assert_eq!(offline.exit, 0, "{}", offline.err);
    assert!(offline.err.contains("Checked on this device"), "{}", offline.err);
    assert!(offline.out.contains("nobody is named for"), "{}", offline.out);
    assert_eq!(scene.online(&whole).await.exit, 0);
    let list = scene.run(&["away", "--json"], "").await.json();
    assert_eq!(list[0]["deputies"][0], "lea (only invoices, up to 500.00)");
    assert_eq!(list[0]["deputies"][1], "lea (only for Acme Corporation)");
    let id = list[0]["id"].as_str().unwrap().to_owned();
    let asked = scene
        .run(&["coverage", "olga", "--from", "2026-03-02T09:00:00Z", "--until", "2026-03-03T09:00:00Z"], "")
        .await;
    assert!(asked.out.contains("invoices up to 500.00:"), "{}", asked.out);

    let edit = scene.online(&["away", "--edit", &id, "--until", "2026-03-25T09:00", "--to", "abel"]).await;
    assert_eq!(edit.exit, 0, "{} {}", edit.out, edit.err);
    let list = scene.run(&["away", "--json"], "").await.json();
    assert_eq!(
        (list[0]["until"].as_str(), list[0]["note"].as_str()),
        (Some("2026-03-25T09:00"), Some("By the sea."))
    );
    assert_eq!(list[0]["deputies"], serde_json::json!(["abel"]));
    let back = scene.online(&["away", "--back", &id]).await;
    assert_eq!(back.exit, 0, "{} {}", back.out, back.err);
    assert_eq!(scene.run(&["away", "--json"], "").await.json(), serde_json::json!([]));
}
