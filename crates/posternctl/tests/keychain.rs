//! A real Secret Service on a bus of its own: the sign-in is kept there and nowhere else.
//! Where `dbus-run-session` or `gnome-keyring-daemon` is missing, the test says so and passes.
#![allow(clippy::unwrap_used)]

mod common;

use postern_domain::{DAY_MS, MINUTE_MS};
use postern_test_support::{PASSWORD, TestPortal};
use std::path::Path;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

fn is_there(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// Runs a shell script on a bus of its own with the keyring unlocked, and the password on standard input.
async fn with_keyring(home: &Path, script: &str) -> (i32, String) {
    let unlocked = format!(
        "printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n{script}"
    );
    let mut child = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", &unlocked])
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", home)
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), text)
}

#[tokio::test]
async fn a_sign_in_is_kept_in_the_keychain_and_in_no_file() {
    if !is_there("dbus-run-session") || !is_there("gnome-keyring-daemon") {
        eprintln!("skipped: no dbus-run-session or gnome-keyring-daemon here");
        return;
    }
    let portal = TestPortal::start().await;
    let home = tempfile::tempdir().unwrap();
    let profile = home.path().join("profile");
    let program = env!("CARGO_BIN_EXE_posternctl");
    let script = format!(
        "cat > {home}/password
         {program} --profile {profile} login --portal {url} --email olga@example.com --password-stdin < {home}/password
         echo \"login $?\"
         {program} --profile {profile} status; echo \"status $?\"
         {program} --profile {profile} logout; echo \"logout $?\"
         {program} --profile {profile} status >/dev/null 2>&1; echo \"after $?\"",
        home = home.path().display(),
        profile = profile.display(),
        url = portal.url(),
    );
    let (_, text) = with_keyring(home.path(), &script).await;
    for line in ["login 0", "in the keychain", "status 0", "logout 0", "after 6"] {
        assert!(text.contains(line), "{line} is missing in: {text}");
    }
    for entry in std::fs::read_dir(&profile).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let bytes = std::fs::read(path).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("refresh_token"));
    }
}

#[tokio::test]
async fn a_sign_in_that_ran_out_says_how_to_go_on_and_saves_nothing() {
    if !is_there("dbus-run-session") || !is_there("gnome-keyring-daemon") {
        eprintln!("skipped: no dbus-run-session or gnome-keyring-daemon here");
        return;
    }
    let common::Scene { portal, profile: home, .. } = common::Scene::new(1).await;
    let program =
        format!("{} --profile {}", env!("CARGO_BIN_EXE_posternctl"), home.path().join("profile").display());
    let login = format!(
        "{program} login --portal {} --email olga@example.com --password-stdin; echo \"login $?\"",
        portal.url()
    );
    let (_, text) = with_keyring(home.path(), &login).await;
    assert!(text.contains("login 0"), "{text}");

    portal.clock.advance_ms(16 * MINUTE_MS);
    let (_, text) = with_keyring(home.path(), &format!("{program} sync; echo \"sync $?\"")).await;
    assert!(text.contains("sync 0"), "an access token that ran out is replaced silently: {text}");

    portal.clock.advance_ms(40 * DAY_MS);
    let later = format!(
        "{program} sync; echo \"sync $?\"
         {program} queue > /dev/null; echo \"cached $?\"
         {program} approve ACME-1; echo \"approve $?\"
         {program} outbox --offline; echo \"outbox $?\""
    );
    let (_, text) = with_keyring(home.path(), &later).await;
    for words in ["sync 6", "Sign in again", "posternctl login", "cached 0", "approve 6", "outbox 0"] {
        assert!(text.contains(words), "“{words}” is missing in: {text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

#[tokio::test]
async fn without_a_keychain_the_login_works_and_says_that_it_is_not_kept() {
    let portal = TestPortal::start().await;
    let profile = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_posternctl"))
        .arg("--profile")
        .arg(profile.path())
        .args(["login", "--portal", &portal.url(), "--email", "olga@example.com", "--password-stdin"])
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("kept only until Postern is closed") && text.contains("--password-stdin"),
        "{text}"
    );
}
