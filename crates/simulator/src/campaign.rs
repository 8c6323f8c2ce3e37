//! Many seeds, on all cores: each thread plays whole worlds by itself.

use crate::mutation::Mutation;
use crate::plan::Plan;
use crate::run::{Outcome, play};
use crate::template::Template;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A world that takes longer stands still: a defect of the simulator, to be told and not waited for.
const LONGEST: Duration = Duration::from_secs(180);

/// Which seeds are played, and how.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    pub from: u64,
    pub seeds: u64,
    pub workers: usize,
    pub mutation: Option<Mutation>,
    /// The first broken promise ends it.
    pub until_broken: bool,
}

/// What a campaign came to.
#[derive(Debug, Default)]
pub struct Tally {
    pub played: u64,
    /// Commands given on consoles.
    pub commands: u64,
    /// The seeds that broke a promise, lowest first.
    pub broken: Vec<(u64, Outcome)>,
}

/// Runs one piece of the simulator's work on this thread.
///
/// # Errors
/// When no runtime can be made, or as the work.
pub fn alone<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

impl Campaign {
    /// Plays all seeds, or until `stop`; `on_seed` hears of each that ended.
    ///
    /// # Errors
    /// When the simulator itself fails.
    pub fn run(
        &self,
        template: &Template,
        stop: &AtomicBool,
        on_seed: impl Fn(&Tally) + Sync,
    ) -> anyhow::Result<Tally> {
        let next = AtomicU64::new(self.from);
        let ended = AtomicBool::new(false);
        let tally = Mutex::new(Tally::default());
        let places = core_affinity::get_core_ids().unwrap_or_default();
        let worker = |number: usize| -> anyhow::Result<()> {
            // A world hands its work from thread to thread all the time, which is quick as long as all of them, who are
            // born on this one's core, stay there.
            if self.workers == places.len() {
                places.get(number).map(|place| core_affinity::set_for_current(*place));
            }
            alone(async {
                while !stop.load(Ordering::SeqCst) && !ended.load(Ordering::SeqCst) {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= self.from + self.seeds {
                        break;
                    }
                    let plan = Plan::of(seed);
                    let playing = play(template, &plan, self.mutation, false);
                    let outcome = tokio::time::timeout(LONGEST, playing)
                        .await
                        .map_err(|_elapsed| anyhow::anyhow!("seed {seed} stands still"))?
                        .map_err(|error| error.context(format!("seed {seed} cannot be played")))?;
                    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                    tally.played += 1;
                    tally.commands += outcome.commands;
                    if outcome.violation.is_some() {
                        tally.broken.push((seed, outcome));
                        if self.until_broken {
                            ended.store(true, Ordering::SeqCst);
                        }
                    }
                    on_seed(&tally);
                }
                Ok(())
            })
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..self.workers.max(1))
                .map(|number| {
                    let worker = &worker;
                    scope.spawn(move || worker(number))
                })
                .collect();
            workers.into_iter().try_for_each(|worker| match worker.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })?;
        let mut tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        tally.broken.sort_by_key(|(seed, _)| *seed);
        Ok(tally)
    }
}

/// As many workers as this machine has cores.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
