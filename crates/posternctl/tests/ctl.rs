//! The program itself, against a whole portal in this process.
#![allow(clippy::unwrap_used)]

mod common;

use common::Scene;
use postern_domain::Fields;
use postern_protocol::paths;

#[tokio::test]
async fn after_a_login_queues_and_items_are_answered_from_the_cache() {
    let scene = Scene::new(3).await;
    let login = scene.login().await;
    assert_eq!(login.exit, 0, "{}", login.err);
    assert!(login.out.contains("3 items are in the cache"), "{}", login.out);

    let queue = scene.run(&["queue", "--json"], "").await;
    assert_eq!((queue.exit, queue.json()["total"].as_u64()), (0, Some(3)));
    let table = scene.run(&["queue", "--queue", "open", "acme-2"], "").await;
    assert!(table.out.contains("ACME-2") && !table.out.contains("ACME-1"), "{}", table.out);
    assert!(!table.out.contains('\x1b'));
    let show = scene.run(&["show", "acme-1", "ACME-3", "--json"], "").await;
    assert_eq!(show.json()[1]["row"]["reference"], "ACME-3");
}

#[tokio::test]
async fn a_decision_is_sent_and_its_outcome_is_waited_for() {
    let scene = Scene::new(2).await;
    scene.login().await;
    let approved = scene.online(&["approve", "ACME-1", "ACME-2", "--json"]).await;
    assert_eq!(approved.exit, 0, "{} {}", approved.out, approved.err);
    assert!(approved.json().as_array().unwrap().iter().all(|line| line["state"] == "applied"));
    let again = scene.online(&["approve", "ACME-1", "--json"]).await;
    assert_eq!((again.exit, again.json()[0]["state"].as_str()), (3, Some("refused")));
}

#[tokio::test]
async fn a_decision_without_a_network_is_kept_and_sent_later() {
    let scene = Scene::new(1).await;
    scene.login().await;
    let offline = scene.run(&["approve", "ACME-1", "--offline", "--json"], "").await;
    assert_eq!((offline.exit, offline.json()[0]["state"].as_str()), (5, Some("queued")));
    let outbox = scene.run(&["outbox", "--offline", "--json"], "").await;
    assert_eq!((outbox.exit, outbox.json().as_array().unwrap().len()), (5, 1));
    let sync = scene.online(&["sync", "--json"]).await;
    assert_eq!((sync.exit, sync.json()["pushed"].as_u64()), (0, Some(1)), "{}", sync.err);
    assert_eq!(scene.run(&["outbox", "--offline"], "").await.exit, 0);
}

#[tokio::test]
async fn a_portal_that_cannot_be_reached_leaves_the_decision_pending() {
    let scene = Scene::new(1).await;
    scene.login().await;
    scene.network.plan(|line| {
        let signs_in = line.path.starts_with(paths::SIGN_IN);
        if signs_in { postern_test_support::Fault::Pass } else { postern_test_support::Fault::DropRequest }
    });
    let pending = scene.online(&["approve", "ACME-1", "--json"]).await;
    assert_eq!((pending.exit, pending.json()[0]["state"].as_str()), (5, Some("pending")));
    assert!(pending.err.contains("cannot be reached"), "{}", pending.err);
}

#[tokio::test]
async fn a_conflict_has_its_own_exit_code_and_shows_both_sides() {
    let scene = Scene::new(1).await;
    scene.login().await;
    scene.run(&["approve", "ACME-1", "--offline"], "").await;
    let lea = scene.portal.sign_in("lea").await;
    let change = postern_protocol::DirectCommand {
        id: "other".into(),
        command: postern_domain::Command::SetFields {
            fields: Fields::new(),
            title: Some("Another".into()),
            description: None,
        },
    };
    assert!(lea.post("/v1/items/ACME-1/commands", &change).send().await.unwrap().status().is_success());
    let sync = scene.online(&["sync"]).await;
    assert_eq!(sync.exit, 4, "{} {}", sync.out, sync.err);
    let outbox = scene.run(&["outbox", "--offline"], "").await;
    assert_eq!(outbox.exit, 4);
    let title = outbox.out.lines().find(|line| line.starts_with("Title")).unwrap();
    assert_eq!(title.split("  ").filter(|part| !part.trim().is_empty()).count(), 4, "{title}");
    assert!(outbox.out.contains("The same again would do:"), "{}", outbox.out);
    let lines = scene.run(&["outbox", "--offline", "--json"], "").await.json();
    let id = lines[0]["command"].as_str().unwrap().to_owned();

    // Nothing is decided or given up without a word.
    assert_eq!(scene.run(&["outbox", "discard", &id, "--offline"], "").await.exit, 2);
    assert_eq!(scene.run(&["outbox", "decide", &id, "--offline"], "").await.exit, 2);
    let other = scene.run(&["outbox", "decide", &id, "--yes", "--seen", "0123", "--offline"], "").await;
    assert_eq!(other.exit, 4, "{}", other.err);
    let seen = lines[0]["conflict"]["again"]["seen"]["content"].as_str().unwrap()[..8].to_owned();
    let again = scene.online(&["outbox", "decide", &id, "--yes", "--seen", &seen]).await;
    assert_eq!(again.exit, 0, "{} {}", again.out, again.err);
    let history = scene.run(&["outbox", "--history", "--offline"], "").await;
    assert!(history.out.contains("superseded"), "{}", history.out);
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_one_sentence_with_its_exit_code() {
    let scene = Scene::new(1).await;
    let url = scene.network.url();
    let wrong = scene
        .run(&["login", "--portal", &url, "--email", "olga@example.com", "--password-stdin"], "wrong")
        .await;
    assert_eq!(wrong.exit, 6, "{}", wrong.err);
    let nobody = scene.run(&["approve", "ACME-1"], "").await;
    assert_eq!(nobody.exit, 6, "{}", nobody.err);
    scene.login().await;
    let unknown = scene.run(&["show", "ACME-99", "--json"], "").await;
    assert_eq!((unknown.exit, unknown.json()["error"]["exit"].as_u64()), (7, Some(7)));
    let filter = scene.run(&["queue", "colour:red"], "").await;
    assert_eq!(filter.exit, 2, "{}", filter.err);
    let person = scene.online(&["reassign", "ACME-1", "--to", "nobody at all"]).await;
    assert_eq!(person.exit, 7, "{}", person.err);
    std::fs::write(scene.profile.path().join("cache.db"), "rubbish that is certainly no database at all")
        .unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(scene.profile.path().join(format!("cache.db{suffix}")));
    }
    let cache = scene.run(&["queue"], "").await;
    assert_eq!(cache.exit, 8, "{}", cache.err);
    assert!(cache.err.contains("cache.db") && !cache.err.contains("panicked"), "{}", cache.err);
}

#[tokio::test]
async fn the_audit_trail_comes_from_the_portal_and_offline_from_the_cache() {
    let scene = Scene::new(1).await;
    scene.login().await;
    let online = scene.online(&["audit", "ACME-1", "--json"]).await;
    assert_eq!(online.exit, 0, "{}", online.err);
    assert_eq!(online.json()[0]["source"], "portal");
    assert_eq!(online.json()[0]["lines"][0]["hash"].as_str().unwrap().len(), 64);
    let offline = scene.run(&["audit", "ACME-1", "--offline", "--json"], "").await;
    assert_eq!((offline.exit, offline.json()[0]["source"].as_str()), (0, Some("cache")));
}

#[tokio::test]
async fn completions_and_manual_need_no_profile() {
    let scene = Scene::new(0).await;
    assert!(scene.run(&["completions", "bash"], "").await.out.contains("posternctl"));
    assert!(scene.run(&["man"], "").await.out.contains(".TH posternctl"));
    assert!(scene.run(&["--help"], "").await.out.contains("4  conflict"));
}

#[tokio::test]
async fn an_absence_is_said_listed_simulated_and_taken_back() {
    let scene = Scene::new(1).await;
    scene.login().await;
    let dates = ["--from", "2027-01-04T09:00", "--until", "2027-01-06T09:00", "--to", "lea"];
    let away = [&["away"][..], &dates].concat();
    let refused = scene.run(&[&["--offline"][..], &away].concat(), "").await;
    assert_eq!(refused.exit, 2, "{}", refused.err);
    let checked = scene.online(&[&away[..], &["--check", "--json"]].concat()).await;
    assert_eq!((checked.exit, checked.json()["saved"].as_bool()), (0, Some(false)), "{}", checked.err);
    let saved = scene.online(&[&away[..], &["--json"]].concat()).await;
    assert_eq!((saved.exit, saved.json()["saved"].as_bool()), (0, Some(true)), "{}", saved.err);

    let list = scene.run(&["away", "--json"], "").await.json();
    assert_eq!(list[0]["from"], "2027-01-04T09:00");
    assert_eq!(list[0]["deputies"][0], "lea");
    let stretch = ["--from", "2027-01-01T00:00:00Z", "--until", "2027-01-10T00:00:00Z", "--json"];
    let coverage = scene.run(&[&["coverage", "olga"][..], &stretch].concat(), "").await;
    assert_eq!(coverage.exit, 0, "{}", coverage.err);
    let spans = coverage.json();
    assert_eq!(spans.as_array().unwrap().len(), 3, "{spans}");
    assert!(spans[1]["sentence"].as_str().unwrap().contains("lea"), "{spans}");

    let id = list[0]["id"].as_str().unwrap();
    let back = scene.online(&["away", "--cancel", id]).await;
    assert_eq!(back.exit, 0, "{}", back.err);
    assert_eq!(scene.run(&["away", "--json"], "").await.json(), serde_json::json!([]));
}

#[tokio::test]
async fn a_file_is_attached_shown_replaced_and_fetched() {
    let scene = Scene::new(1).await;
    scene.login().await;
    let path = scene.profile.path().join("plan.txt");
    std::fs::write(&path, "The whole plan.").unwrap();
    let path = path.to_str().unwrap();
    let offline = scene.run(&["attach", "ACME-1", path, "--offline", "--json"], "").await;
    assert_eq!((offline.exit, offline.json()[0]["state"].as_str()), (5, Some("queued")), "{}", offline.err);
    let outbox = scene.run(&["outbox", "--offline"], "").await;
    assert!(outbox.out.contains("uploading") && outbox.out.contains("0 of 15 bytes"), "{}", outbox.out);
    let sync = scene.online(&["sync", "--json"]).await;
    assert_eq!((sync.exit, sync.json()["uploaded"].as_u64()), (0, Some(1)), "{}", sync.err);

    std::fs::write(path, "Another plan.").unwrap();
    let replaced = scene.online(&["attach", "ACME-1", path, "--replace", "plan.txt", "--json"]).await;
    assert_eq!(
        (replaced.exit, replaced.json()[0]["state"].as_str()),
        (0, Some("applied")),
        "{}",
        replaced.err
    );
    let show = scene.run(&["show", "ACME-1"], "").await;
    assert!(show.out.contains("plan.txt, version 2, 13 bytes"), "{}", show.out);
    assert!(show.out.contains("on this device"), "{}", show.out);

    let first = scene.run(&["file", "ACME-1", "--version", "1", "--offline", "--output", "-"], "").await;
    assert_eq!((first.exit, first.out.as_str()), (0, "The whole plan."), "{}", first.err);
    std::fs::remove_dir_all(scene.profile.path().join("files")).unwrap();
    let gone = scene.run(&["file", "ACME-1", "--offline"], "").await;
    assert_eq!(gone.exit, 7, "{}", gone.err);
    let to = scene.profile.path().join("fetched.txt");
    let to = to.to_str().unwrap();
    let fetched = scene.online(&["file", "ACME-1", "plan.txt", "--output", to, "--json"]).await;
    assert_eq!((fetched.exit, fetched.json()["was_here"].as_bool()), (0, Some(false)), "{}", fetched.err);
    assert_eq!(std::fs::read_to_string(to).unwrap(), "Another plan.");
    let again = scene.online(&["file", "ACME-1", "plan.txt", "--output", to]).await;
    assert_eq!(again.exit, 2, "{}", again.err);
    assert_eq!(scene.run(&["file", "ACME-1", "none.txt", "--offline"], "").await.exit, 7);
    let nothing = scene.online(&["attach", "ACME-1", "/nowhere/plan.txt"]).await;
    assert_eq!(nothing.exit, 2, "{}", nothing.err);
}

#[tokio::test]
async fn an_upload_that_does_not_come_through_is_kept_and_shown() {
    let scene = Scene::new(1).await;
    scene.login().await;
    let path = scene.profile.path().join("plan.txt");
    std::fs::write(&path, "The whole plan.").unwrap();
    scene.network.plan(|line| {
        let is_file = line.path.starts_with(paths::FILES);
        if is_file { postern_test_support::Fault::DropRequest } else { postern_test_support::Fault::Pass }
    });
    let arguments = ["attach", "ACME-1", path.to_str().unwrap(), "--timeout", "2", "--json"];
    let pending = scene.online(&arguments).await;
    assert_eq!((pending.exit, pending.json()[0]["state"].as_str()), (5, Some("pending")), "{}", pending.err);
    scene.network.heal();
    std::fs::remove_dir_all(scene.profile.path().join("files")).unwrap();
    let id = pending.json()[0]["command"].as_str().unwrap().to_owned();
    let retried = scene.online(&["outbox", "retry", &id]).await;
    assert_eq!(retried.exit, 3, "{} {}", retried.out, retried.err);
    assert!(retried.out.contains("upload_stopped"), "{}", retried.out);
    assert_eq!(scene.run(&["outbox", "discard", &id, "--yes", "--offline"], "").await.exit, 0);
}
