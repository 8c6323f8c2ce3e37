use super::fixtures::*;
use crate::{Soundness, StoreError};
use postern_domain::*;
use postern_protocol::Outcome;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A file of the author's own, taken in; and the command that attaches it.
async fn file(scene: &Scene, attachment: &str, text: &str) -> (Command, String) {
    let path: PathBuf = scene.folder.path().join(format!("{attachment}.txt"));
    std::fs::write(&path, text).unwrap();
    let content = scene.cache.content().take_in(&path, attachment).await.unwrap();
    let command = Command::AttachVersion {
        attachment: AttachmentId::from(attachment),
        name: format!("{attachment}.txt"),
        sha256: content.sha256.clone(),
        size: content.size,
        media_type: "text/plain".to_owned(),
    };
    (command, content.sha256)
}

#[tokio::test]
async fn a_command_waits_for_its_content_and_holds_back_only_its_own_item() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    let (attach, sha256) = file(&scene, "plan", "The plan.").await;
    scene.give("c1", &one.id, attach).await;
    scene.give("c2", &one.id, comment("k1", "See the plan.")).await;
    scene.give("c3", &two.id, comment("k2", "Another matter.")).await;
    assert!(scene.cache.has_sendable(NOW).await.unwrap());
    let sent = scene.envelopes(NOW).await;
    assert_eq!(sent.iter().map(|each| each.id.as_str()).collect::<Vec<_>>(), ["c3"]);
    scene.cache.record_outcomes(&scene.lease, &[applied(&sent[0], 11)], NOW).await.unwrap();
    assert!(!scene.cache.has_sendable(NOW).await.unwrap());
    let rows = scene.cache.outbox_of(&one.id, NOW).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.blocked).collect::<Vec<_>>(), [false, true]);

    scene.cache.upload_done(&sha256).await.unwrap();
    assert!(scene.cache.has_sendable(NOW).await.unwrap());
    assert_eq!(scene.envelopes(NOW).await[0].id.as_str(), "c1");
}

#[tokio::test]
async fn the_same_content_goes_up_once_for_all_commands_that_name_it() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    let (attach, sha256) = file(&scene, "plan", "The plan.").await;
    scene.give("c1", &one.id, attach.clone()).await;
    scene.give("c2", &two.id, attach).await;
    assert_eq!(scene.cache.due_uploads(NOW).await.unwrap().len(), 1);
    scene.cache.upload_done(&sha256).await.unwrap();
    assert_eq!(scene.envelopes(NOW).await.len(), 2);
}

#[tokio::test]
async fn what_is_held_does_not_leave_and_what_was_undone_is_forgotten() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    let (attach, _) = file(&scene, "plan", "The plan.").await;
    scene.give_held("c1", &one.id, attach, at(1)).await;
    assert!(scene.cache.due_uploads(NOW).await.unwrap().is_empty());
    assert_eq!(scene.cache.next_upload(NOW).await.unwrap(), Some(at(1)));
    assert_eq!(scene.cache.due_uploads(at(1)).await.unwrap().len(), 1);
    scene.cache.undo("batch", NOW).await.unwrap();
    assert!(scene.cache.due_uploads(at(1)).await.unwrap().is_empty());
    scene.cache.forget_idle_uploads().await.unwrap();
    assert_eq!(scene.cache.next_upload(NOW).await.unwrap(), None);
}

#[tokio::test]
async fn an_upload_that_failed_waits_and_one_that_stopped_waits_for_its_author() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    let (attach, sha256) = file(&scene, "plan", "The plan.").await;
    scene.give("c1", &one.id, attach.clone()).await;
    scene.cache.upload_came(&sha256, 4).await.unwrap();
    scene.cache.upload_failed(&sha256, at(1), "It is slow.").await.unwrap();
    assert!(scene.cache.due_uploads(NOW).await.unwrap().is_empty());
    let set_back = at(-24 * 60);
    assert_eq!(scene.cache.due_uploads(set_back).await.unwrap().len(), 1, "no wait is a day long");
    assert!(scene.cache.next_upload(set_back).await.unwrap().unwrap() <= set_back);
    let waiting = &scene.cache.uploads().await.unwrap()[0];
    assert_eq!((waiting.sent, waiting.tries, waiting.problem.as_deref()), (4, 1, Some("It is slow.")));
    scene.cache.upload_stopped(&sha256, "The file is gone.").await.unwrap();
    assert_eq!(scene.cache.outbox_counts(NOW).await.unwrap(), (1, 1));
    assert!(scene.cache.due_uploads(at(9)).await.unwrap().is_empty());
    scene.give("c2", &one.id, attach).await;
    assert_eq!(scene.cache.due_uploads(NOW).await.unwrap().len(), 1, "attached again, it goes on");
}

#[tokio::test]
async fn a_wipe_takes_content_but_never_what_is_nowhere_else() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    let (attach, unsent) = file(&scene, "plan", "The plan.").await;
    let (_, fetched) = file(&scene, "other", "Something fetched.").await;
    scene.give("c1", &one.id, attach).await;
    scene.cache.wipe().await.unwrap();
    assert!(scene.cache.content().has(&unsent).await);
    assert!(!scene.cache.content().has(&fetched).await);
    assert_eq!(scene.cache.due_uploads(NOW).await.unwrap().len(), 1);
    scene.cache.wipe_all().await.unwrap();
    assert!(!scene.cache.content().has(&unsent).await);
    assert!(scene.cache.uploads().await.unwrap().is_empty());
}

#[tokio::test]
async fn who_is_shut_out_keeps_of_all_content_only_what_unsent_commands_name() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    let (attach, unsent) = file(&scene, "plan", "The plan.").await;
    let (answered, settled) = file(&scene, "older", "An older plan.").await;
    let (_, fetched) = file(&scene, "other", "Something fetched.").await;
    scene.give("c1", &one.id, attach).await;
    scene.give("c2", &two.id, answered).await;
    scene.cache.upload_done(&settled).await.unwrap();
    scene.cache.keep_commands_alone(&scene.lease).await.unwrap();
    assert!(scene.cache.content().has(&unsent).await);
    assert!(!scene.cache.content().has(&settled).await);
    assert!(!scene.cache.content().has(&fetched).await);
    assert_eq!(scene.cache.due_uploads(NOW).await.unwrap().len(), 1);
}

/// An item whose one file has this content.
fn with_file(number: u32, attach: &Command) -> Item {
    after(&item(number, ME), attach, ME, NOW)
}

#[tokio::test]
async fn content_of_an_item_that_left_sight_is_removed_unless_something_else_names_it() {
    let scene = Scene::with(vec![]).await;
    let (gone, only) = file(&scene, "contract", "Of one alone.").await;
    let (shared, both) = file(&scene, "terms", "Of two.").await;
    let (given, unsent) = file(&scene, "mine", "My own.").await;
    let one = after(&with_file(1, &gone), &shared, ME, NOW);
    scene.pull(11, &[one.clone(), with_file(2, &shared)]).await;
    scene.give("c1", &one.id, given).await;
    let copy = scene.cache.content().open_copy(&only, "contract.txt").await.unwrap();
    assert_eq!(scene.cache.drop_unnamed_content().await.unwrap(), 0, "nothing has left");

    scene.leave(12, &one.id).await;
    assert_eq!(scene.cache.drop_unnamed_content().await.unwrap(), 1);
    assert!(!scene.cache.content().has(&only).await);
    assert!(!copy.exists(), "nor the copy that another program was given");
    assert!(scene.cache.content().has(&both).await, "the other item names it");
    assert!(scene.cache.content().has(&unsent).await, "it is the author's own");
    assert_eq!(scene.cache.drop_unnamed_content().await.unwrap(), 0);
}

#[tokio::test]
async fn content_stays_until_the_command_that_names_it_is_settled() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    let (attach, sha256) = file(&scene, "plan", "The plan.").await;
    scene.give("c1", &one.id, attach).await;
    scene.cache.upload_done(&sha256).await.unwrap();
    assert!(scene.cache.unsent_content().await.unwrap().contains(&sha256), "the portal may lose it again");

    let sent = scene.envelopes(NOW).await;
    scene.cache.record_outcomes(&scene.lease, &[applied(&sent[0], 11)], NOW).await.unwrap();
    assert!(scene.cache.unsent_content().await.unwrap().is_empty());
}

#[tokio::test]
async fn content_of_what_must_be_looked_at_again_does_not_leave() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    let (attach, _) = file(&scene, "plan", "The plan.").await;
    scene.give("c1", &one.id, attach).await;
    let later = NOW.plus_ms(15 * DAY_MS);
    assert!(scene.cache.due_uploads(later).await.unwrap().is_empty());
    assert_eq!(scene.cache.next_upload(later).await.unwrap(), None);
    assert_eq!(scene.cache.outbox_counts(later).await.unwrap(), (1, 1));
    scene.cache.confirm(&CommandId::from("c1"), later).await.unwrap();
    assert_eq!(scene.cache.due_uploads(later).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_used_longest_ago_goes_first_and_what_is_spared_never() {
    let scene = Scene::with(Vec::new()).await;
    let content = scene.cache.content();
    let mut names = Vec::new();
    for (minute, name) in (0..).zip(["a", "b", "c"]) {
        let (_, sha256) = file(&scene, name, &format!("{name} of ten")).await;
        content.touch(&sha256, at(minute)).await;
        names.push(sha256);
    }
    content.touch(&names[0], at(9)).await;
    assert_eq!(content.total().await.unwrap(), 24);
    let spare = BTreeSet::from([names[1].clone()]);
    assert_eq!(content.evict(16, spare.clone()).await.unwrap(), [names[2].clone()]);
    assert_eq!(content.evict(0, spare).await.unwrap(), [names[0].clone()]);
    assert!(content.has(&names[1]).await);
}

#[tokio::test]
async fn all_content_is_removed_also_what_takes_no_room() {
    let scene = Scene::with(Vec::new()).await;
    let content = scene.cache.content();
    let (_, empty) = file(&scene, "empty", "").await;
    let (_, plan) = file(&scene, "plan", "The plan.").await;
    content.clear(BTreeSet::from([plan.clone()])).await.unwrap();
    assert_eq!(content.names().await.unwrap(), BTreeSet::from([plan]));
    assert!(!content.has(&empty).await);
}

#[tokio::test]
async fn content_that_somebody_changed_is_found_out() {
    let scene = Scene::with(Vec::new()).await;
    let content = scene.cache.content();
    let (_, sha256) = file(&scene, "plan", "The plan.").await;
    assert_eq!(content.examine(&sha256).await.unwrap(), Soundness::Sound);
    std::fs::remove_file(content.path(&sha256)).unwrap();
    std::fs::write(content.path(&sha256), "Another plan.").unwrap();
    assert_eq!(content.examine(&sha256).await.unwrap(), Soundness::Changed);
    content.drop_damaged(&sha256).await;
    assert_eq!(content.examine(&sha256).await.unwrap(), Soundness::Missing);
}

#[tokio::test]
async fn what_comes_in_part_is_kept_and_has_one_writer() {
    let scene = Scene::with(Vec::new()).await;
    let content = scene.cache.content();
    let (_, sha256) = file(&scene, "plan", "The plan.").await;
    content.clear(BTreeSet::new()).await.unwrap();
    let mut first = content.incoming(&sha256).await.unwrap().unwrap();
    first.append(b"The ").await.unwrap();
    first.flush().await.unwrap();
    assert!(content.incoming(&sha256).await.unwrap().is_none());
    drop(first);
    let mut second = content.incoming(&sha256).await.unwrap().unwrap();
    assert_eq!(second.length(), 4);
    second.append(b"plan.").await.unwrap();
    assert!(content.keep(second, Some(&sha256)).await.unwrap().is_some());
    assert!(content.has(&sha256).await);
    let mut wrong = content.incoming("other").await.unwrap().unwrap();
    wrong.append(b"Nothing like it.").await.unwrap();
    assert_eq!(content.keep(wrong, Some(&sha256)).await.unwrap(), None);
}

#[cfg(unix)]
#[tokio::test]
async fn content_is_nobody_elses_on_this_machine() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::with(Vec::new()).await;
    let content = scene.cache.content();
    let (_, sha256) = file(&scene, "plan", "The plan.").await;
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(scene.folder.path().join("files")), 0o700);
    assert_eq!(mode(content.path(&sha256)), 0o400);
    let copy = content.open_copy(&sha256, "../the plan?.txt").await.unwrap();
    assert_eq!(copy.file_name().unwrap(), "_the plan_.txt");
    assert_eq!(mode(copy.clone()), 0o400);
    assert!(content.open_copy(&sha256, "../the plan?.txt").await.is_ok());
    content.tidy(NOW).await.unwrap();
    assert!(!copy.exists());
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    let scene = Scene::with(Vec::new()).await;
    let error = scene.cache.content().take_in(&scene.folder.path().join("none.txt"), "x").await.unwrap_err();
    assert!(matches!(error, StoreError::File { what: "read", .. }), "{error}");
    assert!(error.to_string().contains("none.txt"), "{error}");
}

#[tokio::test]
async fn after_the_portal_was_restored_content_that_is_here_goes_up_once_more() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    let (attach, sha256) = file(&scene, "plan", "The plan.").await;
    scene.give("c1", &one.id, attach).await;
    scene.cache.upload_done(&sha256).await.unwrap();
    let sent = scene.envelopes(NOW).await;
    let outcome = outcome(&sent[0], 11, Outcome::Applied { version: 2 });
    scene.cache.record_outcomes(&scene.lease, &[outcome], NOW).await.unwrap();
    scene.pull(11, &[]).await;
    assert!(scene.outbox_ids().await.is_empty());
    scene.cache.replay(&scene.lease, 0, "e2", NOW).await.unwrap();
    assert_eq!(scene.cache.due_uploads(NOW).await.unwrap().len(), 1);
    assert!(scene.envelopes(NOW).await.is_empty());
}

#[tokio::test]
async fn content_that_a_wipe_did_not_come_to_goes_with_the_next_start() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    let (attach, unsent) = file(&scene, "plan", "The plan.").await;
    scene.give("c1", &one.id, attach).await;
    let cut_off_in_mid_wipe = async |scene: &Scene| {
        scene.cache.wipe().await.unwrap();
        // As if the process had died behind the transaction.
        let (_, left) = file(scene, "other", "Something fetched.").await;
        sqlx::query("INSERT INTO meta (key, value) VALUES ('clear', '1')")
            .execute(&mut *scene.cache.writer().await.unwrap())
            .await
            .unwrap();
        left
    };
    let left = cut_off_in_mid_wipe(&scene).await;
    let again = crate::Cache::open(&scene.folder.path().join("cache.db"), READERS).await.unwrap();
    assert!(!again.content().has(&left).await);
    assert!(again.content().has(&unsent).await, "it is nowhere else");
    let (_, fetched) = file(&scene, "other", "Something fetched.").await;
    let again = crate::Cache::open(&scene.folder.path().join("cache.db"), READERS).await.unwrap();
    assert!(again.content().has(&fetched).await, "it is done once");
}
