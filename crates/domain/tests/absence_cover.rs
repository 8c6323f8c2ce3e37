//! Who decides instead: chains of deputies, scopes, holes, seats, and cover over time.
#![allow(clippy::unwrap_used, clippy::inconsistent_digit_grouping)]

mod rota;

use postern_domain::absence::*;
use postern_domain::*;
use rota::*;

#[test]
fn who_is_not_away_keeps_their_seat() {
    assert_eq!(Rota::of([away("bram", &["cleo"])]).cover("anna"), Cover::Present);
}

#[test]
fn a_deputy_decides_for_who_is_away() {
    assert_eq!(Rota::of([away("anna", &["bram"])]).cover("anna"), by("bram", &["anna"]));
}

#[test]
fn a_deputy_who_is_away_hands_it_on_and_the_whole_chain_is_told() {
    let rota = Rota::of([away("anna", &["bram"]), away("bram", &["cleo"]), away("cleo", &["dirk"])]);
    assert_eq!(rota.cover("anna"), by("dirk", &["anna", "bram", "cleo"]));
}

#[test]
fn at_the_very_end_of_the_absence_the_person_is_back() {
    let rota = Rota::of([away("anna", &["bram"])]);
    assert_eq!(rota.cover_at("anna", "2026-04-04T06:59:59Z"), by("bram", &["anna"]));
    assert_eq!(rota.cover_at("anna", "2026-04-04T07:00:00Z"), Cover::Present);
}

#[test]
fn who_named_nobody_leaves_the_work_uncovered() {
    let rota = Rota::of([away("anna", &["bram"]), away("bram", &[])]);
    assert_eq!(rota.cover("bram"), nobody(Hole::NoDelegate, "bram", &[]));
    assert_eq!(rota.cover("anna"), nobody(Hole::NoDelegate, "bram", &["anna"]));
}

#[test]
fn the_first_delegation_that_covers_the_work_takes_it() {
    let mut absence = away("anna", &["emma"]);
    absence.delegations.insert(0, to_take("bram", of_client("globex")));
    absence.delegations.insert(1, to_take("cleo", of_kind(Kind::Ticket)));
    absence.delegations.insert(2, to_take("dirk", up_to(50_00)));
    let gets = |work: Work<'static>| match Rota::of([absence.clone()]).of_work(work).cover("anna") {
        Cover::By { person, .. } => person.to_string(),
        other => panic!("{other:?}"),
    };
    let for_globex = Place { client: &GLOBEX, project: None, kind: Kind::Ticket };
    assert_eq!(gets(Work { place: for_globex, amount: None }), "bram");
    assert_eq!(gets(work(Kind::Ticket, None)), "cleo");
    assert_eq!(gets(work(Kind::Invoice, Some(49_99))), "dirk");
    assert_eq!(gets(work(Kind::Invoice, Some(50_01))), "emma");
}

#[test]
fn the_largest_amount_is_included_and_an_unknown_amount_is_not() {
    let limited = |amount| up_to(500_00).covers(work(Kind::Invoice, amount));
    assert!(limited(Some(500_00)));
    assert!(!limited(Some(500_01)));
    assert!(limited(Some(0)));
    assert!(!limited(None));
}

#[test]
fn a_credit_counts_like_a_charge() {
    let limited = |amount| up_to(500_00).covers(work(Kind::Invoice, Some(amount)));
    assert!(limited(-500_00));
    assert!(!limited(-500_01));
    assert!(!limited(i64::MIN));
    assert!(!up_to(-1).covers(work(Kind::Invoice, Some(0))));
}

#[test]
fn a_circle_is_uncovered_and_ends_where_it_began() {
    let rota = Rota::of([away("anna", &["bram"]), away("bram", &["cleo"]), away("cleo", &["bram"])]);
    assert_eq!(rota.cover("anna"), nobody(Hole::Loop, "bram", &["anna", "bram", "cleo"]));
    let alone = Rota::of([away("anna", &["anna"])]);
    assert_eq!(alone.cover("anna"), nobody(Hole::Loop, "anna", &["anna"]));
}

fn chain_of(length: usize) -> Rota {
    let names: Vec<String> = (0..=length).map(|number| format!("p{number}")).collect();
    let absences = names.windows(2).map(|pair| away(&pair[0], &[pair[1].as_str()]));
    let mut rota = Rota::of(absences);
    rota.people = People::new(names.iter().map(|name| person(name, name)));
    rota
}

#[test]
fn work_is_handed_on_eight_times_and_no_more() {
    assert!(matches!(chain_of(MAX_CHAIN).cover("p0"), Cover::By { via, .. } if via.len() == MAX_CHAIN));
    match chain_of(MAX_CHAIN + 1).cover("p0") {
        Cover::Uncovered { why: Hole::TooDeep, person, via } => {
            assert_eq!((person, via.len()), ("p8".into(), MAX_CHAIN));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_disabled_or_unknown_deputy_is_a_hole_even_when_another_is_named() {
    let rota = Rota::of([away("anna", &["gone", "bram"]), away("bram", &["nobody", "cleo"])]);
    assert_eq!(rota.cover("anna"), nobody(Hole::Disabled, "gone", &["anna"]));
    assert_eq!(rota.cover("bram"), nobody(Hole::Unknown, "nobody", &["bram"]));
}

#[test]
fn a_seat_whose_own_person_is_disabled_or_unknown_is_uncovered_away_or_not() {
    let there = Rota::of([]);
    let away = Rota::of([away("gone", &["bram"]), away("nobody", &["bram"])]);
    for rota in [there, away] {
        assert_eq!(rota.cover("gone"), nobody(Hole::Disabled, "gone", &[]));
        assert_eq!(rota.cover("nobody"), nobody(Hole::Unknown, "nobody", &[]));
    }
}

#[test]
fn a_deputy_who_may_not_decide_is_a_hole_and_hands_nothing_on() {
    let mut rota = Rota::of([away("anna", &["bram", "cleo"])]);
    rota.unfit.insert("bram".into());
    let hole = nobody(Hole::NotEligible(Denial::OutOfScope), "bram", &["anna"]);
    assert_eq!(rota.cover("anna"), hole);
    rota.absences = rota.absences.with(&away("bram", &["cleo"]));
    assert_eq!(rota.cover("anna"), hole);
}

#[test]
fn duties_stay_apart_through_the_whole_chain() {
    let contributor = Hole::NotEligible(Denial::Contributor);
    let mut rota = Rota::of([away("anna", &["bram"]), away("bram", &["cleo"])]);
    for (barred, via) in [("anna", &[][..]), ("bram", &["anna"][..]), ("cleo", &["anna", "bram"][..])] {
        rota.barred = [barred.into()].into();
        assert_eq!(rota.cover("anna"), nobody(contributor.clone(), barred, via), "{barred}");
    }
    rota.barred = ["dirk".into()].into();
    assert_eq!(rota.cover("anna"), by("cleo", &["anna", "bram"]));
}

#[test]
fn one_deputy_in_two_seats_is_one_person() {
    let rota = Rota::of([away("anna", &["cleo"]), away("bram", &["cleo"]), away("emma", &[])]);
    let at = utc(NOON);
    let all = seats(rota.question(), &ids(&["anna", "bram", "cleo", "emma"]), at, |_| Ok(()));
    let people: Vec<_> = all.iter().map(|seat| seat.person().map(PersonId::as_str)).collect();
    assert_eq!(people, [Some("cleo"), Some("cleo"), Some("cleo"), None]);
    assert_eq!(distinct_people(&all).len(), 1);
}

#[test]
fn the_simulator_tells_who_gets_it_when() {
    let rota = Rota::of([
        away("anna", &["bram"]),
        between("bram", "2026-04-02T09:00", "2026-04-03T09:00", &["cleo"]),
        // Not on the chain: no reason to begin a new span.
        between("dirk", "2026-04-02T12:00", "2026-04-02T13:00", &[]),
    ]);
    let (from, until) = (utc("2026-03-31T00:00:00Z"), utc("2026-04-05T00:00:00Z"));
    let spans = simulate(rota.question(), &"anna".into(), from, until, |_| Ok(()));
    let told: Vec<_> = spans.into_iter().map(|span| (span.from.to_rfc3339(), span.cover)).collect();
    assert_eq!(
        told,
        [
            ("2026-03-31T00:00:00Z".to_owned(), Cover::Present),
            ("2026-04-01T07:00:00Z".to_owned(), by("bram", &["anna"])),
            ("2026-04-02T07:00:00Z".to_owned(), by("cleo", &["anna", "bram"])),
            ("2026-04-03T07:00:00Z".to_owned(), by("bram", &["anna"])),
            ("2026-04-04T07:00:00Z".to_owned(), Cover::Present),
        ]
    );
}

#[test]
fn the_simulator_of_a_group_shows_when_too_few_people_are_left() {
    let rota =
        Rota::of([away("anna", &["bram"]), between("bram", "2026-04-02T09:00", "2026-04-03T09:00", &[])]);
    let (from, until) = (utc("2026-04-01T00:00:00Z"), utc("2026-04-05T00:00:00Z"));
    let spans = simulate_seats(rota.question(), &ids(&["anna", "bram"]), from, until, |_| Ok(()));
    let people: Vec<_> = spans.iter().map(|span| distinct_people(&span.seats).len()).collect();
    assert_eq!(people, [2, 1, 0, 1, 2]);
}

#[test]
fn nothing_is_simulated_where_nothing_lies_between() {
    let rota = Rota::of([away("anna", &["bram"])]);
    let at = utc(NOON);
    assert_eq!(simulate(rota.question(), &"anna".into(), at, at, |_| Ok(())), []);
    assert_eq!(simulate(rota.question(), &"anna".into(), at, at.plus_ms(-1), |_| Ok(())), []);
}
