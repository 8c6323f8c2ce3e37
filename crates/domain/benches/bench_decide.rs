//! How fast a decision is: the median of `decide` for the commands that matter, beside the digest of the item's content,
//! which a change of content has to compute once, measured in the same run.
//! `cargo bench --workspace --bench bench_decide`.
#![allow(clippy::unwrap_used)]

use postern_domain::*;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 20_001;
const NOW: Timestamp = Timestamp(1_775_469_600_000);

fn main() {
    let organisation = organisation_with(1);
    println!(
        "{} people, 4 KB of description, 6 fields, 40 lines of history\n",
        organisation.people.iter().count()
    );
    let journey = shipped().into_iter().find(|journey| journey.key.as_str() == "invoice-approval").unwrap();
    let standard = Journey::built_in();
    let item = in_review(&standard, &organisation);
    let reviewer = Actor::Person(item.waiting_on().next().unwrap().clone());
    let seen = Seen::of(&item, Some(item.reviews[0].step.clone()));
    let floor = median(|| drop(black_box(ContentDigest::of(black_box(&item), &item.immaterial))));
    println!("{:<52}{:>10}{:>8}", "", "median", "ratio");
    let row = |name: &str, took: Duration| {
        println!("{name:<52}{took:>10.2?}{:>8.2}", took.as_secs_f64() / floor.as_secs_f64());
    };
    row("floor: content digest", floor);
    let commands = [
        ("approve, which opens the next step", Command::approve(seen.clone())),
        ("request changes", Command::RequestChanges { seen: seen.clone(), reason: "page 3".into() }),
        ("approve what has changed: conflict", Command::approve(Seen { round: 9, ..seen })),
        ("reassign", Command::reassign("p7".into(), item.assignment_version)),
        ("escalate", Command::Escalate { to: None, reason: "late".into() }),
        ("set the priority", Command::SetPriority { priority: Priority::High }),
    ];
    for (name, command) in &commands {
        let situation =
            Situation { item: Some(&item), journey: &standard, organisation: &organisation, successor: None };
        row(name, median(|| drop(black_box(decide(situation, command, &reviewer, NOW)))));
    }
    let conditions = with_conditions();
    let item_there = in_review(&conditions, &organisation);
    let reviewer_there = Actor::Person(item_there.waiting_on().next().unwrap().clone());
    let seen_there = Seen::of(&item_there, Some(item_there.reviews[0].step.clone()));
    let command = Command::approve(seen_there);
    let situation = Situation {
        item: Some(&item_there),
        journey: &conditions,
        organisation: &organisation,
        successor: None,
    };
    row(
        "approve, past three conditions",
        median(|| drop(black_box(decide(situation, &command, &reviewer_there, NOW)))),
    );
    let crowded = organisation_with(5_000);
    let item_there = in_review(&standard, &crowded);
    let reviewer_there = Actor::Person(item_there.waiting_on().next().unwrap().clone());
    let command = Command::approve(Seen::of(&item_there, Some(item_there.reviews[0].step.clone())));
    let situation =
        Situation { item: Some(&item_there), journey: &standard, organisation: &crowded, successor: None };
    row(
        "approve, beside 5,000 contacts of clients",
        median(|| drop(black_box(decide(situation, &command, &reviewer_there, NOW)))),
    );
    let conditional = journey.stages.iter().find_map(|stage| stage.when.as_ref()).unwrap();
    row(
        "one condition in CEL",
        median(|| {
            black_box(conditional.holds(black_box(&item)));
        }),
    );
    let fresh = Instant::now();
    black_box(Condition::new(conditional.source()).holds(&item));
    println!("compiling a condition, once for each journey: {:.2?}", fresh.elapsed());
}

/// Three stages, each with a condition: the second does not apply.
fn with_conditions() -> Journey {
    let mut journey = Journey::built_in();
    let sources = ["fields.field_1 >= 1", "kind == \"ticket\" || fields.field_2 > 9", "has(fields.field_5)"];
    for (stage, source) in journey.stages.iter_mut().zip(sources) {
        stage.when = Some(Condition::new(source));
    }
    journey
}

/// Sixty members of staff, and as many contacts of clients as asked for.
fn organisation_with(contacts: usize) -> Organisation {
    let person = |number: usize| Person {
        id: PersonId(format!("p{number}")),
        name: format!("Person {number}"),
        email: format!("p{number}@example.test"),
        time_zone: "Europe/Amsterdam".into(),
        grants: vec![Grant {
            role: [Role::InternalApprover, Role::InternalOwner, Role::TeamLead][number % 3],
            scope: Scope::EVERYTHING,
        }],
        disabled: false,
        groups: Vec::new(),
        lead: None,
    };
    let contact = |number: usize| {
        let mut contact = person(number);
        contact.grants[0].role = Role::Client;
        contact
    };
    Organisation::of(People::new((0..60).map(person).chain((60..60 + contacts).map(contact))))
}

fn in_review(journey: &Journey, organisation: &Organisation) -> Item {
    let submission = Submission {
        reference: "ACME-1".into(),
        kind: Kind::Invoice,
        title: "Annual report".into(),
        description: "The report. ".repeat(340),
        client: "acme".into(),
        project: None,
        journey: journey.reference(),
        fields: (0..6).map(|at| (format!("field_{at}"), FieldValue::Integer(at))).collect(),
        priority: Priority::Normal,
        owner: Some("p1".into()),
    };
    let contact = Actor::Person("p60".into());
    let situation = Situation { item: None, journey, organisation, successor: None };
    let Ok(Ruling::Happened(events)) =
        decide(situation, &Command::Submit(Box::new(submission)), &contact, NOW)
    else {
        panic!("not submitted");
    };
    let mut item = None;
    let mut log: Vec<Event> = events;
    log.extend((0..38).map(|number| Event::Noted { activity: format!("note {number}") }));
    for event in log {
        let recorded = Recorded {
            event,
            by: contact.clone(),
            on_behalf_of: None,
            at: NOW,
            device_at: None,
            command: None,
        };
        item = Some(apply(item, &"item-1".into(), &recorded).unwrap());
    }
    item.unwrap()
}

fn median(mut run: impl FnMut()) -> Duration {
    for _ in 0..200 {
        run();
    }
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            run();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}
