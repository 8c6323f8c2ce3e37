//! Importing event logs: everything is accounted for, and what is broken changes nothing.
#![allow(clippy::unwrap_used)]

use flate2::Compression;
use flate2::write::GzEncoder;
use postern_domain::{Event, Item, Phase, Recorded, Timestamp, replay};
use postern_portal::import::{Finished, Mapping, Position, ReadError, Reading, Ready, Taken, read};
use std::io::Write;
use std::path::{Path, PathBuf};

const XES_MAPPING: &str = include_str!("../mappings/domestic-declarations.toml");
const CSV_MAPPING: &str = include_str!("../mappings/tickets-csv.toml");

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

fn reading(file: &Path, mapping: &str, as_of: Option<&str>) -> Reading {
    Reading {
        file: file.to_owned(),
        mapping: Mapping::parse(mapping).unwrap(),
        as_of: as_of.map(|instant| Timestamp::parse_rfc3339(instant).unwrap()),
        shift_ms: 0,
        taken: Taken::default(),
    }
}

type Imported = (Finished, Vec<(Item, Vec<Recorded>)>);

fn imported(reading: Reading) -> Result<Imported, ReadError> {
    let mut items = Vec::new();
    let finished = read(reading, &Position::default(), |ready| {
        if let Ready::Item(item, log) = ready {
            items.push((*item, log));
        }
        true
    })?;
    Ok((finished, items))
}

fn xes(events: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<log xes.version=\"1.0\">\n<trace>\n<string key=\"concept:name\" value=\"case 1\"/>\n{events}</trace>\n</log>\n"
    )
}

fn event(activity: &str, at: &str, role: &str) -> String {
    format!(
        "<event><string key=\"concept:name\" value=\"{activity}\"/><date key=\"time:timestamp\" value=\"{at}\"/>\
         <string key=\"org:resource\" value=\"STAFF MEMBER\"/><string key=\"org:role\" value=\"{role}\"/></event>\n"
    )
}

fn broken(folder: &Folder, name: &str, content: &[u8]) -> String {
    let file = folder.file(name, content);
    match imported(reading(&file, XES_MAPPING, None)) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("{name} was accepted"),
    }
}

#[test]
fn a_case_becomes_an_item_with_its_decisions_at_their_instants() {
    let folder = Folder::new();
    let file = folder.file(
        "log.xes",
        xes(&[
            event("Declaration SUBMITTED by EMPLOYEE", "2018-01-01T09:00:00+01:00", "EMPLOYEE"),
            event("Declaration APPROVED by ADMINISTRATION", "2018-01-02T09:00:00+01:00", "ADMINISTRATION"),
        ]
        .concat())
        .as_bytes(),
    );
    let (finished, items) = imported(reading(&file, XES_MAPPING, None)).unwrap();
    let (item, log) = &items[0];
    assert_eq!(item.reference, "DECL-1");
    assert_eq!(item.stage().unwrap().as_str(), "supervisor");
    let review = &item.closed_reviews[0];
    assert_eq!(review.opened_at, Timestamp::parse_rfc3339("2018-01-01T08:00:00Z").unwrap());
    assert_eq!(review.decisions[0].at, Timestamp::parse_rfc3339("2018-01-02T08:00:00Z").unwrap());
    assert_eq!(&replay(&item.id, log).unwrap(), item);
    assert_eq!(finished.report.accounted_for(), 2);
}

#[test]
fn what_the_mapping_does_not_know_is_counted_listed_and_kept_in_the_history() {
    let folder = Folder::new();
    let file = folder.file(
        "log.xes",
        xes(&[
            event("Declaration SUBMITTED by EMPLOYEE", "2018-01-01T09:00:00Z", "EMPLOYEE"),
            event("Stamp bought", "2018-01-02T09:00:00Z", "ADMINISTRATION"),
        ]
        .concat())
        .as_bytes(),
    );
    let (finished, items) = imported(reading(&file, XES_MAPPING, None)).unwrap();
    assert_eq!(finished.report.unmapped.get("Stamp bought"), Some(&1));
    assert_eq!(finished.report.accounted_for(), finished.report.events);
    assert!(
        items[0]
            .1
            .iter()
            .any(|line| matches!(&line.event, Event::Noted { activity } if activity == "Stamp bought"))
    );
}

#[test]
fn the_cut_leaves_open_what_was_open_then_and_counts_the_rest() {
    let folder = Folder::new();
    let file = folder.file(
        "log.xes",
        xes(&[
            event("Declaration SUBMITTED by EMPLOYEE", "2018-01-01T09:00:00Z", "EMPLOYEE"),
            event("Declaration APPROVED by ADMINISTRATION", "2018-01-03T09:00:00Z", "ADMINISTRATION"),
        ]
        .concat())
        .as_bytes(),
    );
    let (finished, items) = imported(reading(&file, XES_MAPPING, Some("2018-01-02T00:00:00Z"))).unwrap();
    assert_eq!(finished.report.after_the_cut, 1);
    assert_eq!(items[0].0.stage().unwrap().as_str(), "administration");
    let (finished, items) = imported(reading(&file, XES_MAPPING, Some("2017-01-01T00:00:00Z"))).unwrap();
    assert_eq!((finished.report.cases_after_the_cut, items.len()), (1, 0));
}

#[test]
fn a_history_that_begins_in_the_middle_is_imported_and_listed_as_irregular() {
    let folder = Folder::new();
    let file = folder.file(
        "log.xes",
        xes(&event("Declaration APPROVED by ADMINISTRATION", "2018-01-03T09:00:00Z", "ADMINISTRATION"))
            .as_bytes(),
    );
    let (finished, items) = imported(reading(&file, XES_MAPPING, None)).unwrap();
    assert_eq!(items[0].0.phase, Phase::InReview);
    assert_eq!(finished.report.irregular["began without being handed over"].count, 1);
}

#[test]
fn broken_xml_says_line_and_reason() {
    let folder = Folder::new();
    let message = broken(&folder, "log.xes", b"<log>\n<trace>\n</event>\n</log>");
    assert!(message.contains("line 3") && message.contains("well-formed"), "{message}");
    let message = broken(&folder, "log.xes", b"<log>\n<trace>\n");
    assert!(message.contains("cut off"), "{message}");
    let message = broken(&folder, "log.xes", b"<html/>");
    assert!(message.contains("no XES log"), "{message}");
    let bad_instant = xes(&event("Declaration SUBMITTED by EMPLOYEE", "yesterday", "EMPLOYEE"));
    let message = broken(&folder, "log.xes", bad_instant.as_bytes());
    assert!(message.contains("line 5") && message.contains("yesterday"), "{message}");
}

#[test]
fn an_entity_bomb_is_refused_before_anything_is_expanded() {
    let folder = Folder::new();
    let bomb = b"<?xml version=\"1.0\"?>\n<!DOCTYPE log [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>\n<log>&b;</log>";
    let message = broken(&folder, "log.xes", bomb);
    assert!(message.contains("document type"), "{message}");
    let undefined = xes("<event><string key=\"concept:name\" value=\"&bomb;\"/></event>\n");
    let message = broken(&folder, "log.xes", undefined.as_bytes());
    assert!(message.contains("cannot be read"), "{message}");
}

#[test]
fn nesting_without_end_and_pieces_without_end_are_refused() {
    let folder = Folder::new();
    let deep = format!("<log>{}", "<list>".repeat(100_000));
    let message = broken(&folder, "log.xes", deep.as_bytes());
    assert!(message.contains("nested"), "{message}");
    let endless =
        format!("<log><trace><string key=\"concept:name\" value=\"{}\"/>", "x".repeat(6 * 1024 * 1024));
    let message = broken(&folder, "log.xes", endless.as_bytes());
    assert!(message.contains("one piece is longer"), "{message}");
}

#[test]
fn a_truncated_gz_says_that_it_was_cut_off() {
    let folder = Folder::new();
    let content =
        xes(&event("Declaration SUBMITTED by EMPLOYEE", "2018-01-01T09:00:00Z", "EMPLOYEE").repeat(500));
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(content.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let whole = folder.file("whole.xes.gz", &packed);
    assert!(imported(reading(&whole, XES_MAPPING, None)).is_ok());
    let message = broken(&folder, "cut.xes.gz", &packed[..packed.len() / 2]);
    assert!(message.contains("cut off"), "{message}");
}

#[test]
fn a_csv_log_with_rows_in_any_order_and_local_times_is_read() {
    let folder = Folder::new();
    let rows = "Ticket;Activity;When;Who;Team;Subject;Channel;Customer;Segment\n\
                T2;Opened;2024-03-30 10:00:00;Ann;Customer;Printer;mail;Borg;smb\n\
                T1;Checked;2024-03-31 10:00:00;Bo;First line;Screen;phone;Acme;enterprise\n\
                T1;Opened;2024-03-30 10:00:00;Ann;Customer;Screen;phone;Acme;enterprise\n\
                T1;Answered;2024-04-01 10:00:00;Cy;Specialists;Screen;phone;Acme;enterprise\n";
    let file = folder.file("tickets.csv", rows.as_bytes());
    let (finished, items) = imported(reading(&file, CSV_MAPPING, None)).unwrap();
    assert_eq!((finished.report.cases, finished.report.events, finished.report.clients), (2, 4, 2));
    let screen = items.iter().find(|(item, _)| item.title == "Screen").unwrap();
    assert_eq!(screen.0.phase, Phase::Approved);
    // Clocks went forward in Berlin that night: ten o'clock was nine hours UTC the day before, eight the day after.
    assert_eq!(screen.0.submitted_at, Some(Timestamp::parse_rfc3339("2024-03-30T09:00:00Z").unwrap()));
    assert_eq!(
        screen.0.closed_reviews[0].decisions[0].at,
        Timestamp::parse_rfc3339("2024-03-31T08:00:00Z").unwrap()
    );
}

#[test]
fn a_csv_log_that_does_not_fit_says_where() {
    let folder = Folder::new();
    let message = |content: &str| {
        let file = folder.file("tickets.csv", content.as_bytes());
        imported(reading(&file, CSV_MAPPING, None)).map(|_| ()).unwrap_err().to_string()
    };
    let head = "Ticket;Activity;When;Who;Team\n";
    assert!(message("Ticket;Activity;Who;Team\n").contains("no column “When”"));
    assert!(message(&format!("{head}T1;Opened;soon;Ann;Customer\n")).contains("line 2"));
    assert!(message(&format!("{head}T1;Opened\n")).contains("columns"));
    assert!(
        message(&format!("{head}T1;Opened;2024-03-31 02:30:00;Ann;Customer\n")).contains("does not exist")
    );
    let file = folder.file("log.csv", head.as_bytes());
    let error = imported(reading(&file, XES_MAPPING, None)).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("[csv]"), "{error}");
}

#[test]
fn a_mapping_that_makes_no_sense_is_refused_with_the_reason() {
    let wrong = |from: &str, to: &str| Mapping::parse(&XES_MAPPING.replace(from, to)).unwrap_err();
    assert!(wrong("stage = \"supervisor\", last", "stage = \"boss\", last").contains("“boss”"));
    assert!(wrong("kind = \"invoice\"", "kind = \"letter\"").contains("letter"));
    assert!(wrong("Europe/Amsterdam", "Europe/Atlantis").contains("Atlantis"));
    assert!(wrong("name = \"domestic-declarations\"", "nme = \"x\"").contains("nme"));
    assert!(Mapping::parse("name = ").unwrap_err().contains("line 1"));
}

/// The real log, wherever `POSTERN_EVENT_LOG` says it is.
fn real_log() -> Option<PathBuf> {
    let log = std::env::var_os("POSTERN_EVENT_LOG").map(PathBuf::from);
    if log.is_none() {
        eprintln!("skipped: POSTERN_EVENT_LOG does not name the approval log");
    }
    log
}

fn near(value: Option<f64>, wanted: f64) {
    let value = value.expect("a figure");
    assert!((value - wanted).abs() < 0.06, "{value} is not {wanted}");
}

#[test]
fn the_real_log_gives_the_figures_that_an_independent_library_computed() {
    let Some(log) = real_log() else { return };
    let (finished, items) = imported(reading(&log, XES_MAPPING, None)).unwrap();
    let report = &finished.report;
    assert_eq!((report.cases, report.events, report.accounted_for()), (10_357, 55_628, 55_628));
    assert!(report.unmapped.is_empty(), "{:?}", report.unmapped);
    assert_eq!(report.first, Some(Timestamp::parse_rfc3339("2017-01-09T08:49:50Z").unwrap()));
    assert_eq!(report.last, Some(Timestamp::parse_rfc3339("2019-01-07T16:31:12Z").unwrap()));
    let figures = &report.figures;
    assert_eq!(figures.cycle_time.n, 9_911);
    near(figures.cycle_time.p50, 635_156.0);
    near(figures.cycle_time.p85, 1_318_510.5);
    near(figures.cycle_time.p95, 2_365_911.0);
    assert_eq!((figures.sent_back, figures.decided), (1_278, 10_222));
    near(figures.rework_rate, 0.12502);
    let supervisor = &figures.approval_wait["supervisor"];
    assert_eq!(supervisor.n, 9_999);
    near(supervisor.p50, 74_901.0);
    near(supervisor.p85, 388_086.7);
    let budget_owner = &figures.approval_wait["budget_owner"];
    assert_eq!(budget_owner.n, 2_747);
    near(budget_owner.p50, 74_365.0);
    near(budget_owner.p85, 325_882.9);
    for (item, log) in items.iter().step_by(97) {
        assert_eq!(&replay(&item.id, log).unwrap(), item);
    }
}

#[test]
fn the_real_log_cut_in_the_middle_has_the_open_work_of_that_day() {
    let Some(log) = real_log() else { return };
    let (finished, items) = imported(reading(&log, XES_MAPPING, Some("2018-06-01T00:00:00Z"))).unwrap();
    let report = &finished.report;
    assert_eq!(report.events - report.after_the_cut, 27_884);
    assert_eq!(report.items, 5_543);
    let phase = |phase: Phase| report.phases.get(phase.as_str()).copied().unwrap_or_default();
    assert_eq!(phase(Phase::Completed), 5_095);
    assert_eq!(phase(Phase::Withdrawn), 126, "given up");
    assert_eq!(phase(Phase::Draft), 76);
    assert_eq!(phase(Phase::Approved), 74 + 52);
    assert_eq!(phase(Phase::ChangesRequested), 28 + 5);
    assert_eq!(phase(Phase::InReview), 45 + 26 + 16);
    let waiting_at = |stage: &str| {
        items.iter().filter(|(item, _)| item.stage().is_some_and(|key| key.as_str() == stage)).count()
    };
    assert_eq!((waiting_at("administration"), waiting_at("supervisor")), (45, 26 + 16));
    assert!(
        items
            .iter()
            .filter(|(item, _)| item.phase == Phase::InReview)
            .all(|(item, _)| item.waiting_on().count() == 1)
    );
}
