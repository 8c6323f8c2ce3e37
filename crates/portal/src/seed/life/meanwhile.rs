//! What happens while a review waits.

use super::{Life, Progress};
use crate::seed::wording::{ESCALATED, EXCEPTIONS, NOTES, REASSIGNED, WITHDRAWN};
use postern_domain::{Command, DAY_MS, HOUR_MS, PersonId, Priority, Step, Timestamp, Visibility};

#[derive(Clone, Copy, Debug)]
enum Interlude {
    Ask,
    Note,
    HandOn,
    Escalate,
    SetAside,
    Edit,
    Hurry,
    Postpone,
    Withdraw,
}

impl<'a> Life<'a> {
    /// Lives through the wait of `who` until `until`. Returns when they get to it, which may be sooner than that; or
    /// nothing, when it is not theirs any more.
    pub(super) fn meanwhile(
        &mut self,
        step: &Step,
        who: &PersonId,
        until: Timestamp,
    ) -> Result<Option<Timestamp>, super::Halt> {
        let mut until = until;
        for (at, interlude) in self.interludes(until) {
            if at >= until {
                break;
            }
            let actor = self.actor_of(interlude, who);
            let at = self.office(&actor, at);
            if at >= until {
                continue;
            }
            self.at = at;
            let before = self.item().assignment_version;
            self.play(interlude, step, who, &actor)?;
            if self.item().assignment_version != before
                || self.item().reviews.is_empty()
                || self.item().exception.is_some()
            {
                return Ok(None);
            }
            if matches!(interlude, Interlude::Escalate) {
                until = self.when(who, 10.0, 0.7).min(until);
            }
        }
        Ok(Some(until.max(self.at)))
    }

    /// What will come between, in order of time.
    fn interludes(&mut self, until: Timestamp) -> Vec<(Timestamp, Interlude)> {
        let (start, length) = (self.at, until.since(self.at));
        let days = length as f64 / DAY_MS as f64;
        let mut found = Vec::new();
        for (chance, interlude) in [
            (0.035 * days.min(9.0), Interlude::Ask),
            (0.12, Interlude::Note),
            (0.045, Interlude::HandOn),
            (0.022, Interlude::SetAside),
            (0.045, Interlude::Edit),
            (0.03, Interlude::Hurry),
            (0.02, Interlude::Postpone),
            (0.006, Interlude::Withdraw),
        ] {
            if self.dice.chance(chance) {
                let at = start.plus_ms((length as f64 * self.dice.unit()) as i64);
                found.push((at, interlude));
            }
        }
        let escalated = self.item().escalation.is_some();
        if let Some(due) = self.item().due_at.filter(|_| !escalated && self.dice.chance(0.3)) {
            let at = due.plus_ms(self.dice.between(1, 50) * HOUR_MS);
            if at < until {
                found.push((at, Interlude::Escalate));
            }
        }
        found.sort_by_key(|(at, _)| *at);
        found
    }

    fn actor_of(&mut self, interlude: Interlude, who: &PersonId) -> PersonId {
        match interlude {
            Interlude::Ask | Interlude::Withdraw => self.contact(),
            Interlude::Note | Interlude::SetAside => who.clone(),
            Interlude::HandOn if self.dice.chance(0.5) => who.clone(),
            Interlude::HandOn => self.lead(),
            Interlude::Escalate | Interlude::Hurry | Interlude::Postpone => self.minder(),
            // A few corrections are made by the account manager, who then has contributed.
            Interlude::Edit if self.dice.chance(0.2) => {
                let minder = self.minder();
                if &minder == who { self.contact() } else { minder }
            }
            Interlude::Edit => self.contact(),
        }
    }

    fn play(&mut self, interlude: Interlude, step: &Step, who: &PersonId, actor: &PersonId) -> Progress {
        match interlude {
            Interlude::Ask => self.ask(actor),
            Interlude::Note => {
                let minder = self.minder();
                let to = (&minder != actor && self.dice.chance(0.6)).then_some(&minder);
                self.say(actor, Visibility::Internal, &NOTES, to)
            }
            Interlude::HandOn => self.hand_on(step, actor, who, &REASSIGNED),
            Interlude::Escalate => {
                let reason = self.story.tell(&ESCALATED, &mut self.dice);
                self.act(actor, &Command::Escalate { to: None, reason })?;
                let lead = self.item().escalation.as_ref().and_then(|escalation| escalation.to.clone());
                if let Some(lead) = lead.filter(|_| self.dice.chance(0.25)) {
                    self.hours_later(&lead, 0, 6);
                    return self.hand_on(step, &lead, who, &REASSIGNED);
                }
                Ok(())
            }
            Interlude::SetAside => {
                let (category, reason) = EXCEPTIONS[self.dice.below(EXCEPTIONS.len())];
                let (category, reason) = (category.to_owned(), self.story.tell(&[reason], &mut self.dice));
                self.act(actor, &Command::RaiseException { category, reason })
            }
            Interlude::Edit => self.edit(actor),
            Interlude::Hurry => {
                let priority = if self.dice.chance(0.7) { Priority::High } else { Priority::Urgent };
                self.act(actor, &Command::SetPriority { priority })
            }
            Interlude::Postpone => {
                let later = self.at.plus_ms(self.dice.between(2, 9) * DAY_MS);
                self.act(actor, &Command::SetDue { due_at: Some(later) })
            }
            Interlude::Withdraw => {
                let reason = self.story.tell(&WITHDRAWN, &mut self.dice);
                self.act(actor, &Command::Withdraw { reason })
            }
        }
    }
}
