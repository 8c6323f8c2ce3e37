//! Who is there, when they work, and when they are away.

use super::{CLIENTS, Dice, PEOPLE};
use postern_domain::absence::{Absence, Delegation, DelegationScope, LocalDateTime};
use postern_domain::calendar::{Calendar, CalendarOf, CalendarUse, Holiday, Interval, SpecialDay, TimeOfDay};
use postern_domain::*;
use postern_protocol::Directory;
use std::sync::LazyLock;

const STAFF: [Role; 4] = [Role::InternalOwner, Role::InternalApprover, Role::TeamLead, Role::PortalAdmin];

fn person(number: usize, groups: &[String], dice: &mut Dice) -> Person {
    let mut grants = Vec::new();
    for role in STAFF {
        if dice.chance(45) {
            let scope = match dice.below(8) {
                0 => Scope { client: Some((*dice.pick(&CLIENTS)).into()), ..Scope::EVERYTHING },
                1 => Scope { project: Some("rocket".into()), ..Scope::EVERYTHING },
                2 => Scope { kind: Some(*dice.pick(&Kind::ALL)), ..Scope::EVERYTHING },
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
    let at = |client: &&str| Scope { client: Some((*client).into()), ..Scope::EVERYTHING };
    people.push(Person {
        id: "contact".into(),
        grants: CLIENTS.iter().map(|client| Grant { role: Role::Client, scope: at(client) }).collect(),
        disabled: false,
        ..person(99, groups, dice)
    });
    Directory {
        people,
        clients: CLIENTS.iter().map(|id| client(id, dice)).collect(),
        calendars: calendars(),
        calendar_uses: calendar_uses(dice),
        absences: (0..dice.below(6)).map(|number| absence(number, dice)).collect(),
        ..Directory::default()
    }
}

fn client(id: &str, dice: &mut Dice) -> Client {
    Client {
        id: id.into(),
        name: id.to_owned(),
        code: id.to_uppercase(),
        cohort: "pilot".into(),
        owner: dice.chance(60).then(|| dice.somebody()),
    }
}

/// An office with a holiday and half a day, and another on the other side of the sea that eats at noon.
fn calendars() -> Vec<Calendar> {
    let mut office = Calendar::standard("Europe/Amsterdam");
    office.key = "office".into();
    office.holidays.push(Holiday { date: "2026-04-08".parse().unwrap(), name: "Founders' day".into() });
    let morning = Interval { from: hour(9), until: hour(12) };
    office.special_days.push(SpecialDay {
        date: "2026-04-10".parse().unwrap(),
        name: "Half a day".into(),
        intervals: vec![morning],
    });
    let mut overseas = Calendar::standard("America/New_York");
    overseas.key = "overseas".into();
    let afternoon = Interval { from: hour(13), until: hour(18) };
    overseas.week.tuesday = vec![morning, afternoon];
    overseas.holidays.push(Holiday { date: "2026-04-09".parse().unwrap(), name: "Snow".into() });
    vec![office, overseas]
}

fn calendar_uses(dice: &mut Dice) -> Vec<CalendarUse> {
    let mut uses = vec![CalendarUse { of: CalendarOf::Everybody, calendar: "office".into() }];
    for _ in 0..dice.below(3) {
        uses.push(CalendarUse { of: CalendarOf::Person(dice.somebody()), calendar: "overseas".into() });
    }
    if dice.chance(30) {
        uses.push(CalendarUse {
            of: CalendarOf::Group(dice.pick(&GROUPS).clone()),
            calendar: "overseas".into(),
        });
    }
    uses
}

fn hour(hour: u16) -> TimeOfDay {
    TimeOfDay::new(hour, 0).unwrap()
}
