//! Who gets what while somebody is away: of one item, of work as it is described, or of all that is handed on, scope by
//! scope.

use super::money;
use crate::engine::Engine;
use crate::failure::failure;
use crate::views::{CoverageAbout, CoverageAnswer, CoverageView, Failure, FailureCode};
use postern_console_store::Lookup;
use postern_domain::absence::{
    Clients, Cover, Delegation, DelegationScope, Question, Warning, Work, WorkRegion, explain, simulate,
    warnings_before_saving,
};
use postern_domain::explain::Names as _;
use postern_domain::{
    ClientId, Denial, Item, Kind, Person, PersonId, Place, Timestamp, may_stand_in, may_take_delegated,
};
use std::collections::BTreeSet;

impl Engine {
    /// Who gets `person`'s work between two instants: that on an item, or, without one, one answer for each scope that
    /// is handed on, and for what nobody is named for.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] for an item that is not in the cache.
    pub async fn coverage(
        &self,
        person: &PersonId,
        from: Timestamp,
        until: Timestamp,
        about: &CoverageAbout,
    ) -> Result<Vec<CoverageAnswer>, Failure> {
        let lookup = self.lookup().await?;
        let Some(id) = &about.item else {
            let asked = asked(person, from, until, about, &lookup);
            return Ok(asked.iter().map(|work| of_work(work, person, from, until, &lookup)).collect());
        };
        let cached = self.inner.cache.item(id).await?;
        let cached =
            cached.ok_or_else(|| failure(FailureCode::NotFound, "This item is not in sight any more."))?;
        Ok(vec![of_item(&cached.item, person, from, until, &lookup)])
    }
}

fn of_item(
    item: &Item,
    person: &PersonId,
    from: Timestamp,
    until: Timestamp,
    lookup: &Lookup,
) -> CoverageAnswer {
    let amount = lookup.journey(item).and_then(|journey| journey.amount(item));
    let step = item.review_for(person).and_then(|review| lookup.journey(item)?.step(&review.step));
    let work = Work { place: item.place(), amount };
    let spans = spans(work, &item.contributors, person, from, until, lookup, |deputy| match step {
        Some((_, step)) => may_stand_in(step, item, lookup.people(), deputy),
        None => Ok(()),
    });
    CoverageAnswer { scope: format!("{} {}", item.reference, item.title), spans }
}

/// Work that is asked about, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    scope: DelegationScope,
    /// Where the scope says no kind: one that no narrower delegation takes.
    kind: Kind,
    amount: Option<i64>,
    words: String,
}

fn of_work(
    asked: &Asked,
    person: &PersonId,
    from: Timestamp,
    until: Timestamp,
    lookup: &Lookup,
) -> CoverageAnswer {
    // No client has this id: whoever is named for one client alone does not get it.
    let other = ClientId::new("");
    let client = asked.scope.client.as_ref().unwrap_or(&other);
    let work = Work { place: Place { client, project: None, kind: asked.kind }, amount: asked.amount };
    let spans = spans(work, &BTreeSet::new(), person, from, until, lookup, |deputy| {
        may_take_delegated(deputy, &Delegation { to: deputy.id.clone(), scope: asked.scope.clone() })
    });
    CoverageAnswer { scope: asked.words.clone(), spans }
}

fn spans(
    work: Work<'_>,
    barred: &BTreeSet<PersonId>,
    person: &PersonId,
    from: Timestamp,
    until: Timestamp,
    lookup: &Lookup,
    eligible: impl Fn(&Person) -> Result<(), Denial>,
) -> Vec<CoverageView> {
    let organisation = &lookup.organisation;
    let (absences, people) = (&organisation.absences, &organisation.people);
    let question = Question { absences, people, work, barred };
    simulate(question, person, from, until, eligible)
        .into_iter()
        .map(|span| CoverageView {
            from: span.from,
            until: span.until,
            sentence: explain::cover(&span.cover, person, span.from, absences, people),
            covered: !matches!(span.cover, Cover::Uncovered { .. }),
        })
        .collect()
}

/// The scopes that make a difference to `person`'s work, as far as `about` leaves them: those that are handed on, by
/// the person or by a deputy who is away too, and what nobody is named for.
fn asked(
    person: &PersonId,
    from: Timestamp,
    until: Timestamp,
    about: &CoverageAbout,
    lookup: &Lookup,
) -> Vec<Asked> {
    let absences = &lookup.organisation.absences;
    let is_everything = |scope: &DelegationScope| {
        scope.client == about.client && scope.kind == about.kind && scope.amount_up_to == about.amount
    };
    let mut scopes: Vec<DelegationScope> = Vec::new();
    let mut known: Vec<&PersonId> = vec![person];
    let mut next = 0;
    while let Some(absent) = known.get(next).copied() {
        next += 1;
        for (_, _, absence) in absences.within(absent, from, until) {
            for delegation in &absence.delegations {
                let Some(scope) = narrowed(&delegation.scope, about) else { continue };
                if !known.contains(&&delegation.to) {
                    known.push(&delegation.to);
                }
                let takes_all = is_everything(&scope);
                scopes.push(scope);
                // Whoever is named after that gets nothing.
                if takes_all {
                    break;
                }
            }
        }
    }
    let left = unnamed(person, from, until, about, lookup);
    let taken: Vec<Kind> = scopes.iter().filter_map(|scope| scope.kind).collect();
    let kind = Kind::ALL.into_iter().find(|kind| !taken.contains(kind)).unwrap_or(Kind::Request);
    // Where everything is handed on, what is left of it comes last; where nothing is, it is the only question.
    let (everything, mut narrow): (Vec<_>, Vec<_>) = scopes.into_iter().partition(is_everything);
    if !everything.is_empty() || (narrow.is_empty() && left.is_empty()) {
        narrow.push(DelegationScope {
            client: about.client.clone(),
            kind: about.kind,
            amount_up_to: about.amount,
        });
    }
    let several = narrow.len() > 1;
    let mut asked: Vec<Asked> = Vec::new();
    for scope in narrow {
        let words = words(&scope, about.amount.is_some(), several && is_everything(&scope), lookup);
        let (kind, amount) = (scope.kind.unwrap_or(kind), scope.amount_up_to);
        asked.push(Asked { scope, kind, amount, words });
    }
    asked.extend(left);
    let mut said = BTreeSet::new();
    asked.retain(|one| said.insert(one.words.clone()));
    asked
}

/// What of a scope is left under what was asked about; none where nothing is.
fn narrowed(scope: &DelegationScope, about: &CoverageAbout) -> Option<DelegationScope> {
    let either = |one: &Option<ClientId>, other: &Option<ClientId>| match (one, other) {
        (Some(one), Some(other)) if one != other => None,
        (one, other) => Some(one.clone().or_else(|| other.clone())),
    };
    let kind = match (scope.kind, about.kind) {
        (Some(one), Some(other)) if one != other => return None,
        (one, other) => one.or(other),
    };
    let amount_up_to = match (scope.amount_up_to, about.amount) {
        (Some(limit), Some(amount)) if amount.saturating_abs() > limit => return None,
        (limit, amount) => amount.or(limit),
    };
    Some(DelegationScope { client: either(&scope.client, &about.client)?, kind, amount_up_to })
}

/// The work of `person` that nobody is named for, in any of the absences between the two instants.
fn unnamed(
    person: &PersonId,
    from: Timestamp,
    until: Timestamp,
    about: &CoverageAbout,
    lookup: &Lookup,
) -> Vec<Asked> {
    let (absences, people) = (&lookup.organisation.absences, lookup.people());
    let mut found = Vec::new();
    for (_, _, absence) in absences.within(person, from, until) {
        let warnings = warnings_before_saving(absence, absences, people, from, may_take_delegated);
        let regions = warnings.into_iter().filter_map(|warning| match warning {
            Warning::NobodyNamed { work } => Some(work),
            _ => None,
        });
        found.extend(regions.flatten().filter_map(|region| of_region(&region, about, lookup)));
    }
    found
}

/// Some work of a region, under what was asked about; none where the region holds none of it.
fn of_region(region: &WorkRegion, about: &CoverageAbout, lookup: &Lookup) -> Option<Asked> {
    let client = match (&region.clients, &about.client) {
        (_, Some(client)) => Some(client.clone()),
        (Clients::Only(id), None) => Some(id.clone()),
        (Clients::AllBut(_), None) => None,
    };
    let kind = about.kind.or_else(|| region.kinds.iter().next().copied())?;
    let bounds = region.amounts.known;
    let some =
        || bounds.and_then(|bounds| bounds.up_to.or(bounds.above.map(|above| above.saturating_add(1))));
    let amount = about.amount.or_else(|| if region.amounts.unknown { None } else { some() });
    let other = ClientId::new("");
    let place = Place { client: client.as_ref().unwrap_or(&other), project: None, kind };
    if !region.contains(Work { place, amount }) {
        return None;
    }
    let scope = DelegationScope { client, kind: about.kind, amount_up_to: about.amount };
    Some(Asked { scope, kind, amount, words: explain::region(region, lookup) })
}

/// For example `invoices of Acme up to 500.00`.
fn words(scope: &DelegationScope, exactly: bool, other: bool, lookup: &Lookup) -> String {
    let mut words = match scope.kind {
        Some(kind) => format!("{}s", kind.as_str()),
        None => "work".to_owned(),
    };
    if let Some(client) = &scope.client {
        words.push_str(&format!(" of {}", lookup.client(client)));
    }
    match scope.amount_up_to.map(money) {
        Some(amount) if exactly => words.push_str(&format!(" worth {amount}")),
        Some(amount) => words.push_str(&format!(" up to {amount}")),
        None => {}
    }
    match (other, words.as_str()) {
        (false, "work") => "any work".to_owned(),
        (false, _) => words,
        (true, "work") => "any other work".to_owned(),
        (true, _) => format!("other {words}"),
    }
}
