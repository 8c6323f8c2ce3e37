//! Jobs: what the portal does by itself, until it stops.

use crate::state::App;
use postern_domain::DAY_MS;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

const LOOK_FOR_NEWS: Duration = Duration::from_secs(3);
const TIDY_SESSIONS: Duration = Duration::from_secs(60 * 60);
const TIDY_UPLOADS: Duration = Duration::from_secs(60 * 60);
const LEARN_NORMS: Duration = Duration::from_secs(24 * 60 * 60);

/// Starts all jobs. Each begins at once, then keeps its pace.
pub fn start(app: &App) {
    every(app, LOOK_FOR_NEWS, look_for_news);
    every(app, TIDY_SESSIONS, tidy_sessions);
    every(app, TIDY_UPLOADS, tidy_uploads);
    every(app, LEARN_NORMS, learn_norms);
}

fn every<F>(app: &App, pace: Duration, job: fn(App) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let app = app.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(pace);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = app.stopping().cancelled() => return,
                _ = ticks.tick() => job(app.clone()).await,
            }
        }
    });
}

/// An import or an admin's command line is another process: its changes reach the event streams through here.
async fn look_for_news(app: App) {
    if let Err(error) = app.store().look_for_news().await {
        tracing::warn!(%error, "cannot read the head");
    }
}

async fn tidy_sessions(app: App) {
    let before = app.environment().now().plus_ms(-DAY_MS);
    match app.store().forget_sessions(before).await {
        Ok(0) => {}
        Ok(tokens) => tracing::info!(tokens, "forgot tokens that had run out"),
        Err(error) => tracing::warn!(%error, "cannot forget old sessions"),
    }
}

/// No upload takes a day: what is older was left by a portal that was killed.
async fn tidy_uploads(app: App) {
    let before = app.environment().now().plus_ms(-DAY_MS);
    match app.store().forget_partial_files(before) {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "removed uploads that were never finished"),
        Err(error) => tracing::warn!(%error, "cannot look for unfinished uploads"),
    }
}

async fn learn_norms(app: App) {
    match app.store().refresh_norms().await {
        Ok(norms) => tracing::info!(stages = norms.len(), "learnt what is usual at each stage"),
        Err(error) => tracing::warn!(%error, "cannot learn what is usual at each stage"),
    }
}
