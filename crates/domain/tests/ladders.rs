//! Ladders, and the people to whom they lead.
#![allow(clippy::unwrap_used)]

mod steps;
mod world;

use postern_domain::calendar::Target;
use postern_domain::*;
use steps::{approve, side_by_side, stage, step, submit};
use world::{World, away, person, set_title};

fn clock() -> Actor {
    Actor::System("escalation".into())
}

fn climb(rung: u8) -> Command {
    Command::Climb { stage: "checks".into(), round: 1, rung }
}

fn with(world: &mut World, people: &[Person]) {
    let known = world.organisation.people.iter().cloned();
    world.organisation.people = People::new(known.chain(people.iter().cloned()).collect::<Vec<_>>());
}

fn escalations(world: &World) -> Vec<(&Actor, Option<&str>)> {
    world
        .item()
        .history
        .iter()
        .filter_map(|entry| match &entry.what {
            Happening::Escalated { to, .. } => Some((&entry.by, to.as_ref().map(PersonId::as_str))),
            _ => None,
        })
        .collect()
}

#[test]
fn a_rung_that_is_reached_is_climbed_though_the_one_before_waits_for_a_date_that_is_not_there() {
    let mut world = side_by_side();
    world.journey.stages[0].target = None;
    world.journey.escalation = vec![
        Rung { after: RungTime::Overdue(Target::Hours(1)), to: RungTo::Owner },
        Rung { after: RungTime::Opened(Target::Hours(2)), to: RungTo::Lead },
    ];
    submit(&mut world);
    world.now = world.now.plus_ms(3 * HOUR_MS);
    let rungs = ladder(world.item(), &world.journey, &world.organisation);
    assert_eq!(rungs.iter().map(|rung| rung.rung).collect::<Vec<_>>(), [2]);
    let ruling = world.act_as(&clock(), &climb(2));
    assert!(matches!(ruling, Ok(Ruling::Happened(_))), "{ruling:?}");
    assert_eq!(world.item().rungs, 2);
    let again = world.act_as(&clock(), &climb(2));
    assert_eq!(again, Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyClimbed)));
}

#[test]
fn a_ladder_leads_to_the_deputy_of_whoever_is_away_and_to_the_next_lead_where_there_is_none() {
    let rung = |to| vec![Rung { after: RungTime::Opened(Target::Hours(1)), to }];
    for (to, deputies, expected) in [
        (RungTo::Owner, &["otto"][..], "otto"),
        (RungTo::Owner, &[], "lena"),
        (RungTo::Person("olga".into()), &["otto"], "otto"),
        (RungTo::Person("olga".into()), &[], "lena"),
    ] {
        let mut world = side_by_side();
        with(&mut world, &[person("otto", &[Role::InternalOwner])]);
        world.journey.escalation = rung(to);
        submit(&mut world);
        away(&mut world, "olga", deputies);
        world.now = world.now.plus_ms(2 * HOUR_MS);
        world.act_as(&clock(), &climb(1)).unwrap();
        assert_eq!(world.item().escalation.as_ref().unwrap().to, Some(expected.into()));
    }
}

#[test]
fn nothing_is_escalated_to_a_lead_who_is_away_while_another_is_there() {
    for (absent, present) in [("lena", "lars"), ("lars", "lena")] {
        let mut world = side_by_side();
        with(&mut world, &[person("lars", &[Role::TeamLead])]);
        submit(&mut world);
        away(&mut world, absent, &[]);
        world.accept("bo", Command::Escalate { to: None, reason: "late".into() });
        assert_eq!(world.item().escalation.as_ref().unwrap().to, Some(present.into()));
    }
    let mut world = side_by_side();
    submit(&mut world);
    away(&mut world, "lena", &["bo"]);
    world.accept("lily", Command::Escalate { to: None, reason: "late".into() });
    assert_eq!(world.item().escalation.as_ref().unwrap().to, Some("bo".into()), "the only lead's deputy");
}

fn refresh(world: &mut World) -> Ruling {
    world.act_as(&Actor::System("clock".into()), &Command::Refresh {}).unwrap()
}

#[test]
fn a_step_that_becomes_uncovered_is_escalated_once_by_the_clock_and_given_to_nobody() {
    let mut world = side_by_side();
    submit(&mut world);
    assert_eq!(escalations(&world), []);
    away(&mut world, "bo", &[]);
    refresh(&mut world);
    let by_clock = Actor::System("clock".into());
    assert_eq!(escalations(&world), [(&by_clock, Some("lena"))]);
    assert!(world.item().waiting_on().all(|id| id.as_str() == "lily"), "nobody sits there by that");
    assert_eq!(refresh(&mut world), Ruling::AlreadySatisfied(Satisfied::AlreadySet));
    // Back, and away again: it is another occurrence.
    world.organisation.absences = absence::Absences::default();
    refresh(&mut world);
    assert_eq!(escalations(&world).len(), 1);
    away(&mut world, "bo", &[]);
    refresh(&mut world);
    assert_eq!(escalations(&world).len(), 2);
}

#[test]
fn a_step_that_opens_uncovered_is_escalated_by_the_clock() {
    let stages = vec![stage("one", vec![step("one", "legal")]), stage("two", vec![step("two", "brand")])];
    let mut world = steps::world(stages, &[("lily", &["legal"]), ("bo", &["brand"])]);
    away(&mut world, "bo", &[]);
    submit(&mut world);
    assert_eq!(escalations(&world), []);
    approve(&mut world, "lily", "one");
    let by_clock = Actor::System("clock".into());
    assert_eq!(escalations(&world), [(&by_clock, Some("lena"))]);
    assert_eq!(world.item().escalation.as_ref().unwrap().by, by_clock);
}

#[test]
fn a_deputy_who_edits_the_content_loses_the_seat_and_so_does_whoever_handed_it_to_them() {
    for editor in ["dora", "dirk"] {
        let mut world = side_by_side();
        with(&mut world, &[person("dora", &[Role::TeamLead]), person("dirk", &[Role::TeamLead])]);
        away(&mut world, "bo", &["dora"]);
        away(&mut world, "dora", &["dirk"]);
        submit(&mut world);
        assert_eq!(world.item().review(&"brand".into()).unwrap().waiting_on().next(), Some(&"dirk".into()));
        world.accept(editor, set_title("In a deputy's words"));
        let review = world.item().review(&"brand".into()).unwrap();
        assert_eq!(review.waiting_on().next(), None, "{editor}");
        assert!(world.item().is_uncovered());
        assert_eq!(escalations(&world).len(), 1);
    }
}
