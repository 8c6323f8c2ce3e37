//! Reviews: claimed, waited for, decided.

use super::{Halt, Life, Progress};
use crate::seed::journeys::usual_hours;
use crate::seed::organisation::Staff;
use crate::seed::wording::{APPROVED, SENT_BACK};
use postern_domain::{Command, Fields, Person, PersonId, Priority, Role, Stage, StageKey, Step, eligible};

impl<'a> Life<'a> {
    /// One turn at the open review: whoever's it is gets to it after a while, and things happen meanwhile.
    pub(super) fn review(&mut self) -> Progress {
        let review = self.item().reviews.first().ok_or(Halt::Waiting)?;
        let (stage, step) = self.journey.step(&review.step).ok_or(Halt::Waiting)?;
        let waiting: Vec<PersonId> = review.undecided().cloned().collect();
        if review.has_free_seats() {
            return self.claim(step);
        }
        let who = waiting.get(self.dice.below(waiting.len())).cloned().ok_or(Halt::Waiting)?;
        let hurry = match self.item().priority {
            Priority::Urgent => 0.45,
            Priority::High => 0.75,
            Priority::Normal => 1.0,
            Priority::Low => 1.35,
        };
        let until = self.when(&who, usual_hours(&stage.key) * self.account.pace * hurry, 0.95);
        if self.has_left(&who, until) {
            return self.inherit(step, &who);
        }
        match self.meanwhile(step, &who, until)? {
            Some(until) => self.at = until.max(self.at),
            None => return Ok(()),
        }
        // What happened meanwhile may have taken until after they left.
        if self.has_left(&who, self.at) {
            return self.inherit(step, &who);
        }
        self.decide(stage, &who)
    }

    /// Somebody eligible takes it from the pool.
    fn claim(&mut self, step: &Step) -> Progress {
        let who = self.taker(step).ok_or(Halt::Waiting)?;
        self.at = self.when(&who, 24.0 * self.account.pace, 1.0);
        let assignment_version = self.item().assignment_version;
        self.act(&who, &Command::Claim { step: Some(step.key.clone()), assignment_version })
    }

    /// What somebody who left the company had is handed to somebody else.
    fn inherit(&mut self, step: &Step, from: &PersonId) -> Progress {
        let lead = self.lead();
        let left_at = self.organisation.left_at.max(self.at);
        self.at = self.office(&lead, left_at);
        self.hours_later(&lead, 1, 30);
        self.hand_on(step, &lead, from, &["Has left the company."])
    }

    /// Puts somebody else in the place of `from`.
    pub(super) fn hand_on(&mut self, step: &Step, by: &PersonId, from: &PersonId, why: &[&str]) -> Progress {
        let Some(to) = self.taker(step) else { return Ok(()) };
        let reason = Some(self.story.tell(why, &mut self.dice));
        let assignment_version = self.item().assignment_version;
        let step = Some(step.key.clone());
        self.act(by, &Command::Reassign { step, from: Some(from.clone()), to, assignment_version, reason })
    }

    /// Somebody who could decide at the stage and is not asked already; a team lead only where nobody else could.
    fn taker(&mut self, step: &Step) -> Option<PersonId> {
        let item = self.item();
        let asked = |person: &Person| {
            item.review(&step.key).is_some_and(|review| {
                review.reviewers.contains(&person.id)
                    || review.decisions.iter().any(|decision| decision.by == person.id)
            })
        };
        let people = &self.account.surroundings(self.at >= self.organisation.left_at).people;
        let able = |person: &&Person| !asked(person) && eligible(step, item, people, person).is_ok();
        let staff = self.organisation.staff.iter().map(|staff: &Staff| &staff.person);
        let (leads, others): (Vec<&Person>, Vec<&Person>) = staff
            .filter(able)
            .partition(|person| person.grants.iter().any(|grant| grant.role == Role::TeamLead));
        let from = if others.is_empty() { leads } else { others };
        from.get(self.dice.below(from.len())).map(|person| person.id.clone())
    }

    fn decide(&mut self, stage: &Stage, who: &PersonId) -> Progress {
        let seen = self.seen_by(who);
        let again = 0.45_f64.powi(self.item().round.saturating_sub(1).min(6).cast_signed());
        if self.dice.chance(strictness(&stage.key) * again) {
            let reason = self.story.tell(&SENT_BACK, &mut self.dice);
            return self.act(who, &Command::RequestChanges { seen, reason });
        }
        self.approve(who)?;
        self.calm_down()
    }

    pub(super) fn approve(&mut self, who: &PersonId) -> Progress {
        let seen = self.seen_by(who);
        let comment = self.dice.chance(0.25).then(|| self.story.tell(&APPROVED, &mut self.dice));
        self.act(who, &Command::Approve { seen, comment, outputs: Fields::new() })
    }

    /// Once it moves again, a lead mostly takes an escalation back.
    fn calm_down(&mut self) -> Progress {
        let Some(escalation) = &self.item().escalation else { return Ok(()) };
        let to = escalation.to.clone();
        if self.dice.chance(0.3) {
            return Ok(());
        }
        let lead = to.unwrap_or_else(|| self.organisation.suggested.clone());
        self.hours_later(&lead, 0, 5);
        self.act(&lead, &Command::DeEscalate { reason: None })
    }
}

/// How often a stage sends back what it sees for the first time.
fn strictness(stage: &StageKey) -> f64 {
    match stage.as_str() {
        "intake" => 0.07,
        "review" | "creative_review" => 0.17,
        "finance" => 0.12,
        "legal" => 0.1,
        _ => 0.05,
    }
}
