//! Journeys of steps, and people who decide at them.
#![allow(dead_code, clippy::unwrap_used)]

use crate::world::{World, person, submission};
use postern_domain::calendar::Target;
use postern_domain::*;

pub fn step(key: &str, group: &str) -> Step {
    Step::new(key, key, vec![Deciders::Group(group.into())])
}

pub fn stage(key: &str, steps: Vec<Step>) -> Stage {
    Stage { steps, ..Stage::of_one(key, key, vec![], Some(Target::Hours(24))) }
}

pub fn member(id: &str, groups: &[&str]) -> Person {
    let mut person = person(id, &[Role::InternalApprover]);
    person.groups = groups.iter().map(|group| (*group).to_owned()).collect();
    person
}

/// The organisation of the other tests, with `members` of groups and without its approvers.
pub fn world(stages: Vec<Stage>, members: &[(&str, &[&str])]) -> World {
    let mut world = World::new();
    let kept =
        world.organisation.people.iter().filter(|person| !person.holds(Role::InternalApprover, place()));
    let people = kept.cloned().chain(members.iter().map(|(id, groups)| member(id, groups)));
    world.organisation.people = People::new(people.collect::<Vec<_>>());
    world.journey = Journey::of_stages("standard", "Standard", stages);
    world
}

pub fn place() -> Place<'static> {
    static CLIENT: std::sync::LazyLock<ClientId> = std::sync::LazyLock::new(|| "acme".into());
    Place { client: &CLIENT, project: None, kind: Kind::Deliverable }
}

pub fn submit(world: &mut World) {
    world.accept("contact", Command::Submit(Box::new(submission())));
}

pub fn seen_at(world: &World, step: &str) -> Seen {
    Seen { step: Some(step.into()), ..world.seen() }
}

pub fn approve(world: &mut World, who: &str, step: &str) {
    let seen = seen_at(world, step);
    world.accept(who, Command::approve(seen));
}

pub fn send_back(world: &mut World, who: &str, step: &str) {
    let seen = seen_at(world, step);
    world.accept(who, Command::RequestChanges { seen, reason: "page 3".into() });
}

pub fn side_by_side() -> World {
    let stages = vec![stage("checks", vec![step("legal", "legal"), step("brand", "brand")])];
    world(stages, &[("lily", &["legal"]), ("bo", &["brand"])])
}
