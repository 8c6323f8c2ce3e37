//! A simulated world: one portal, the consoles, the network between them, and the one time that all of it is in.

use crate::calls::path_of;
use crate::cast;
use crate::files::{Files, copy_folder};
use crate::plan::Plan;
use crate::portal_side::{self, PortalSide, Ways, copy_portal};
use crate::profile::Profile;
use crate::rules;
use crate::seam::{SimClock, Time};
use crate::template::{Template, scratch};
use crate::trace::{Fingerprint, Trace};
use crate::wire::Answer;
use crate::{checks, mutation::Mutation};
use postern_console_core::transport::Request;
use postern_domain::CommandId;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use tempfile::TempDir;

pub struct World {
    pub seed: u64,
    pub time: Time,
    pub portal: PortalSide,
    pub portal_skew: Arc<AtomicI64>,
    pub profiles: Vec<Profile>,
    /// Requests that the network kept, each with whose it was.
    pub kept: Vec<(usize, Request)>,
    pub backups: Vec<PathBuf>,
    pub trace: Trace,
    pub mutation: Option<Mutation>,
    /// Every command that was ever given on a console.
    pub known: BTreeSet<CommandId>,
    /// Commands that more than one life of a profile knows of: what one does with them the other cannot know.
    pub shared: BTreeSet<CommandId>,
    /// Commands that may have left their device, as far as anybody can tell.
    pub left: BTreeSet<CommandId>,
    /// The portal has been restored from a backup.
    pub restored: bool,
    /// What people attach, and what is known of its ways.
    pub files: Files,
    /// What a mutation remembers.
    pub memory: crate::mutation::Memory,
    /// What the disk of a new device holds.
    pub blank: PathBuf,
    folders: u64,
    ids: u64,
    folder: TempDir,
}

impl World {
    pub async fn new(
        template: &Template,
        plan: &Plan,
        mutation: Option<Mutation>,
        keep_trace: bool,
    ) -> anyhow::Result<Self> {
        rules::forget();
        let folder = scratch()?;
        let time = Time::default();
        let portal_skew = Arc::new(AtomicI64::new(0));
        let clock = Arc::new(SimClock::new(&time, &portal_skew));
        let data = folder.path().join("portal-0");
        copy_portal(&template.portal(), &data)?;
        let environment = portal_side::environment(clock, plan.seed);
        let rules = mutation.map_or_else(rules::sound, Mutation::rules);
        let portal = PortalSide::open(data, environment, Ways { rules, pauses: plan.seed % 2 == 1 }).await?;
        let mut world = Self {
            seed: plan.seed,
            time,
            portal,
            portal_skew,
            profiles: Vec::new(),
            kept: Vec::new(),
            backups: Vec::new(),
            trace: Trace::new(keep_trace),
            mutation,
            known: BTreeSet::new(),
            shared: BTreeSet::new(),
            left: BTreeSet::new(),
            restored: false,
            files: Files::default(),
            memory: crate::mutation::Memory::default(),
            blank: template.blank(),
            folders: 0,
            ids: 0,
            folder,
        };
        world.portal_is_new().await?;
        for number in &plan.profiles {
            let (Some(person), secret) = (cast::PROFILES.get(*number), template.secrets.get(*number)) else {
                continue;
            };
            world.join(person, &template.profile(*number), secret.cloned().flatten()).await?;
        }
        Ok(world)
    }

    /// A device with a copy of the profile `from` joins; returns its place.
    pub async fn join(&mut self, person: &str, from: &Path, secret: Option<String>) -> anyhow::Result<usize> {
        let folder = self.new_folder("profile");
        copy_profile(from, &folder)?;
        let number = self.profiles.len();
        let profile = Profile::open(number, person, folder, secret, &self.time).await?;
        self.profiles.push(profile);
        self.start(number, 0).await?;
        Ok(number)
    }

    pub async fn start(&mut self, who: usize, which: usize) -> anyhow::Result<()> {
        let (time, seed) = (self.time.clone(), self.seed);
        if let Some(profile) = self.profiles.get_mut(who) {
            profile.start(which, &time, seed).await?;
            if let Some(mutation) = self.mutation {
                mutation.spoil_cache(&mut profile.watcher).await?;
            }
        }
        Ok(())
    }

    pub async fn portal_is_new(&mut self) -> anyhow::Result<()> {
        if let Some(mutation) = self.mutation {
            mutation.spoil_portal(self.portal.watcher()).await?;
        }
        Ok(())
    }

    pub fn new_folder(&mut self, kind: &str) -> PathBuf {
        self.folders += 1;
        self.folder.path().join(format!("{kind}-{}", self.folders))
    }

    /// An id for a command that no console gives.
    pub fn new_id(&mut self) -> CommandId {
        self.ids += 1;
        CommandId(format!("x{:04}", self.ids))
    }

    pub fn say(&mut self, what: std::fmt::Arguments<'_>) {
        let now = self.time.ms();
        self.trace.line(now, what);
    }

    /// The portal gets a request of `who`, and its answer is looked through.
    pub async fn deliver(&mut self, who: usize, request: &Request) -> anyhow::Result<Answer> {
        let before = checks::before_request(self, who, request).await?;
        let altered = match self.mutation {
            Some(mutation) => {
                mutation.before_delivery(self, request).await?;
                mutation.altered(self, who, request).await?
            }
            None => None,
        };
        let answer = self.portal.answer(altered.as_ref().unwrap_or(request)).await?;
        if let Some(mutation) = self.mutation {
            mutation.after_delivery(self, request).await?;
        }
        checks::answer(self, who, request, &answer, before).await?;
        Ok(answer)
    }

    /// The portal gets the beginning of a request, up to `thousandths` of its body, and the connection is gone.
    pub async fn deliver_in_part(
        &mut self,
        who: usize,
        request: &Request,
        thousandths: u16,
    ) -> anyhow::Result<()> {
        let Some(length) = request.body.as_ref().map(Vec::len) else { return Ok(()) };
        let before = checks::before_request(self, who, request).await?;
        let after = length * usize::from(thousandths) / 1000;
        let answer = self.portal.break_off(request, after).await?;
        checks::answer(self, who, request, &answer, before).await
    }

    pub fn say_request(
        &mut self,
        who: usize,
        request: &Request,
        fault: &dyn std::fmt::Debug,
        answer: Option<&Answer>,
    ) {
        let path = crate::files::in_short(request).unwrap_or_else(|| path_of(request).to_owned());
        let sent = request.body.as_deref().map_or(0, |body| Fingerprint::of_much(body).0);
        match answer {
            Some(answer) => {
                let got = Fingerprint::of(&answer.body).0;
                let status = answer.status;
                self.say(format_args!("c{who} {path} [{sent:016x}] {fault:?}: {status} [{got:016x}]"));
            }
            None => self.say(format_args!("c{who} {path} [{sent:016x}] {fault:?}: no answer")),
        }
    }
}

/// Copies what a profile consists of; nobody may be writing.
pub fn copy_profile(from: &Path, to: &Path) -> anyhow::Result<()> {
    copy_folder(&from.join("files"), &to.join("files"))?;
    std::fs::copy(from.join("cache.db"), to.join("cache.db"))?;
    Ok(())
}
