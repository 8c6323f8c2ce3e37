//! First starts: a console makes its cache, or the tables of its new version beside an outbox that is full; a portal its
//! key, its database and its first admin. Death comes before any operation on a file, as often as chance wants, and
//! whoever starts next finishes what was begun.

use crate::checks::Cache;
use crate::power::{Honesty, Recorded, Recorder};
use crate::tally::Tally;
use anyhow::{Context, Result, ensure};
use postern_journeys::ctl::Said;
use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Ctl, Desktop, Place, Portal};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sqlx::Connection as _;
use std::path::PathBuf;
use std::time::Instant;

const ADMIN: &str = "first@example.com";
/// Items of the sample from which an older profile is made, and how many comments on them are not sent.
const SAMPLE: u32 = 30;
const UNSENT: usize = 5;
/// How `posternctl` ends where something is not confirmed yet.
const PENDING: i32 = 5;
/// Percent of the deaths after which whoever starts next dies as well.
const AGAIN: u32 = 40;
/// Deaths between two lines about how far it is.
const A_LINE: u64 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Birth {
    Console,
    /// A console that is newer than the cache that it finds.
    Upgrade,
    Portal,
}

impl Birth {
    pub const ALL: [Birth; 3] = [Birth::Console, Birth::Upgrade, Birth::Portal];
}

/// Whose first start it is.
trait Newborn {
    /// Puts what it finds into its folder, which is empty.
    fn lay(&self) -> Result<()> {
        Ok(())
    }

    /// Starts the process, which dies before the operation `cut_at`; 0: it lives.
    fn start(&mut self, recorded: &Recorded, cut_at: u64) -> Result<Said>;

    /// After it was started once more and came to its end: it is as if nobody had died.
    async fn assert_whole(&mut self, said: &Said) -> Result<()>;
}

/// Lets so many first starts die, half of them with the power, and checks each one that comes to its end.
///
/// # Errors
/// What was left behind that stands in the way, and where it lies.
pub async fn play(birth: Birth, deaths: u64, seed: u64) -> Result<Tally> {
    let place = Place::new();
    let folder = place.folder("born");
    let dice = ChaCha8Rng::seed_from_u64(seed);
    let done = match birth {
        Birth::Console => {
            let desktop = Desktop::without_display(&place);
            let newborn = Console { profile: folder.join("me"), desktop: &desktop };
            campaign(&place, folder, newborn, deaths, dice).await
        }
        Birth::Upgrade => {
            let desktop = Desktop::without_display(&place);
            let older = older_profile(&place, &desktop).await?;
            let console = Console { profile: folder.join("me"), desktop: &desktop };
            campaign(&place, folder, Upgraded { console, older }, deaths, dice).await
        }
        Birth::Portal => {
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
    newborn.lay()?;
    let recorder = Recorder::build(&place.folder("recorder"))?;
    let mut recorded = recorder.watch(&folder, place.path("record"))?;
    let whole = newborn.start(&recorded, 0)?;
    let operations = recorded.operations()? as u64;
    newborn.assert_whole(&whole).await.context("a first start without a death")?;

    while tally.deaths < deaths {
        std::fs::remove_dir_all(&folder)?;
        std::fs::create_dir(&folder)?;
        newborn.lay()?;
        recorded.settle()?;
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

/// A profile with items and with unsent comments, as an older version would have left it.
async fn older_profile(place: &Place, desktop: &Desktop) -> Result<PathBuf> {
    let profile = place.path("older");
    let portal = Portal::with_sample(place, SAMPLE);
    let email = portal.suggested().email;
    let console = Ctl::signed_in(desktop, profile.clone(), &portal.address(), &email);
    let items = console.json(&["queue", "--queue", "open", "--offline"]);
    let references = items["rows"].as_array().context("a list of items")?.iter();
    let references: Vec<_> = references.filter_map(|row| row["reference"].as_str()).take(UNSENT).collect();
    ensure!(references.len() == UNSENT, "the sample is too small: {items}");
    for reference in references {
        console.run(&["comment", reference, "--body", "before the update", "--offline"]).expect_code(5);
    }
    let mut cache =
        sqlx::SqliteConnection::connect(&format!("sqlite://{}/cache.db", profile.display())).await?;
    sqlx::query("UPDATE meta SET value = '1' WHERE key = 'item_tables'").execute(&mut cache).await?;
    cache.close().await?;
    Ok(profile)
}

struct Upgraded<'a> {
    console: Console<'a>,
    older: PathBuf,
}

impl Newborn for Upgraded<'_> {
    fn lay(&self) -> Result<()> {
        std::fs::create_dir(&self.console.profile)?;
        for entry in std::fs::read_dir(&self.older)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), self.console.profile.join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    fn start(&mut self, recorded: &Recorded, cut_at: u64) -> Result<Said> {
        self.console.start(recorded, cut_at)
    }

    async fn assert_whole(&mut self, said: &Said) -> Result<()> {
        ensure!(said.code == PENDING, "it ended with {}: {} {}", said.code, said.out, said.err);
        let cache = Cache::read(&self.console.profile).await?;
        ensure!(cache.base.is_empty(), "items of the older version are still there");
        ensure!(cache.outbox.len() == UNSENT, "{} of {UNSENT} unsent comments are there", cache.outbox.len());
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
