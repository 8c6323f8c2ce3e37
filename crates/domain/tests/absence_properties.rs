//! Random organisations of people who are away, against a reference that is written another way.
#![allow(clippy::unwrap_used)]

mod rota;

use postern_domain::absence::*;
use postern_domain::*;
use proptest::prelude::*;
use rota::{ACME, GLOBEX, person};
use std::collections::BTreeSet;

const WHO: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
/// Not in the directory.
const STRANGER: &str = "z";
const ZONES: [&str; 4] = ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "UTC"];
const KINDS: [Kind; 2] = [Kind::Invoice, Kind::Ticket];
const LIMITS: [i64; 2] = [100, 200];

/// Six days over the spring change in Europe, in steps of half an hour.
fn moment(step: i64) -> LocalDateTime {
    let start = Timestamp::parse_rfc3339("2026-03-26T00:00:00Z").unwrap();
    LocalDateTime::shown_at(start.plus_ms(step * 30 * MINUTE_MS), chrono_tz::UTC).unwrap()
}

fn instant(step: i64) -> Timestamp {
    Timestamp::parse_rfc3339("2026-03-25T12:00:00Z").unwrap().plus_ms(step * 30 * MINUTE_MS)
}

fn scope() -> impl Strategy<Value = DelegationScope> {
    let client = prop_oneof![3 => Just(None), 1 => Just(Some(ACME.clone()))];
    let kind = prop_oneof![3 => Just(None), 1 => proptest::sample::select(&KINDS[..]).prop_map(Some)];
    let amount = prop_oneof![3 => Just(None), 1 => proptest::sample::select(&LIMITS[..]).prop_map(Some)];
    (client, kind, amount).prop_map(|(client, kind, amount_up_to)| DelegationScope {
        client,
        kind,
        amount_up_to,
    })
}

fn who() -> impl Strategy<Value = PersonId> {
    prop_oneof![30 => proptest::sample::select(&WHO[..]), 1 => Just(STRANGER)].prop_map(PersonId::from)
}

fn absence() -> impl Strategy<Value = Absence> {
    let delegation = (who(), scope()).prop_map(|(to, scope)| Delegation { to, scope });
    (
        proptest::sample::select(&WHO[..]),
        (0_i64..200, 1_i64..288),
        proptest::sample::select(&ZONES[..]),
        proptest::collection::vec(delegation, 0..4),
        prop::bool::weighted(0.05),
    )
        .prop_map(|(who, (from, length), zone, delegations, cancelled)| Absence {
            id: "".into(),
            person: who.into(),
            from: moment(from),
            until: moment(from + length),
            zone: zone.to_owned(),
            delegations,
            note: String::new(),
            version: 1,
            cancelled,
        })
}

#[derive(Debug)]
struct Office {
    list: Vec<Absence>,
    absences: Absences,
    people: People,
    barred: BTreeSet<PersonId>,
    unfit: BTreeSet<PersonId>,
}

impl Office {
    fn question<'a>(&'a self, work: Work<'a>) -> Question<'a> {
        Question { absences: &self.absences, people: &self.people, work, barred: &self.barred }
    }

    fn eligible(&self, person: &Person) -> Result<(), Denial> {
        if self.unfit.contains(&person.id) { Err(Denial::NotADecider) } else { Ok(()) }
    }

    fn cover(&self, who: &PersonId, work: Work<'_>, at: Timestamp) -> Cover {
        cover(self.question(work), who, at, |person| self.eligible(person))
    }
}

fn some_people(share: f64) -> impl Strategy<Value = BTreeSet<PersonId>> {
    proptest::collection::vec(prop::bool::weighted(share), WHO.len()).prop_map(|chosen| {
        WHO.into_iter().zip(chosen).filter(|(_, is)| *is).map(|(who, _)| who.into()).collect()
    })
}

fn office_of(absences: std::ops::Range<usize>) -> impl Strategy<Value = Office> {
    let absences = proptest::collection::vec(absence(), absences);
    (absences, some_people(0.05), some_people(0.05), some_people(0.05)).prop_map(
        |(mut list, disabled, barred, unfit)| {
            for (absence, number) in list.iter_mut().zip(0..) {
                absence.id = format!("{number:03}").as_str().into();
            }
            let people = People::new(
                WHO.map(|who| Person { disabled: disabled.contains(&who.into()), ..person(who, who) }),
            );
            Office { absences: Absences::new(list.clone()), list, people, barred, unfit }
        },
    )
}

fn office() -> impl Strategy<Value = Office> {
    office_of(0..40)
}

/// Everybody away all the time, each with a deputy or two: long chains and circles.
fn empty_office() -> impl Strategy<Value = Office> {
    (office(), proptest::collection::vec((who(), scope(), who()), WHO.len())).prop_map(
        |(mut office, deputies)| {
            office.list = WHO
                .into_iter()
                .zip(deputies)
                .map(|(who, (first, scope, second))| Absence {
                    delegations: vec![
                        Delegation { to: first, scope },
                        Delegation { to: second, scope: DelegationScope::EVERYTHING },
                    ],
                    ..rota::between(who, "2026-03-01T00:00", "2026-05-01T00:00", &[])
                })
                .collect();
            office.absences = Absences::new(office.list.clone());
            office
        },
    )
}

fn any_work() -> impl Strategy<Value = Work<'static>> {
    let client: Vec<&'static ClientId> = vec![&ACME, &GLOBEX];
    (
        proptest::sample::select(client),
        proptest::sample::select(&Kind::ALL[..]),
        proptest::option::of(proptest::sample::select(vec![-201, -200, -5, 0, 100, 101, 150, 200, 201])),
    )
        .prop_map(|(client, kind, amount)| Work { place: Place { client, project: None, kind }, amount })
}

/// All work that any delegation here could tell apart.
fn all_work() -> Vec<Work<'static>> {
    let mut all = Vec::new();
    for client in [&*ACME, &*GLOBEX] {
        for kind in [Kind::Invoice, Kind::Ticket, Kind::Request] {
            for amount in [None, Some(100), Some(200), Some(201)] {
                all.push(Work { place: Place { client, project: None, kind }, amount });
            }
        }
    }
    all
}

/// What counts, with its window: not what is cancelled, nor what lies wholly within an hour that the clocks skip.
fn counting(office: &Office) -> impl Iterator<Item = (Timestamp, Timestamp, &Absence)> {
    let called = office.list.iter().filter(|absence| !absence.cancelled);
    called.filter_map(|absence| absence.window().ok().map(|(from, until)| (from, until, absence)))
}

/// The absence that holds, by going through all of them.
fn holding<'a>(office: &'a Office, who: &PersonId, at: Timestamp) -> Option<&'a Absence> {
    let mut best: Option<(Timestamp, &Absence)> = None;
    for (from, until, absence) in counting(office) {
        if &absence.person != who || at < from || at >= until {
            continue;
        }
        if best.is_none_or(|(begun, other)| (from, &absence.id) > (begun, &other.id)) {
            best = Some((from, absence));
        }
    }
    best.map(|(_, absence)| absence)
}

fn takes(scope: &DelegationScope, work: &Work<'_>) -> bool {
    if scope.client.is_some() && scope.client.as_ref() != Some(work.place.client) {
        return false;
    }
    if scope.kind.is_some() && scope.kind != Some(work.place.kind) {
        return false;
    }
    match (scope.amount_up_to, work.amount) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(limit), Some(amount)) => -limit <= amount && amount <= limit,
    }
}

/// The same rules the other way round: first the whole walk, step by step and without a thought for anybody's fitness,
/// then everybody on it in order.
fn reference(office: &Office, who: &PersonId, work: &Work<'_>, at: Timestamp) -> Cover {
    let mut walk = vec![who.clone()];
    let mut stops_for = None;
    for step in 0..100 {
        let last = walk[step].clone();
        let Some(absence) = holding(office, &last, at) else { break };
        match absence.delegations.iter().find(|delegation| takes(&delegation.scope, work)) {
            None => {
                stops_for = Some(Hole::NoDelegate);
                break;
            }
            Some(delegation) => walk.push(delegation.to.clone()),
        }
    }
    for (place, id) in walk.iter().enumerate() {
        let uncovered = |why| Cover::Uncovered { why, person: id.clone(), via: walk[..place].to_vec() };
        if walk[..place].contains(id) {
            return uncovered(Hole::Loop);
        }
        match office.people.iter().find(|person| &person.id == id) {
            None => return uncovered(Hole::Unknown),
            Some(person) if person.disabled => return uncovered(Hole::Disabled),
            Some(_) => {}
        }
        let is_away = holding(office, id, at).is_some();
        if office.barred.contains(id) && (is_away || place > 0) {
            return uncovered(Hole::NotEligible(Denial::Contributor));
        }
        if office.unfit.contains(id) && place > 0 {
            return uncovered(Hole::NotEligible(Denial::NotADecider));
        }
        if is_away && place == 8 {
            return uncovered(Hole::TooDeep);
        }
    }
    let end = walk.pop().unwrap();
    match stops_for {
        Some(why) => Cover::Uncovered { why, person: end, via: walk },
        None if walk.is_empty() => Cover::Present,
        None => Cover::By { person: end, via: walk },
    }
}

/// Every instant at which something can change, and those just beside it.
fn edges(office: &Office) -> Vec<Timestamp> {
    let ends = counting(office).flat_map(|(from, until, _)| [from, until]);
    ends.flat_map(|at| [at.plus_ms(-1), at, at.plus_ms(1)]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cover_is_what_the_reference_says(office in office(), who in who(), work in any_work()) {
        for at in edges(&office) {
            prop_assert_eq!(office.cover(&who, work, at), reference(&office, &who, &work, at));
        }
    }

    #[test]
    fn where_everybody_is_away_cover_still_ends_as_the_reference_says(office in empty_office(), work in any_work()) {
        for who in WHO {
            let at = instant(100);
            let cover = office.cover(&who.into(), work, at);
            prop_assert!(matches!(cover, Cover::Uncovered { .. }), "{cover:?}");
            prop_assert_eq!(cover, reference(&office, &who.into(), &work, at));
        }
    }

    #[test]
    fn nobody_decides_for_another_who_is_away_disabled_unfit_or_barred(
        office in office(),
        work in any_work(),
        step in 0_i64..600,
    ) {
        let at = instant(step);
        for who in WHO {
            if let Cover::By { person, via } = office.cover(&who.into(), work, at) {
                prop_assert!(office.absences.absent_at(&person, at).is_none());
                prop_assert!(office.people.get(&person).is_some_and(|person| !person.disabled));
                prop_assert!(!office.unfit.contains(&person));
                prop_assert!(via.len() <= MAX_CHAIN && via[0] == who.into());
                let mut all: BTreeSet<_> = via.iter().collect();
                prop_assert!(via.iter().all(|person| office.absences.absent_at(person, at).is_some()));
                prop_assert!(all.insert(&person) && all.len() == via.len() + 1);
                prop_assert!(all.iter().all(|person| !office.barred.contains(*person)));
            }
        }
    }

    #[test]
    fn a_simulation_leaves_nothing_out_and_agrees_with_cover(
        office in office(),
        work in any_work(),
        from in 0_i64..600,
        length in 1_i64..300,
    ) {
        let (from, until) = (instant(from), instant(from + length));
        for who in WHO {
            let who = PersonId::from(who);
            let spans = simulate(office.question(work), &who, from, until, |person| office.eligible(person));
            prop_assert_eq!(spans.first().map(|span| span.from), Some(from));
            prop_assert_eq!(spans.last().map(|span| span.until), Some(until));
            for pair in spans.windows(2) {
                prop_assert_eq!(pair[0].until, pair[1].from);
            }
            for span in &spans {
                prop_assert!(span.from < span.until);
                let middle = span.from.plus_ms(span.until.since(span.from) / 2);
                for at in [span.from, middle, span.until.plus_ms(-1)] {
                    prop_assert_eq!(&span.cover, &office.cover(&who, work, at));
                }
                let people: BTreeSet<&PersonId> = match &span.cover {
                    Cover::Present => [&who].into(),
                    Cover::By { person, via } | Cover::Uncovered { person, via, .. } => {
                        via.iter().chain([person]).collect()
                    }
                };
                for (leaves, back, absence) in counting(&office) {
                    if !people.contains(&absence.person) {
                        continue;
                    }
                    for boundary in [leaves, back] {
                        prop_assert!(boundary <= span.from || boundary >= span.until, "not split");
                    }
                }
            }
        }
    }

    #[test]
    fn boundaries_come_in_order_and_nothing_changes_between_them(office in office(), step in 0_i64..600) {
        let at = instant(step);
        let mut ends: Vec<_> =
            counting(&office).flat_map(|(from, until, _)| [from, until]).filter(|end| *end > at).collect();
        ends.sort_unstable();
        prop_assert_eq!(office.absences.next_boundary_after(at), ends.first().copied());
        if let Some(next) = ends.first() {
            for who in WHO {
                let who = who.into();
                prop_assert_eq!(office.absences.absent_at(&who, at), office.absences.absent_at(&who, next.plus_ms(-1)));
            }
        }
    }

    #[test]
    fn who_is_back_is_there_and_was_away_till_then(office in office(), step in 0_i64..600) {
        let at = instant(step);
        for who in WHO {
            let who = who.into();
            let Some((back, _)) = office.absences.back_at(&who, at) else {
                prop_assert!(holding(&office, &who, at).is_none());
                continue;
            };
            prop_assert!(holding(&office, &who, back).is_none());
            for between in edges(&office).into_iter().filter(|edge| (at..back).contains(edge)) {
                prop_assert!(holding(&office, &who, between).is_some());
            }
        }
    }

    #[test]
    fn work_is_either_taken_or_told_to_be_left(new in absence()) {
        let new = Absence { id: "new".into(), cancelled: false, ..new };
        let now = Timestamp(0);
        let people = People::new(WHO.map(|who| person(who, who)));
        let warnings = warnings_before_saving(&new, &Absences::default(), &people, now, |_, _| Ok(()));
        for work in all_work() {
            let told = warnings.iter().filter_map(|warning| match warning {
                Warning::NobodyNamed { work } => Some(work),
                _ => None,
            });
            let regions = told.flatten().filter(|region| region.contains(work)).count();
            prop_assert_eq!(regions, usize::from(!new.delegations.iter().any(|each| takes(&each.scope, &work))));
        }
        let used: BTreeSet<usize> = all_work()
            .iter()
            .filter_map(|work| new.delegations.iter().position(|each| takes(&each.scope, work)))
            .collect();
        for index in 0..new.delegations.len() {
            let to = new.delegations[index].to.clone();
            let told = warnings.contains(&Warning::NeverUsed { delegation: u32::try_from(index).unwrap(), to });
            prop_assert_eq!(told, !used.contains(&index));
        }
    }

    #[test]
    fn a_circle_is_told_exactly_when_some_work_at_some_instant_comes_to_it(office in office_of(0..16), new in absence()) {
        let new = Absence { id: "new".into(), cancelled: false, ..new };
        let window = new.window();
        prop_assume!(window.is_ok());
        let (from, until) = window.unwrap();
        let now = Timestamp(0);
        let warnings = warnings_before_saving(&new, &office.absences, &office.people, now, |_, _| Ok(()));
        let told: BTreeSet<Vec<PersonId>> = warnings
            .iter()
            .filter_map(|warning| match warning {
                Warning::Loop { people, .. } | Warning::TooDeep { people, .. } => Some(people.clone()),
                _ => None,
            })
            .collect();
        let absences = office.absences.with(&new);
        let nobody = BTreeSet::new();
        let mut met = BTreeSet::new();
        for work in all_work() {
            let question = Question { absences: &absences, people: &office.people, work, barred: &nobody };
            for span in simulate(question, &new.person, from, until, |_| Ok(())) {
                if let Cover::Uncovered { why: Hole::Loop | Hole::TooDeep, person, mut via } = span.cover
                    && via.len() > 1
                {
                    via.push(person);
                    met.insert(via);
                }
            }
        }
        prop_assert_eq!(told, met);
    }

    #[test]
    fn local_times_read_back_and_never_run_backwards(step in 0_i64..288, zone in proptest::sample::select(&ZONES[..])) {
        let local = moment(step);
        prop_assert_eq!(LocalDateTime::parse(&local.to_string()), Ok(local));
        let zone = zone.parse().unwrap();
        let (at, shift) = local.instant(zone);
        prop_assert!(at <= moment(step + 1).instant(zone).0);
        let shown = LocalDateTime::shown_at(at, zone).unwrap();
        prop_assert_eq!(shown == local, shift != Some(Shift::Skipped));
        prop_assert!(shown >= local);
    }
}
