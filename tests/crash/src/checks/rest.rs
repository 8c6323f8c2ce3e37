//! Healing: nothing dies any more, and everything must come to rest and be accounted for.

use super::{Cache, Ledger, console, portal, same_outcome};
use crate::stage::{SIGNED_OUT, Stage};
use anyhow::{Context, Result, ensure};
use postern_journeys::Api;
use postern_journeys::portal::PASSWORD;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A console that was killed must not wait for its own lease: it is dead, and the operating system knows.
const PATIENCE: Duration = Duration::from_secs(40);

/// Syncs until nothing is on its way, and then compares everything with everything.
pub async fn at_rest(stage: &mut Stage) -> Result<()> {
    drain(stage).await?;
    console(stage).await?;
    portal(stage).await?;
    let cache = Cache::read(&stage.profile()).await?;
    let ledger = Ledger::of(stage).await?;
    accounted_for(stage, &cache, &ledger)?;
    said_once(stage, &ledger)?;
    attached_once(stage, &ledger)?;
    views_are_equal(stage, &cache).await
}

async fn drain(stage: &Stage) -> Result<()> {
    let began = Instant::now();
    loop {
        let synced = stage.console().run(&["sync"]);
        if synced.code == SIGNED_OUT {
            stage.log_in()?;
        }
        let cache = Cache::read(&stage.profile()).await?;
        // Exit code 4: something in the outbox waits for its author.
        if matches!(synced.code, 0 | 4) && cache.outbox.iter().all(|command| command.outcome_kind.is_some()) {
            return Ok(());
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "the outbox did not drain: {} {} {:?}",
            synced.out,
            synced.err,
            cache.outbox
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Every command has one outcome, the same on both sides, and was applied once if it was applied.
fn accounted_for(stage: &Stage, cache: &Cache, ledger: &Ledger) -> Result<()> {
    let told: BTreeMap<&str, &str> = cache.outcomes().collect();
    for command in stage.world.book.acknowledged.keys() {
        let known = ledger.outcomes.get(command);
        let told = told.get(command.as_str());
        ensure!(
            known.zip(told).is_some_and(|(known, told)| same_outcome(known, told)),
            "{command} was said to be saved; the portal knows {known:?}, the console was told {told:?}"
        );
    }
    for (command, times) in &ledger.changes {
        ensure!(*times == 1, "{command} stands {times} times in the change log");
    }
    for (command, kind) in told.into_iter().filter(|(_, kind)| *kind == "applied") {
        let times = ledger.changes.get(command).copied().unwrap_or_default();
        ensure!(times == 1, "{command} is {kind}, and stands {times} times in the change log");
    }
    Ok(())
}

/// No comment twice, whether it was acknowledged or not.
fn said_once(stage: &Stage, ledger: &Ledger) -> Result<()> {
    for (text, references) in &stage.world.book.comments {
        for reference in ledger.items.keys() {
            let times = ledger.times_said(text, reference);
            let most = usize::from(references.contains(reference));
            ensure!(times <= most, "“{text}” stands {times} times on {reference}");
        }
    }
    Ok(())
}

/// No file twice, and each as it was, with its content at the portal.
fn attached_once(stage: &Stage, ledger: &Ledger) -> Result<()> {
    for (name, attached) in &stage.world.book.attached {
        for reference in ledger.items.keys() {
            let versions = ledger.versions_of(name, reference);
            ensure!(
                versions.len() <= usize::from(reference == &attached.reference),
                "{name} is on {reference}"
            );
            for sha256 in versions {
                ensure!(sha256 == attached.sha256, "{name} is {sha256}, and was {}", attached.sha256);
                ensure!(
                    ledger.files.contains(&sha256),
                    "{name} is attached, and the portal lacks its content"
                );
            }
        }
    }
    Ok(())
}

async fn views_are_equal(stage: &Stage, cache: &Cache) -> Result<()> {
    let api = Api::sign_in(&stage.portal.address(), &stage.me.email, PASSWORD).await;
    let visible: BTreeMap<String, serde_json::Value> = api
        .visible()
        .await
        .iter()
        .map(|item| Ok((item.id.as_str().to_owned(), serde_json::to_value(item)?)))
        .collect::<Result<_>>()?;
    for (id, item) in &visible {
        let held = cache.base.get(id).with_context(|| format!("the console lacks {id}"))?;
        ensure!(held == item, "the console holds {held}, the portal shows {item}");
    }
    ensure!(cache.base.len() == visible.len(), "the console holds items that the portal does not show");
    Ok(())
}
