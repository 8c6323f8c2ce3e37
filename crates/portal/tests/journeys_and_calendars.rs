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
    assert_eq!(done(data, &["journey", "show", "support-ticket", "--cases"]), cases);
    let list = done(data, &["journey", "list"]);
    assert!(list.contains("support-ticket\t1\t") && list.contains("superseded"), "{list}");
    assert!(list.contains("support-ticket\t3\t") && list.contains("published for all"), "{list}");
    assert!(list.contains("support-ticket\t2\tNew Support ticket\tsuperseded"), "{list}");
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

/// Somebody of the sample who approves.
fn an_approver(data: &Path) -> postern_domain::Person {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = postern_portal_store::Store::open(data).await.unwrap();
        let directory = store.directory().await.unwrap();
        let approves = |person: &&postern_domain::Person| {
            person.grants.iter().any(|grant| {
                grant.role == postern_domain::Role::InternalApprover
                    && grant.scope == postern_domain::Scope::EVERYTHING
            })
        };
        let found = directory.people().iter().find(approves).unwrap().clone();
        store.close().await;
        found
    })
}

#[test]
fn a_version_that_is_not_sound_any_more_is_not_rolled_back_to() {
    let folder = sample();
    let data = folder.path();
    let anna = an_approver(data);
    let document = format!(
        "key = \"letters\"\nname = \"Letters\"\n[[stages]]\nkey = \"look\"\nname = \"Look\"\ntarget = {{ hours = 8 }}\n\
         [[stages.steps]]\nkey = \"look\"\nname = \"Look\"\ndeciders = [{{ person = \"{}\" }}]\n",
        anna.id
    );
    let cases = format!(
        "journey = \"letters\"\npeople = [{{ id = \"carla\", roles = [\"client\"] }}, \
         {{ id = \"{id}\", roles = [\"internal_approver\"] }}]\n[[cases]]\nname = \"Anna looks\"\nkind = \"request\"\n\
         submitter = \"carla\"\nacts = []\nexpect = {{ phase = \"in_review\", waiting_on = [\"{id}\"] }}\n",
        id = anna.id
    );
    let file = write(data, "letters.toml", &document);
    write(data, "letters.cases.toml", &cases);
    done(data, &["journey", "publish", &file]);
    assert!(done(data, &["journey", "roll-back", "letters", "1"]).contains("as version 2"));
    done(data, &["user", "disable", &anna.email]);
    let refused = portal(data, &["journey", "roll-back", "letters", "1"]);
    assert_eq!(refused.status.code(), Some(5), "{}", text(&refused));
    assert!(text(&refused).contains("Not published"), "{}", text(&refused));
    assert!(!done(data, &["journey", "list"]).contains("letters\t3"));
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

#[test]
fn items_in_flight_move_to_another_version_by_a_plan_and_stay_without_one() {
    let folder = sample();
    let data = folder.path();
    let mut journey = postern_domain::Journey::built_in().numbered(0);
    journey.stages.retain(|stage| stage.key.as_str() != "review");
    let file = write(data, "next.toml", &journey.to_toml());
    write(
        data,
        "next.cases.toml",
        r#"
journey = "standard"
people = [{ id = "carla", roles = ["client"], client = "client" }, { id = "olga", roles = ["internal_owner"] }]
[[cases]]
name = "The owner looks first"
kind = "deliverable"
submitter = "carla"
owner = "olga"
acts = []
expect = { phase = "in_review", waiting_on = ["olga"] }
"#,
    );
    let unseen = portal(data, &["journey", "publish", &file]);
    assert_eq!(unseen.status.code(), Some(5), "{}", text(&unseen));
    assert!(text(&unseen).contains("Not published: look at this"), "{}", text(&unseen));
    let replay = done(data, &["journey", "replay", &file]);
    assert!(replay.contains("would have gone another way") && replay.contains("no longer asks"), "{replay}");
    let digest = replay.lines().find_map(|line| line.strip_prefix("Digest of this replay: ")).unwrap();
    let other = portal(data, &["journey", "publish", &file, "--replayed", "0123456789abcdef"]);
    assert_eq!(other.status.code(), Some(5), "{}", text(&other));
    assert!(text(&other).contains("this is not what was confirmed"), "{}", text(&other));
    assert!(done(data, &["journey", "publish", &file, "--replayed", digest]).contains("as version 2"));
    let list = done(data, &["journey", "list"]);
    assert!(list.contains("standard\t1\tStandard approval\tsuperseded"), "{list}");

    let plan = ["journey", "migrate", "standard", "--from", "1", "--to", "2"];
    let refused = portal(data, &plan);
    assert_eq!(refused.status.code(), Some(5), "{}", text(&refused));
    assert!(text(&refused).contains("`review`") && text(&refused).contains("Nothing was moved"));
    let nonsense = portal(data, &[&plan[..], &["--map", "review"]].concat());
    assert_eq!(nonsense.status.code(), Some(2), "{}", text(&nonsense));

    let written = write(data, "plan.toml", "from = 1\nto = 2\n\n[stages]\nreview = \"sign_off\"\n");
    let from_file = ["journey", "migrate", "standard", "--plan", &written];
    let planned = done(data, &[&from_file[..], &["--check"]].concat());
    assert!(planned.contains("from review to sign_off") && !planned.contains("Moved"), "{planned}");
    let odd = write(data, "odd.toml", "from = 1\nto = 2\nmap = {}\n");
    let odd = portal(data, &["journey", "migrate", "standard", "--plan", &odd]);
    assert_eq!(odd.status.code(), Some(2), "{}", text(&odd));

    let mapped = [&plan[..], &["--map", "review=sign_off"]].concat();
    let looked = done(data, &[&mapped[..], &["--check"]].concat());
    assert!(looked.contains("from review to sign_off") && !looked.contains("Moved"), "{looked}");
    let moved = done(data, &mapped);
    assert!(moved.contains("Moved ") && !moved.contains("Moved 0"), "{moved}");
    let again = done(data, &mapped);
    assert!(again.contains("Moved 0 items"), "{again}");
    let trail = done(data, &["audit", "export"]);
    let line = trail.lines().find(|line| line.contains("\"items_migrated\"")).unwrap();
    assert!(line.contains("command-line") && line.contains("sign_off"), "{line}");
    assert_eq!(trail.matches("\"items_migrated\"").count(), 1, "the second time there was nothing to move");
    // Back again: what the replay finds is to be seen here, too, and a journey that came without cases needs some.
    let back = ["journey", "roll-back", "standard", "1"];
    let untested = portal(data, &back);
    assert_eq!(untested.status.code(), Some(5), "{}", text(&untested));
    assert!(text(&untested).contains("it has no golden cases"), "{}", text(&untested));
    let cases = data.join("next.cases.toml");
    let tested = [&back[..], &["--cases", cases.to_str().unwrap()]].concat();
    let unseen = portal(data, &tested);
    assert_eq!(unseen.status.code(), Some(5), "{}", text(&unseen));
    assert!(text(&unseen).contains("with --yes"), "{}", text(&unseen));
    assert!(done(data, &[&tested[..], &["--yes"]].concat()).contains("again, as version 3"));
    done(data, &["audit", "verify"]);
    done(data, &["check"]);
}

#[test]
fn a_cohort_that_no_client_has_is_an_error_that_names_those_there_are() {
    let folder = sample();
    let data = folder.path();
    let document = done(data, &["journey", "show", "--shipped", "support-ticket"]);
    let file = write(data, "ticket.toml", &document);
    write(
        data,
        "ticket.cases.toml",
        &done(data, &["journey", "show", "--shipped", "support-ticket", "--cases"]),
    );
    let refused = portal(data, &["journey", "publish", &file, "--cohort", "enterprize"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    assert!(
        text(&refused).contains("no client belongs to the cohort enterprize; known are "),
        "{}",
        text(&refused)
    );
    assert!(text(&refused).contains("enterprise"), "{}", text(&refused));
    assert!(!done(data, &["journey", "list"]).contains("support-ticket"));
}

#[test]
fn the_schema_of_documents_is_printed_as_it_is_documented() {
    let folder = tempfile::tempdir().unwrap();
    let printed = done(folder.path(), &["journey", "schema"]);
    let printed: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let documented: serde_json::Value =
        serde_json::from_str(include_str!("../../../docs/journey.schema.json")).unwrap();
    assert_eq!(printed, documented);
}

#[test]
fn holidays_brought_in_again_under_their_name_change_with_their_file_and_are_shown_first() {
    let folder = sample();
    let data = folder.path();
    let mut office = postern_domain::calendar::Calendar::standard("Europe/Amsterdam");
    office.key = "office".into();
    let document = toml::to_string(&office).unwrap();
    done(data, &["calendar", "publish", &write(data, "office.toml", &document)]);
    let file = |events: &[(&str, &str)]| {
        let events: String = events
            .iter()
            .map(|(date, name)| {
                format!(
                    "BEGIN:VEVENT\r\nUID:{date}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:{name}\r\n\
                     DTSTART;VALUE=DATE:{date}\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n"
                )
            })
            .collect();
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n");
        write(data, "nl.ics", &text)
    };
    let bring = ["calendar", "holidays", "office", "--name", "Dutch"];
    let first = file(&[("20200427", "King"), ("20201225", "Christmas")]);
    let looked = done(data, &[&bring[..], &[&first, "--check"]].concat());
    assert!(looked.contains("Dutch: 6 holidays are new, 0 are gone"), "{looked}");
    assert!(looked.contains("due times") && !looked.contains("Published"), "{looked}");
    assert!(done(data, &[&bring[..], &[&first]].concat()).contains("as version 2"));
    let second = file(&[("20200426", "King"), ("20201225", "Christmas Day")]);
    let again = done(data, &[&bring[..], &[&second]].concat());
    assert!(again.contains("Dutch: 3 holidays are new, 3 are gone, 3 are called otherwise."), "{again}");
    let shown = done(data, &["calendar", "show", "office"]);
    assert!(
        shown.contains("-04-26") && !shown.contains("-04-27") && shown.contains("Christmas Day"),
        "{shown}"
    );
    let third = done(data, &[&bring[..], &[&second]].concat());
    assert!(third.contains("has them already") && !third.contains("Published"), "{third}");
}

#[test]
fn a_calendar_to_keep_is_previewed_and_with_check_nobody_keeps_it_yet() {
    let folder = sample();
    let data = folder.path();
    let document = done(data, &["calendar", "show"]);
    done(data, &["calendar", "publish", &write(data, "office.toml", &document)]);
    let looked = done(data, &["calendar", "use", "office", "--everybody", "--check"]);
    assert!(looked.contains("due times that hang on working time"), "{looked}");
    assert!(!done(data, &["calendar", "list"]).contains("keeps"));
    assert!(done(data, &["calendar", "use", "office", "--everybody"]).contains("due times"));
    assert!(done(data, &["calendar", "list"]).contains("everybody\tkeeps\toffice"));
}
