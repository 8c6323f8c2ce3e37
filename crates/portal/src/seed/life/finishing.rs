//! How items end: completed, set right after an exception, now and then opened again.

use super::{Halt, Life, Progress};
use crate::seed::wording::{EXCEPTIONS, REOPENED, SETTLED};
use postern_domain::{Command, ExceptionExit, Phase, Role, Visibility};

impl<'a> Life<'a> {
    /// The owner does what was approved. Without an owner who is still here, a lead finds one first.
    pub(super) fn complete(&mut self) -> Progress {
        if let Some(owner) = self.item().owner.clone().filter(|owner| self.has_left(owner, self.at)) {
            let (lead, to) = (self.lead(), self.colleague_with(Role::InternalOwner));
            self.hours_later(&lead, 1, 20);
            let assignment_version = self.item().assignment_version;
            let reason = Some("Has left the company.".to_owned());
            self.act(
                &lead,
                &Command::Reassign { step: None, from: Some(owner), to, assignment_version, reason },
            )?;
        }
        let owner = self.item().owner.clone().unwrap_or_else(|| self.organisation.suggested.clone());
        let done = self.when(&owner, 22.0 * self.account.pace, 0.9);
        let minder = if self.has_left(&owner, done) { self.lead() } else { owner };
        self.at = done;
        if self.dice.chance(0.012) {
            let (category, reason) = EXCEPTIONS[self.dice.below(EXCEPTIONS.len())];
            let (category, reason) = (category.to_owned(), self.story.tell(&[reason], &mut self.dice));
            return self.act(&minder, &Command::RaiseException { category, reason });
        }
        self.act(&minder, &Command::Complete {})
    }

    /// An exception is settled, after a while, by whoever was asked to; what nobody approved, a lead completes.
    pub(super) fn resolve(&mut self) -> Progress {
        let exception = self.item().exception.clone();
        let approved = exception.as_ref().is_some_and(|exception| exception.from == Phase::Approved);
        let asked = exception.and_then(|exception| exception.handler);
        let asked = asked.filter(|handler| !self.has_left(handler, self.now));
        let mut by = asked.unwrap_or_else(|| self.lead());
        let to = match self.dice.weighted([84, 5, 11].into_iter()) {
            1 if approved => ExceptionExit::Complete,
            1 if self.journey.overrides.roles.contains(&Role::TeamLead) => {
                let lead = self.lead();
                if self.item().is_work_of(&lead) {
                    ExceptionExit::Back
                } else {
                    by = lead;
                    ExceptionExit::Complete
                }
            }
            2 => ExceptionExit::Withdraw,
            _ => ExceptionExit::Back,
        };
        self.at = self.when(&by, 75.0, 1.0);
        let reason = self.story.tell(&SETTLED, &mut self.dice);
        self.act(&by, &Command::ResolveException { to, reason })
    }

    /// Some say thank you, and a very few were finished too early.
    pub(super) fn look_back(&mut self) -> Progress {
        let completed = self.item().phase == Phase::Completed;
        if completed && self.dice.chance(0.08) {
            let contact = self.contact();
            self.hours_later(&contact, 0, 30);
            let thanks = ["Thank you, that was quick!", "Perfect, thank you.", "Received, many thanks."];
            self.say(&contact, Visibility::Client, &thanks, None)?;
        }
        if !self.reopened && self.dice.chance(0.012) {
            self.reopened = true;
            let minder = self.minder();
            self.hours_later(&minder, 4, 200);
            let reason = self.story.tell(&REOPENED, &mut self.dice);
            return self.act(&minder, &Command::Reopen { reason });
        }
        Err(Halt::Waiting)
    }
}
