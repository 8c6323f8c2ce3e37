//! One step of a schedule after the other.

use crate::cast;
use crate::dice::Dice;
use crate::plan::Step;
use crate::profile::{Picture, as_error};
use crate::rules;
use crate::wire::Fault;
use crate::wishes;
use crate::world::{World, copy_profile};
use postern_domain::{Actor, Grant, Kind, PersonId, Role};
use postern_portal_store::PersonChange;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// More devices do not join.
const MOST_PROFILES: usize = 6;

impl World {
    pub async fn step(&mut self, step: &Step) -> anyhow::Result<()> {
        match step {
            Step::Wait { ms } => {
                self.time.pass(*ms);
                Ok(())
            }
            Step::Act { who, process, dice } => self.act(self.who(*who), *process, *dice).await,
            Step::Undo { who, dice } => self.undo(self.who(*who), *dice).await,
            Step::Discard { who, dice } => self.discard(self.who(*who), *dice).await,
            Step::Retry { who, dice } => self.retry(self.who(*who), *dice).await,
            Step::Sync { who, process, faults, dies_at } => {
                let who = self.who(*who);
                self.whole_round(who, self.which(who, *process), faults, *dies_at).await
            }
            Step::Attach { who, process, dice } => self.attach(self.who(*who), *process, *dice).await,
            Step::Upload { who, process, faults, dies_at } => {
                let who = self.who_uploads(self.who(*who)).await?;
                self.whole_upload(who, self.which(who, *process), faults, *dies_at).await
            }
            Step::Begin { who, process } => {
                let who = self.who(*who);
                self.begin(who, self.which(who, *process), 0).await.map(|_waits| ())
            }
            Step::BeginUpload { who, process } => {
                let who = self.who_uploads(self.who(*who)).await?;
                self.begin_upload(who, self.which(who, *process), 0).await.map(|_waits| ())
            }
            Step::Go { who, process, pick, fault } => {
                let who = self.who(*who);
                self.go(who, self.which(who, *process), None, *pick, *fault).await
            }
            Step::Clear { who } => self.clear_files(self.who(*who)).await,
            Step::Keep { who, months } => self.keep(self.who(*who), *months).await,
            Step::Kill { who } => {
                let who = self.who(*who);
                self.kill(who).await
            }
            Step::Second { who } => self.second(self.who(*who)).await,
            Step::Late { dice } => self.late(*dice).await,
            Step::Client { dice } => self.client(*dice).await,
            Step::Elsewhere { dice } => self.elsewhere(*dice).await,
            Step::Grants { dice } => self.grants(*dice).await,
            Step::Disable { dice } => self.disable(*dice).await,
            Step::Tick => self.tick().await,
            Step::Crashes { times } => {
                rules::crash(u32::from(*times));
                self.say(format_args!("the rules will crash {times} times"));
                Ok(())
            }
            Step::RestartPortal => {
                self.say(format_args!("the portal restarts"));
                self.restart_portal().await
            }
            Step::BackUp => self.back_up().await,
            Step::Restore => self.restore().await,
            Step::Picture { who } => self.picture(self.who(*who)).await,
            Step::Rewind { who } => self.rewind(self.who(*who)).await,
            Step::Clone { who } => self.clone_device(self.who(*who)).await,
            Step::Join { dice, faults, dies_at } => self.new_device(*dice, faults, *dies_at).await,
            Step::Rot { who, dice } => self.rot(self.who(*who), *dice).await,
            Step::RotFile { who, dice } => self.rot_file(self.who(*who), *dice).await,
            Step::Skew { who, ms } => {
                self.skew(*who, *ms);
                Ok(())
            }
        }
    }

    async fn kill(&mut self, who: usize) -> anyhow::Result<()> {
        self.say(format_args!("c{who} is killed"));
        if let Some(profile) = self.profiles.get_mut(who) {
            profile.kill();
        }
        self.start(who, 0).await
    }

    /// Somebody chooses how much of what is closed they keep.
    async fn keep(&mut self, who: usize, months: Option<u32>) -> anyhow::Result<()> {
        let Some(engine) = self.engine(who) else { return Ok(()) };
        engine.set_keep(months).await.map_err(as_error)?;
        self.say(format_args!("c{who} keeps {months:?} months"));
        Ok(())
    }

    /// A second window opens the cache, or the second one is closed as people close windows.
    async fn second(&mut self, who: usize) -> anyhow::Result<()> {
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(()) };
        match profile.processes.get_mut(1).and_then(Option::take) {
            Some(mut process) => {
                process.abandon();
                process.engine.stop().await;
                self.say(format_args!("c{who} closes its second window"));
                Ok(())
            }
            None => {
                self.say(format_args!("c{who} opens a second window"));
                self.start(who, 1).await
            }
        }
    }

    pub async fn late(&mut self, dice: u64) -> anyhow::Result<()> {
        if self.kept.is_empty() {
            return Ok(());
        }
        let (who, request) = self.kept.remove(Dice::new(dice).below(self.kept.len()));
        let answer = self.deliver(who, &request).await?;
        self.say_request(who, &request, &"late", Some(&answer));
        Ok(())
    }

    async fn grants(&mut self, dice: u64) -> anyhow::Result<()> {
        let mut dice = Dice::new(dice);
        let person = wishes::somebody(&mut dice);
        let grants = match dice.below(8) {
            0 | 1 => founding_grants(&person),
            2 => cast::grants(&[(Role::InternalApprover, cast::at("acme"))]),
            3 => cast::grants(&[(Role::InternalOwner, cast::at("globex"))]),
            4 => cast::grants(&[(Role::InternalApprover, cast::for_kind(Kind::Request))]),
            5 => cast::grants(&[(Role::TeamLead, cast::everywhere())]),
            6 => cast::grants(&[
                (Role::InternalApprover, cast::everywhere()),
                (Role::InternalOwner, cast::at("acme")),
            ]),
            _ => Vec::new(),
        };
        self.say(format_args!("{person} now has {grants:?}"));
        self.change(&person, PersonChange { grants: Some(grants), ..PersonChange::default() }).await
    }

    async fn disable(&mut self, dice: u64) -> anyhow::Result<()> {
        let person = wishes::somebody(&mut Dice::new(dice));
        let directory = self.portal.store().directory().await?;
        let disabled = directory.people().get(&person).is_some_and(|person| person.disabled);
        self.say(format_args!("{person} is switched {}", if disabled { "on" } else { "off" }));
        self.change(&person, PersonChange { disabled: Some(!disabled), ..PersonChange::default() }).await
    }

    async fn change(&mut self, person: &PersonId, change: PersonChange) -> anyhow::Result<()> {
        let now = self.portal.now();
        self.portal
            .store()
            .change_person(person, &change, &Actor::System("command-line".into()), now)
            .await?;
        Ok(())
    }

    /// Lets everybody work again who was shut out.
    pub async fn let_everybody_in(&mut self) -> anyhow::Result<()> {
        let directory = self.portal.store().directory().await?;
        for name in cast::STAFF {
            let id = PersonId::from(name);
            let Some(person) = directory.people().get(&id) else { continue };
            if person.disabled || !person.is_staff() {
                let grants = (!person.is_staff()).then(|| founding_grants(&id));
                self.say(format_args!("{id} may work again"));
                self.change(&id, PersonChange { disabled: Some(false), grants, ..PersonChange::default() })
                    .await?;
            }
        }
        Ok(())
    }

    pub async fn tick(&mut self) -> anyhow::Result<()> {
        let chores = self.portal.tick().await?;
        if chores > 0 {
            self.say(format_args!("the portal's clock does {chores} chores"));
        }
        Ok(())
    }

    async fn back_up(&mut self) -> anyhow::Result<()> {
        let target = self.new_folder("backup");
        self.portal.back_up(&target).await?;
        self.say(format_args!("the portal is backed up"));
        self.backups.push(target);
        Ok(())
    }

    async fn restore(&mut self) -> anyhow::Result<()> {
        let Some(backup) = self.backups.last().cloned() else { return Ok(()) };
        let data = self.new_folder("portal");
        let roll = self.mutation.is_none_or(|mutation| !mutation.forgets_the_epoch());
        self.portal.restore(&backup, data, roll).await?;
        self.restored = true;
        self.say(format_args!("the portal comes back from its backup"));
        self.portal_is_new().await
    }

    async fn rot(&mut self, who: usize, dice: u64) -> anyhow::Result<()> {
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(()) };
        let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM items WHERE layer = 0 ORDER BY id")
            .fetch_all(&mut profile.watcher)
            .await?;
        if ids.is_empty() {
            return Ok(());
        }
        let id = &ids[Dice::new(dice).below(ids.len())];
        let doc: String = sqlx::query_scalar(
            "SELECT doc FROM items JOIN item_docs USING (row) WHERE id = $1 AND layer = 0",
        )
        .bind(id)
        .fetch_one(&mut profile.watcher)
        .await?;
        let files = crate::files::names(&profile.folder.join("files"))?;
        self.files.orphans.extend(files.into_iter().filter(|name| doc.contains(name.as_str())));
        for statement in [
            "DELETE FROM item_text WHERE rowid = (SELECT row FROM items WHERE id = $1 AND layer = 0)",
            "DELETE FROM item_turns WHERE row = (SELECT row FROM items WHERE id = $1 AND layer = 0)",
            "DELETE FROM item_docs WHERE row = (SELECT row FROM items WHERE id = $1 AND layer = 0)",
            "DELETE FROM items WHERE id = $1 AND layer = 0",
        ] {
            sqlx::query(statement).bind(id).execute(&mut profile.watcher).await?;
        }
        profile.rotten = true;
        self.say(format_args!("c{who} loses its row of {id}"));
        Ok(())
    }

    async fn picture(&mut self, who: usize) -> anyhow::Result<()> {
        let folder = self.new_folder("picture");
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(()) };
        profile.copy_to(&folder).await?;
        profile.picture = Some(Picture {
            folder,
            spoilt: profile.spoilt.clone(),
            secret: profile.keys.secret(),
            book: profile.book.clone(),
        });
        self.say(format_args!("the disk of c{who} is copied"));
        Ok(())
    }

    async fn rewind(&mut self, who: usize) -> anyhow::Result<()> {
        let folder = self.new_folder("profile");
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(()) };
        let Some(picture) = &profile.picture else { return Ok(()) };
        copy_profile(&picture.folder, &folder)?;
        let (book, secret) = (picture.book.clone(), picture.secret.clone());
        profile.spoilt.clone_from(&picture.spoilt);
        profile.kill();
        self.shared.extend(profile.book.made().iter().map(|made| made.id.clone()));
        profile.watcher = crate::portal_side::watch(&folder.join("cache.db")).await?;
        profile.folder = folder;
        profile.keys = Arc::new(crate::seam::Keys::new(secret));
        profile.book = book;
        self.say(format_args!("c{who} is what it was when its disk was copied"));
        self.start(who, 0).await
    }

    async fn clone_device(&mut self, who: usize) -> anyhow::Result<()> {
        if self.profiles.len() >= MOST_PROFILES {
            return Ok(());
        }
        let folder = self.new_folder("clone");
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(()) };
        profile.copy_to(&folder).await?;
        let (person, book, secret) = (profile.person.clone(), profile.book.clone(), profile.keys.secret());
        let (skew, rotten) = (profile.skew.load(Ordering::SeqCst), profile.rotten);
        let spoilt = profile.spoilt.clone();
        self.shared.extend(book.made().iter().map(|made| made.id.clone()));
        let number = self.join(person.as_str(), &folder, secret).await?;
        if let Some(clone) = self.profiles.get_mut(number) {
            clone.book = book;
            clone.rotten = rotten;
            clone.spoilt = spoilt;
            clone.skew.store(skew, Ordering::SeqCst);
        }
        self.say(format_args!("c{number} is a copy of c{who}"));
        Ok(())
    }

    async fn new_device(&mut self, dice: u64, faults: &[Fault], dies_at: u8) -> anyhow::Result<()> {
        if self.profiles.len() >= MOST_PROFILES {
            return Ok(());
        }
        let person = cast::PROFILES[Dice::new(dice).below(cast::PROFILES.len())];
        let blank = self.blank.clone();
        let number = self.join(person, &blank, None).await?;
        self.say(format_args!("c{number} is a new device of {person}"));
        self.whole_round(number, 0, &[], 0).await?;
        self.whole_round(number, 0, faults, dies_at).await
    }

    fn skew(&mut self, who: Option<u8>, ms: i64) {
        let skew: Option<&Arc<AtomicI64>> = match who {
            Some(who) => self.profiles.get(self.who(who)).map(|profile| &profile.skew),
            None => Some(&self.portal_skew),
        };
        if let Some(skew) = skew {
            skew.store(ms, Ordering::SeqCst);
        }
        self.say(format_args!("the clock of {who:?} is off by {ms} ms"));
    }
}

fn founding_grants(id: &PersonId) -> Vec<Grant> {
    cast::people().into_iter().find(|person| &person.id == id).map(|person| person.grants).unwrap_or_default()
}
