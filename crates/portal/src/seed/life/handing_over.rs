//! Handing over, and handing over again.

use super::{Halt, Life, Plan, Progress};
use crate::seed::documents::{self, Form};
use crate::seed::wording::{ANSWERED, ASKED, RESUBMITTED, WITHDRAWN, amount_in_cents};
use postern_domain::{
    AttachmentId, Command, DAY_MS, FieldValue, Fields, PersonId, Priority, ProjectId, Role, Submission,
    Visibility,
};

/// What attached documents are called.
const NAMES: [&str; 10] = [
    "offer",
    "figures",
    "artwork",
    "contract draft",
    "minutes",
    "price table",
    "briefing",
    "site plan",
    "screenshot",
    "résumé des modifications",
];

impl<'a> Life<'a> {
    /// The first submission, mostly by a contact, at times keyed in for them by the account manager.
    pub(super) fn hand_over(&mut self, plan: &Plan<'a>, project: &ProjectId) -> Progress {
        let owner = if self.has_left(&self.account.owner, self.at) {
            self.colleague_with(Role::InternalOwner)
        } else {
            self.account.owner.clone()
        };
        let keyed_in = plan.showcase.is_none() && self.dice.chance(0.12);
        let by = if keyed_in { owner.clone() } else { self.contact() };
        let with_owner = plan.showcase.is_some() || self.dice.chance(0.97);
        let long = plan.showcase.is_some_and(|showcase| showcase.has_long_title()) || self.dice.chance(0.002);
        let submission = Submission {
            reference: plan.reference.clone(),
            kind: plan.kind,
            title: self.story.title(plan.kind, long, &mut self.dice),
            description: self.story.description(&mut self.dice),
            client: self.account.client.id.clone(),
            project: self.dice.chance(0.8).then(|| project.clone()),
            journey: self.journey.reference(),
            fields: self.story.fields(plan.kind, &mut self.dice),
            priority: self.priority(),
            owner: with_owner.then_some(owner),
        };
        self.act(&by, &Command::Submit(Box::new(submission)))?;
        if self.with_documents {
            for _ in 0..self.dice.between(1, 3) {
                self.minutes_later();
                self.attach(&by)?;
            }
        }
        Ok(())
    }

    fn priority(&mut self) -> Priority {
        let priorities = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
        priorities[self.dice.weighted([12, 66, 17, 5].into_iter())]
    }

    /// A new document, or a new version of one that is there.
    pub(super) fn attach(&mut self, by: &PersonId) -> Progress {
        let again = self.dice.chance(0.5);
        let item = self.item();
        let known = item.attachments.first().filter(|_| again);
        let known = known.map(|known| (known.id.clone(), known.name.clone(), known.versions.len()));
        let title = item.title.clone();
        let (id, name, version) = match known {
            Some((id, name, versions)) => (id, name, versions as u32 + 1),
            None => {
                let form = Form::ALL[self.dice.below(Form::ALL.len())];
                let id = AttachmentId::new(self.dice.uuid(self.at));
                (id, format!("{}.{}", self.dice.pick(&NAMES), form.extension()), 1)
            }
        };
        let form = Form::ALL.into_iter().find(|form| name.ends_with(form.extension())).unwrap_or(Form::Text);
        let body = self.story.description(&mut self.dice);
        let document = documents::write(form, &title, &body, version, by.clone());
        let command = Command::AttachVersion {
            attachment: id,
            name,
            sha256: document.sha256.clone(),
            size: document.bytes.len() as u64,
            media_type: document.media_type.to_owned(),
        };
        self.act(by, &command)?;
        self.documents.push(document);
        Ok(())
    }

    /// Changes what the item says.
    pub(super) fn edit(&mut self, by: &PersonId) -> Progress {
        if self.with_documents && self.dice.chance(0.5) {
            return self.attach(by);
        }
        let mut fields = Fields::new();
        let mut description = None;
        if self.item().fields.contains_key("amount") && self.dice.chance(0.6) {
            fields.insert("amount".to_owned(), FieldValue::Integer(amount_in_cents(&mut self.dice)));
        } else if self.dice.chance(0.3) {
            let code = FieldValue::Text(format!("OPS-{}", self.dice.between(1_000, 9_899)));
            fields.insert("budget_code".to_owned(), code);
        } else {
            description = Some(self.story.description(&mut self.dice));
        }
        self.act(by, &Command::SetFields { fields, title: None, description })
    }

    /// The client answers a request for changes, after a while; some need a reminder, and some give up.
    pub(super) fn rework(&mut self) -> Progress {
        let contact = self.contact();
        let slow = if self.dice.chance(0.06) { 6.0 } else { 1.0 };
        let answer = self.when(&contact, 66.0 * self.account.pace * slow, 0.9);
        let minder = self.minder();
        if answer.since(self.at) > 4 * DAY_MS && self.dice.chance(0.5) {
            let reminder = self.at.plus_ms(3 * DAY_MS);
            self.at = self.office(&minder, reminder);
            self.say(
                &minder,
                Visibility::Client,
                &["Could you have a look at our questions, please?"],
                None,
            )?;
        }
        self.at = answer.max(self.at);
        if self.dice.chance(0.05) {
            let reason = self.story.tell(&WITHDRAWN, &mut self.dice);
            return self.act(&contact, &Command::Withdraw { reason });
        }
        let by = if self.dice.chance(0.1) { minder } else { contact };
        if self.dice.chance(0.85) {
            self.edit(&by)?;
            self.minutes_later();
        }
        let comment = self.dice.chance(0.7).then(|| self.story.tell(&RESUBMITTED, &mut self.dice));
        self.act(&by, &Command::Resubmit { comment })
    }

    /// A contact asks where it is; mostly somebody answers.
    pub(super) fn ask(&mut self, contact: &PersonId) -> Progress {
        self.say(contact, Visibility::Client, &ASKED, None)?;
        if self.dice.chance(0.6) {
            let minder = self.minder();
            self.hours_later(&minder, 1, 7);
            if self.at > self.now {
                return Err(Halt::Now);
            }
            self.say(&minder, Visibility::Client, &ANSWERED, None)?;
        }
        Ok(())
    }
}
