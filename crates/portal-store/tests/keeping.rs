//! Opening, backing up, restoring, checking: what keeps the data, and what is said when something is wrong with it.
#![allow(clippy::unwrap_used)]

mod common;

use common::Fixture;
use postern_domain::{AttachmentId, Command, Role};
use postern_portal_store::{
    CommandError, Founding, PersonChange, Severity, Store, StoreError, StoreOptions, StoredFile,
};
use postern_protocol::Outcome;
use postern_test_support::{acme, clerk, globex, person};
use sha2::{Digest as _, Sha256};
use std::path::Path;

fn founding() -> Founding {
    Founding {
        organisation: "Example".into(),
        epoch: "e1".into(),
        key_seed: [1; 32],
        at: postern_domain::Timestamp(0),
    }
}

async fn failure_of_open(data: &Path) -> String {
    match Store::open(data).await {
        Ok(_) => panic!("it opened"),
        Err(error) => error.advice(data),
    }
}

/// Puts content in place and attaches it to the item.
async fn attach(fixture: &Fixture, item: &str, content: &[u8]) -> String {
    let sha256 = hex::encode(Sha256::digest(content));
    let path = fixture.store.file_path(&sha256).unwrap();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
    let file =
        StoredFile { sha256: sha256.clone(), size: content.len() as u64, media_type: "text/plain".into() };
    fixture.store.add_file(&file, &"olga".into(), fixture.now()).await.unwrap();
    let outcome = fixture.command("olga", item, attachment(&sha256, content.len() as u64)).await;
    assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
    sha256
}

fn attachment(sha256: &str, size: u64) -> Command {
    Command::AttachVersion {
        attachment: AttachmentId::from("a1"),
        name: "plan.txt".into(),
        sha256: sha256.into(),
        size,
        media_type: "text/plain".into(),
    }
}

#[tokio::test]
async fn a_directory_without_a_portal_says_how_to_make_one() {
    let empty = tempfile::tempdir().unwrap();
    let advice = failure_of_open(empty.path()).await;
    assert!(advice.contains("init") && advice.contains(empty.path().to_str().unwrap()), "{advice}");
}

#[tokio::test]
async fn a_portal_is_not_made_over_another() {
    let fixture = Fixture::new().await;
    let again = Store::create(fixture.data.path(), founding()).await;
    assert!(matches!(again.err(), Some(StoreError::AlreadyInitialised { .. })));
}

#[tokio::test]
async fn a_database_from_a_newer_program_is_left_alone() {
    let fixture = Fixture::new().await;
    fixture.tamper("PRAGMA user_version = 99").await;
    let advice = failure_of_open(fixture.data.path()).await;
    assert!(advice.contains("newer postern-portal") && advice.contains("99"), "{advice}");
}

#[tokio::test]
async fn a_database_whose_migration_was_edited_after_it_ran_is_left_alone() {
    let fixture = Fixture::new().await;
    let before = fixture.submit("i1", &acme()).await;
    let kept = "SELECT checksum FROM migrations WHERE version = 1";
    for edit in ["UPDATE migrations SET checksum = 'of another text'", "DROP TABLE migrations"] {
        fixture.tamper(&format!("CREATE TABLE kept AS {kept}; {edit}")).await;
        let advice = failure_of_open(fixture.data.path()).await;
        assert!(advice.contains("0001_start") && advice.contains("Use the build that wrote it"), "{advice}");
        fixture
            .tamper(
                "CREATE TABLE IF NOT EXISTS migrations (version BIGINT PRIMARY KEY, checksum TEXT NOT NULL);
                 INSERT OR REPLACE INTO migrations SELECT 1, checksum FROM kept; DROP TABLE kept",
            )
            .await;
    }
    let again = Store::open(fixture.data.path()).await.unwrap();
    assert_eq!(again.item(&"i1".into()).await.unwrap(), Some(before));
}

#[tokio::test]
async fn an_up_to_date_database_opens_while_somebody_else_is_in_the_middle_of_writing() {
    let fixture = Fixture::new().await;
    let bulk = fixture.store.bulk(&clerk(), fixture.now()).await.unwrap();
    let other = Store::open(fixture.data.path()).await.unwrap();
    assert_eq!(other.head().await.unwrap().seq, 0);
    drop(bulk);
}

#[tokio::test]
async fn a_file_that_is_no_database_names_itself_and_the_backup() {
    let fixture = Fixture::new().await;
    fixture.store.close().await;
    std::fs::write(fixture.data.path().join("portal.db"), vec![b'x'; 8192]).unwrap();
    let advice = failure_of_open(fixture.data.path()).await;
    assert!(advice.contains("portal.db") && advice.contains("backup"), "{advice}");
}

#[tokio::test]
async fn a_full_disk_changes_nothing_and_says_so() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    fixture.store.close().await;
    let data = fixture.data.path();
    let options = StoreOptions { most_pages: Some(60), ..StoreOptions::default() };
    let full = Store::open_with(data, options).await.unwrap();
    let head = full.head().await.unwrap();
    let long =
        |number: usize| fixture.direct("olga", "i1", common::say(&format!("c{number}"), &"x".repeat(19_000)));
    let mut applied = 0;
    let error = loop {
        match full.apply_command(&long(applied), fixture.now()).await {
            Ok(_) => applied += 1,
            Err(CommandError::Store(error)) => break error,
            Err(other) => panic!("{other:?}"),
        }
    };
    let advice = error.advice(data);
    assert!(
        error.is_passing() && advice.contains("full") && advice.contains(data.to_str().unwrap()),
        "{advice}"
    );
    assert_eq!(full.head().await.unwrap().seq, head.seq + applied as i64);
    // The writer is still one: it is the disk that says no, not a transaction that never ended.
    match full.apply_command(&long(applied), fixture.now()).await {
        Err(CommandError::Store(error)) => assert!(error.advice(data).contains("full"), "{error}"),
        other => panic!("{other:?}"),
    }
    assert!(full.verify_audit(|_| {}).await.unwrap().is_ok());
    full.close().await;
    let roomy = Store::open(data).await.unwrap();
    roomy.apply_command(&long(applied), fixture.now()).await.unwrap();
    assert!(roomy.verify_audit(|_| {}).await.unwrap().is_ok());
}

#[tokio::test]
async fn what_an_interrupted_init_left_behind_is_taken_over() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("audit.key"), "07".repeat(32)).unwrap();
    let store = Store::create(data.path(), founding()).await.unwrap();
    assert!(store.verify_audit(|_| {}).await.unwrap().is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn the_audit_key_is_its_owners_alone_and_stands_beside_the_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::new().await;
    let key = std::fs::metadata(fixture.data.path().join("audit.key")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_backup_is_a_portal_of_its_own_that_holds_everything() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let sha256 = attach(&fixture, "i1", b"The plan.").await;
    let target = tempfile::tempdir().unwrap();
    let report = fixture.store.backup(target.path()).await.unwrap();
    assert_eq!((report.files, report.files_copied), (1, 1));
    fixture.command("olga", "i1", common::say("later", "After the backup")).await;

    let restored = Store::open(target.path()).await.unwrap();
    assert!(restored.verify_audit(|_| {}).await.unwrap().is_ok());
    assert_eq!(restored.check().await.unwrap(), []);
    assert_eq!(restored.item(&"i1".into()).await.unwrap().unwrap().comments, []);
    assert_eq!(std::fs::read(restored.file_path(&sha256).unwrap()).unwrap(), b"The plan.");
    restored.roll_epoch("e2").await.unwrap();
    assert_eq!(restored.head().await.unwrap().epoch, "e2");
    assert!(restored.verify_audit(|_| {}).await.unwrap().is_ok());
    assert!(matches!(fixture.store.backup(target.path()).await, Err(StoreError::AlreadyExists { .. })));
}

#[tokio::test]
async fn a_sound_portal_has_nothing_to_report() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    attach(&fixture, "i1", b"The plan.").await;
    assert_eq!(fixture.store.check().await.unwrap(), []);
}

#[tokio::test]
async fn a_file_that_is_missing_or_altered_is_found() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let sha256 = attach(&fixture, "i1", b"The plan.").await;
    let path = fixture.store.file_path(&sha256).unwrap();
    for content in [Some(&b"The plot."[..]), Some(b"The plan"), None] {
        match content {
            Some(content) => std::fs::write(&path, content).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        let findings = fixture.store.check().await.unwrap();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0].severity == Severity::Error && findings[0].what.contains(&sha256),
            "{findings:?}"
        );
    }
}

#[tokio::test]
async fn a_row_that_refers_to_nothing_is_found() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    fixture.tamper("DELETE FROM clients WHERE id = 'acme'").await;
    let findings = fixture.store.check().await.unwrap();
    assert!(findings.iter().any(|finding| finding.what.contains("clients")), "{findings:?}");
}

#[tokio::test]
async fn a_review_that_waits_for_somebody_who_cannot_decide_is_found() {
    let fixture = Fixture::new().await;
    let item = fixture.handed_over_by_a_contact("i1", &acme()).await;
    let reviewer = item.waiting_on().next().unwrap().clone();
    let disable = PersonChange { disabled: Some(true), ..PersonChange::default() };
    fixture.store.change_person(&reviewer, &disable, &clerk(), fixture.now()).await.unwrap();
    let findings = fixture.store.check().await.unwrap();
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(
        finding.what,
        "ACME-1 at “Intake check” (intake): nobody can decide it; olga has an account that is switched off"
    );
    assert_eq!(
        finding.advice,
        "Hand it to somebody who may (lea@example.com): posternctl reassign ACME-1 --step intake --to lea@example.com --from olga@example.com"
    );
    let review = finding.review.as_ref().unwrap();
    assert_eq!(
        (review.reference.as_str(), review.short_handed.needed, review.short_handed.able),
        ("ACME-1", 1, 0)
    );
}

#[tokio::test]
async fn a_review_whose_reviewer_lost_the_role_is_found_until_somebody_else_has_it() {
    let fixture = Fixture::new().await;
    fixture.handed_over_by_a_contact("i1", &acme()).await;
    let elsewhere = person("olga").at_client(Role::InternalOwner, &globex()).build();
    let change = PersonChange { grants: Some(elsewhere.grants), ..PersonChange::default() };
    fixture.store.change_person(&"olga".into(), &change, &clerk(), fixture.now()).await.unwrap();
    let findings = fixture.store.check().await.unwrap();
    assert!(findings[0].what.ends_with("olga has no access to this client's items"), "{findings:?}");
    let item = fixture.store.item(&"i1".into()).await.unwrap().unwrap();
    let reassign = Command::reassign("lea".into(), item.assignment_version);
    let outcome = fixture.command("lea", "i1", reassign).await;
    assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
    assert_eq!(fixture.store.check().await.unwrap(), []);
}

#[tokio::test]
async fn where_nobody_may_decide_the_way_out_is_a_grant() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let disable = PersonChange { disabled: Some(true), ..PersonChange::default() };
    for who in ["olga", "lea"] {
        fixture.store.change_person(&who.into(), &disable, &clerk(), fixture.now()).await.unwrap();
    }
    let findings = fixture.store.check().await.unwrap();
    assert!(findings[0].advice.contains("postern-portal user"), "{findings:?}");
    assert_eq!(findings[0].review.as_ref().unwrap().short_handed.could, []);
}

#[tokio::test]
async fn a_file_may_be_attached_only_by_somebody_who_brought_it_or_sees_it() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let sha256 = attach(&fixture, "i1", b"The plan.").await;
    fixture.submit("i2", &globex()).await;
    let bad =
        |outcome: &Outcome| matches!(outcome, Outcome::Refused { refusal: postern_domain::Refusal::BadFile });
    let by_gus = fixture.command("gus", "i2", attachment(&sha256, 9)).await;
    assert!(bad(&by_gus), "gus sees no item that names it: {by_gus:?}");
    let by_lea = fixture.command("lea", "i2", attachment(&sha256, 9)).await;
    assert!(matches!(by_lea, Outcome::Applied { .. }), "{by_lea:?}");
    assert!(bad(&fixture.command("lea", "i2", attachment(&sha256, 10)).await), "another size");
    assert!(bad(&fixture.command("lea", "i2", attachment(&"0".repeat(64), 9)).await), "never uploaded");
}
