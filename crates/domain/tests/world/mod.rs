//! A small organisation to try rules in.
#![allow(dead_code)]

use postern_domain::*;

pub const NOON: Timestamp = Timestamp(1_750_000_000_000);

pub fn person(id: &str, roles: &[Role]) -> Person {
    Person {
        id: id.into(),
        name: id.to_owned(),
        email: format!("{id}@example.test"),
        time_zone: "Europe/Amsterdam".into(),
        grants: roles.iter().map(|role| Grant { role: *role, scope: Scope::EVERYTHING }).collect(),
        disabled: false,
        groups: Vec::new(),
        lead: None,
    }
}

pub fn people() -> People {
    let mut elsewhere = person("elsewhere", &[Role::InternalApprover]);
    elsewhere.grants[0].scope.client = Some("globex".into());
    let mut contact = person("contact", &[Role::Client]);
    contact.grants[0].scope.client = Some("acme".into());
    let mut gone = person("gone", &[Role::InternalApprover]);
    gone.disabled = true;
    People::new([
        person("olga", &[Role::InternalOwner]),
        person("anna", &[Role::InternalApprover]),
        person("aron", &[Role::InternalApprover]),
        person("lena", &[Role::TeamLead]),
        person("admin", &[Role::PortalAdmin]),
        elsewhere,
        contact,
        gone,
    ])
}

pub fn submission() -> Submission {
    Submission {
        reference: "ACME-1".into(),
        kind: Kind::Deliverable,
        title: "Annual report".into(),
        description: "The report for the board.".into(),
        client: "acme".into(),
        project: None,
        journey: Journey::built_in().reference(),
        fields: [("amount".to_owned(), FieldValue::Integer(12_500))].into(),
        priority: Priority::Normal,
        owner: Some("olga".into()),
    }
}

/// One item in its organisation, acted on step by step; keeps the log.
pub struct World {
    pub journey: Journey,
    pub organisation: Organisation,
    pub item: Option<Item>,
    pub log: Vec<Recorded>,
    pub now: Timestamp,
}

impl World {
    pub fn new() -> Self {
        Self {
            journey: Journey::built_in(),
            organisation: Organisation::of(people()),
            item: None,
            log: Vec::new(),
            now: NOON,
        }
    }

    /// Handed over by the client's contact.
    pub fn submitted() -> Self {
        let mut world = Self::new();
        world.accept("contact", Command::Submit(Box::new(submission())));
        world
    }

    /// At the specialist review, whoever it fell to.
    pub fn at_review() -> Self {
        let mut world = Self::submitted();
        world.approve("olga");
        world
    }

    pub fn id() -> ItemId {
        ItemId::from("item-1")
    }

    pub fn item(&self) -> &Item {
        self.item.as_ref().expect("an item")
    }

    pub fn seen(&self) -> Seen {
        let step = self.item().reviews.first().map(|review| review.step.clone());
        Seen::of(self.item(), step)
    }

    pub fn reviewer(&self) -> String {
        self.item().waiting_on().next().expect("somebody's turn").0.clone()
    }

    pub fn act(&mut self, who: &str, command: &Command) -> Result<Ruling, Refusal> {
        self.act_as(&Actor::Person(who.into()), command)
    }

    pub fn act_as(&mut self, actor: &Actor, command: &Command) -> Result<Ruling, Refusal> {
        self.act_to(actor, command, None)
    }

    /// As [`World::act_as`], with the version that a migration leads to.
    pub fn act_to(
        &mut self,
        actor: &Actor,
        command: &Command,
        successor: Option<&Journey>,
    ) -> Result<Ruling, Refusal> {
        self.now = self.now.plus_ms(60_000);
        let situation = Situation {
            item: self.item.as_ref(),
            journey: &self.journey,
            organisation: &self.organisation,
            successor,
        };
        let ruling = decide(situation, command, actor, self.now)?;
        if let Ruling::Happened(events) = &ruling {
            assert!(!events.is_empty());
            for event in events {
                let recorded = Recorded {
                    event: event.clone(),
                    by: actor.clone(),
                    on_behalf_of: None,
                    at: self.now,
                    device_at: None,
                    command: None,
                };
                self.item = Some(apply(self.item.take(), &Self::id(), &recorded).expect("applicable"));
                self.log.push(recorded);
            }
        }
        Ok(ruling)
    }

    #[track_caller]
    pub fn accept(&mut self, who: &str, command: Command) {
        match self.act(who, &command) {
            Ok(Ruling::Happened(_)) => {}
            other => panic!("{who} {command:?}: {other:?}"),
        }
    }

    #[track_caller]
    pub fn approve(&mut self, who: &str) {
        let seen = self.seen();
        self.accept(who, Command::approve(seen));
    }

    #[track_caller]
    pub fn send_back(&mut self, who: &str) {
        let seen = self.seen();
        self.accept(who, Command::RequestChanges { seen, reason: "page 3".into() });
    }

    #[track_caller]
    pub fn refused(&mut self, who: &str, command: Command) -> Refusal {
        match self.act(who, &command) {
            Err(refusal) => refusal,
            other => panic!("{who} {command:?} was not refused: {other:?}"),
        }
    }
}

pub fn set_title(title: &str) -> Command {
    Command::SetFields { fields: Fields::new(), title: Some(title.into()), description: None }
}

/// `who` is away for years; `to` take all of their work, the first who can.
pub fn away(world: &mut World, who: &str, to: &[&str]) {
    let absence = absence::Absence {
        id: AbsenceId(format!("away-{who}")),
        person: who.into(),
        from: absence::LocalDateTime::parse("2025-01-01T00:00").expect("a date"),
        until: absence::LocalDateTime::parse("2030-01-01T00:00").expect("a date"),
        zone: "Europe/Amsterdam".into(),
        delegations: to
            .iter()
            .map(|to| absence::Delegation { to: (*to).into(), scope: absence::DelegationScope::EVERYTHING })
            .collect(),
        note: String::new(),
        version: 1,
        cancelled: false,
    };
    world.organisation.absences = world.organisation.absences.with(&absence);
}
