//! What the person who runs the portal is told when something is not as it should be: the thing by its name, the way
//! out, and an exit code; and that nothing half written stays behind.
#![allow(clippy::unwrap_used)]

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_postern-portal");
const MAPPING: &str = include_str!("../mappings/domestic-declarations.toml");

fn portal(data: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM).arg("--data").arg(data).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// Ended with this code, in words, without a crash.
#[track_caller]
fn told(output: &Output, exit: i32, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{text}");
    for word in words {
        assert!(text.contains(word), "“{word}” is missing in: {text}");
    }
    assert!(!text.contains("panicked") && !text.contains("backtrace"), "{text}");
}

/// A folder with a log and a mapping; the portal does not exist yet.
struct Folder(TempDir);

impl Folder {
    fn with(log: &str, content: &[u8], mapping: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::write(folder.path(log), content).unwrap();
        std::fs::write(folder.path("mapping.toml"), mapping).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn import(&self, log: &str) -> Output {
        let (log, mapping) = (self.path(log), self.path("mapping.toml"));
        portal(
            &self.path("portal"),
            &[
                "import",
                log.to_str().unwrap(),
                "--mapping",
                mapping.to_str().unwrap(),
                "--password",
                "secret",
            ],
        )
    }

    #[track_caller]
    fn has_no_portal(&self) {
        assert!(!self.path("portal").exists(), "something was left behind");
    }
}

fn log_of(cases: usize) -> String {
    let mut text = "<?xml version=\"1.0\"?>\n<log xes.version=\"1.0\">\n".to_owned();
    for case in 0..cases {
        text += &format!(
            "<trace>\n<string key=\"concept:name\" value=\"case {case}\"/>\n\
             <event><string key=\"concept:name\" value=\"Declaration SUBMITTED by EMPLOYEE\"/>\
             <date key=\"time:timestamp\" value=\"2018-01-01T09:00:00Z\"/>\
             <string key=\"org:resource\" value=\"STAFF MEMBER\"/>\
             <string key=\"org:role\" value=\"EMPLOYEE\"/></event>\n</trace>\n"
        );
    }
    text + "</log>\n"
}

#[test]
fn a_malformed_mapping_says_line_column_and_key() {
    let wrong = |from: &str, to: &str| {
        assert!(MAPPING.contains(from), "{from}");
        let folder = Folder::with("log.xes", log_of(1).as_bytes(), &MAPPING.replace(from, to));
        let output = folder.import("log.xes");
        folder.has_no_portal();
        output
    };
    let name = "name = \"domestic-declarations\"";
    told(
        &wrong(name, "nme = \"x\""),
        1,
        &["mapping.toml", "line 5, column 1", "unknown field `nme`", "`name`"],
    );
    told(&wrong(name, "name = "), 1, &["mapping.toml", "line 5, column"]);
    told(
        &wrong("kind = \"invoice\"", "kind = \"letter\""),
        1,
        &["line", "column", "kind", "letter", "invoice"],
    );
    told(&wrong("Europe/Amsterdam", "Europe/Atlantis"), 1, &["people.time_zone", "Europe/Atlantis", "IANA"]);
    let missing = Folder::with("log.xes", log_of(1).as_bytes(), "");
    std::fs::remove_file(missing.path("mapping.toml")).unwrap();
    told(&missing.import("log.xes"), 1, &["mapping.toml", "No such file"]);
}

#[test]
fn a_truncated_gz_is_named_and_leaves_nothing_behind() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(log_of(2_000).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let folder = Folder::with("log.xes.gz", &packed[..packed.len() / 2], MAPPING);
    told(&folder.import("log.xes.gz"), 1, &["log.xes.gz", "line", "cut off", "nothing was imported"]);
    folder.has_no_portal();
    std::fs::write(folder.path("log.xes.gz"), &packed[..5]).unwrap();
    told(&folder.import("log.xes.gz"), 1, &["log.xes.gz", "cut off"]);
    folder.has_no_portal();
}

#[test]
fn hostile_xml_is_refused_with_its_line_and_leaves_nothing_behind() {
    let event = |text: &str| log_of(1).replace("STAFF MEMBER", text);
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE log [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n<log>&b;</log>";
    let external =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE log [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<log>&x;</log>";
    for (what, text, words) in [
        ("an entity bomb", bomb.to_owned(), &["line 2", "document type"][..]),
        ("an external entity", external.to_owned(), &["line 2", "document type"]),
        ("an entity nobody defined", event("&x;"), &["line 5", "cannot be read"]),
        ("nesting", format!("<log>\n{}", "<list>".repeat(1_000_000)), &["line 2", "nested deeper than 64"]),
        ("an attribute", event(&"x".repeat(20 * 1024 * 1024)), &["line 5", "longer than 4 MiB"]),
        (
            "a tag without end",
            format!("<log>\n<{}", "x".repeat(20 * 1024 * 1024)),
            &["line 2", "longer than 4 MiB"],
        ),
        ("two attributes of one name", event("a\" value=\"b"), &["line 5", "malformed attribute"]),
        ("a comment without end", format!("<log>\n<!-- {}", "x".repeat(1000)), &["line 2", "well-formed"]),
        ("rubbish", "\u{0}\u{1}\u{2}".to_owned(), &["log.xes"]),
        ("nothing", String::new(), &["log.xes"]),
    ] {
        let folder = Folder::with("log.xes", text.as_bytes(), MAPPING);
        let output = folder.import("log.xes");
        assert_eq!(output.status.code(), Some(1), "{what}");
        told(&output, 1, words);
        folder.has_no_portal();
    }
}

#[test]
fn many_attributes_with_long_values_do_not_fill_the_memory() {
    // Each is below the limit of one piece; together they would be 400 MiB of one event.
    let attribute = format!("<string key=\"k{{}}\" value=\"{}\"/>", "x".repeat(2 * 1024 * 1024));
    let attributes: String = (0..40).map(|number| attribute.replace("{}", &number.to_string())).collect();
    let text = log_of(1).replace("<event>", &format!("<event>{attributes}"));
    let folder = Folder::with("log.xes", text.as_bytes(), MAPPING);
    told(&folder.import("log.xes"), 1, &["line 5", "one case is longer than"]);
    folder.has_no_portal();
}

#[test]
fn a_log_that_is_not_there_or_of_no_known_kind_is_named() {
    let folder = Folder::with("log.doc", b"x", MAPPING);
    told(&folder.import("log.doc"), 1, &["log.doc", ".xes", ".csv"]);
    told(&folder.import("other.xes"), 1, &["other.xes", "No such file"]);
    std::fs::create_dir(folder.path("folder.xes")).unwrap();
    told(&folder.import("folder.xes"), 1, &["folder.xes", "directory"]);
    folder.has_no_portal();
}

/// A portal with a few items.
fn seeded() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let made = portal(data.path(), &["seed", "--items", "20", "--password", "a long enough secret"]);
    told(&made, 0, &[]);
    data
}

#[test]
fn a_database_that_cannot_be_read_is_named_with_the_way_out() {
    let data = seeded();
    let database = data.path().join("portal.db");
    let sound = std::fs::read(&database).unwrap();
    let all: [&[&str]; 3] = [&["serve", "--listen", "127.0.0.1:0"], &["check"], &["user", "list"]];
    for bytes in
        [&b"not a database, but long enough to be taken for one"[..].repeat(50), &sound[..4096 * 3].to_vec()]
    {
        std::fs::write(&database, bytes).unwrap();
        for arguments in all {
            told(&portal(data.path(), arguments), 1, &["portal.db", "damaged", "backup"]);
        }
    }
    std::fs::remove_file(&database).unwrap();
    std::fs::create_dir(&database).unwrap();
    for arguments in all {
        told(&portal(data.path(), arguments), 1, &["portal.db", "cannot be opened"]);
    }
    std::fs::remove_dir(&database).unwrap();
    std::fs::write(&database, &sound).unwrap();
    std::fs::remove_file(data.path().join("audit.key")).unwrap();
    told(&portal(data.path(), &["check"]), 1, &["audit.key", "backup"]);
}

#[test]
fn a_database_of_a_newer_program_or_of_another_build_is_left_alone() {
    let data = seeded();
    let database = data.path().join("portal.db");
    let sound = std::fs::read(&database).unwrap();
    // The schema's number, at offset 60 of the header (https://sqlite.org/fileformat2.html#user_version_number).
    let mut newer = sound.clone();
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(&database, &newer).unwrap();
    told(
        &portal(data.path(), &["serve", "--listen", "127.0.0.1:0"]),
        1,
        &["newer", "99", "Use the newer program"],
    );
    assert!(std::fs::read(&database).unwrap() == newer);

    let checksum = sha256_of(include_str!("../../portal-store/migrations/sqlite/0001_start.sql"));
    let at = sound.windows(64).position(|window| window == checksum.as_bytes()).unwrap();
    let mut edited = sound.clone();
    edited[at..at + 8].copy_from_slice(b"00000000");
    std::fs::write(&database, &edited).unwrap();
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["check"], &["seed", "--items", "1"]] {
        told(
            &portal(data.path(), arguments),
            1,
            &["another build", "0001_start", "Use the build that wrote it"],
        );
    }
    assert!(std::fs::read(&database).unwrap() == edited);
}

fn sha256_of(text: &str) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(text))
}
