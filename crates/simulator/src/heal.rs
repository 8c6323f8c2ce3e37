//! After the last fault: the network is back, everybody may work, and all must come to rest.

use crate::plan::Step;
use crate::violation::{Check, broken};
use crate::world::World;
use postern_console_core::Connection;
use postern_domain::Command;

/// In how much simulated time, in milliseconds, everything must come to rest.
const REST_MS: i64 = 60_000;
/// After so long, a console asks again what it should hold.
const COMPARE_MS: i64 = 60_000;
/// After so long, what a disk lost again right after it was loaded anew is loaded once more.
const MEND_AGAIN_MS: i64 = 3_600_000;
/// How often the consoles are looked at. A portal's nudge takes less to arrive and be spread.
const STEP_MS: i64 = 1_000;

impl World {
    pub async fn heal(&mut self) -> anyhow::Result<()> {
        self.say(format_args!("everything works again"));
        crate::rules::forget();
        if let Some(mutation) = self.mutation {
            mutation.all_commit(self).await?;
        }
        while !self.kept.is_empty() {
            self.late(0).await?;
        }
        self.shut_out_see_nothing().await?;
        self.let_everybody_in().await?;
        for who in 0..self.profiles.len() {
            // What stood at a request goes on.
            for which in 0..2 {
                self.go_on(who, which).await?;
            }
            // The network is back, and says so: nobody waits out a back-off.
            for which in 0..2 {
                let process =
                    self.profiles.get(who).and_then(|profile| profile.processes.get(which)?.as_ref());
                if let Some(process) = process {
                    process.engine.nudge();
                }
                self.whole_round(who, which, &[], 0).await?;
                self.whole_upload(who, which, &[], 0).await?;
            }
        }
        self.come_to_rest().await?;
        self.compare().await?;
        // What needs a person is looked at and put away; what it held back goes on, and may need a person again.
        while self.look_at_what_needs_a_person().await? {
            self.come_to_rest().await?;
        }
        Ok(())
    }

    /// Sooner or later a console asks what it should hold, and loads anew what its disk has lost.
    async fn compare(&mut self) -> anyhow::Result<()> {
        if !self.profiles.iter().any(|profile| profile.rotten) {
            return Ok(());
        }
        self.ask_what_to_hold(COMPARE_MS).await?;
        let mut lost_twice = false;
        for profile in &mut self.profiles {
            lost_twice |= profile.rotten && profile.fact("mended").await?.is_some();
        }
        if lost_twice {
            self.ask_what_to_hold(MEND_AGAIN_MS).await?;
        }
        Ok(())
    }

    async fn ask_what_to_hold(&mut self, after_ms: i64) -> anyhow::Result<()> {
        self.time.pass(after_ms);
        for who in 0..self.profiles.len() {
            for which in 0..2 {
                self.whole_round(who, which, &[], 0).await?;
            }
        }
        self.come_to_rest().await
    }

    async fn look_at_what_needs_a_person(&mut self) -> anyhow::Result<bool> {
        let mut looked_at = false;
        for who in 0..self.profiles.len() {
            crate::checks::lanes_are_held(self, who).await?;
            for row in self.outbox(who).await? {
                if row.is_superseded() {
                    continue;
                }
                if row.kind.is_some() {
                    self.put_away(who, &row).await?;
                } else if row.stopped {
                    self.attach_again(who, &row).await?;
                } else if row.stale {
                    self.give_again(who, &row).await?;
                }
                looked_at |= row.needs_a_person();
            }
        }
        Ok(looked_at)
    }

    /// Whoever is not of the staff any more, or was switched off, has nothing on their device after the next contact.
    async fn shut_out_see_nothing(&mut self) -> anyhow::Result<()> {
        let directory = self.portal.store().directory().await?;
        for who in 0..self.profiles.len() {
            let person = self.profiles.get(who).and_then(|profile| directory.people().get(&profile.person));
            if person.is_none_or(|person| person.is_staff() && !person.disabled) {
                continue;
            }
            // A session that ended meanwhile takes a few contacts more.
            for _ in 0..4 {
                for which in 0..2 {
                    self.go_on(who, which).await?;
                    self.whole_round(who, which, &[], 0).await?;
                }
            }
            crate::checks::shows_nothing(self, who).await?;
        }
        Ok(())
    }

    async fn come_to_rest(&mut self) -> anyhow::Result<()> {
        let end = self.time.ms() + REST_MS;
        loop {
            self.step(&Step::Tick).await?;
            for who in 0..self.profiles.len() {
                for which in 0..2 {
                    if self.is_due(who, which).await? {
                        self.whole_round(who, which, &[], 0).await?;
                    }
                    if self.has_uploads(who).await? {
                        self.whole_upload(who, which, &[], 0).await?;
                    }
                }
            }
            let mut all_rest = true;
            for who in 0..self.profiles.len() {
                all_rest &= self.unrest(who).await?.is_none();
            }
            if all_rest {
                return Ok(());
            }
            if self.time.ms() >= end {
                return self.say_who_does_not_rest().await;
            }
            self.time.pass(STEP_MS);
        }
    }

    /// Whether the loops of a process would start a round now.
    async fn is_due(&mut self, who: usize, which: usize) -> anyhow::Result<bool> {
        let head = self.portal.store().head().await?;
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(false) };
        let Some(process) = profile.processes.get(which).and_then(Option::as_ref) else { return Ok(false) };
        let status = process.engine.status();
        if status.connection == Connection::SignedOut {
            return Ok(true);
        }
        let now = process.now();
        if status.next_try.is_none_or(|next| next <= now) {
            return Ok(true);
        }
        if status.connection != Connection::Online || process.engine.syncs_elsewhere().await {
            return Ok(false);
        }
        let cursor = profile.cursor().await?;
        let news = cursor.as_ref().is_none_or(|cursor| head.told().is_news_to(cursor));
        Ok(news || profile.sendable(now).await?)
    }

    pub async fn has_uploads(&mut self, who: usize) -> anyhow::Result<bool> {
        match self.profiles.get_mut(who) {
            Some(profile) => Ok(!profile.uploads().await?.is_empty()),
            None => Ok(false),
        }
    }

    /// Why not all is at rest here; none when nothing is on its way in either direction.
    async fn unrest(&mut self, who: usize) -> anyhow::Result<Option<String>> {
        let head = self.portal.store().head().await?;
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(None) };
        let Some(cursor) = profile.cursor().await? else {
            return Ok(Some("it has loaded nothing".to_owned()));
        };
        if (&cursor.epoch, cursor.seq, cursor.directory_version)
            != (&head.epoch, head.seq, head.directory_version)
        {
            return Ok(Some(format!("its cursor {cursor} is behind {}.{}", head.epoch, head.seq)));
        }
        let rows = profile.outbox().await?;
        for row in rows.iter().filter(|row| row.stopped) {
            let command: Command = serde_json::from_str(&row.command)?;
            if let Command::AttachVersion { sha256, .. } = command
                && !profile.spoilt.contains(&sha256)
            {
                let what = format!("the file of {} stopped on c{who}, and nothing is wrong with it", row.id);
                return broken(Check::UploadsEnd, what);
            }
        }
        let uploads = profile.uploads().await?;
        if !uploads.is_empty() {
            return Ok(Some(format!("its uploads wait: {}", uploads.join(", "))));
        }
        let stuck: Vec<_> = rows
            .iter()
            .enumerate()
            .filter(|(place, row)| {
                let is_held_back = rows.iter().take(*place).any(|other| {
                    let waits = matches!(other.kind.as_deref(), Some("conflict" | "quarantined"));
                    other.item == row.item && (waits || other.stale || other.stopped)
                });
                let is_read = matches!(row.kind.as_deref(), Some("conflict" | "refused" | "quarantined"))
                    || (row.is_superseded()
                        && rows.iter().any(|other| other.item == row.item && other.kind.is_none()));
                !is_read && !row.stale && !row.stopped && !is_held_back
            })
            .map(|(_, row)| format!("{} ({:?})", row.id, row.kind))
            .collect();
        if !stuck.is_empty() {
            return Ok(Some(format!("its outbox holds {}", stuck.join(", "))));
        }
        let first = profile.processes.iter().flatten().next();
        let online = first.is_some_and(|process| process.engine.status().connection == Connection::Online);
        Ok((!online).then(|| "it is not online".to_owned()))
    }

    async fn say_who_does_not_rest(&mut self) -> anyhow::Result<()> {
        for who in 0..self.profiles.len() {
            if let Some(why) = self.unrest(who).await? {
                let check = match why.as_str() {
                    why if why.contains("cursor") => Check::EqualViews,
                    why if why.contains("uploads") => Check::UploadsEnd,
                    _ => Check::Drained,
                };
                return broken(check, format!("c{who} does not come to rest in 60 s: {why}"));
            }
        }
        Ok(())
    }
}
