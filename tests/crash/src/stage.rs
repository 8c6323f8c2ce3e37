//! Where it happens: one portal, one console with a keychain, and somebody who changes things meanwhile.

use crate::book::Book;
use anyhow::{Context, Result, ensure};
use postern_journeys::portal::{Account, PASSWORD};
use postern_journeys::{Api, Ctl, Desktop, Place, Portal};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Few enough that what is checked after each death is checked quickly.
const ITEMS: u32 = 40;
/// So many that a load is kept in several parts, and dies between them.
const MANY_ITEMS: u32 = 3_000;
/// One world of so many has many items: the second one first.
const FEW_WORLDS: u64 = 4;

pub struct Stage {
    pub place: Place,
    desktop: Desktop,
    pub portal: Portal,
    pub me: Account,
    pub dice: ChaCha8Rng,
    /// Put into the environment of the console's processes.
    pub console_environment: Vec<(&'static str, OsString)>,
    /// Of the world that is played now.
    pub world: World,
}

/// One portal from its first start on, with the console that syncs against it.
#[derive(Default)]
pub struct World {
    pub number: u64,
    pub book: Book,
    /// Items that the console shows, and those of them on which it is this person's turn.
    pub references: Vec<String>,
    pub my_turn: Vec<String>,
    /// The same person elsewhere.
    pub api: Option<Api>,
}

/// What `posternctl` ends with when nobody is signed in.
pub const SIGNED_OUT: i32 = 6;

impl Stage {
    /// Sets everything up; [`Stage::begin`] comes next.
    pub fn new(seed: u64) -> Result<Self> {
        let place = Place::new();
        let desktop = Desktop::without_display(&place);
        let mut portal = Portal::with_sample(&place, ITEMS);
        portal.stop();
        copy_folder(portal.data(), &place.path(&template(ITEMS)))?;
        let me = portal.suggested();
        Ok(Self {
            place,
            desktop,
            portal,
            me,
            dice: ChaCha8Rng::seed_from_u64(seed),
            console_environment: Vec::new(),
            world: World::default(),
        })
    }

    /// A new world: the portal as it was seeded, and no console yet.
    pub fn raze(&mut self) -> Result<()> {
        if self.portal.is_running() {
            self.portal.kill();
        }
        let number = self.world.number + 1;
        let items = if number % FEW_WORLDS == 2 { MANY_ITEMS } else { ITEMS };
        let template = self.place.path(&template(items));
        if !template.exists() {
            let accounts = Portal::seed(&template, items);
            let same = accounts.iter().any(|account| account.email == self.me.email);
            ensure!(same, "{} is not in the sample of {items} items", self.me.email);
        }
        let data = self.portal.data().to_owned();
        std::fs::remove_dir_all(&data)?;
        copy_folder(&template, &data)?;
        if self.device().exists() {
            std::fs::remove_dir_all(self.device())?;
        }
        std::fs::create_dir_all(self.device())?;
        self.world = World { number, ..World::default() };
        Ok(())
    }

    /// Starts the portal, signs the console in, and looks around.
    pub async fn begin(&mut self) -> Result<()> {
        self.portal.start();
        self.sign_in()?;
        self.look_around()?;
        self.world.api = Some(Api::sign_in(&self.portal.address(), &self.me.email, PASSWORD).await);
        Ok(())
    }

    pub fn sign_in(&self) -> Result<()> {
        self.log_in()?;
        let mut said = self.console().run(&["sync"]);
        if said.code == SIGNED_OUT {
            self.log_in()?;
            said = self.console().run(&["sync"]);
        }
        ensure!(said.code == 0, "the first load failed: {} {}", said.out, said.err);
        Ok(())
    }

    /// Signs in, without a first contact. A busy machine's keychain may not have answered in time to keep the last
    /// sign-in, as a person would notice, too.
    pub fn log_in(&self) -> Result<()> {
        let said = self.console().login(&self.portal.address(), &self.me.email, PASSWORD);
        ensure!(said.code == 0, "the console cannot sign in: {} {}", said.out, said.err);
        Ok(())
    }

    fn look_around(&mut self) -> Result<()> {
        self.world.references = self.queue("open")?;
        self.world.my_turn = self.queue("my_turn")?;
        ensure!(self.world.references.len() >= 4, "the sample has too few open items");
        Ok(())
    }

    fn queue(&self, name: &str) -> Result<Vec<String>> {
        let rows = self.console().json(&["queue", "--queue", name, "--limit", "0", "--offline"]);
        let rows = rows["rows"].as_array().context("rows")?;
        Ok(rows.iter().filter_map(|row| row["reference"].as_str()).map(str::to_owned).collect())
    }

    /// The folder that stands for the disk of the device with the console.
    pub fn device(&self) -> PathBuf {
        self.place.path("device")
    }

    pub fn profile(&self) -> PathBuf {
        self.device().join("me")
    }

    /// Of a console that starts for the first time.
    pub fn new_profile(&self) -> PathBuf {
        self.device().join("new")
    }

    pub fn console(&self) -> Ctl<'_> {
        self.console_in(self.profile())
    }

    pub fn console_in(&self, profile: PathBuf) -> Ctl<'_> {
        let mut console = Ctl::new(&self.desktop, profile);
        console.environment.clone_from(&self.console_environment);
        console
    }

    /// Something is said elsewhere, so that there is something to pull.
    pub async fn meanwhile(&mut self) -> Result<()> {
        let text = self.world.book.text();
        let reference = self.any_reference();
        let api = self.world.api.as_ref().context("a session elsewhere")?;
        api.comment(&format!("c-{}-{text}", self.world.number).replace([' ', ','], "-"), &reference, &text)
            .await;
        self.world.book.comments.insert(text.clone(), [reference.clone()].into());
        self.world.book.confirmed.insert((text, reference));
        Ok(())
    }

    pub fn any_reference(&mut self) -> String {
        self.world.references.choose(&mut self.dice).cloned().unwrap_or_default()
    }

    pub fn some_references(&mut self, most: usize) -> Vec<String> {
        let count = self.dice.random_range(1..=most);
        self.world.references.choose_multiple(&mut self.dice, count).cloned().collect()
    }

    /// Leaves everything where it is, and says where.
    pub fn keep(mut self, error: anyhow::Error) -> anyhow::Error {
        if self.portal.is_running() {
            self.portal.kill();
        }
        let world = self.world.number;
        let kept = self.place.keep();
        error.context(format!("in world {world}; what it left is in {}", kept.display()))
    }

    pub fn chance(&mut self, percent: u32) -> bool {
        self.dice.random_range(0..100) < percent
    }
}

/// The name of a portal's folder as it was seeded.
fn template(items: u32) -> String {
    format!("template-{items}")
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
