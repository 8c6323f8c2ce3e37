//! Rounds of sync, one request at a time, each with what becomes of it.

use crate::profile::{Ended, now_of};
use crate::seam::{Progress, drive, path_of};
use crate::violation::{Check, broken};
use crate::wire::{Answer, Fault};
use crate::world::World;
use postern_console_core::transport::Unreachable;
use postern_console_core::{Connection, FailureCode};
use postern_domain::{Command, CommandId};
use postern_protocol::{Push, paths};
use std::collections::BTreeSet;

/// How long a request takes that goes well, in milliseconds.
const QUICK_MS: i64 = 40;
/// How long a console waits for an answer that does not come.
const PATIENCE_MS: i64 = 3_000;
/// How long a lease lasts.
const LEASE_MS: i64 = 45_000;
/// After so long, a command that has not left asks its author again.
const TWO_WEEKS_MS: i64 = 14 * 24 * 3_600_000;
/// No round asks more often than this.
const MOST_REQUESTS: usize = 200;

const CAPTIVE: &str = "<html><body>Welcome to the station's network. Please sign in.</body></html>";

impl World {
    pub async fn whole_round(
        &mut self,
        who: usize,
        which: usize,
        faults: &[Fault],
        dies_at: u8,
    ) -> anyhow::Result<()> {
        let mut waits = self.begin(who, which, dies_at).await?;
        let mut faults = faults.iter().copied();
        let mut requests = 0;
        while waits {
            requests += 1;
            if requests > MOST_REQUESTS {
                return broken(Check::Drained, format!("a round of c{who} does not end"));
            }
            waits = self.go(who, which, faults.next().unwrap_or(Fault::Pass)).await?;
        }
        Ok(())
    }

    /// Begins a round, or what must come before one. True when it waits for the network.
    pub async fn begin(&mut self, who: usize, which: usize, dies_at: u8) -> anyhow::Result<bool> {
        if self.profiles.get(who).is_some_and(|profile| profile.processes.iter().all(Option::is_none)) {
            self.start(who, 0).await?;
        }
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(false) };
        if let Some(mutation) = self.mutation {
            mutation.before_round(&mut profile.watcher).await?;
        }
        let refused_here: Vec<String> = sqlx::query_scalar(
            "SELECT command_id FROM outbox WHERE outcome_kind = 'refused' AND at_seq IS NULL
             UNION ALL SELECT command_id FROM journal WHERE outcome_kind = 'refused' AND at_seq IS NULL",
        )
        .fetch_all(&mut profile.watcher)
        .await?;
        profile.refused_here.extend(refused_here.into_iter().map(CommandId));
        let Some(process) = profile.processes.get(which).and_then(Option::as_ref) else { return Ok(false) };
        if process.work.is_some() {
            return Ok(process.seam.waits());
        }
        let work = if process.engine.status().connection == Connection::SignedOut {
            profile.sign_in(process)
        } else {
            let engine = process.engine.clone();
            Box::pin(async move { Ended::Synced(engine.sync_now().await) })
        };
        process.clock.set_fuse(i64::from(dies_at));
        if let Some(process) = profile.processes.get_mut(which).and_then(Option::as_mut) {
            process.work = Some(work);
        }
        self.advance(who, which).await
    }

    /// Decides about the request that a process waits with, and lets it go on. True when it waits again.
    pub async fn go(&mut self, who: usize, which: usize, fault: Fault) -> anyhow::Result<bool> {
        let process = self.profiles.get(who).and_then(|profile| profile.processes.get(which)?.as_ref());
        let Some(call) = process.and_then(|process| process.seam.take()) else { return Ok(false) };
        let mut request = call.request;
        if let Some(mutation) = self.mutation {
            mutation.request(self, who, &mut request).await?;
        }
        let answer = self.suffer(who, &request, fault).await?;
        self.say_request(who, &request, &fault, answer.as_ref());
        if matches!(fault, Fault::ConsoleDiesBefore | Fault::ConsoleDiesAfter) {
            self.die(who, which).await?;
            return Ok(false);
        }
        let answer = match self.mutation {
            Some(mutation) => mutation.answer(self, who, &request, answer).await?,
            None => answer,
        };
        let process =
            self.profiles.get_mut(who).and_then(|profile| profile.processes.get_mut(which)?.as_mut());
        if let Some(process) = process.filter(|_| path_of(&request) != paths::REFRESH) {
            process.repeats = answer.as_ref().is_some_and(|answer| answer.status == 401);
        }
        let reply = match answer {
            Some(answer) => Ok(answer.into_reply()),
            None => Err(Unreachable::Lost("nobody answers".to_owned())),
        };
        // The work may have been dropped meanwhile.
        let _ = call.reply.send(reply);
        self.advance(who, which).await
    }

    /// What the console hears of its request; none for nothing.
    async fn suffer(
        &mut self,
        who: usize,
        request: &postern_console_core::transport::Request,
        fault: Fault,
    ) -> anyhow::Result<Option<Answer>> {
        self.time.pass(QUICK_MS);
        let answer = match fault {
            Fault::Pass => Some(self.deliver(who, request).await?),
            Fault::DropRequest | Fault::ConsoleDiesBefore => None,
            Fault::DropReply | Fault::ConsoleDiesAfter => {
                self.deliver(who, request).await?;
                None
            }
            Fault::Duplicate => {
                let first = self.deliver(who, request).await?;
                self.deliver(who, request).await?;
                Some(first)
            }
            Fault::DuplicateLast => {
                self.deliver(who, request).await?;
                Some(self.deliver(who, request).await?)
            }
            Fault::Hold => {
                self.kept.push((who, request.clone()));
                None
            }
            Fault::Echo => {
                self.kept.push((who, request.clone()));
                Some(self.deliver(who, request).await?)
            }
            Fault::Cut(thousandths) => Some(self.deliver(who, request).await?.cut(thousandths)),
            Fault::Captive => Some(Answer::from_between(200, "text/html; charset=utf-8", None, CAPTIVE)),
            Fault::Unavailable { retry_after } => {
                Some(Answer::from_between(503, "text/html", retry_after, "<html>503</html>"))
            }
            Fault::Throttled { retry_after } => {
                Some(Answer::from_between(429, "text/plain", retry_after, "slow down"))
            }
            Fault::TooLarge => Some(Answer::from_between(413, "text/html", None, "<html>413</html>")),
            Fault::PortalDiesBefore => {
                self.restart_portal().await?;
                None
            }
            Fault::PortalDiesAfter => {
                self.deliver(who, request).await?;
                if let Some(mutation) = self.mutation {
                    mutation.portal_dies(self, request).await?;
                }
                self.restart_portal().await?;
                None
            }
        };
        if answer.is_none() {
            self.time.pass(PATIENCE_MS);
        }
        Ok(answer)
    }

    pub async fn restart_portal(&mut self) -> anyhow::Result<()> {
        self.portal.restart().await?;
        self.portal_is_new().await
    }

    /// One process of a device dies.
    async fn die(&mut self, who: usize, which: usize) -> anyhow::Result<()> {
        self.say(format_args!("c{who} process {which} dies"));
        let profile = self.profiles.get_mut(who);
        if let Some(mut process) = profile.and_then(|profile| profile.processes.get_mut(which)?.take()) {
            process.work = None;
        }
        Ok(())
    }

    /// Lets a process work until it waits for the network again. True when it does.
    async fn advance(&mut self, who: usize, which: usize) -> anyhow::Result<bool> {
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(false) };
        let Some(process) = profile.processes.get_mut(which).and_then(Option::as_mut) else {
            return Ok(false);
        };
        let Some(mut work) = process.work.take() else { return Ok(false) };
        let seam = std::sync::Arc::clone(&process.seam);
        match drive(&mut work, &seam).await {
            Progress::Waits => {
                process.work = Some(work);
                if let Some(push) = seam.push() {
                    self.sender_has_the_lease(who, which).await?;
                    self.nothing_stale_leaves(who, which, &push).await?;
                }
                return Ok(true);
            }
            Progress::Died => {
                drop(work);
                self.die(who, which).await?;
            }
            Progress::Done(ended) => {
                drop(work);
                process.clock.set_fuse(0);
                self.ended(who, which, &ended).await?;
            }
        }
        Ok(false)
    }

    /// Who sends has the lease, and nobody else of the profile is at it while theirs lasts.
    async fn sender_has_the_lease(&mut self, who: usize, which: usize) -> anyhow::Result<()> {
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(()) };
        let lease: Option<String> = sqlx::query_scalar("SELECT holder FROM lease WHERE one = 1")
            .fetch_optional(&mut profile.watcher)
            .await?;
        let Some(process) = profile.processes.get_mut(which).and_then(Option::as_mut) else { return Ok(()) };
        let now = now_of(process);
        if process.repeats {
            // The same push once more with a fresh token, by a process that stood still: it cannot know what happened
            // to its lease meanwhile, and may write nothing without it.
            return Ok(());
        }
        process.sent_at = Some(now);
        if lease.as_ref() != Some(&process.holder) {
            let what = format!("c{who}: {} sends while {lease:?} has the lease", process.holder);
            return broken(Check::OneSender, what);
        }
        let other = profile.processes.get(1 - which).and_then(Option::as_ref);
        let at_it = other.filter(|other| {
            let sends = other.seam.path().is_some_and(|path| path == paths::COMMANDS);
            let since = other.sent_at.map_or(-1, |sent| now.since(sent));
            sends && (0..LEASE_MS).contains(&since)
        });
        match at_it {
            Some(_) => broken(Check::OneSender, format!("two processes of c{who} send at the same time")),
            None => Ok(()),
        }
    }

    /// What was decided two weeks ago, and never left, does not leave before its author has looked at it again.
    async fn nothing_stale_leaves(&mut self, who: usize, which: usize, push: &Push) -> anyhow::Result<()> {
        let directory = self.portal.store().directory().await?;
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(()) };
        // Who is shut out hands over everything, to be refused and kept.
        let person = directory.people().get(&profile.person);
        let is_shut_out = person.is_none_or(|person| person.disabled || !person.is_staff());
        let process = profile.processes.get(which).and_then(Option::as_ref);
        if is_shut_out || process.is_none_or(|process| process.repeats) {
            return Ok(());
        }
        let first: Vec<String> = sqlx::query_scalar("SELECT command_id FROM outbox WHERE tries = 1")
            .fetch_all(&mut profile.watcher)
            .await?;
        let now = profile.now();
        let sent = |id: &CommandId| {
            first.iter().any(|first| first == id.as_str())
                && push.commands.iter().any(|envelope| &envelope.id == id)
        };
        let stale = profile.book.made().iter().find(|made| {
            let is_comment = matches!(made.command, Command::Comment { .. });
            !is_comment && sent(&made.id) && now.since(made.wanted_at) > TWO_WEEKS_MS
        });
        match stale {
            Some(made) => {
                let days = now.since(made.wanted_at) / (24 * 3_600_000);
                broken(Check::StaleAsked, format!("{} of c{who} leaves after {days} days, unasked", made.id))
            }
            None => Ok(()),
        }
    }

    async fn ended(&mut self, who: usize, which: usize, ended: &Ended) -> anyhow::Result<()> {
        let failure = match ended {
            Ended::Synced(Ok(report)) => {
                self.say(format_args!("c{who} synced: {report:?}"));
                None
            }
            Ended::SignedIn(Ok(())) => {
                self.say(format_args!("c{who} signed in"));
                None
            }
            Ended::Synced(Err(failure)) | Ended::SignedIn(Err(failure)) => Some(failure),
        };
        if let Some(failure) = failure {
            self.say(format_args!("c{who} failed: {:?}: {}", failure.code, failure.message));
            if failure.code == FailureCode::Cache {
                return broken(Check::Healthy, format!("the cache of c{who}: {}", failure.message));
            }
        }
        self.look_whether_it_was_emptied(who).await?;
        self.hear_alerts(who, which)
    }

    /// A device whose person was shut out holds bare commands at most. What is not in its outbox any more must be at the
    /// portal.
    async fn look_whether_it_was_emptied(&mut self, who: usize) -> anyhow::Result<()> {
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(()) };
        let rows: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM directory) + (SELECT count(*) FROM items) + (SELECT count(*) FROM journal)",
        )
        .fetch_one(&mut profile.watcher)
        .await?;
        if rows == 0 {
            let left: BTreeSet<CommandId> = profile.outbox().await?.into_iter().map(|row| row.id).collect();
            profile.book.emptied(&left);
        }
        Ok(())
    }

    fn hear_alerts(&mut self, who: usize, which: usize) -> anyhow::Result<()> {
        let mut heard = Vec::new();
        if let Some(profile) = self.profiles.get_mut(who)
            && let Some(process) = profile.processes.get_mut(which).and_then(Option::as_mut)
        {
            while let Ok(alert) = process.alerts.try_recv() {
                heard.push(alert);
            }
            for alert in heard.iter().filter(|alert| alert.item.is_some()) {
                if !profile.book.tell(&alert.key) {
                    return broken(Check::OneAlert, format!("c{who} is told {} twice", alert.key));
                }
            }
        }
        for alert in heard {
            self.say(format_args!("c{who} is told {}: {}", alert.key, alert.title));
        }
        Ok(())
    }

    /// The place of the process that a step means.
    pub fn which(&self, who: usize, process: u8) -> usize {
        let second = self.profiles.get(who).is_some_and(|profile| profile.processes[1].is_some());
        let first = self.profiles.get(who).is_some_and(|profile| profile.processes[0].is_some());
        if second && (process % 2 == 1 || !first) { 1 } else { 0 }
    }

    pub fn who(&self, who: u8) -> usize {
        usize::from(who) % self.profiles.len().max(1)
    }
}
