//! One item's life: people act on it, one after the other, until it is finished or the present is reached.
//!
//! Nothing here makes events. Every step is a command that the domain decides, so that every history is legal.

mod finishing;
mod handing_over;
mod meanwhile;
mod reviewing;
mod showcase;

pub use showcase::Showcase;

use super::calendar::working;
use super::dice::Dice;
use super::documents::Document;
use super::organisation::{Account, Organisation};
use super::wording::Story;
use chrono_tz::Tz;
use postern_domain::{
    Actor, Command, CommentId, HOUR_MS, Item, ItemId, Journey, Kind, MINUTE_MS, Person, PersonId, Phase,
    Recorded, Role, Ruling, Seen, Situation, Timestamp, Visibility, apply, decide, replay,
};

/// More steps than any believable life has: an end to those who go round in circles.
const MOST_STEPS: usize = 60;

/// What is settled about an item before its life begins.
pub struct Plan<'a> {
    pub account: &'a Account,
    pub at: Timestamp,
    pub reference: String,
    pub kind: Kind,
    /// Whether its client attaches documents.
    pub with_documents: bool,
    pub showcase: Option<Showcase>,
}

/// What became of it.
pub struct Lived {
    pub item: Item,
    pub log: Vec<Recorded>,
    pub documents: Vec<Document>,
    /// A command that the domain refused, which ended the life early. There should be none.
    pub refused: Option<String>,
}

pub struct Life<'a> {
    organisation: &'a Organisation,
    account: &'a Account,
    journey: &'a Journey,
    story: Story<'a>,
    dice: Dice,
    now: Timestamp,
    /// How long everything takes, compared with a small organisation.
    pace: f64,
    id: ItemId,
    /// Where this life has come to.
    at: Timestamp,
    item: Option<Item>,
    log: Vec<Recorded>,
    documents: Vec<Document>,
    with_documents: bool,
    reopened: bool,
    refused: Option<String>,
}

/// Why a life is told no further.
enum Halt {
    /// The present is reached.
    Now,
    /// Somebody has it, and it stays with them.
    Waiting,
    Refused,
}

type Progress = Result<(), Halt>;

impl<'a> Life<'a> {
    /// Lives through the plan up to `now`. None if it would begin later.
    pub fn live(
        organisation: &'a Organisation,
        plan: Plan<'a>,
        pace: f64,
        now: Timestamp,
        mut dice: Dice,
    ) -> Option<Lived> {
        let usual = plan.showcase.is_none() && dice.chance(0.85);
        let project = &plan.account.projects[dice.below(plan.account.projects.len())];
        let mut life = Self {
            organisation,
            account: plan.account,
            journey: organisation.journeys.for_kind(plan.kind, usual),
            story: Story::new(&plan.account.client.name, &project.name, &mut dice),
            now,
            pace,
            id: ItemId::new(dice.uuid(plan.at)),
            at: plan.at,
            item: None,
            log: Vec::with_capacity(24),
            documents: Vec::new(),
            with_documents: plan.with_documents,
            reopened: false,
            refused: None,
            dice,
        };
        // However it ends, what has happened so far is what is told.
        let _ = life.run(&plan, &project.id);
        Some(Lived { item: life.item?, log: life.log, documents: life.documents, refused: life.refused })
    }

    fn run(&mut self, plan: &Plan<'a>, project: &postern_domain::ProjectId) -> Progress {
        self.hand_over(plan, project)?;
        if let Some(showcase) = plan.showcase {
            return self.show(showcase);
        }
        for _ in 0..MOST_STEPS {
            match self.item().phase {
                Phase::InReview => self.review()?,
                Phase::ChangesRequested => self.rework()?,
                Phase::Approved => self.complete()?,
                Phase::Exception => self.resolve()?,
                Phase::Completed | Phase::Withdrawn => self.look_back()?,
                Phase::Draft | Phase::Submitted => return Err(Halt::Waiting),
            }
        }
        Ok(())
    }

    /// The item, which is there from the first step on.
    fn item(&self) -> &Item {
        self.item.as_ref().expect("an item that was handed over")
    }

    /// Gives a command where this life has come to.
    fn act(&mut self, by: &PersonId, command: &Command) -> Progress {
        if self.at > self.now {
            return Err(Halt::Now);
        }
        let organisation = self.account.surroundings(self.at >= self.organisation.left_at);
        let situation =
            Situation { item: self.item.as_ref(), journey: self.journey, organisation, successor: None };
        let actor = Actor::Person(by.clone());
        let events = match decide(situation, command, &actor, self.at) {
            Ok(Ruling::Happened(events)) => events,
            Ok(Ruling::AlreadySatisfied(_)) => return Ok(()),
            Err(refusal) => return self.refuse(format!("{by}: {refusal}: {command:?}")),
        };
        let device_at = self.organisation.colleague(by).map(|_| self.device_time());
        for event in events {
            let recorded = Recorded {
                event,
                by: actor.clone(),
                on_behalf_of: None,
                at: self.at,
                device_at,
                command: None,
            };
            match apply(self.item.take(), &self.id, &recorded) {
                Ok(item) => self.item = Some(item),
                Err(inconsistent) => {
                    self.item = replay(&self.id, &self.log).ok();
                    return self.refuse(inconsistent.to_string());
                }
            }
            self.log.push(recorded);
        }
        Ok(())
    }

    fn refuse(&mut self, why: String) -> Progress {
        self.refused = Some(why);
        Err(Halt::Refused)
    }

    /// Commands arrive a moment after they were given; those given without a network, hours after.
    fn device_time(&mut self) -> Timestamp {
        let late = if self.dice.chance(0.06) { self.dice.between(4, 300) * MINUTE_MS } else { 0 };
        self.at.plus_ms(-late - self.dice.between(150, 4_000))
    }

    /// When `who` gets to something that takes them so many hours, usually.
    fn when(&mut self, who: &PersonId, usual_hours: f64, spread: f64) -> Timestamp {
        let own = self.organisation.colleague(who).map_or(1.0, |colleague| colleague.pace);
        let wait = self.dice.wait_ms(usual_hours * self.pace * own, spread).max(4 * MINUTE_MS);
        self.office(who, self.at.plus_ms(wait))
    }

    /// Some minutes of the same sitting later.
    fn minutes_later(&mut self) {
        self.at = self.at.plus_ms(self.dice.between(40, 1_500) * 1_000);
    }

    /// At `at`, or when `who` is at work next; never before where this life has come to.
    fn office(&mut self, who: &PersonId, at: Timestamp) -> Timestamp {
        let zone = self.zone_of(who);
        working(at.max(self.at), zone, &mut self.dice)
    }

    fn hours_later(&mut self, who: &PersonId, low: i64, high: i64) {
        let wait = self.dice.between(low * HOUR_MS, high * HOUR_MS);
        self.at = self.office(who, self.at.plus_ms(wait));
    }

    fn zone_of(&self, who: &PersonId) -> Tz {
        self.organisation.colleague(who).map_or(self.account.zone, |colleague| colleague.zone)
    }

    fn has_left(&self, who: &PersonId, at: Timestamp) -> bool {
        at >= self.organisation.left_at && who == &self.organisation.former
    }

    fn contact(&mut self) -> PersonId {
        let contacts = &self.account.contacts;
        contacts[self.dice.below(contacts.len())].id.clone()
    }

    /// One of the team leads.
    fn lead(&mut self) -> PersonId {
        self.colleague_with(Role::TeamLead)
    }

    /// Somebody who holds the role everywhere and is still here.
    fn colleague_with(&mut self, role: Role) -> PersonId {
        let holds = |person: &&Person| {
            let everywhere = |grant: &postern_domain::Grant| {
                grant.role == role && grant.scope == postern_domain::Scope::EVERYTHING
            };
            !person.disabled && person.grants.iter().any(everywhere)
        };
        let all = self.organisation.staff.iter().map(|staff| &staff.person).filter(holds);
        let place = self.dice.below(all.clone().count());
        all.map(|person| person.id.clone()).nth(place).unwrap_or_else(|| self.organisation.suggested.clone())
    }

    /// The owner while there is one who is still here; else a lead.
    fn minder(&mut self) -> PersonId {
        match self.item().owner.clone() {
            Some(owner) if !self.has_left(&owner, self.now) => owner,
            _ => self.lead(),
        }
    }

    /// What `who` has before them.
    fn seen_by(&self, who: &PersonId) -> Seen {
        let step = self.item().review_for(who).map(|review| review.step.clone());
        Seen::of(self.item(), step)
    }

    fn say(
        &mut self,
        by: &PersonId,
        visibility: Visibility,
        texts: &[&str],
        to: Option<&PersonId>,
    ) -> Progress {
        let mut body = to
            .map_or_else(String::new, |to| format!("@{} ", self.account.surroundings(false).people.name(to)));
        body.push_str(&self.story.tell(texts, &mut self.dice));
        let id = CommentId::new(self.dice.uuid(self.at));
        let mentions = to.cloned().into_iter().collect();
        self.act(by, &Command::Comment { id, visibility, body, mentions })
    }
}
