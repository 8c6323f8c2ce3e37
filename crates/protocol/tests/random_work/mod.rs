//! Organisations, work and commands made of dice.

use postern_domain::absence::{Absence, Delegation, DelegationScope, LocalDateTime};
use postern_domain::calendar::{Calendar, CalendarOf, CalendarUse};
use postern_domain::*;
use postern_protocol::Directory;
use std::sync::LazyLock;

/// Monday 6 April 2026, 10:00 UTC.
pub const START: Timestamp = Timestamp(1_775_469_600_000);
pub const PEOPLE: usize = 12;

/// The same numbers for the same seed, everywhere (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn somebody(&mut self) -> PersonId {
        PersonId(format!("p{}", self.below(PEOPLE)))
    }
}

const STAFF: [Role; 4] = [Role::InternalOwner, Role::InternalApprover, Role::TeamLead, Role::PortalAdmin];

fn person(number: usize, groups: &[String], dice: &mut Dice) -> Person {
    let mut grants = Vec::new();
    for role in STAFF {
        if dice.chance(45) {
            let scope = match dice.below(6) {
                0 => Scope { client: Some("acme".into()), ..Scope::EVERYTHING },
                1 => Scope { kind: Some(*dice.pick(&Kind::ALL)), ..Scope::EVERYTHING },
                _ => Scope::EVERYTHING,
            };
            grants.push(Grant { role, scope });
        }
    }
    Person {
        id: PersonId(format!("p{number}")),
        name: format!("Person {number}"),
        email: format!("p{number}@example.test"),
        time_zone: (*dice.pick(&["Europe/Amsterdam", "America/New_York", "Asia/Kathmandu"])).to_owned(),
        grants,
        disabled: dice.chance(6),
        groups: groups.iter().filter(|_| dice.chance(30)).cloned().collect(),
        lead: dice.chance(70).then(|| dice.somebody()),
    }
}

/// The groups that the journeys ask for.
static GROUPS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut groups: Vec<String> = Vec::new();
    for journey in shipped() {
        for step in journey.stages.iter().flat_map(|stage| &stage.steps) {
            for rule in &step.deciders {
                if let Deciders::Group(group) = rule {
                    groups.push(group.clone());
                }
            }
            if let Quorum::OnePerGroup(several) = &step.quorum {
                groups.extend(several.iter().cloned());
            }
        }
    }
    groups.sort();
    groups.dedup();
    groups
});

fn absence(number: usize, dice: &mut Dice) -> Absence {
    let day = 6 + dice.below(4);
    let until = day + 1 + dice.below(3);
    Absence {
        id: AbsenceId(format!("a{number}")),
        person: dice.somebody(),
        from: LocalDateTime::parse(&format!("2026-04-{day:02}T00:00")).unwrap(),
        until: LocalDateTime::parse(&format!("2026-04-{until:02}T12:00")).unwrap(),
        zone: "Europe/Amsterdam".into(),
        delegations: (0..dice.below(3))
            .map(|_| Delegation {
                to: dice.somebody(),
                scope: DelegationScope {
                    amount_up_to: dice.chance(30).then_some(500_000),
                    ..DelegationScope::EVERYTHING
                },
            })
            .collect(),
        note: String::new(),
        version: 1,
        cancelled: false,
    }
}

pub fn directory(dice: &mut Dice) -> Directory {
    let groups = &*GROUPS;
    let mut people: Vec<Person> = (0..PEOPLE).map(|number| person(number, groups, dice)).collect();
    let at_acme = Scope { client: Some("acme".into()), ..Scope::EVERYTHING };
    people.push(Person {
        id: "contact".into(),
        grants: vec![Grant { role: Role::Client, scope: at_acme }],
        disabled: false,
        ..person(99, groups, dice)
    });
    let mut office = Calendar::standard("Europe/Amsterdam");
    office.key = "office".into();
    Directory {
        people,
        clients: vec![Client {
            id: "acme".into(),
            name: "Acme".into(),
            code: "ACME".into(),
            cohort: "pilot".into(),
            owner: dice.chance(60).then(|| dice.somebody()),
        }],
        calendars: vec![office],
        calendar_uses: vec![CalendarUse { of: CalendarOf::Everybody, calendar: "office".into() }],
        absences: (0..dice.below(6)).map(|number| absence(number, dice)).collect(),
        ..Directory::default()
    }
}

fn value(of: &FieldType, dice: &mut Dice) -> FieldValue {
    match of {
        FieldType::Flag => FieldValue::Flag(dice.chance(50)),
        FieldType::Integer { .. } => FieldValue::Integer(dice.below(100) as i64),
        FieldType::Money { .. } => FieldValue::Integer(dice.below(3_000_000) as i64),
        FieldType::Date => FieldValue::Text("2026-05-01".into()),
        FieldType::Choice { options } => FieldValue::Text(dice.pick(options).clone()),
        FieldType::Email => FieldValue::Text("a@example.test".into()),
        FieldType::Url => FieldValue::Text("https://example.test".into()),
        FieldType::Text { .. } => FieldValue::Text(format!("text {}", dice.below(5))),
    }
}

pub fn submission(journey: &Journey, dice: &mut Dice) -> Submission {
    let mut fields = Fields::new();
    for field in journey.fields.iter().filter(|field| !field.output) {
        if field.required || dice.chance(60) {
            fields.insert(field.key.clone(), value(&field.of, dice));
        }
    }
    Submission {
        reference: "ACME-1".into(),
        kind: journey.kinds.first().copied().unwrap_or(Kind::Request),
        title: "Work".into(),
        description: String::new(),
        client: "acme".into(),
        project: None,
        journey: journey.reference(),
        fields,
        priority: Priority::Normal,
        owner: dice.chance(85).then(|| dice.somebody()),
    }
}

/// What the step asks to be filled in, mostly.
fn outputs(journey: &Journey, step: Option<&StepKey>, dice: &mut Dice) -> Fields {
    let step = step.and_then(|key| journey.step(key)).map(|(_, step)| step);
    let mut fields = Fields::new();
    for key in step.iter().flat_map(|step| &step.outputs) {
        if let Some(field) = journey.field(key).filter(|_| dice.chance(85)) {
            fields.insert(key.clone(), value(&field.of, dice));
        }
    }
    fields
}

pub fn command(item: &Item, journey: &Journey, seen: Seen, who: &PersonId, dice: &mut Dice) -> Command {
    let assignment_version = item.assignment_version;
    let step = item.review_for(who).map(|review| review.step.clone());
    // Mostly what leads on from there.
    match item.phase {
        Phase::ChangesRequested if dice.chance(60) => return Command::Resubmit { comment: None },
        Phase::Completed | Phase::Withdrawn if dice.chance(80) => {
            return Command::Reopen { reason: "not done".into() };
        }
        Phase::Exception if dice.chance(50) => {
            return Command::ResolveException { to: ExceptionExit::Back, reason: "there".into() };
        }
        _ => {}
    }
    match dice.below(24) {
        0..=7 => {
            let outputs = outputs(journey, step.as_ref(), dice);
            Command::Approve { seen, comment: dice.chance(70).then(|| "fine".into()), outputs }
        }
        8 | 9 => Command::RequestChanges { seen, reason: "again".into() },
        10 | 11 => Command::Resubmit { comment: None },
        12 => Command::Claim { step, assignment_version },
        13 => {
            let to = dice.somebody();
            Command::Reassign { step, from: None, to, assignment_version, reason: None }
        }
        14 => {
            let outputs = outputs(journey, seen.step.as_ref(), dice);
            Command::Override { seen, reason: "agreed by phone".into(), outputs }
        }
        15 => Command::Escalate { to: None, reason: "late".into() },
        16 => {
            let category = journey.exceptions.categories.first().cloned();
            let category = category.unwrap_or_else(|| "data".into());
            Command::RaiseException { category, reason: "missing".into() }
        }
        17 => Command::ResolveException { to: ExceptionExit::Back, reason: "there".into() },
        18 => {
            let stage = dice.pick(&journey.stages).key.clone();
            Command::ResolveException { to: ExceptionExit::Stage(stage), reason: "elsewhere".into() }
        }
        19 => Command::SetFields {
            fields: Fields::new(),
            title: Some(format!("Work {}", dice.below(4))),
            description: None,
        },
        20 => Command::Complete {},
        21 if dice.chance(25) => Command::Withdraw { reason: "no".into() },
        21 => Command::SetPriority { priority: Priority::High },
        22 => Command::Reopen { reason: "yes".into() },
        _ => Command::SetDue { due_at: dice.chance(50).then_some(START) },
    }
}
