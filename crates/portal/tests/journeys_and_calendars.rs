//! `postern-portal journey` and `calendar`, as an admin types them.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

fn portal(data: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_postern-portal"))
        .arg("--data")
        .arg(data)
        .args(args)
        .env_remove("POSTERN_DATA")
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn done(data: &Path, args: &[&str]) -> String {
    let output = portal(data, args);
    assert!(output.status.success(), "{args:?}: {}", text(&output));
    text(&output)
}

/// A small sample organisation.
fn sample() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["seed", "--items", "60", "--now", "2026-04-06T10:00:00Z"]);
    folder
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_shipped_journey_is_tested_and_published_and_another_version_says_what_changed() {
    let folder = sample();
    let data = folder.path();
    let document = done(data, &["journey", "show", "--shipped", "support-ticket"]);
    let cases = done(data, &["journey", "show", "--shipped", "support-ticket", "--cases"]);
    let file = write(data, "ticket.toml", &document);
    write(data, "ticket.cases.toml", &cases);
    assert!(done(data, &["journey", "publish", &file]).contains("as version 1"));
    write(data, "ticket.toml", &document.replacen("name = \"", "name = \"New ", 1));
    let again = done(data, &["journey", "publish", &file, "--cohort", "enterprise"]);
    assert!(again.contains("changed: ") && again.contains("as version 2"), "{again}");
    let back = done(data, &["journey", "roll-back", "support-ticket", "1"]);
    assert!(back.contains("as version 3"), "{back}");
    let list = done(data, &["journey", "list"]);
    assert!(list.contains("support-ticket\t2") && list.contains("for enterprise"), "{list}");
}

#[test]
fn a_journey_with_an_error_or_without_cases_is_not_published() {
    let folder = sample();
    let data = folder.path();
    let document = done(data, &["journey", "show", "--shipped", "invoice-approval"]);
    let file = write(data, "invoice.toml", &document);
    let untested = portal(data, &["journey", "publish", &file]);
    assert_eq!(untested.status.code(), Some(5), "{}", text(&untested));
    assert!(text(&untested).contains("Not published"), "{}", text(&untested));
    let file =
        write(data, "broken.toml", &document.replacen("fields.amount > 1000000", "fields.amount > kind", 1));
    let broken = portal(data, &["journey", "check", &file]);
    assert_eq!(broken.status.code(), Some(5), "{}", text(&broken));
    assert!(text(&broken).contains("error: "), "{}", text(&broken));
    let file = write(data, "misspelt.toml", &document.replacen("key = ", "keyy = ", 1));
    let misspelt = portal(data, &["journey", "check", &file]);
    assert_eq!(misspelt.status.code(), Some(2), "{}", text(&misspelt));
    assert!(
        text(&misspelt).contains("line 1") || text(&misspelt).contains("did you mean"),
        "{}",
        text(&misspelt)
    );
    assert!(!done(data, &["journey", "list"]).contains("invoice-approval"));
}

#[test]
fn a_calendar_is_published_kept_and_filled_with_holidays() {
    let folder = sample();
    let data = folder.path();
    let document = done(data, &["calendar", "show"]);
    let file = write(data, "office.toml", &document);
    done(data, &["calendar", "publish", &file]);
    done(data, &["calendar", "use", "office", "--everybody"]);
    let ics = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n\
               SUMMARY:New Year\r\nDTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let holidays = done(data, &["calendar", "holidays", "office", &write(data, "x.ics", ics)]);
    assert!(holidays.contains("holidays are new") && holidays.contains("as version 2"), "{holidays}");
    assert!(done(data, &["calendar", "show", "office"]).contains("New Year"));
    assert!(done(data, &["calendar", "list"]).contains("everybody\tkeeps\toffice"));
    let file = write(data, "bad.toml", &document.replace("until = \"17:00\"", "until = \"08:00\""));
    let bad = portal(data, &["calendar", "publish", &file]);
    assert_eq!(bad.status.code(), Some(2), "{}", text(&bad));
    let none = portal(data, &["calendar", "use", "nowhere", "--everybody"]);
    assert_eq!(none.status.code(), Some(6), "{}", text(&none));
}
