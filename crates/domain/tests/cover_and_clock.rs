//! Deputies at steps, and due times of steps.
#![allow(clippy::unwrap_used)]

mod world;

use postern_domain::absence::*;
use postern_domain::calendar::*;
use postern_domain::*;
use world::{World, person, submission};

/// Monday 6 April 2026, 12:00 in Amsterdam.
const MONDAY: Timestamp = Timestamp(1_775_469_600_000);

fn absence(id: &str, who: &str, from: &str, until: &str, to: &[&str]) -> Absence {
    Absence {
        id: id.into(),
        person: who.into(),
        from: LocalDateTime::parse(from).unwrap(),
        until: LocalDateTime::parse(until).unwrap(),
        zone: "Europe/Amsterdam".into(),
        delegations: to
            .iter()
            .map(|to| Delegation { to: (*to).into(), scope: DelegationScope::EVERYTHING })
            .collect(),
        note: String::new(),
        version: 1,
        cancelled: false,
    }
}

/// One step for the approvers anna and aron, one of whom is asked; on Monday noon.
fn world(absences: Vec<Absence>, step: Step, target: Target) -> World {
    let mut world = World::new();
    let stage = Stage { steps: vec![step], target: Some(target), ..Stage::of_one("s", "S", vec![], None) };
    world.journey = Journey::of_stages("standard", "Standard", vec![stage]);
    world.organisation.absences = Absences::new(absences);
    world.now = MONDAY;
    world
}

fn of_anna() -> Step {
    Step::new("check", "Check", vec![Deciders::Person("anna".into())])
}

fn submit(world: &mut World) {
    world.accept("contact", Command::Submit(Box::new(submission())));
}

fn turns(world: &World) -> Vec<&str> {
    world.item().waiting_on().map(PersonId::as_str).collect()
}

fn refresh(world: &mut World) -> Ruling {
    world.act_as(&Actor::System("clock".into()), &Command::Refresh {}).unwrap()
}

const WEEK: (&str, &str) = ("2026-04-06T00:00", "2026-04-13T09:00");

#[test]
fn whoever_is_away_when_a_step_opens_is_represented_by_their_deputy() {
    let mut world =
        world(vec![absence("a", "anna", WEEK.0, WEEK.1, &["aron"])], of_anna(), Target::Hours(48));
    submit(&mut world);
    assert_eq!(turns(&world), ["aron"]);
    world.approve("aron");
    let decision = &world.item().closed_reviews[0].decisions[0];
    assert_eq!((decision.by.as_str(), decision.on_behalf_of.as_slice()), ("aron", &["anna".into()][..]));
    let said = Happening::Approved { step: "check".into(), on_behalf_of: vec!["anna".into()], reason: None };
    assert!(world.item().history.iter().any(|entry| entry.what == said));
}

#[test]
fn the_whole_chain_is_recorded() {
    let mut world = world(
        vec![
            absence("a", "anna", WEEK.0, WEEK.1, &["olga"]),
            absence("o", "olga", WEEK.0, WEEK.1, &["aron"]),
        ],
        of_anna(),
        Target::Hours(48),
    );
    submit(&mut world);
    world.approve("aron");
    let decision = &world.item().closed_reviews[0].decisions[0];
    assert_eq!(decision.on_behalf_of, ["anna".into(), "olga".into()]);
}

#[test]
fn a_pending_review_moves_when_somebody_leaves_and_comes_back_with_them() {
    let away = absence("a", "anna", "2026-04-07T09:00", "2026-04-08T09:00", &["aron"]);
    let mut world = world(vec![away], of_anna(), Target::Hours(480));
    submit(&mut world);
    assert_eq!(turns(&world), ["anna"]);
    world.now = MONDAY.plus_ms(22 * HOUR_MS);
    assert!(matches!(refresh(&mut world), Ruling::Happened(_)));
    assert_eq!(turns(&world), ["aron"]);
    assert_eq!(refresh(&mut world), Ruling::AlreadySatisfied(Satisfied::AlreadySet));
    world.now = MONDAY.plus_ms(45 * HOUR_MS);
    refresh(&mut world);
    assert_eq!(turns(&world), ["anna"]);
    let seen = world.seen();
    let refusal = world.refused("aron", Command::approve(seen));
    assert_eq!(refusal, Refusal::Denied { action: Action::Approve, why: Denial::NotReviewer });
}

#[test]
fn a_loop_is_uncovered_and_given_to_nobody() {
    let mut world = world(
        vec![
            absence("a", "anna", WEEK.0, WEEK.1, &["aron"]),
            absence("b", "aron", WEEK.0, WEEK.1, &["anna"]),
        ],
        of_anna(),
        Target::Hours(48),
    );
    submit(&mut world);
    assert_eq!(turns(&world), Vec::<&str>::new());
    assert!(world.item().is_uncovered());
    let norms = Norms::default();
    assert_eq!(stuck(world.item(), &norms, world.now.plus_ms(1)), Some(Stuck::Uncovered));
    assert_eq!(stuck_from(world.item(), &norms), Some(world.item().entered_at));
}

#[test]
fn nobody_decides_for_somebody_who_contributed_and_no_deputy_who_contributed_decides() {
    let away = || absence("a", "anna", WEEK.0, WEEK.1, &["olga"]);
    let mut deputy = world(vec![away()], of_anna(), Target::Hours(48));
    deputy.accept("olga", Command::Submit(Box::new(submission())));
    assert!(deputy.item().is_uncovered(), "olga keyed it in");

    let mut absentee = world(vec![away()], of_anna(), Target::Hours(48));
    submit(&mut absentee);
    let mut item = absentee.item().clone();
    item.contributors.insert("anna".into());
    absentee.item = Some(item);
    let seen = absentee.seen();
    let refusal = absentee.refused("olga", Command::approve(seen));
    assert_eq!(refusal, Refusal::Denied { action: Action::Approve, why: Denial::Contributor });
}

#[test]
fn a_deputy_of_two_is_one_person_to_the_quorum() {
    let both = Step {
        quorum: Quorum::All,
        ..Step::new("check", "Check", vec![Deciders::Person("anna".into()), Deciders::Person("aron".into())])
    };
    let mut world = world(
        vec![
            absence("a", "anna", WEEK.0, WEEK.1, &["olga"]),
            absence("b", "aron", WEEK.0, WEEK.1, &["olga"]),
        ],
        both,
        Target::Hours(48),
    );
    submit(&mut world);
    assert!(world.item().is_uncovered());
    world.approve("olga");
    assert_eq!(world.item().phase, Phase::InReview, "one person is one approval");
    let seen = world.seen();
    let again = world.act("olga", &Command::approve(seen));
    assert_eq!(again, Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyApproved)));
    world.approve("lena");
    assert_eq!(world.item().phase, Phase::Approved, "a lead took the seat that nobody covered");
}

#[test]
fn a_delegation_up_to_an_amount_leaves_the_rest_uncovered() {
    let mut away = absence("a", "anna", WEEK.0, WEEK.1, &["aron"]);
    away.delegations[0].scope.amount_up_to = Some(12_499);
    let mut world = world(vec![away], of_anna(), Target::Hours(48));
    submit(&mut world);
    assert!(world.item().is_uncovered(), "the amount is 12,500");
}

fn office() -> CompiledCalendar {
    let mut calendar = Calendar::standard("Europe/Amsterdam");
    calendar.key = "office".into();
    CompiledCalendar::new(&calendar).unwrap()
}

fn on_business_time(target: Target) -> World {
    let mut world = world(vec![], of_anna(), target);
    world.journey.calendar = Some("office".into());
    world.organisation.calendars.put(office());
    world
}

#[test]
fn a_step_is_due_in_business_time_by_the_calendar_of_its_journey() {
    let mut world = on_business_time(Target::BusinessMinutes(6 * 60));
    submit(&mut world);
    // From Monday 12:01: five hours less a minute on Monday, an hour and a minute on Tuesday.
    assert_eq!(world.item().due_at.unwrap().to_rfc3339(), "2026-04-07T08:01:00Z");
}

#[test]
fn a_reviewers_own_calendar_comes_before_the_journeys() {
    let mut world = on_business_time(Target::BusinessMinutes(6 * 60));
    let mut early = Calendar::standard("America/New_York");
    early.key = "new-york".into();
    world.organisation.calendars.put(CompiledCalendar::new(&early).unwrap());
    world.organisation.calendars.give_person("anna".into(), "new-york".into());
    submit(&mut world);
    let review = &world.item().reviews[0];
    assert_eq!(review.clock.as_ref().unwrap().calendar.as_str(), "new-york");
    assert_eq!(review.due_at.unwrap().to_rfc3339(), "2026-04-06T19:00:00Z");
}

#[test]
fn the_clock_stands_still_while_the_item_is_an_exception_and_the_ledger_says_so() {
    let mut world = on_business_time(Target::BusinessMinutes(6 * 60));
    submit(&mut world);
    world.now = MONDAY.plus_ms(HOUR_MS - 60_000);
    world.accept("anna", Command::RaiseException { category: "data".into(), reason: "unclear".into() });
    world.now = world.now.plus_ms(2 * HOUR_MS - 60_000);
    world.accept("olga", Command::ResolveException { to: ExceptionExit::Back, reason: "clear".into() });
    assert_eq!(world.item().due_at.unwrap().to_rfc3339(), "2026-04-07T10:01:00Z");
    let ledger = ledger(world.item(), &world.item().reviews[0], &world.organisation, world.now).unwrap();
    assert_eq!(ledger.due.at(), world.item().due_at);
    let paused = ledger.segments.iter().find(|segment| matches!(segment.what, What::Paused { .. })).unwrap();
    assert_eq!(paused.length_ms(), 2 * HOUR_MS);
}

#[test]
fn an_edited_calendar_moves_what_is_due_and_leaves_dates_set_by_hand() {
    let mut world = on_business_time(Target::BusinessMinutes(6 * 60));
    submit(&mut world);
    let mut edited = Calendar::standard("Europe/Amsterdam");
    (edited.key, edited.version) = ("office".into(), 2);
    edited.holidays.push(Holiday { date: "2026-04-07".parse().unwrap(), name: "Founders' day".into() });
    world.organisation.calendars.put(CompiledCalendar::new(&edited).unwrap());
    refresh(&mut world);
    assert_eq!(world.item().due_at.unwrap().to_rfc3339(), "2026-04-08T08:01:00Z");
    assert_eq!(world.item().reviews[0].clock.as_ref().unwrap().calendar_version, 2);
    let by_hand = world.now.plus_ms(DAY_MS);
    world.accept("olga", Command::SetDue { due_at: Some(by_hand) });
    world.organisation.calendars.put(office());
    refresh(&mut world);
    assert_eq!(world.item().due_at, Some(by_hand));
    // That there is no date is a date set by hand, too.
    world.accept("olga", Command::SetDue { due_at: None });
    world.organisation.calendars.put(CompiledCalendar::new(&edited).unwrap());
    refresh(&mut world);
    assert_eq!(world.item().due_at, None);
}

#[test]
fn only_the_portals_own_clock_looks_again() {
    let mut world = on_business_time(Target::BusinessDays(1));
    submit(&mut world);
    let refusal = world.refused("lena", Command::Refresh {});
    assert!(matches!(refusal, Refusal::Denied { why: Denial::AutomationOnly, .. }), "{refusal:?}");
    let _ = person("nobody", &[]);
}

#[test]
fn another_calendar_for_everybody_counts_for_what_runs_already_and_only_what_moves_is_said() {
    let mut world = world(vec![], of_anna(), Target::BusinessMinutes(6 * 60));
    submit(&mut world);
    let lines = world.item().history.len();
    assert_eq!(refresh(&mut world), Ruling::AlreadySatisfied(Satisfied::AlreadySet));
    let everybody = CalendarUse { of: CalendarOf::Everybody, calendar: "new-york".into() };
    let mut new_york = Calendar::standard("America/New_York");
    new_york.key = "new-york".into();
    world.organisation.calendars = Calendars::assemble([&new_york], [&everybody]);
    refresh(&mut world);
    assert_eq!(world.item().history.len(), lines + 1);
    assert_eq!(world.item().reviews[0].clock.as_ref().unwrap().calendar.as_str(), "new-york");
    new_york.version = 2;
    world.organisation.calendars = Calendars::assemble([&new_york], [&everybody]);
    assert_eq!(refresh(&mut world), Ruling::AlreadySatisfied(Satisfied::AlreadySet));
}

#[test]
fn the_target_of_the_whole_way_stands_still_while_the_client_has_the_item() {
    let mut world = world(vec![], of_anna(), Target::Hours(48));
    world.journey.target = Some(Target::Hours(100));
    submit(&mut world);
    let submitted = world.item().submitted_at.unwrap();
    let due = |world: &World| {
        whole_ledger(world.item(), &world.journey, &world.organisation, world.now).unwrap().due
    };
    assert_eq!(due(&world), Due::At(submitted.plus_ms(100 * HOUR_MS)));
    world.now = submitted.plus_ms(10 * HOUR_MS);
    world.send_back("anna");
    let sent_back = world.item().updated_at;
    world.now = sent_back.plus_ms(30 * HOUR_MS);
    assert!(matches!(due(&world), Due::Paused { since, .. } if since == sent_back));
    world.accept("contact", Command::Resubmit { comment: None });
    let waited = world.item().updated_at.since(sent_back);
    assert_eq!(due(&world), Due::At(submitted.plus_ms(100 * HOUR_MS + waited)));
    world.journey.target = None;
    assert_eq!(whole_ledger(world.item(), &world.journey, &world.organisation, world.now), None);
}
