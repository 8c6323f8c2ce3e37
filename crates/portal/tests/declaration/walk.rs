//! One case of the log, walked through the journey by the rules: what each of its transitions comes to.

use crate::route::{Route, text};
use postern_domain::*;
use postern_portal::import::{Case, Does, LogEvent, Mapping};
use postern_test_support::person;

/// What an event of the log comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Admitted,
    /// With the rule, and the phase in which it was asked for.
    Refused(String),
    /// No transition of the journey: a draft, and what the payment system notes for itself.
    Outside,
}

/// Who decides at the journey's steps, who hands over and who owns. The log names nobody, so there is one of each.
pub fn organisation() -> Organisation {
    let approver = |id: &str, group: &str| person(id).everywhere(Role::InternalApprover).group(group).build();
    let employee = person("employee").everywhere(Role::Client).build();
    Organisation::of(People::new([
        Person { lead: Some("supervisor".into()), ..employee },
        approver("pre_approver", "pre_approver"),
        approver("administration", "administration"),
        approver("director", "directors"),
        person("budget_owner").everywhere(Role::InternalOwner).build(),
        person("supervisor").everywhere(Role::InternalApprover).build(),
        person("lead").everywhere(Role::TeamLead).build(),
    ]))
}

pub struct Walk<'a> {
    mapping: &'a Mapping,
    journey: &'a Journey,
    organisation: &'a Organisation,
    route: Route,
    case: &'a Case,
    item: Option<Item>,
    /// Counts hand-overs that the log has, whatever became of them.
    round: usize,
}

impl<'a> Walk<'a> {
    pub fn new(
        mapping: &'a Mapping,
        journey: &'a Journey,
        organisation: &'a Organisation,
        route: Route,
        case: &'a Case,
    ) -> Self {
        Self { mapping, journey, organisation, route, case, item: None, round: 0 }
    }

    /// What every event comes to, in their order. What was refused leaves the item as it was.
    pub fn fates(mut self) -> Vec<Fate> {
        let case = self.case;
        (0..case.events.len()).map(|at| self.step(at, &case.events[at])).collect()
    }

    fn step(&mut self, at: usize, event: &LogEvent) -> Fate {
        let does = self.mapping.activities.get(&event.activity);
        match does.unwrap_or_else(|| panic!("nobody says what “{}” does", event.activity)) {
            Does::Note => Fate::Outside,
            Does::Draft => {
                let drafted = Event::drafted(self.submission(), self.journey);
                self.happen(Actor::Person("employee".into()), drafted, event.at);
                Fate::Outside
            }
            Does::Submit => {
                self.round += 1;
                self.hand_over(event.at)
            }
            Does::Approve { stage, .. } => {
                let approve = |seen| Command::Approve { seen, comment: None, outputs: Fields::new() };
                self.decide_at(stage, event.at, approve)
            }
            Does::RequestChanges { stage } => {
                let reason = || "see the receipts".to_owned();
                let back = |seen| Command::RequestChanges { seen, reason: reason() };
                // Nobody knows who that was: tried as whoever decides last of all.
                self.decide_at(stage.as_deref().unwrap_or("supervisor"), event.at, back)
            }
            Does::Withdraw => self.take_back(at, event.at),
            Does::Complete => self.ask(Actor::System("payment".into()), &Command::Complete {}, event.at),
            Does::Escalate => panic!("this log escalates nothing"),
        }
    }

    /// For the first time, or again with what is to be asked for this time.
    fn hand_over(&mut self, at: Timestamp) -> Fate {
        let employee = || Actor::Person("employee".into());
        if self.item.as_ref().is_none_or(|item| item.phase == Phase::Draft) {
            let submit = Command::Submit(Box::new(self.submission()));
            return self.ask(employee(), &submit, at);
        }
        let fields = self.route.fields(self.case, self.mapping, self.round);
        let set = Command::SetFields { fields, title: None, description: None };
        let resubmit = Command::Resubmit { comment: None };
        let Some(in_hand) = self.item.as_ref().filter(|item| item.phase == Phase::ChangesRequested).cloned()
        else {
            return self.ask(employee(), &resubmit, at);
        };
        self.ask(employee(), &set, at);
        let fate = self.ask(employee(), &resubmit, at);
        if fate != Fate::Admitted {
            self.item = Some(in_hand);
        }
        fate
    }

    /// The employee takes it back: to correct it, when they hand it over again later; else for good.
    fn take_back(&mut self, at: usize, when: Timestamp) -> Fate {
        let is_submit =
            |event: &LogEvent| self.mapping.activities.get(&event.activity) == Some(&Does::Submit);
        let command = if self.case.events.iter().skip(at + 1).any(is_submit) {
            let description = Some(format!("Corrected, line {}.", self.case.events[at].line));
            Command::SetFields { fields: Fields::new(), title: None, description }
        } else {
            Command::Withdraw { reason: "given up".into() }
        };
        self.ask(Actor::Person("employee".into()), &command, when)
    }

    fn decide_at(&mut self, stage: &str, at: Timestamp, command: impl Fn(Seen) -> Command) -> Fate {
        let Some(item) = &self.item else { return Fate::Refused("no_such_item".to_owned()) };
        let seen = Seen::of(item, Some(stage.into()));
        self.ask(Actor::Person(stage.into()), &command(seen), at)
    }

    fn submission(&self) -> Submission {
        Submission {
            reference: "DECL-1".into(),
            kind: self.mapping.item.kind,
            title: self.case.id.clone(),
            description: String::new(),
            client: "university".into(),
            project: None,
            journey: self.journey.reference(),
            fields: self.route.fields(self.case, self.mapping, self.round.max(1)),
            priority: Priority::Normal,
            owner: Some("budget_owner".into()),
        }
    }

    fn ask(&mut self, actor: Actor, command: &Command, at: Timestamp) -> Fate {
        let item = self.item.as_ref();
        let situation =
            Situation { item, journey: self.journey, organisation: self.organisation, successor: None };
        match decide(situation, command, &actor, at) {
            Ok(Ruling::Happened(events)) => {
                for event in events {
                    self.happen(actor.clone(), event, at);
                }
                Fate::Admitted
            }
            Ok(Ruling::AlreadySatisfied(why)) => Fate::Refused(self.told(&text(&why))),
            Err(refusal) => {
                let rule = serde_json::to_value(&refusal).unwrap();
                Fate::Refused(self.told(rule["rule"].as_str().unwrap()))
            }
        }
    }

    fn told(&self, rule: &str) -> String {
        let phase = self.item.as_ref().map_or("not there", |item| item.phase.as_str());
        format!("{rule} while {phase}")
    }

    fn happen(&mut self, by: Actor, event: Event, at: Timestamp) {
        let recorded = Recorded { event, by, on_behalf_of: None, at, device_at: None, command: None };
        self.item = Some(apply(self.item.take(), &"declaration".into(), &recorded).unwrap());
    }
}
