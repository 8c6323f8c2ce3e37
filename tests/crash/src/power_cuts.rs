//! The power fails, at the device with the console or at the portal's machine, before any operation on a file.

use crate::act::{Action, kill_after};
use crate::aftermath::after;
use crate::checks;
use crate::power::{Honesty, Recorded, Recorder};
use crate::stage::Stage;
use crate::tally::{Pace, Tally};
use crate::upload::Upload;
use anyhow::{Context, Result};
use rand::Rng;
use std::time::{Duration, Instant};

/// Power cuts in one world.
const A_WORLD: u64 = 20;
/// How many operations an action is taken to have before they were counted.
const UNKNOWN: f64 = 150.0;
/// The portal's power fails within so many operations on files since its start. Starting takes about thirty.
const PORTAL_OPERATIONS: u64 = 250;
/// What a console may do until then.
const ACTIONS: u32 = 4;
/// Longer than any action takes.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    Console,
    Portal,
}

/// Cuts the power so many times, and checks after each cut and at the end of each world. The first failure ends it;
/// what it left is kept.
///
/// # Errors
/// What was lost, doubled or damaged, and where it lies.
pub async fn play(machine: Machine, cuts: u64, seed: u64, honesty: Honesty) -> Result<Tally> {
    let mut stage = Stage::new(seed)?;
    match campaign(&mut stage, machine, cuts, honesty).await {
        Ok(tally) => Ok(tally),
        Err(error) => Err(stage.keep(error)),
    }
}

async fn campaign(stage: &mut Stage, machine: Machine, cuts: u64, honesty: Honesty) -> Result<Tally> {
    let began = Instant::now();
    let mut tally = Tally::default();
    let mut pace = Pace::beginning_with(UNKNOWN);
    let recorder = Recorder::build(&stage.place.folder("recorder"))?;
    while tally.deaths < cuts {
        stage.raze()?;
        let folder = match machine {
            Machine::Console => stage.device(),
            Machine::Portal => stage.portal.data().to_owned(),
        };
        let recorded = recorder.watch(&folder, stage.place.path("record"))?;
        let mut failing = Failing { machine, honesty, recorded };
        failing.watch_what_starts(stage, 0);
        stage.begin().await?;
        if machine == Machine::Console {
            failing.recorded.assert_complete()?;
        }
        let until = cuts.min(tally.deaths + A_WORLD);
        while tally.deaths < until {
            match machine {
                Machine::Console => failing.console(stage, &mut pace, &mut tally).await?,
                Machine::Portal => failing.portal(stage, &mut tally).await?,
            }
        }
        if !stage.portal.is_running() {
            stage.portal.start();
        }
        checks::at_rest(stage).await.context("at rest")?;
        tally.add_world(&stage.world.book);
        eprintln!("{} of {cuts} deaths, after {:.0} s", tally.deaths, began.elapsed().as_secs_f64());
    }
    tally.took = began.elapsed();
    Ok(tally)
}

/// A machine whose power fails.
struct Failing {
    machine: Machine,
    honesty: Honesty,
    recorded: Recorded,
}

impl Failing {
    /// For all processes of this machine that start from now on.
    fn watch_what_starts(&self, stage: &mut Stage, cut_at: u64) {
        let environment = self.recorded.environment(cut_at);
        match self.machine {
            Machine::Console => stage.console_environment = environment,
            Machine::Portal => stage.portal.environment = environment,
        }
    }

    async fn console(&mut self, stage: &mut Stage, pace: &mut Pace, tally: &mut Tally) -> Result<()> {
        if stage.chance(40) {
            stage.meanwhile().await?;
        }
        let action = stage.any_action();
        let before = self.recorded.operations()?;
        let last = (pace.of(action) * 1.1) as u64 + 2;
        let cut_at = stage.dice.random_range(1..last);
        self.watch_what_starts(stage, cut_at);
        let child = stage.start(action)?;
        self.watch_what_starts(stage, 0);
        let ended = kill_after(child, PATIENCE)?;
        stage.world.book.acknowledge(&ended.said.out);
        let operations = self.recorded.operations()? - before;
        let is_whole = ended.said.code != -1;
        pace.learn(action, is_whole, operations as f64);
        if is_whole {
            self.recorded.assert_complete()?;
        }
        // Also after it ended by itself: what it said must be true from then on.
        tally.lost_changes += self.recorded.cut_power(self.honesty, &mut stage.dice)?;
        tally.count(action);
        after(stage, action).await.with_context(|| {
            format!("the power failed at operation {cut_at} of {action:?}, which said {}", ended.said.out)
        })?;
        if action == Action::FirstStart {
            // Its profile was removed.
            self.recorded.settle()?;
        }
        Ok(())
    }

    async fn portal(&mut self, stage: &mut Stage, tally: &mut Tally) -> Result<()> {
        if stage.portal.is_running() {
            stage.portal.kill();
        }
        let cut_at = stage.dice.random_range(1..PORTAL_OPERATIONS);
        self.watch_what_starts(stage, cut_at);
        let mut last = Action::Look;
        if stage.portal.try_start() {
            for _ in 0..ACTIONS {
                last = stage.any_action();
                let upload = Upload::start(stage)?;
                let ended = kill_after(stage.start(last)?, PATIENCE)?;
                stage.world.book.acknowledge(&ended.said.out);
                upload.finish(stage).await?;
                if !stage.portal.is_running() {
                    break;
                }
            }
        }
        if stage.portal.is_running() {
            stage.portal.kill();
        }
        self.watch_what_starts(stage, 0);
        tally.lost_changes += self.recorded.cut_power(self.honesty, &mut stage.dice)?;
        tally.count(last);
        let what = || format!("the power failed at operation {cut_at} of the portal, during {last:?}");
        checks::portal(stage).await.with_context(what)?;
        checks::console(stage).await.with_context(what)?;
        if stage.new_profile().exists() {
            std::fs::remove_dir_all(stage.new_profile())?;
        }
        Ok(())
    }
}
