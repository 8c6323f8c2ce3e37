//! The program itself: its commands, its exit codes, its signals.
#![allow(clippy::unwrap_used)]

mod common;

use postern_test_support::TestPortal;
use sqlx::Connection as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

const PASSWORD: &str = "correct horse battery";

fn portal(data: &Path, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_postern-portal"))
        .arg("--data")
        .arg(data)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that fails early reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    assert_eq!(code(output), 0, "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A new portal with the admin `ada@example.com`.
fn init() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let args = ["init", "--organisation", "Example", "--admin", "ada@example.com"];
    stdout(&portal(data.path(), &args, &format!("{PASSWORD}\n")));
    data
}

struct Serving {
    child: Child,
    url: String,
}

fn serve(data: &Path, listen: &str) -> Serving {
    let mut child = Command::new(env!("CARGO_BIN_EXE_postern-portal"))
        .arg("--data")
        .arg(data)
        .args(["serve", "--listen", listen, "--log-format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).to_owned();
    Serving { child, url }
}

#[test]
fn a_directory_without_a_portal_has_an_exit_code_of_its_own_and_a_way_out() {
    let data = tempfile::tempdir().unwrap();
    let output = portal(data.path(), &["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(code(&output), 3);
    assert!(stderr(&output).contains("init"), "{}", stderr(&output));
}

#[test]
fn a_portal_is_made_once() {
    let data = init();
    let again = portal(
        data.path(),
        &["init", "--organisation", "Other", "--admin", "eve@example.com"],
        "another long password\n",
    );
    assert_eq!(code(&again), 3);
}

#[test]
fn a_password_that_is_too_short_makes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let output =
        portal(data.path(), &["init", "--organisation", "E", "--admin", "ada@example.com"], "short\n");
    assert_eq!(code(&output), 2);
    assert!(!data.path().join("portal.db").exists());
}

#[test]
fn people_are_added_granted_revoked_disabled_and_listed() {
    let data = init();
    let run = |args: &[&str]| portal(data.path(), args, &format!("{PASSWORD}\n"));
    stdout(&run(&[
        "user",
        "add",
        "olga@example.com",
        "--name",
        "Olga",
        "--grant",
        "internal_owner@kind:request",
    ]));
    stdout(&run(&["user", "grant", "olga@example.com", "internal_approver"]));
    stdout(&run(&["user", "revoke", "olga@example.com", "internal_owner@kind:request"]));
    stdout(&run(&["user", "disable", "olga@example.com"]));
    let list = stdout(&run(&["user", "list"]));
    assert!(list.contains("olga@example.com  Olga  internal_approver  (disabled)"), "{list}");
    let json: serde_json::Value = serde_json::from_str(&stdout(&run(&["user", "list", "--json"]))).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(code(&run(&["user", "add", "olga@example.com"])), 6);
    assert_eq!(code(&run(&["user", "disable", "nobody@example.com"])), 6);
    assert_eq!(code(&run(&["user", "grant", "olga@example.com", "emperor"])), 2);
    assert_eq!(code(&run(&["user", "grant", "olga@example.com", "client@client:NONE"])), 2);
}

#[test]
fn devices_are_listed_and_shut_out() {
    let data = init();
    let run = |args: &[&str]| portal(data.path(), args, "");
    assert_eq!(stdout(&run(&["device", "list"])), "");
    assert_eq!(stdout(&run(&["device", "list", "--json"])).trim(), "[]");
    assert_eq!(code(&run(&["device", "revoke", "no-such-session"])), 6);
    assert_eq!(code(&run(&["device", "list", "--person", "nobody@example.com"])), 6);
    assert_eq!(code(&run(&["device", "evidence", "nobody@example.com"])), 6);
}

#[test]
fn clients_and_projects_are_added_and_listed_and_a_grant_can_name_them() {
    let data = init();
    let run = |args: &[&str]| portal(data.path(), args, &format!("{PASSWORD}\n"));
    stdout(&run(&["client", "add", "ACME", "Acme Corporation", "--cohort", "enterprise"]));
    let project = stdout(&run(&["client", "add-project", "ACME", "Rocket"]));
    let list = stdout(&run(&["client", "list"]));
    assert!(list.contains("ACME  Acme Corporation  (enterprise)") && list.contains("Rocket"), "{list}");
    let grant = format!("internal_owner@client:ACME@project:{}", project.trim());
    stdout(&run(&["user", "add", "olga@example.com", "--grant", &grant]));
    assert!(stdout(&run(&["user", "list"])).contains(&grant));
    assert_eq!(code(&run(&["client", "add", "ACME", "Another"])), 6);
    assert_eq!(code(&run(&["client", "add", "A-1", "Bad code"])), 1);
    assert_eq!(code(&run(&["client", "add-project", "NONE", "Nothing"])), 2);
}

#[test]
fn a_portal_serves_until_it_is_told_to_stop_and_says_when_its_address_is_taken() {
    let data = init();
    let mut serving = serve(data.path(), "127.0.0.1:0");
    let address = serving.url.strip_prefix("http://").unwrap();
    assert!(std::net::TcpStream::connect(address).is_ok());
    let second = portal(data.path(), &["serve", "--listen", address], "");
    assert_eq!(code(&second), 4);
    assert!(stderr(&second).contains(address), "{}", stderr(&second));
    let killed = Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert!(serving.child.wait().unwrap().success());
}

#[test]
fn a_trail_is_verified_and_a_tampered_one_found() {
    let data = init();
    let good = portal(data.path(), &["audit", "verify", "--json"], "");
    assert!(stdout(&good).contains("\"ok\":true"));
    let database = data.path().join("portal.db");
    let bytes = std::fs::read(&database).unwrap();
    let at = bytes.windows(7).position(|window| window == b"Example").unwrap();
    let mut edited = bytes.clone();
    edited[at] = b'A';
    std::fs::write(&database, edited).unwrap();
    assert_eq!(code(&portal(data.path(), &["audit", "verify"], "")), 5);
}

#[test]
fn a_backup_is_made_checked_and_restored() {
    let data = init();
    let target = tempfile::tempdir().unwrap();
    let copy = target.path().join("copy");
    stdout(&portal(data.path(), &["backup", copy.to_str().unwrap()], ""));
    assert_eq!(stdout(&portal(&copy, &["check"], "")), "All is well.\n");
    stdout(&portal(&copy, &["restored"], ""));
    stdout(&portal(&copy, &["audit", "verify"], ""));
    assert_eq!(code(&portal(data.path(), &["backup", copy.to_str().unwrap()], "")), 6);
}

#[tokio::test]
async fn check_lists_the_reviews_that_nobody_can_decide_and_the_way_out() {
    let mut running = TestPortal::start().await;
    let carla = running.sign_in("carla").await;
    common::submit(&carla, "s1", "acme").await;
    running.stop().await;
    let data = running.data();
    assert_eq!(stdout(&portal(data, &["check"], "")), "All is well.\n");
    stdout(&portal(data, &["user", "disable", "olga@example.com"], ""));
    // A warning: nothing is damaged, and the exit code is 0.
    let told = stdout(&portal(data, &["check"], ""));
    assert!(told.starts_with("warning: ACME-1 at “Intake check” (intake): nobody can decide it; "), "{told}");
    assert!(told.contains("posternctl reassign ACME-1 --step intake --to lea@example.com"), "{told}");
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&portal(data, &["check", "--json"], ""))).unwrap();
    let review = &json[0]["review"];
    assert_eq!(review["reference"], "ACME-1", "{json}");
    assert_eq!(review["step"], "intake", "{json}");
    assert_eq!(review["could"], serde_json::json!(["lea"]), "{json}");
}

#[tokio::test]
async fn wrong_counts_are_found_and_counted_anew() {
    let mut running = TestPortal::start().await;
    let carla = running.sign_in("carla").await;
    common::submit(&carla, "s1", "acme").await;
    running.stop().await;
    let data = running.data();
    let right = stdout(&portal(data, &["check", "--repair-counts"], ""));
    assert_eq!(right, "The counts are right; nothing was changed.\nAll is well.\n");

    let url = format!("sqlite://{}", data.join("portal.db").display());
    let mut database = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("UPDATE places SET items = items + 1").execute(&mut database).await.unwrap();
    let found = portal(data, &["check"], "");
    assert_eq!(code(&found), 5);
    let said = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(said.contains("2 were counted, and 1 are there"), "{said}");
    assert!(said.contains("postern-portal check --repair-counts"), "{said}");
    assert_eq!(code(&portal(data, &["audit", "verify"], "")), 5);

    let repaired = stdout(&portal(data, &["check", "--repair-counts"], ""));
    let expected = "Counted anew. Until now:\n  client acme, request items, open: 2 were counted, and 1 are there\n\
                    All is well.\n";
    assert_eq!(repaired, expected);
    stdout(&portal(data, &["audit", "verify"], ""));
    sqlx::query("UPDATE places SET marks = marks - 1").execute(&mut database).await.unwrap();
    let json = stdout(&portal(data, &["check", "--repair-counts", "--json"], ""));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["repaired"][0]["counted"], &json["findings"]), (&1.into(), &serde_json::json!([])));
    let help = stdout(&portal(data, &["check", "--help"], ""));
    assert!(help.contains("--repair-counts counts all items anew"), "{help}");
}

#[test]
fn a_configuration_with_an_unknown_key_is_an_error_that_names_it() {
    let data = init();
    std::fs::write(data.path().join("portal.toml"), "lissten = \"127.0.0.1:0\"\n").unwrap();
    let output = portal(data.path(), &["serve"], "");
    assert_eq!(code(&output), 1);
    assert!(
        stderr(&output).contains("lissten") && stderr(&output).contains("portal.toml"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn completions_and_the_manual_are_made_from_the_command_line_itself() {
    let data = tempfile::tempdir().unwrap();
    assert!(stdout(&portal(data.path(), &["completions", "bash"], "")).contains("postern-portal"));
    assert!(stdout(&portal(data.path(), &["man"], "")).contains(".TH postern-portal"));
    let help = stdout(&portal(data.path(), &["--help"], ""));
    assert!(help.contains("Exit codes") && help.contains("a flag goes before"), "{help}");
}
