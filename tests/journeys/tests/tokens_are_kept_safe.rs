//! Tokens are in the Secret Service, and in no file.
#![allow(clippy::unwrap_used)]

use postern_journeys::{Ctl, Desktop, Place, Portal};
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_in_the_secret_service_and_in_no_file() {
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let portal = Portal::with_sample(&place, 200);
    let me = portal.suggested();
    let profile = place.path("me");
    let console = Ctl::signed_in(&desktop, profile.clone(), &portal.address(), &me.email);

    let kept = desktop
        .command("secret-tool")
        .args(["search", "--all", "--unlock", "service", "postern"])
        .output()
        .expect("secret-tool");
    let kept = String::from_utf8_lossy(&kept.stdout).into_owned();
    let json = kept
        .lines()
        .find_map(|line| line.strip_prefix("secret = "))
        .unwrap_or_else(|| panic!("nothing of Postern's in the Secret Service: {kept}"));
    let tokens: postern_protocol::TokenPair = serde_json::from_str(json).expect("a pair of tokens");
    assert!(tokens.access_token.len() >= 20 && tokens.refresh_token.len() >= 20);

    console.run(&["queue"]).expect_ok();
    for secret in [&tokens.access_token, &tokens.refresh_token] {
        for folder in [&profile, &desktop.home().to_owned(), &place.path("portal")] {
            assert_eq!(files_with(folder, secret), Vec::<String>::new());
        }
    }

    console.run(&["logout"]).expect_ok();
    let kept =
        desktop.command("secret-tool").args(["search", "--all", "service", "postern"]).output().unwrap();
    assert!(!String::from_utf8_lossy(&kept.stdout).contains("secret = "), "the tokens were not forgotten");
    console.run(&["queue"]).expect_code(6);
}

/// The files below `folder` that contain `text`.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if std::fs::read(&path)
            .is_ok_and(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
        {
            found.push(path.display().to_string());
        }
    }
    found
}
