//! First starts: a console makes its cache; a portal its key, its database and its first admin. Death comes before any
//! operation on a file, as often as chance wants, and whoever starts next finishes what was begun.

use crate::checks::Cache;
use crate::power::{Honesty, Recorded, Recorder};
use crate::power_cuts::Machine;
use crate::tally::Tally;
use anyhow::{Context, Result, ensure};
use postern_journeys::ctl::Said;
use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Ctl, Desktop, Place, Portal};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::PathBuf;
use std::time::Instant;

const ADMIN: &str = "first@example.com";
/// Percent of the deaths after which whoever starts next dies as well.
const AGAIN: u32 = 40;
/// Deaths between two lines about how far it is.
const A_LINE: u64 = 20;

/// Whose first start it is.
trait Newborn {
    /// Starts the process, which dies before the operation `cut_at`; 0: it lives.
    fn start(&mut self, recorded: &Recorded, cut_at: u64) -> Result<Said>;

    /// After it was started once more and came to its end: it is as if nobody had died.
    async fn assert_whole(&mut self, said: &Said) -> Result<()>;
}

/// Lets so many first starts die, half of them with the power, and checks each one that comes to its end.
///
/// # Errors
/// What was left behind that stands in the way, and where it lies.
pub async fn play(machine: Machine, deaths: u64, seed: u64) -> Result<Tally> {
    let place = Place::new();
    let folder = place.folder("born");
    let dice = ChaCha8Rng::seed_from_u64(seed);
    let done = match machine {
        Machine::Console => {
            let desktop = Desktop::without_display(&place);
            let newborn = Console { profile: folder.join("me"), desktop: &desktop };
            campaign(&place, folder, newborn, deaths, dice).await
        }
        Machine::Portal => {
            let newborn = Founded { portal: Portal::to_be_made(&place, folder.join("data")) };
            campaign(&place, folder, newborn, deaths, dice).await
        }
    };
    done.map_err(|error| error.context(format!("what it left is in {}", place.keep().display())))
}

async fn campaign(
    place: &Place,
    folder: PathBuf,
    mut newborn: impl Newborn,
    deaths: u64,
    mut dice: ChaCha8Rng,
) -> Result<Tally> {
    let began = Instant::now();
    let mut tally = Tally::default();
    let recorder = Recorder::build(&place.folder("recorder"))?;
    let mut recorded = recorder.watch(&folder, place.path("record"))?;
    let whole = newborn.start(&recorded, 0)?;
    let operations = recorded.operations()? as u64;
    newborn.assert_whole(&whole).await.context("a first start without a death")?;

    while tally.deaths < deaths {
        raze(&folder, &mut recorded)?;
        let mut story = Vec::new();
        loop {
            let (cut_at, power) = (dice.random_range(1..=operations), dice.random_bool(0.5));
            let died = newborn.start(&recorded, cut_at)?.code == -1;
            if power {
                tally.lost_changes += recorded.cut_power(Honesty::Honest, &mut dice)?;
            } else {
                recorded.settle()?;
            }
            story.push((cut_at, power));
            if died {
                tally.count(if power { "a first start, with the power" } else { "a first start" });
                if tally.deaths.is_multiple_of(A_LINE) {
                    eprintln!(
                        "{} of {deaths} deaths, after {:.0} s",
                        tally.deaths,
                        began.elapsed().as_secs_f64()
                    );
                }
            }
            if !dice.random_ratio(AGAIN, 100) {
                break;
            }
        }
        let what = || format!("after deaths (operation, with the power) {story:?} of {operations}");
        let said = newborn.start(&recorded, 0).with_context(what)?;
        newborn.assert_whole(&said).await.with_context(what)?;
        tally.worlds += 1;
    }
    tally.took = began.elapsed();
    Ok(tally)
}

fn raze(folder: &PathBuf, recorded: &mut Recorded) -> Result<()> {
    std::fs::remove_dir_all(folder)?;
    std::fs::create_dir(folder)?;
    recorded.settle()
}

struct Console<'a> {
    desktop: &'a Desktop,
    profile: PathBuf,
}

impl Newborn for Console<'_> {
    fn start(&mut self, recorded: &Recorded, cut_at: u64) -> Result<Said> {
        let mut console = Ctl::new(self.desktop, self.profile.clone());
        console.environment = recorded.environment(cut_at);
        Ok(console.run(&["outbox", "--json", "--offline"]))
    }

    async fn assert_whole(&mut self, said: &Said) -> Result<()> {
        ensure!(said.code == 0, "it ended with {}: {} {}", said.code, said.out, said.err);
        let cache = Cache::read(&self.profile).await?;
        ensure!(cache.outbox.is_empty() && cache.base.is_empty(), "a new console is not empty");
        Ok(())
    }
}

struct Founded {
    portal: Portal,
}

impl Newborn for Founded {
    fn start(&mut self, recorded: &Recorded, cut_at: u64) -> Result<Said> {
        self.portal.environment = recorded.environment(cut_at);
        let said = self.portal.init("Newborn Ltd", ADMIN);
        self.portal.environment.clear();
        Ok(said)
    }

    async fn assert_whole(&mut self, said: &Said) -> Result<()> {
        // Death may have come when everything was done and only the last word was not said.
        let was_done = said.code != 0 && said.err.contains("already");
        ensure!(said.code == 0 || was_done, "it ended with {}: {} {}", said.code, said.out, said.err);
        for arguments in [&["check"][..], &["audit", "verify"]] {
            self.portal.run(arguments).map_err(|error| anyhow::anyhow!("{arguments:?}: {error}"))?;
        }
        ensure!(self.portal.try_start(), "it does not serve: {}", self.portal.log());
        Api::sign_in(&self.portal.address(), ADMIN, PASSWORD).await;
        self.portal.kill();
        Ok(())
    }
}
