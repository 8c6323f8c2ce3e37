//! The portal says that there is something newer, and no more than that. Losing such a message does no harm.

use super::POLL_MS;
use super::backoff::{self, Backoff, Met};
use crate::engine::Engine;
use crate::failure::CallError;
use crate::portal::{Call, offline};
use crate::views::Connection;
use futures_util::StreamExt;
use postern_protocol::{News, paths};
use std::sync::atomic::Ordering;

/// Listens while somebody is signed in and this process does the syncing.
pub(crate) async fn follow_events(engine: Engine) {
    let mut stop = engine.inner.stop.subscribe();
    let mut backoff = Backoff::default();
    // The portal was away, or this device: everybody opens their streams again.
    let mut was_away = false;
    loop {
        let chance = engine.inner.deps.chance.as_ref();
        let wait_ms = if !may_listen(&engine).await {
            was_away = true;
            backoff::around(2_000, 0.2, chance)
        } else if std::mem::take(&mut was_away) {
            Backoff::default().next_ms(Met::Away, engine.spread_ms(), chance)
        } else {
            let met = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                listened = listen(&engine) => match listened {
                    Ok(()) => {
                        backoff.reset();
                        Met::Away
                    }
                    Err(error) => Met::of(&error),
                },
                () = engine.inner.woke.notified() => {
                    backoff.reset();
                    Met::Nobody
                }
            };
            backoff.next_ms(met, engine.spread_ms(), chance)
        };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = engine.inner.deps.clock.sleep(wait_ms) => {}
        }
    }
}

async fn may_listen(engine: &Engine) -> bool {
    is_online(engine) && engine.inner.sync.lock().await.lease.is_some()
}

fn is_online(engine: &Engine) -> bool {
    engine.status().connection == Connection::Online
}

/// Ends when the stream does. `Ok` if anything came over it.
async fn listen(engine: &Engine) -> Result<(), CallError> {
    let reply = engine.open_call(&Call::stream(paths::EVENTS, "text/event-stream")).await?;
    let mut body = reply.body;
    let mut text: Vec<u8> = Vec::new();
    let mut heard = Err(CallError::Offline { reason: "the event stream ended at once".to_owned() });
    while let Some(part) = body.next().await {
        let Ok(part) = part.map_err(offline) else { return heard };
        heard = Ok(());
        text.extend_from_slice(&part);
        while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = text.drain(..=end).collect();
            if let Some(news) = news(&line) {
                look(engine, &news).await;
            }
        }
        if text.len() > 64 * 1024 || engine.current().is_err() {
            return heard;
        }
    }
    heard
}

fn news(line: &[u8]) -> Option<News> {
    let line = std::str::from_utf8(line).ok()?;
    serde_json::from_str(line.strip_prefix("data:")?.trim()).ok()
}

async fn look(engine: &Engine, News { head, spread_ms }: &News) {
    engine.inner.spread_ms.store(*spread_ms, Ordering::Relaxed);
    let Ok(meta) = engine.inner.cache.meta().await else { return };
    if meta.cursor.is_none_or(|cursor| head.is_news_to(&cursor)) {
        let wait_ms = (f64::from(*spread_ms) * engine.inner.deps.chance.unit()) as i64;
        engine.inner.deps.clock.sleep(wait_ms).await;
        if !is_online(engine) {
            // The last round failed: the next one comes when it is due, and no sooner than the portal asked for.
            return;
        }
        engine.inner.urgent.store(true, Ordering::SeqCst);
        engine.inner.wake.notify_one();
    } else if is_online(engine) {
        // As good as having asked.
        let mut state = engine.inner.sync.lock().await;
        let next = backoff::around(POLL_MS, 0.2, engine.inner.deps.chance.as_ref());
        state.next = engine.device_now().plus_ms(next);
    }
}
