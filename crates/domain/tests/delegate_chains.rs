//! Every chain of absences of up to four deputies, loops and dead ends among them, with every set of contributors on
//! it: nobody decides on their own work, and nobody decides in a seat that a contributor handed on.
#![allow(clippy::unwrap_used)]

mod world;

use postern_domain::absence::{Absence, Absences, Delegation, DelegationScope, LocalDateTime};
use postern_domain::*;
use std::collections::{BTreeMap, BTreeSet};
use world::{World, person};

const LONGEST: usize = 4;

/// How a chain ends: with its last deputy, who is there; with nobody; or back at one who handed it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    There,
    Nobody,
    BackTo(usize),
}

/// The reviewer is the first of the chain; `deputies` follow.
#[derive(Clone, Debug)]
struct Chain {
    deputies: usize,
    end: End,
    contributors: BTreeSet<usize>,
}

fn chains() -> Vec<Chain> {
    let mut chains = Vec::new();
    for deputies in 1..=LONGEST {
        for end in [End::There, End::Nobody].into_iter().chain((0..deputies).map(End::BackTo)) {
            for set in 0..1_u32 << (deputies + 1) {
                let contributors = (0..=deputies).filter(|at| set & (1 << at) != 0).collect();
                chains.push(Chain { deputies, end, contributors });
            }
        }
    }
    chains
}

fn id(at: usize) -> PersonId {
    PersonId(format!("person-{at}"))
}

fn away(at: usize, to: Option<usize>) -> Absence {
    Absence {
        id: AbsenceId(format!("away-{at}")),
        person: id(at),
        from: LocalDateTime::parse("2025-06-01T00:00").unwrap(),
        until: LocalDateTime::parse("2025-07-01T00:00").unwrap(),
        zone: "Europe/Amsterdam".into(),
        delegations: to
            .map(|to| Delegation { to: id(to), scope: DelegationScope::EVERYTHING })
            .into_iter()
            .collect(),
        note: String::new(),
        version: 1,
        cancelled: false,
    }
}

impl Chain {
    /// Whether somebody sits in the first one's seat: the last of the chain, when nobody on it had contributed by then.
    fn is_covered(&self, late: bool) -> bool {
        self.end == End::There && (late || self.contributors.is_empty())
    }

    /// Who may decide, by the promise alone: never a contributor. In the first one's seat they themselves, should they
    /// come to work on a holiday, and the last of the chain, when nobody on it contributed. In a seat that nobody sits
    /// in, everybody, in their own right.
    fn may_decide(&self, at: usize, late: bool) -> bool {
        let own_seat = at == 0;
        let as_deputy = at == self.deputies && self.contributors.is_empty();
        let free = !self.is_covered(late);
        !self.contributors.contains(&at) && (own_seat || free || as_deputy)
    }

    fn absences(&self) -> Absences {
        let next = |at: usize| if at < self.deputies { Some(at + 1) } else { None };
        let mut all: Vec<Absence> = (0..self.deputies).map(|at| away(at, next(at))).collect();
        match self.end {
            End::There => {}
            End::Nobody => all.push(away(self.deputies, None)),
            End::BackTo(at) => all.push(away(self.deputies, Some(at))),
        }
        Absences::new(all)
    }

    /// The approvers' step, which the first of the chain has. With `late`, they contributed after it was handed on.
    fn world(&self, late: bool) -> World {
        let mut world = World::submitted();
        let people = world.organisation.people.iter().cloned();
        let chain = (0..=LONGEST).map(|at| person(id(at).as_str(), &[Role::InternalApprover]));
        world.organisation.people = People::new(people.chain(chain));
        world.organisation.absences = self.absences();
        world.accept("olga", Command::approve(world.seen()));
        if !late {
            self.contribute(&mut world);
        }
        let step = Some(StepKey::from("review"));
        let reassigned = Event::Reassigned { step, from: None, to: id(0), groups: Vec::new(), reason: None };
        world.item = Some(happened(&world, reassigned, Actor::Person("lena".into())));
        world.act_as(&Actor::System("clock".into()), &Command::Refresh {}).unwrap();
        if late {
            self.contribute(&mut world);
        }
        world
    }

    fn contribute(&self, world: &mut World) {
        for at in &self.contributors {
            let description = Some(format!("The text of {at}."));
            let set = Event::FieldsSet { fields: Fields::new(), title: None, description, cosmetic: false };
            world.item = Some(happened(world, set, Actor::Person(id(*at))));
        }
    }
}

fn happened(world: &World, event: Event, by: Actor) -> Item {
    let recorded = Recorded { event, by, on_behalf_of: None, at: world.now, device_at: None, command: None };
    apply(world.item.clone(), &World::id(), &recorded).unwrap()
}

#[test]
fn no_chain_makes_anybody_decide_on_their_own_work() {
    let mut in_a_seat: BTreeMap<(usize, End), usize> = BTreeMap::new();
    for (chain, late) in chains().into_iter().flat_map(|chain| [(chain.clone(), false), (chain, true)]) {
        let world = chain.world(late);
        assert_eq!(world.item().reviews[0].reviewers, [id(0)], "{chain:?}");
        for (at, reason) in (0..=LONGEST).flat_map(|at| [(at, None), (at, Some("page 3".to_owned()))]) {
            let seen = world.seen();
            let command = match reason {
                None => Command::approve(seen),
                Some(reason) => Command::RequestChanges { seen, reason },
            };
            let (journey, organisation) = (&world.journey, &world.organisation);
            let situation = Situation { item: world.item.as_ref(), journey, organisation, successor: None };
            let ruling = decide(situation, &command, &Actor::Person(id(at)), world.now);
            let told = format!("{at} {command:?}, late {late}, {chain:?}: {ruling:?}");
            assert_eq!(matches!(&ruling, Ok(Ruling::Happened(_))), chain.may_decide(at, late), "{told}");
            if let Some(via) = ruling.ok().and_then(on_behalf_of).filter(|via| !via.is_empty()) {
                assert!(
                    chain.contributors.iter().all(|contributor| !via.contains(&id(*contributor))),
                    "{told}"
                );
                assert_eq!(via.len(), chain.deputies, "{told}");
                *in_a_seat.entry((chain.deputies, chain.end)).or_default() += 1;
            }
        }
    }
    let through_every_length = (1..=LONGEST).map(|deputies| ((deputies, End::There), 4)).collect();
    assert_eq!(in_a_seat, through_every_length, "two verdicts, asked with contributors early and late");
}

/// In whose seat was decided.
fn on_behalf_of(ruling: Ruling) -> Option<Vec<PersonId>> {
    let Ruling::Happened(events) = ruling else { return None };
    events.into_iter().find_map(|event| match event {
        Event::Decided { on_behalf_of, .. } => Some(on_behalf_of),
        _ => None,
    })
}
