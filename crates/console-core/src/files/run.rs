//! The uploads of a process that stays: begun when they are due, several at once, each on its own.

use super::upload::AT_ONCE;
use crate::engine::Engine;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use postern_console_store::Upload;
use std::collections::BTreeSet;

/// How long until another look is taken when nothing is due, in milliseconds.
const IDLE_MS: i64 = 60_000;
/// How long until another look is taken while another process does the syncing, in milliseconds.
const STAND_BY_MS: i64 = 10_000;
/// How long until another look is taken while all places are taken, in milliseconds: an upload ends by itself.
const FULL_MS: i64 = 5_000;

/// Uploads until the engine stops. What is under way then goes on with the next start.
pub(crate) async fn run(engine: Engine) {
    let mut stop = engine.inner.stop.subscribe();
    // What is left of commands that were given up waits for nothing.
    let _ = engine.inner.cache.forget_idle_uploads().await;
    if let Err(error) = engine.inner.cache.content().tidy(engine.device_now()).await {
        tracing::warn!(%error, "old files cannot be removed");
    }
    // A last process may not have come to it.
    engine.drop_unnamed_content().await;
    let mut under_way = FuturesUnordered::new();
    let mut names = BTreeSet::new();
    loop {
        let (uploads, wait_ms) = next(&engine, &mut names).await;
        for upload in uploads {
            let engine = engine.clone();
            under_way.push(async move {
                let name = upload.sha256.clone();
                engine.carry(upload).await;
                name
            });
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            Some(name) = under_way.next() => {
                names.remove(&name);
            }
            () = engine.inner.transfers.waking.notified() => {}
            () = engine.inner.deps.clock.sleep(wait_ms) => {}
        }
        if *stop.borrow() {
            return;
        }
    }
}

/// What is due and has a place among `names`, and how long to wait until the next look.
async fn next(engine: &Engine, names: &mut BTreeSet<String>) -> (Vec<Upload>, i64) {
    let (cache, now) = (&engine.inner.cache, engine.device_now());
    if engine.current().is_err() {
        return (Vec::new(), IDLE_MS);
    }
    // An error of the cache shows in the status bar, with the next round of sync.
    if !engine.inner.transfers.is_resting(now) && engine.inner.transfers.take_urgent() {
        let _ = cache.hurry_uploads().await;
    }
    let due = cache.due_uploads(now).await.unwrap_or_default();
    let due: Vec<_> = due.into_iter().filter(|upload| !names.contains(&upload.sha256)).collect();
    if due.is_empty() {
        let next = cache.next_upload(now).await.ok().flatten().filter(|next| *next > now);
        return (Vec::new(), next.map_or(IDLE_MS, |next| next.since(now).clamp(0, IDLE_MS)));
    }
    if !engine.may_transfer().await {
        return (Vec::new(), STAND_BY_MS);
    }
    let wait_ms = if names.len() + due.len() > AT_ONCE { FULL_MS } else { IDLE_MS };
    let begun: Vec<_> = due.into_iter().take(AT_ONCE.saturating_sub(names.len())).collect();
    names.extend(begun.iter().map(|upload| upload.sha256.clone()));
    (begun, wait_ms)
}
