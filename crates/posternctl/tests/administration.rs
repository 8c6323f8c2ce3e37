//! Journeys and calendars, arranged from a terminal.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Run, Scene};
use postern_domain::Journey;
use std::path::{Path, PathBuf};

const CASES: &str = r#"
journey = "standard"

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

const OFFICE: &str = r#"
key = "office"
name = "Office"
zone = "Europe/Amsterdam"

[week]
monday = [{ from = "09:00", until = "17:00" }]
"#;

struct Desk {
    scene: Scene,
    folder: tempfile::TempDir,
}

impl Desk {
    /// Where an admin sits, with so many items of the standard journey at its first step.
    async fn of(who: &str, items: u32) -> Self {
        let scene = Scene::new(items).await;
        assert_eq!(scene.login_as(who).await.exit, 0);
        Self { scene, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The standard journey, its first stage called otherwise, with its cases beside it.
    fn renamed(&self) -> PathBuf {
        let mut journey = Journey::built_in();
        journey.stages[0].key = "account".into();
        journey.stages[0].steps[0].key = "account".into();
        self.file("standard.cases.toml", CASES);
        self.file("standard.toml", &journey.to_toml())
    }

    async fn journey(&self, arguments: &[&str]) -> Run {
        self.scene.online(&[&["journey"], arguments].concat()).await
    }

    async fn calendar(&self, arguments: &[&str]) -> Run {
        self.scene.online(&[&["calendar"], arguments].concat()).await
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn a_journey_is_checked_replayed_published_and_rolled_back() {
    let desk = Desk::of("lea", 1).await;
    let file = desk.renamed();
    let checked = desk.journey(&["check", text(&file)]).await;
    assert_eq!(checked.exit, 0, "{} {}", checked.out, checked.err);
    assert!(checked.out.contains("1 of 1 golden cases as expected."), "{}", checked.out);

    let looked = desk.journey(&["publish", text(&file)]).await;
    assert_eq!(looked.exit, 3, "{}", looked.err);
    assert!(
        looked.out.contains("Of 1 item of this journey, 1 would have gone another way."),
        "{}",
        looked.out
    );
    let replay = desk.journey(&["replay", text(&file), "--json"]).await.json();
    let digest = replay["digest"].as_str().unwrap();
    assert!(looked.out.contains(&format!("repeat it with --replayed {digest}")), "{}", looked.out);

    let wrong = desk.journey(&["publish", text(&file), "--replayed", "0000"]).await;
    assert_eq!(wrong.exit, 3, "{}", wrong.out);
    assert!(wrong.err.contains("something else than what was confirmed"), "{}", wrong.err);
    let published = desk.journey(&["publish", text(&file), "--replayed", digest, "--json"]).await;
    assert_eq!((published.exit, published.json()["version"].as_u64()), (0, Some(2)), "{}", published.err);

    let back = desk.journey(&["roll-back", "standard", "1"]).await;
    assert_eq!(back.exit, 3, "it came without cases: {} {}", back.out, back.err);
    let cases = desk.file("again.cases.toml", CASES);
    let back = desk.journey(&["roll-back", "standard", "1", "--cases", text(&cases), "--yes"]).await;
    assert_eq!(back.exit, 0, "{} {}", back.out, back.err);
    assert!(back.out.contains("Published standard as version 3."), "{}", back.out);

    let listed = desk.journey(&["list", "--json"]).await.json();
    let states: Vec<_> =
        listed[0]["versions"].as_array().unwrap().iter().map(|each| &each["state"]).collect();
    assert_eq!(states, ["published for all", "superseded", "superseded"]);
    let shown = desk.journey(&["show", "standard", "--version", "2"]).await;
    assert_eq!(Journey::from_toml(&shown.out).unwrap().stages[0].key.as_str(), "account");
    let cases = desk.journey(&["show", "standard", "--cases"]).await;
    assert_eq!(cases.out.trim(), CASES.trim());
}

#[tokio::test]
async fn a_document_with_a_mistake_is_refused_with_its_place() {
    let desk = Desk::of("lea", 0).await;
    let broken = desk.file("broken.toml", "key = \"broken\"\nnam = \"Broken\"\n");
    let unread = desk.journey(&["check", text(&broken)]).await;
    assert_eq!(unread.exit, 2, "{}", unread.out);
    assert!(
        unread.err.contains("line 2, column 1") && unread.err.contains("did you mean `name`?"),
        "{}",
        unread.err
    );
    let mut journey = Journey::built_in();
    journey.stages[0].steps[0].deciders.clear();
    let unsound = desk.file("unsound.toml", &journey.to_toml());
    for command in ["check", "publish"] {
        let refused = desk.journey(&[command, text(&unsound)]).await;
        assert_eq!(refused.exit, 3, "{command}: {}", refused.err);
        assert!(refused.out.contains("error: stages[0].steps[0]"), "{command}: {}", refused.out);
    }
    assert_eq!(desk.journey(&["check", "nowhere.toml"]).await.exit, 2);
    assert_eq!(desk.journey(&["show", "moon"]).await.exit, 7);
    assert_eq!(desk.journey(&["show", "standard", "--version", "9"]).await.exit, 7);
}

#[tokio::test]
async fn items_move_by_a_plan_that_is_looked_at_first() {
    let desk = Desk::of("lea", 2).await;
    let file = desk.renamed();
    assert_eq!(desk.journey(&["publish", text(&file), "--yes"]).await.exit, 0);
    let versions = ["migrate", "standard", "--from", "1", "--to", "2"];
    let unplanned = desk.journey(&versions).await;
    assert_eq!(unplanned.exit, 3, "{}", unplanned.err);
    assert!(unplanned.out.contains("error: 2 items stand at `intake`"), "{}", unplanned.out);
    let mapped = [&versions[..], &["--map", "intake=account"]].concat();
    let looked = desk.journey(&[&mapped[..], &["--check"]].concat()).await;
    assert_eq!(looked.exit, 0, "{}", looked.err);
    assert_eq!(looked.out, "2 items go from intake to account\n");
    let moved = desk.journey(&[&mapped[..], &["--json"]].concat()).await;
    assert_eq!((moved.exit, moved.json()["outcome"].as_str()), (0, Some("Moved 2 items to version 2.")));
    let plan = desk.file("plan.toml", "from = 1\nto = 2\n[stages]\nintake = \"account\"\n");
    let again = desk.journey(&["migrate", "standard", "--plan", text(&plan)]).await;
    assert!(again.out.contains("Moved 0 items to version 2."), "{} {}", again.out, again.err);
    assert_eq!(
        desk.journey(&["migrate", "standard", "--from", "1", "--to", "2", "--map", "intake"]).await.exit,
        2
    );
}

#[tokio::test]
async fn a_calendar_is_previewed_saved_and_given_to_somebody() {
    let desk = Desk::of("lea", 1).await;
    let none = desk.calendar(&["list"]).await;
    assert_eq!(none.exit, 0);
    assert!(none.err.contains("No calendar yet"), "{}", none.err);
    let file = desk.file("office.toml", OFFICE);
    let preview = desk.calendar(&["preview", text(&file)]).await;
    assert_eq!(preview.exit, 0, "{}", preview.err);
    assert!(preview.out.contains("due times that hang on working time, 0 would move."), "{}", preview.out);
    let saved = desk.calendar(&["save", text(&file)]).await;
    assert!(saved.out.contains("Saved office as version 1."), "{} {}", saved.out, saved.err);

    let looked = desk.calendar(&["use", "office", "--everybody", "--check"]).await;
    assert_eq!(looked.exit, 0, "{}", looked.err);
    assert!(desk.calendar(&["uses", "office"]).await.err.contains("Nobody keeps it."));
    assert_eq!(desk.calendar(&["use", "office", "--everybody"]).await.exit, 0);
    assert_eq!(desk.calendar(&["use", "office", "--person", "abel"]).await.exit, 0);
    let uses = desk.calendar(&["uses"]).await;
    assert!(uses.out.contains("everybody  office") && uses.out.contains("abel       office"), "{}", uses.out);
    let listed = desk.calendar(&["list", "--json"]).await.json();
    assert_eq!(listed[0]["kept_by"], serde_json::json!(["everybody", "abel"]));

    let shown = desk.calendar(&["show", "office"]).await;
    assert_eq!(shown.exit, 0, "{}", shown.err);
    let again = desk.file("again.toml", &shown.out.replace("\"Office\"", "\"The office\""));
    let saved = desk.calendar(&["save", text(&again), "--json"]).await;
    assert_eq!(saved.json()["version"].as_u64(), Some(2), "{}", saved.err);
    assert_eq!(desk.calendar(&["show", "moon"]).await.exit, 7);
    assert_eq!(desk.calendar(&["use", "moon", "--everybody"]).await.exit, 7);
    let unusable = desk.file("unusable.toml", &OFFICE.replace("Europe/Amsterdam", "Mars"));
    let refused = desk.calendar(&["save", text(&unusable)]).await;
    assert_eq!(refused.exit, 2, "{}", refused.out);
    assert!(refused.err.contains("There is no time zone"), "{}", refused.err);
}

#[tokio::test]
async fn only_admins_change_anything_and_nothing_works_without_the_portal() {
    let desk = Desk::of("olga", 0).await;
    let file = desk.renamed();
    assert_eq!(desk.journey(&["list"]).await.exit, 0);
    let refused = desk.journey(&["publish", text(&file)]).await;
    assert_eq!(refused.exit, 3, "{}", refused.out);
    assert!(refused.err.contains("Only a portal admin of the whole organisation"), "{}", refused.err);
    let offline = desk.scene.run(&["journey", "list", "--offline"], "").await;
    assert_eq!(offline.exit, 2);
    assert!(offline.err.contains("kept at the portal: leave out --offline"), "{}", offline.err);
    desk.scene.network.plan(|line| {
        let signs_in = line.path.starts_with(postern_protocol::paths::SIGN_IN);
        if signs_in { postern_test_support::Fault::Pass } else { postern_test_support::Fault::DropRequest }
    });
    let cut = desk.calendar(&["list"]).await;
    assert_eq!(cut.exit, 5, "{}", cut.out);
    assert!(cut.err.contains("are kept at the portal, and it cannot be reached"), "{}", cut.err);
}

const HOLIDAYS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\nX-WR-CALNAME:Office holidays\r\n\
    BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260427\r\nSUMMARY:King's Day\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

#[tokio::test]
async fn holidays_of_a_file_are_looked_at_brought_in_once_and_saved() {
    let desk = Desk::of("lea", 1).await;
    let file = desk.file("office.toml", OFFICE);
    assert_eq!(desk.calendar(&["save", text(&file)]).await.exit, 0);
    let file = desk.file("holidays.ics", HOLIDAYS);
    let looked = desk.calendar(&["holidays", "office", text(&file), "--check"]).await;
    assert_eq!(looked.exit, 0, "{}", looked.err);
    assert!(looked.out.contains("new: 2026-04-27 King's Day"), "{}", looked.out);
    assert!(!desk.calendar(&["show", "office"]).await.out.contains("King's Day"), "only looked at");

    let saved = desk.calendar(&["holidays", "office", text(&file)]).await;
    assert!(saved.out.contains("Office holidays: 1 holidays are new"), "{}", saved.out);
    assert!(desk.calendar(&["show", "office"]).await.out.contains("King's Day"));
    let again = desk.calendar(&["holidays", "office", text(&file)]).await;
    assert!(again.err.contains("office has them already."), "{} {}", again.out, again.err);

    let none = desk.file("notes.ics", "no calendar");
    let refused = desk.calendar(&["holidays", "office", text(&none)]).await;
    assert_ne!(refused.exit, 0);
    assert!(refused.err.contains("notes cannot be brought in: it is no iCalendar file"), "{}", refused.err);
}
