//! Colleagues who go away, and the work that comes meanwhile.
#![allow(dead_code, clippy::inconsistent_digit_grouping)]

use postern_domain::absence::*;
use postern_domain::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// 1 April 2026 12:00 in Amsterdam, a Wednesday.
pub const NOON: &str = "2026-04-01T10:00:00Z";

pub static ACME: LazyLock<ClientId> = LazyLock::new(|| "acme".into());
pub static GLOBEX: LazyLock<ClientId> = LazyLock::new(|| "globex".into());

pub fn utc(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub fn local(text: &str) -> LocalDateTime {
    LocalDateTime::parse(text).unwrap()
}

pub fn person(id: &str, name: &str) -> Person {
    Person {
        id: id.into(),
        name: name.to_owned(),
        email: format!("{id}@example.test"),
        time_zone: "Europe/Amsterdam".into(),
        grants: vec![Grant { role: Role::InternalApprover, scope: Scope::EVERYTHING }],
        disabled: false,
        groups: Vec::new(),
        lead: None,
    }
}

/// Anna, Bram, Cleo, Dirk, Emma, and Gone, whose account is switched off.
pub fn people() -> People {
    let mut gone = person("gone", "Gerda Post");
    gone.disabled = true;
    People::new([
        person("anna", "Anna Visser"),
        person("bram", "Bram"),
        person("cleo", "Cleo"),
        person("dirk", "Dirk"),
        person("emma", "Emma"),
        gone,
    ])
}

/// Away from 1 April 09:00 to 4 April 09:00 in Amsterdam; `deputies` take everything, the first of them first.
pub fn away(who: &str, deputies: &[&str]) -> Absence {
    let delegations = deputies.iter().map(|to| to_take(to, DelegationScope::EVERYTHING)).collect();
    Absence {
        id: format!("{who}-1").as_str().into(),
        person: who.into(),
        from: local("2026-04-01T09:00"),
        until: local("2026-04-04T09:00"),
        zone: "Europe/Amsterdam".into(),
        delegations,
        note: String::new(),
        version: 1,
        cancelled: false,
    }
}

pub fn between(who: &str, from: &str, until: &str, deputies: &[&str]) -> Absence {
    Absence { from: local(from), until: local(until), ..away(who, deputies) }
}

pub fn called(id: &str, absence: Absence) -> Absence {
    Absence { id: id.into(), ..absence }
}

pub fn to_take(to: &str, scope: DelegationScope) -> Delegation {
    Delegation { to: to.into(), scope }
}

pub fn of_client(client: &str) -> DelegationScope {
    DelegationScope { client: Some(client.into()), ..DelegationScope::EVERYTHING }
}

pub fn of_kind(kind: Kind) -> DelegationScope {
    DelegationScope { kind: Some(kind), ..DelegationScope::EVERYTHING }
}

pub fn up_to(minor: i64) -> DelegationScope {
    DelegationScope { amount_up_to: Some(minor), ..DelegationScope::EVERYTHING }
}

pub fn work(kind: Kind, amount: Option<i64>) -> Work<'static> {
    Work { place: Place { client: &ACME, project: None, kind }, amount }
}

/// The absences of a test, and questions about them.
pub struct Rota {
    pub absences: Absences,
    pub people: People,
    pub work: Work<'static>,
    pub barred: BTreeSet<PersonId>,
    /// Those who may not decide for want of a grant.
    pub unfit: BTreeSet<PersonId>,
}

impl Rota {
    pub fn of(absences: impl IntoIterator<Item = Absence>) -> Self {
        Self {
            absences: Absences::new(absences),
            people: people(),
            work: work(Kind::Invoice, Some(100_00)),
            barred: BTreeSet::new(),
            unfit: BTreeSet::new(),
        }
    }

    pub fn question(&self) -> Question<'_> {
        Question { absences: &self.absences, people: &self.people, work: self.work, barred: &self.barred }
    }

    pub fn eligible(&self, person: &Person) -> Result<(), Denial> {
        if self.unfit.contains(&person.id) { Err(Denial::OutOfScope) } else { Ok(()) }
    }

    pub fn cover_at(&self, who: &str, at: &str) -> Cover {
        cover(self.question(), &who.into(), utc(at), |person| self.eligible(person))
    }

    pub fn cover(&self, who: &str) -> Cover {
        self.cover_at(who, NOON)
    }

    /// Who gets the work of `who`.
    pub fn of_work(mut self, work: Work<'static>) -> Self {
        self.work = work;
        self
    }

    pub fn said(&self, who: &str) -> String {
        let at = utc(NOON);
        absence::explain::cover(&self.cover(who), &who.into(), at, &self.absences, &self.people)
    }
}

pub fn ids(names: &[&str]) -> Vec<PersonId> {
    names.iter().map(|name| PersonId::from(*name)).collect()
}

pub fn by(person: &str, via: &[&str]) -> Cover {
    Cover::By { person: person.into(), via: ids(via) }
}

pub fn nobody(why: Hole, person: &str, via: &[&str]) -> Cover {
    Cover::Uncovered { why, person: person.into(), via: ids(via) }
}
