//! What a profile's person did, written down by the simulator and not by the product: the measure of "nothing is lost".

use postern_domain::{Command, CommandId, ItemId, Timestamp};
use std::collections::BTreeSet;

/// What its author made of a command afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Given, and left to Postern.
    Given,
    /// Taken back before it had an outcome.
    Withdrawn,
    /// Put away when its outcome had been read.
    Read,
    /// Its author was shut out, and the device emptied.
    Surrendered,
}

#[derive(Clone, Debug)]
pub struct Made {
    pub id: CommandId,
    pub item: ItemId,
    pub command: Command,
    /// When its author last said that it is wanted, by the device's clock.
    pub wanted_at: Timestamp,
    pub fate: Fate,
}

/// In the order in which the commands were given.
#[derive(Clone, Debug, Default)]
pub struct Book {
    made: Vec<Made>,
    /// Notifications that were handed out.
    told: BTreeSet<String>,
}

impl Book {
    pub fn made(&self) -> &[Made] {
        &self.made
    }

    pub fn given(&mut self, id: CommandId, item: ItemId, command: Command, wanted_at: Timestamp) {
        if !self.made.iter().any(|made| made.id == id) {
            self.made.push(Made { id, item, command, wanted_at, fate: Fate::Given });
        }
    }

    /// Its author looked at it again, and still wants it.
    pub fn confirmed(&mut self, id: &CommandId, now: Timestamp) {
        if let Some(made) = self.made.iter_mut().find(|made| &made.id == id) {
            made.wanted_at = now;
        }
    }

    pub fn ended(&mut self, id: &CommandId, fate: Fate) {
        if let Some(made) = self.made.iter_mut().find(|made| &made.id == id) {
            made.fate = fate;
        }
    }

    /// The device was emptied but for the commands that are `left`: whoever comes back to it may be told again.
    pub fn emptied(&mut self, left: &BTreeSet<CommandId>) {
        self.told.clear();
        let gone = |made: &&mut Made| made.fate != Fate::Withdrawn && !left.contains(&made.id);
        for made in self.made.iter_mut().filter(gone) {
            made.fate = Fate::Surrendered;
        }
    }

    /// False when this very notification was handed out before.
    pub fn tell(&mut self, key: &str) -> bool {
        self.told.insert(key.to_owned())
    }
}
