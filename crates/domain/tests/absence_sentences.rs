//! Every cover, hole, warning and problem as the sentence that people read.
#![allow(clippy::unwrap_used, clippy::inconsistent_digit_grouping)]

mod rota;

use postern_domain::absence::*;
use postern_domain::*;
use rota::*;

#[test]
fn cover_is_told_with_the_people_and_the_rule() {
    let one = Rota::of([away("anna", &["bram"])]);
    let two = Rota::of([away("anna", &["bram"]), away("bram", &["cleo"])]);
    let three = Rota::of([away("anna", &["bram"]), away("bram", &["cleo"]), away("cleo", &["dirk"])]);
    let said = [one.said("bram"), one.said("anna"), two.said("anna"), three.said("anna")];
    insta::assert_snapshot!(said.join("\n"), @r"
    Bram is not away and decides.
    Anna Visser is away until 4 April 09:00; Bram decides instead.
    Anna Visser is away until 4 April 09:00, and so is the deputy Bram; Cleo decides instead.
    Anna Visser is away until 4 April 09:00, and so are the deputies Bram and Cleo; Dirk decides instead.
    ");
}

#[test]
fn a_hole_is_told_with_the_people_and_the_rule() {
    let to = |deputy: &str| Rota::of([away("anna", &[deputy])]).said("anna");
    let mut barred = Rota::of([away("anna", &["bram"]), away("bram", &["cleo"])]);
    barred.barred = ["anna".into()].into();
    let absentee_contributed = barred.said("anna");
    barred.barred = ["cleo".into()].into();
    let deputy_contributed = barred.said("anna");
    let circle = Rota::of([away("anna", &["bram"]), away("bram", &["cleo"]), away("cleo", &["anna"])]);
    let mut unfit = Rota::of([away("anna", &["bram"])]);
    unfit.unfit.insert("bram".into());
    let said = [
        Rota::of([away("anna", &[])]).said("anna"),
        Rota::of([away("anna", &["bram"]), away("bram", &[])]).said("anna"),
        to("gone"),
        to("nobody"),
        to("anna"),
        unfit.said("anna"),
        absentee_contributed,
        deputy_contributed,
        circle.said("anna"),
        Rota::of([]).said("gone"),
        Rota::of([]).said("nobody"),
    ];
    insta::assert_snapshot!(said.join("\n"), @r"
    Anna Visser is away until 4 April 09:00 and named nobody for this work, so nobody decides.
    Anna Visser is away until 4 April 09:00 and handed this on to Bram, who is away too and named nobody for this work, so nobody decides.
    Anna Visser is away until 4 April 09:00 and handed this on to Gerda Post, who has an account that is switched off, so nobody decides.
    Anna Visser is away until 4 April 09:00 and handed this on to nobody, who is not known, so nobody decides.
    Anna Visser is away until 4 April 09:00, and the work goes round in a circle (Anna Visser → Anna Visser), so nobody decides.
    Anna Visser is away until 4 April 09:00 and handed this on to Bram, who has no access to this client's items, so nobody decides.
    Anna Visser is away until 4 April 09:00; nobody may decide for Anna Visser, who contributed to this round and may not decide on it.
    Anna Visser is away until 4 April 09:00 and handed this on through Bram to Cleo, who contributed to this round and may not decide on it, so nobody decides.
    Anna Visser is away until 4 April 09:00, and the work goes round in a circle (Anna Visser → Bram → Cleo → Anna Visser), so nobody decides.
    Nobody decides: Gerda Post has an account that is switched off.
    Nobody decides: nobody is not known.
    ");
}

#[test]
fn too_many_hand_overs_are_told_with_all_of_them() {
    let names: Vec<String> = (0..=MAX_CHAIN + 1).map(|number| format!("p{number}")).collect();
    let mut rota = Rota::of(names.windows(2).map(|pair| away(&pair[0], &[pair[1].as_str()])));
    rota.people = People::new(names.iter().map(|name| person(name, name)));
    insta::assert_snapshot!(rota.said("p0"), @"p0 is away until 4 April 09:00, and the work would be handed on more than 8 times (p0 → p1 → p2 → p3 → p4 → p5 → p6 → p7 → p8), so nobody decides.");
}

#[test]
fn another_year_is_said_and_so_is_the_real_return() {
    let sabbatical = Rota::of([
        called("1", away("anna", &["bram"])),
        called("2", between("anna", "2026-04-03T09:00", "2027-01-04T09:00", &["bram"])),
    ]);
    insta::assert_snapshot!(sabbatical.said("anna"), @"Anna Visser is away until 4 January 2027 09:00; Bram decides instead.");
}

#[test]
fn warnings_are_sentences() {
    let (from, until) = (utc("2026-04-01T07:00:00Z"), utc("2026-04-03T10:30:00Z"));
    let some_work = vec![
        WorkRegion {
            clients: Clients::Only("acme".into()),
            kinds: [Kind::Invoice, Kind::Ticket].into(),
            amounts: Amounts {
                unknown: true,
                known: Some(AmountBounds { above: Some(500_05), up_to: None }),
            },
        },
        WorkRegion {
            clients: Clients::AllBut(["acme".into(), "globex".into()].into()),
            ..WorkRegion::everything()
        },
    ];
    let warnings = [
        Warning::Problem(AbsenceProblem::EndsBeforeItBegins),
        Warning::AlreadyOver { until },
        Warning::TimeShifted {
            end: WindowEnd::From,
            shift: Shift::Skipped,
            written: local("2026-03-29T02:30"),
            taken: local("2026-03-29T03:00"),
        },
        Warning::TimeShifted {
            end: WindowEnd::Until,
            shift: Shift::Repeated,
            written: local("2026-10-25T02:30"),
            taken: local("2026-10-25T02:30"),
        },
        Warning::OverlapsOwn { absence: "ill".into(), from, until },
        Warning::DelegateDisabled { delegation: 0, to: "gone".into() },
        Warning::LacksPermission { delegation: 0, to: "bram".into(), why: Denial::OutOfScope },
        Warning::LacksPermission {
            delegation: 0,
            to: "bram".into(),
            why: Denial::NeedsRole(vec![Role::InternalApprover, Role::TeamLead]),
        },
        Warning::DutyConflict { delegation: 0, to: "bram".into() },
        Warning::DelegateAway { to: "bram".into(), from, until },
        Warning::Loop { people: ids(&["anna", "bram", "anna"]), from, until },
        Warning::TooDeep { people: ids(&["anna", "bram", "cleo"]), from, until },
        Warning::NobodyNamed { work: vec![WorkRegion::everything()] },
        Warning::NobodyNamed { work: some_work },
        Warning::NeverUsed { delegation: 1, to: "cleo".into() },
    ];
    let new = away("anna", &["bram"]);
    let said = warnings.map(|warning| absence::explain::warning(&warning, &new, &people()));
    insta::assert_snapshot!(said.join("\n"), @r"
    The absence has to end after it begins.
    This absence ended on 3 April 2026 12:30 and changes nothing.
    The clocks in Europe/Amsterdam skip 29 March 02:30; the absence begins at 29 March 03:00 instead.
    The clocks in Europe/Amsterdam show 25 October 02:30 twice; the absence ends the first time.
    Anna Visser has another absence from 1 April 09:00 to 3 April 12:30; meanwhile the one that began last decides who takes the work.
    Gerda Post cannot decide for Anna Visser: the account is switched off.
    Bram cannot decide for Anna Visser: Bram has no access to this client's items.
    Bram cannot decide for Anna Visser: Bram would need the role approver or team lead.
    Bram cannot decide on all of it for Anna Visser: Bram contributed to this round and may not decide on it.
    Bram is away too, from 1 April 09:00 to 3 April 12:30.
    From 1 April 09:00 to 3 April 12:30 some work goes round in a circle and nobody decides: Anna Visser → Bram → Anna Visser.
    From 1 April 09:00 to 3 April 12:30 some work would be handed on more than 8 times and nobody decides: Anna Visser → Bram → Cleo.
    While Anna Visser is away, nobody is named for any work.
    While Anna Visser is away, nobody is named for tickets and invoices of acme above 500.05 or of an unknown amount, or for work of clients other than acme and globex.
    Cleo gets nothing: those named before take all of that work.
    ");
}

#[test]
fn problems_are_sentences() {
    let problems = [
        AbsenceProblem::UnknownPerson,
        AbsenceProblem::UnknownZone { zone: "Mars/Olympus".into() },
        AbsenceProblem::BelongsToAnother { person: "bram".into() },
        AbsenceProblem::DelegatesToSelf { delegation: 0 },
        AbsenceProblem::DelegateUnknown { delegation: 0, to: "zoe".into() },
        AbsenceProblem::NegativeAmount { delegation: 0 },
        AbsenceProblem::TooManyDelegations { count: 21, limit: 20 },
        AbsenceProblem::NoteTooLong { length: 2_001, limit: 2_000 },
    ];
    let new = away("anna", &["bram"]);
    let said = problems.map(|problem| absence::explain::problem(&problem, &new, &people()));
    insta::assert_snapshot!(said.join("\n"), @r"
    Nobody is known as Anna Visser.
    There is no time zone called “Mars/Olympus”.
    This absence is Bram's and cannot become Anna Visser's.
    Anna Visser cannot stand in for Anna Visser.
    Nobody is known as zoe.
    The largest amount cannot be less than nothing.
    21 deputies are named, and at most 20 are taken.
    The note is too long: 2001 bytes, and at most 2000 are taken.
    ");
}
