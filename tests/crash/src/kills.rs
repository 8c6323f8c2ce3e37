//! `kill -9`, of the console, of the portal, of both.

use crate::act::{Action, kill_after};
use crate::aftermath::after;
use crate::checks;
use crate::stage::Stage;
use crate::tally::{Pace, Tally};
use crate::upload::Upload;
use anyhow::{Context, Result, ensure};
use rand::Rng;
use std::time::{Duration, Instant};

/// Deaths in one world. A new one begins before its trail is so long that checking it takes longer than dying.
const A_WORLD: u64 = 20;
/// What an action is taken to last before it was measured, in milliseconds.
const UNKNOWN_MS: f64 = 400.0;
/// Of so many parts of the time that an action takes, death comes within; beyond one, it comes too late.
const LATEST: f64 = 1.4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    Console,
    Portal,
    Both,
}

/// Lets so many die, and checks after each death and at the end of each world. The first failure ends it; what it left
/// is kept.
///
/// # Errors
/// What was lost, doubled or damaged, and where it lies.
pub async fn play(victim: Victim, kills: u64, seed: u64) -> Result<Tally> {
    let mut stage = Stage::new(seed)?;
    match campaign(&mut stage, victim, kills).await {
        Ok(tally) => Ok(tally),
        Err(error) => Err(stage.keep(error)),
    }
}

async fn campaign(stage: &mut Stage, victim: Victim, kills: u64) -> Result<Tally> {
    let began = Instant::now();
    let mut tally = Tally::default();
    let mut pace = Pace::beginning_with(UNKNOWN_MS);
    while tally.deaths < kills {
        stage.raze()?;
        stage.begin().await?;
        let until = kills.min(tally.deaths + A_WORLD);
        while tally.deaths < until {
            round(stage, victim, &mut pace, &mut tally).await?;
        }
        checks::at_rest(stage).await.context("at rest")?;
        tally.add_world(&stage.world.book);
        eprintln!("{} of {kills} deaths, after {:.0} s", tally.deaths, began.elapsed().as_secs_f64());
    }
    tally.took = began.elapsed();
    Ok(tally)
}

async fn round(stage: &mut Stage, victim: Victim, pace: &mut Pace, tally: &mut Tally) -> Result<()> {
    if stage.chance(40) {
        stage.meanwhile().await?;
    }
    let action = match (victim, stage.any_action()) {
        // A portal notices only what reaches it.
        (Victim::Portal, Action::CommentOffline | Action::Look) => Action::Comment,
        (_, action) => action,
    };
    let patience = Duration::from_secs_f64(stage.dice.random_range(0.0..LATEST) * pace.of(action) / 1000.0);
    let died = match victim {
        Victim::Console => {
            let ended = kill_after(stage.start(action)?, patience)?;
            stage.world.book.acknowledge(&ended.said.out);
            pace.learn(action, !ended.was_killed, ended.took.as_secs_f64() * 1000.0);
            ended.was_killed
        }
        Victim::Portal | Victim::Both => portal_dies(stage, victim, action, patience, pace).await?,
    };
    let what = || format!("{victim:?} died during {action:?}");
    after(stage, action).await.with_context(what)?;
    if died {
        tally.count(action);
        if victim != Victim::Console {
            checks::portal(stage).await.with_context(what)?;
        }
    }
    Ok(())
}

/// An upload is on its way beside whatever the console does. The portal dies, with `Both` the console in the same
/// moment; else the console notices and ends by itself.
async fn portal_dies(
    stage: &mut Stage,
    victim: Victim,
    action: Action,
    patience: Duration,
    pace: &mut Pace,
) -> Result<bool> {
    let began = Instant::now();
    let mut child = stage.start(action)?;
    let upload = Upload::start(stage)?;
    tokio::time::sleep(patience).await;
    let unfinished = child.try_wait()?.is_none() || !upload.is_finished();
    let lived = began.elapsed();
    stage.portal.kill();
    let longest = if victim == Victim::Both { Duration::ZERO } else { Duration::from_secs(15) };
    let ended = kill_after(child, longest)?;
    ensure!(
        victim == Victim::Both || !ended.was_killed,
        "the console waits for a portal that is dead: {} {}",
        ended.said.out,
        ended.said.err
    );
    stage.world.book.acknowledge(&ended.said.out);
    pace.learn(action, !(unfinished || ended.was_killed), lived.as_secs_f64() * 1000.0);
    upload.finish(stage).await?;
    stage.portal.start();
    Ok(unfinished)
}
