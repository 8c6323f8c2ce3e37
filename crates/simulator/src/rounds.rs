//! Rounds of sync, one request at a time, each with what becomes of it.

use crate::calls::{Call, Lane, Progress, drive, path_of};
use crate::checks;
use crate::mutation::{Mutation, push_of};
use crate::network::QUICK_MS;
use crate::process::{Ended, Process};
use crate::violation::{Check, broken};
use crate::wire::Fault;
use crate::world::World;
use postern_console_core::transport::Unreachable;
use postern_console_core::{Connection, EngineEvent, FailureCode};
use postern_domain::CommandId;
use postern_protocol::paths;
use std::collections::BTreeSet;
use tokio::sync::broadcast::error::TryRecvError;

/// No round asks more often than this.
const MOST_REQUESTS: usize = 200;

impl World {
    pub async fn whole_round(
        &mut self,
        who: usize,
        which: usize,
        faults: &[Fault],
        dies_at: u8,
    ) -> anyhow::Result<()> {
        if self.begin(who, which, dies_at).await? {
            self.go_through(who, which, Lane::Sync, faults).await?;
        }
        Ok(())
    }

    /// Lets all requests of a lane go on, until none waits.
    pub async fn go_through(
        &mut self,
        who: usize,
        which: usize,
        lane: Lane,
        faults: &[Fault],
    ) -> anyhow::Result<()> {
        let mut faults = faults.iter().copied();
        let mut requests = 0;
        while self.waits(who, which, lane) {
            requests += 1;
            if requests > MOST_REQUESTS {
                return broken(Check::Drained, format!("the requests of c{who} do not end"));
            }
            self.go(who, which, Some(lane), 0, faults.next().unwrap_or(Fault::Pass)).await?;
        }
        Ok(())
    }

    /// What stands at a request in any lane goes on to its end.
    pub async fn go_on(&mut self, who: usize, which: usize) -> anyhow::Result<()> {
        for lane in Lane::ALL {
            self.go_through(who, which, lane, &[]).await?;
        }
        Ok(())
    }

    fn process(&mut self, who: usize, which: usize) -> Option<&mut Process> {
        self.profiles.get_mut(who)?.processes.get_mut(which)?.as_mut()
    }

    pub fn waits(&mut self, who: usize, which: usize, lane: Lane) -> bool {
        self.process(who, which).is_some_and(|process| process.seam.waits(lane))
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
        if process.is_at_work(Lane::Sync) {
            return Ok(process.seam.waits(Lane::Sync));
        }
        let work = if process.engine.status().connection == Connection::SignedOut {
            profile.sign_in(process)
        } else {
            let engine = process.engine.clone();
            Box::pin(async move { Ended::Synced(engine.sync_now().await) })
        };
        process.clock.set_fuse(i64::from(dies_at));
        if let Some(process) = self.process(who, which) {
            *process.work(Lane::Sync) = Some(work);
        }
        self.advance(who, which, Lane::Sync).await?;
        Ok(self.waits(who, which, Lane::Sync))
    }

    /// Decides about a request that a process waits with, and lets what sent it go on.
    pub async fn go(
        &mut self,
        who: usize,
        which: usize,
        lane: Option<Lane>,
        pick: u8,
        fault: Fault,
    ) -> anyhow::Result<()> {
        let process = self.process(who, which);
        let Some(call) = process.and_then(|process| process.seam.take(lane, usize::from(pick))) else {
            return Ok(());
        };
        if let Some(answer) = call.answer {
            self.time.pass(QUICK_MS);
            self.say_request(who, &call.request, &"arrives at last", Some(&answer));
            let _ = call.reply.send(Ok(answer.into_reply()));
            return self.advance(who, which, call.lane).await;
        }
        let Call { lane, mut request, reply, .. } = call;
        let unsent = match push_of(&request).filter(|_| fault == Fault::NobodyThere) {
            Some(push) => Some(checks::tries(self, who, &push).await?),
            None => None,
        };
        if let Some(mutation) = self.mutation {
            mutation.request(self, who, &mut request).await?;
        }
        if fault != Fault::NobodyThere
            && let Some(push) = push_of(&request)
        {
            self.left.extend(push.commands.into_iter().map(|envelope| envelope.id));
        }
        let answer = self.suffer(who, &request, fault).await?;
        self.say_request(who, &request, &fault, answer.as_ref());
        if matches!(fault, Fault::ConsoleDiesBefore | Fault::ConsoleDiesAfter) {
            return self.die(who, which).await;
        }
        let answer = match self.mutation {
            Some(mutation) => mutation.answer(self, who, &request, answer).await?,
            None => answer,
        };
        checks::proxies_refuse(self, who, &request, answer.as_ref());
        if let Some(process) = self.process(who, which).filter(|_| path_of(&request) != paths::REFRESH) {
            process.set_repeats(lane, answer.as_ref().is_some_and(|answer| answer.status == 401));
        }
        if fault == Fault::Slow && answer.is_some() {
            if let Some(process) = self.process(who, which) {
                process.seam.put_back(Call { lane, request, answer, reply });
            }
            return Ok(());
        }
        let said = match answer {
            Some(answer) => Ok(answer.into_reply()),
            None if fault == Fault::NobodyThere && self.mutation != Some(Mutation::NotSentTakenForLost) => {
                Err(Unreachable::NotSent("nobody is there".to_owned()))
            }
            None => Err(Unreachable::Lost("nobody answers".to_owned())),
        };
        // The work may have been dropped meanwhile.
        let _ = reply.send(said);
        self.advance(who, which, lane).await?;
        match unsent {
            Some(before) => checks::stays_unsent(self, who, which, &before).await,
            None => Ok(()),
        }
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
            process.abandon();
        }
        Ok(())
    }

    /// Lets the work of a lane go on until it waits for nothing but the network.
    pub async fn advance(&mut self, who: usize, which: usize, lane: Lane) -> anyhow::Result<()> {
        let Some(process) = self.process(who, which) else { return Ok(()) };
        let Some(mut work) = process.work(lane).take() else { return Ok(()) };
        let seam = std::sync::Arc::clone(&process.seam);
        let (before, mut has_ended) = (seam.waiting(lane), false);
        // Drained first: only what is told from now on is about this piece of work.
        while !matches!(process.events.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
        let events = &mut process.events;
        // Of several uploads one was let go: it sends its next request, or it ends, which it tells as a change of the
        // items that wait for it; then the next one has sent its first request already, if there is one.
        let rests = || {
            loop {
                match events.try_recv() {
                    Ok(EngineEvent::Changed { everything, .. }) => has_ended |= !everything,
                    Ok(_) | Err(TryRecvError::Lagged(_)) => {}
                    Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                }
            }
            seam.waiting(lane) > before || (lane == Lane::Upload && has_ended && before > 0)
        };
        match drive(&mut work, lane, &seam, rests).await {
            Progress::Waits => {
                *process.work(lane) = Some(work);
                // Otherwise one of several came to its end, and what waits has been looked at.
                if seam.waiting(lane) > before {
                    checks::leaves(self, who, which, lane).await?;
                }
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
        Ok(())
    }

    async fn ended(&mut self, who: usize, which: usize, ended: &Ended) -> anyhow::Result<()> {
        let failure = match ended {
            Ended::Synced(Ok(report)) => {
                self.say(format_args!("c{who} synced: {report:?}"));
                checks::shows_what_is_there(self, who).await?;
                None
            }
            Ended::SignedIn(Ok(())) => {
                self.say(format_args!("c{who} signed in"));
                None
            }
            Ended::Uploaded(Ok(files)) => {
                self.say(format_args!("c{who} uploaded {files} files"));
                None
            }
            Ended::Synced(Err(failure)) | Ended::SignedIn(Err(failure)) | Ended::Uploaded(Err(failure)) => {
                Some(failure)
            }
        };
        if let Some(failure) = failure {
            self.say(format_args!("c{who} failed: {:?}: {}", failure.code, failure.message));
            if failure.code == FailureCode::Cache {
                return broken(Check::Healthy, format!("the cache of c{who}: {}", failure.message));
            }
        }
        self.look_whether_it_was_emptied(who).await?;
        checks::unsent_content_is_kept(self, who).await?;
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
