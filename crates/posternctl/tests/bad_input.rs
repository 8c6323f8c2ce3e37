//! What the person at the terminal is told when something is not as it should be: the thing by its name, the way out,
//! and an exit code; and that nothing half done stays behind.
#![allow(clippy::unwrap_used)]

mod common;

use common::{PROGRAM, Run, Scene};
use postern_test_support::{PASSWORD, SmallDisk};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Ended with this code, in words, without a crash.
#[track_caller]
fn told(run: &Run, exit: i32, words: &[&str]) {
    assert_eq!(run.exit, exit, "{} {}", run.out, run.err);
    let text = format!("{}{}", run.out, run.err);
    for word in words {
        assert!(text.contains(word), "“{word}” is missing in: {text}");
    }
    for crash in ["panicked", "RUST_BACKTRACE", "stack backtrace"] {
        assert!(!text.contains(crash), "{text}");
    }
}

/// No change waits in the outbox.
async fn nothing_was_saved(scene: &Scene) {
    let outbox = scene.run(&["outbox", "--offline", "--json"], "").await;
    assert_eq!((outbox.exit, outbox.json()), (0, serde_json::json!([])), "{}", outbox.err);
}

#[tokio::test]
async fn a_wrong_password_is_said_to_be_one_and_nobody_is_signed_in() {
    let scene = Scene::new(1).await;
    let url = scene.network.url();
    let login = ["login", "--portal", &url, "--email", "olga@example.com", "--password-stdin"];
    told(&scene.run(&login, "wrong").await, 6, &["e-mail address or the password is wrong"]);
    told(&scene.run(&["status"], "").await, 6, &["no."]);
    told(&scene.run(&["queue"], "").await, 6, &["posternctl login"]);
    told(&scene.run(&login, "").await, 2, &["no password"]);
}

#[tokio::test]
async fn an_unknown_reference_is_named_and_nothing_is_done_with_the_others() {
    let scene = Scene::new(1).await;
    scene.login().await;
    for command in [&["show"][..], &["approve"], &["request-changes", "--reason", "Why"], &["audit"]] {
        let arguments = [command, &["ACME-1", "ACME-99"]].concat();
        told(&scene.online(&arguments).await, 7, &["ACME-99"]);
        told(&scene.run(&[&arguments[..], &["--offline"]].concat(), "").await, 7, &["ACME-99"]);
    }
    told(&scene.run(&["approve", "nonsense", "--offline"], "").await, 7, &["nonsense"]);
    nothing_was_saved(&scene).await;
}

#[tokio::test]
async fn a_cache_that_cannot_be_read_is_named_with_the_way_out_and_left_as_it_was() {
    let scene = Scene::new(1).await;
    scene.login().await;
    let cache = scene.profile.path().join("cache.db");
    let sound = std::fs::read(&cache).unwrap();
    let mut corrupt = sound.clone();
    corrupt[4096..].fill(0xA5);
    let broken: [(&str, Vec<u8>); 4] = [
        ("no database", b"certainly no database, and long enough to be looked at".repeat(100)),
        ("another header", [b"SQLite format 4\0", &sound[16..]].concat()),
        ("cut off in the middle of a page", sound[..sound.len() / 2 + 100].to_vec()),
        ("overwritten after its first page", corrupt),
    ];
    for (what, bytes) in broken {
        without_journal(&cache);
        std::fs::write(&cache, &bytes).unwrap();
        for arguments in [&["queue"][..], &["outbox"], &["approve", "ACME-1", "--offline"]] {
            let run = scene.run(arguments, "").await;
            assert_eq!(run.exit, 8, "{what}: {} {}", run.out, run.err);
            told(&run, 8, &["cache.db", "move the file away"]);
        }
        assert!(std::fs::read(&cache).unwrap() == bytes, "{what}: the cache was written to");
    }
    without_journal(&cache);
    std::fs::remove_file(&cache).unwrap();
    std::fs::create_dir(&cache).unwrap();
    told(&scene.run(&["queue"], "").await, 8, &["cache.db", "permissions"]);
    // The way out works.
    std::fs::remove_dir(&cache).unwrap();
    told(&scene.login().await, 0, &["1 items are in the cache"]);
}

fn without_journal(cache: &Path) {
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", cache.display()));
    }
}

#[tokio::test]
async fn a_cache_of_a_newer_postern_is_left_alone() {
    let scene = Scene::new(1).await;
    scene.login().await;
    let cache = scene.profile.path().join("cache.db");
    let mut bytes = std::fs::read(&cache).unwrap();
    // The schema's number, at offset 60 of the header (https://sqlite.org/fileformat2.html#user_version_number).
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    without_journal(&cache);
    std::fs::write(&cache, &bytes).unwrap();
    told(&scene.run(&["queue"], "").await, 8, &["cache.db", "99", "update Postern"]);
    assert!(std::fs::read(&cache).unwrap() == bytes);
}

#[tokio::test]
async fn a_profile_that_is_a_file_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let output = Command::new(PROGRAM).arg("--profile").arg(file.path()).arg("queue").output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(8), "{text}");
    assert!(text.contains(file.path().to_str().unwrap()) && !text.contains("panicked"), "{text}");
}

/// Runs a script that uses `$CTL`, the program on the profile in `$PROFILE`.
fn script(command: &mut Command, scene: &Scene) -> Output {
    command
        .env("CTL", PROGRAM)
        .env("PROFILE", scene.profile.path())
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[track_caller]
fn said(output: &Output, words: &[&str]) {
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for word in words {
        assert!(text.contains(word), "“{word}” is missing in: {text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

#[tokio::test]
async fn a_change_that_finds_the_disk_full_is_said_not_to_be_saved_and_is_not_there_later() {
    let Some(disk) = SmallDisk::of(4096) else { return };
    let scene = Scene::new(4).await;
    scene.login().await;
    // The cache may have room in its own files for a change or two.
    let output = script(
        &mut disk.script(
            r#"
            cp -a "$PROFILE/." "$DISK"
            saved=0
            for item in 1 2 3 4; do
                fill
                "$CTL" --profile "$DISK" approve "ACME-$item" --offline; code=$?
                [ $code = 5 ] || break
                saved=$((saved + 1))
            done
            echo "full: $code"
            "$CTL" --profile "$DISK" queue; echo "reading: $?"
            free
            kept=$("$CTL" --profile "$DISK" outbox --offline --json | grep -o '"state"' | wc -l)
            echo "more or less: $((kept - saved))"
            "$CTL" --profile "$DISK" approve "ACME-$item" --offline; echo "again: $?"
            "#,
        ),
        &scene,
    );
    said(&output, &["full: 8", "is full", "nothing was saved", "more or less: 0", "again: 5"]);
}

#[tokio::test]
async fn a_limit_on_the_size_of_files_is_no_crash_either() {
    let scene = Scene::new(2).await;
    scene.login().await;
    // Writing beyond the limit fails instead of ending the program.
    let output = script(
        Command::new("sh").args([
            "-c",
            r#"trap '' XFSZ
               (ulimit -f 1; "$CTL" --profile "$PROFILE" approve ACME-1 --offline; echo "limited: $?")
               "$CTL" --profile "$PROFILE" outbox --offline --json; echo "outbox: $?""#,
        ]),
        &scene,
    );
    said(&output, &["limited: 8", "cache.db", "nothing was saved", "[]\noutbox: 0"]);
}

#[tokio::test]
async fn a_first_sign_in_on_a_full_disk_says_so() {
    let Some(disk) = SmallDisk::of(64) else { return };
    let scene = Scene::new(1).await;
    let output = script(
        disk.script(
            r#"
            fill
            printf '%s' "$PASSWORD" | "$CTL" --profile "$DISK" login --portal "$URL" --email olga@example.com \
                --session-only --password-stdin
            echo "login: $?"
            "#,
        )
        .env("URL", scene.network.url())
        .env("PASSWORD", PASSWORD),
        &scene,
    );
    said(&output, &["login: 8", "full"]);
}
