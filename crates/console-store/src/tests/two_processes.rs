use super::fixtures::*;
use crate::cache::Cache;
use crate::outbox::NewCommand;
use postern_domain::CommandId;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_write_at_once_and_nothing_is_lost() {
    let items: Vec<_> = (0..40).map(|number| item(number, ME)).collect();
    let scene = Scene::with(items.clone()).await;
    let path = scene.folder.path().join("cache.db");
    let mut tasks = Vec::new();
    for process in 0..2 {
        let cache = Cache::open(&path, READERS).await.unwrap();
        let items = items.clone();
        tasks.push(tokio::spawn(async move {
            for (index, item) in items.iter().enumerate() {
                cache
                    .enqueue(&ME.into(), "batch", std::slice::from_ref(&item.id), NOW, NOW, |id, _, _| {
                        Some(NewCommand {
                            id: CommandId(format!("{process}-{index}")),
                            item: id.clone(),
                            command: comment(&format!("{process}-{index}"), "x"),
                            seen: None,
                            instead_of: Vec::new(),
                        })
                    })
                    .await
                    .unwrap();
            }
        }));
    }
    for number in 0..20 {
        scene.pull(11 + number, &[item(100 + u32::try_from(number).unwrap(), ME)]).await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(scene.outbox_ids().await.len(), 80);
    assert_eq!(scene.cache.item_count().await.unwrap(), 60);
    assert_eq!(scene.shown(&items[0].id).await.unwrap().comments.len(), 2);
}

#[tokio::test]
async fn one_of_two_processes_gets_the_lease_until_it_runs_out_or_is_given_up() {
    let scene = Scene::with(vec![]).await;
    let other = Cache::open(&scene.folder.path().join("cache.db"), READERS).await.unwrap();
    assert_eq!(other.take_lease("other", at(0), 60_000).await.unwrap(), None);
    let renewed = scene.cache.take_lease("test", at(0), 60_000).await.unwrap().unwrap();
    assert_eq!(renewed, scene.lease);

    scene.cache.release_lease(&scene.lease).await.unwrap();
    let taken = other.take_lease("other", at(0), 60_000).await.unwrap().unwrap();
    assert!(taken.generation > scene.lease.generation);
    assert_eq!(scene.cache.take_lease("test", at(0), 60_000).await.unwrap(), None);
    assert!(scene.cache.take_lease("test", at(2), 60_000).await.unwrap().is_some());
}

#[tokio::test]
async fn the_lease_of_one_that_ended_is_ended_and_not_one_that_was_granted_since() {
    let scene = Scene::with(vec![]).await;
    assert_eq!(scene.cache.lease().await.unwrap(), Some(scene.lease.clone()));
    scene.cache.release_lease(&scene.lease).await.unwrap();
    let heir = scene.cache.take_lease("other", at(0), 60_000).await.unwrap().unwrap();

    scene.cache.release_lease(&scene.lease).await.unwrap();
    assert_eq!(scene.cache.take_lease("test", at(0), 60_000).await.unwrap(), None);
    assert_eq!(scene.cache.lease().await.unwrap(), Some(heir));
}

#[tokio::test]
async fn a_lease_from_a_clock_that_ran_ahead_does_not_lock_everybody_out() {
    let scene = Scene::with(vec![]).await;
    scene.cache.take_lease("test", at(60 * 24 * 365), 60_000).await.unwrap().unwrap();
    assert!(scene.cache.take_lease("other", at(0), 60_000).await.unwrap().is_some());
}

#[tokio::test]
async fn a_process_notices_what_another_one_wrote_and_not_what_it_wrote_itself() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let other = Cache::open(&scene.folder.path().join("cache.db"), READERS).await.unwrap();
    assert!(!scene.cache.changed_elsewhere().await.unwrap());
    scene.pull(11, &[item(2, ME)]).await;
    assert!(!scene.cache.changed_elsewhere().await.unwrap());
    other.set_preference("key", &serde_json::json!(1)).await.unwrap();
    assert!(scene.cache.changed_elsewhere().await.unwrap());
    assert!(!scene.cache.changed_elsewhere().await.unwrap());
}

#[tokio::test]
async fn a_process_reads_the_directory_that_another_one_pulled() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let other = Cache::open(&scene.folder.path().join("cache.db"), READERS).await.unwrap();
    assert!(other.lookup().await.unwrap().people().get(&"ben".into()).is_some());
    let mut page = page(11, &[]);
    let mut directory = directory();
    directory.people.retain(|person| person.id.as_str() != "ben");
    page.directory = Some(directory);
    scene.cache.apply_page(&scene.lease, &page, &[], NOW).await.unwrap();
    assert!(other.lookup().await.unwrap().people().get(&"ben".into()).is_none());
}
