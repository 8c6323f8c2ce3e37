//! How fast an event log is imported, beside only parsing it in the same run.
//!
//! Reads the log named by `POSTERN_EVENT_LOG`; without it, a log of the same shape that it writes itself.
#![allow(clippy::unwrap_used)]

use postern_domain::Timestamp;
use postern_portal::import::{Mapping, Position, Reading, Taken, each_case, import};
use postern_portal_store::{Founding, Store};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const MAPPING: &str = include_str!("../mappings/domestic-declarations.toml");
const RUNS: usize = 3;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = std::env::var_os("POSTERN_EVENT_LOG").map_or_else(|| made_up(folder.path()), PathBuf::from);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut parsing = Vec::new();
    let mut importing = Vec::new();
    let mut events = 0;
    for run in 0..RUNS {
        let began = Instant::now();
        events = parse(&log);
        parsing.push(began.elapsed());
        let data = folder.path().join(format!("portal-{run}"));
        let began = Instant::now();
        runtime.block_on(whole(&log, &data));
        importing.push(began.elapsed());
    }
    let (parsing, importing) = (median(parsing), median(importing));
    println!("import of {} ({events} events), median of {RUNS}", log.display());
    println!(
        "  parse only   {:>8.2} s  {:>9.0} events/s",
        parsing.as_secs_f64(),
        per_second(events, parsing)
    );
    println!(
        "  whole import {:>8.2} s  {:>9.0} events/s",
        importing.as_secs_f64(),
        per_second(events, importing)
    );
    println!("  ratio        {:>8.2}", importing.as_secs_f64() / parsing.as_secs_f64());
}

fn parse(log: &Path) -> usize {
    let mapping = Mapping::parse(MAPPING).expect("the shipped mapping");
    let mut events = 0;
    each_case(log, &mapping, &Position::default(), &mut |case| {
        events += case.events.len();
        true
    })
    .expect("a readable log");
    events
}

async fn whole(log: &Path, data: &Path) {
    let founding = Founding {
        organisation: "Bench".to_owned(),
        epoch: "bench".to_owned(),
        key_seed: [7; 32],
        at: postern_domain::Timestamp(0),
    };
    let store = Store::create(data, founding).await.expect("a store");
    let reading = Reading {
        file: log.to_owned(),
        mapping: Mapping::parse(MAPPING).expect("the shipped mapping"),
        as_of: None,
        shift_ms: 0,
        taken: Taken::default(),
    };
    let finished = import(&store, reading, Position::default(), None, postern_domain::Timestamp(0))
        .await
        .expect("an import");
    assert_eq!(finished.report.accounted_for(), finished.report.events);
    store.close().await;
}

/// Ten thousand declarations that pass administration and supervisor.
fn made_up(folder: &Path) -> PathBuf {
    let mut text = String::from("<?xml version=\"1.0\"?>\n<log>\n");
    let steps = [
        ("Declaration SUBMITTED by EMPLOYEE", "EMPLOYEE"),
        ("Declaration APPROVED by ADMINISTRATION", "ADMINISTRATION"),
        ("Declaration FINAL_APPROVED by SUPERVISOR", "SUPERVISOR"),
        ("Request Payment", "UNDEFINED"),
        ("Payment Handled", "UNDEFINED"),
    ];
    for case in 0..10_000_i64 {
        let _ = writeln!(text, "<trace><string key=\"concept:name\" value=\"case {case}\"/>");
        for (day, (activity, role)) in steps.iter().enumerate() {
            let at = Timestamp::from_ms(1_500_000_000_000 + case * 600_000 + day as i64 * 86_400_000);
            let _ = writeln!(
                text,
                "<event><string key=\"concept:name\" value=\"{activity}\"/><date key=\"time:timestamp\" value=\"{at}\"/>\
                 <string key=\"org:resource\" value=\"STAFF MEMBER\"/><string key=\"org:role\" value=\"{role}\"/></event>"
            );
        }
        text.push_str("</trace>\n");
    }
    text.push_str("</log>\n");
    let path = folder.join("made-up.xes");
    std::fs::write(&path, text).expect("the log");
    path
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn per_second(events: usize, time: Duration) -> f64 {
    events as f64 / time.as_secs_f64()
}
