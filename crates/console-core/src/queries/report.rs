//! The bottleneck page: where open work waits, group by group.

use super::list::{parse, stuck_definition};
use crate::engine::Engine;
use crate::views::{BottleneckCell, BottleneckGroup, BottleneckView, Failure, GroupBy};
use postern_console_store::{Aging, Grouping, Lookup};
use postern_domain::explain::{self, Names as _};
use postern_domain::filter::{Filter, Flag, Term, Test, Who};
use postern_domain::{ClientId, PersonId, Phase, StageKey, metrics};
use std::collections::BTreeMap;

impl Engine {
    /// Open work that `filter` matches, by group, the one that waits most first. A filter that cannot be understood
    /// matches nothing.
    ///
    /// # Errors
    /// [`crate::FailureCode::Cache`].
    pub async fn bottleneck(&self, group_by: GroupBy, filter: &str) -> Result<BottleneckView, Failure> {
        let (filter, problems) = parse(filter);
        let lookup = self.lookup().await?;
        let grouping = match group_by {
            GroupBy::Stage => Grouping::Stage,
            GroupBy::Holder => Grouping::Holder,
            GroupBy::Owner => Grouping::Owner,
            GroupBy::Cohort => Grouping::Cohort,
        };
        let aging = if problems.is_empty() {
            self.inner.cache.aging(grouping, &filter, self.now()).await?
        } else {
            Vec::new()
        };
        Ok(view(group_by, &filter, &aging, &lookup))
    }
}

/// A group's sort key, its name, and the terms that pick out its items.
type GroupKey = (String, String, Vec<Term>);

fn view(group_by: GroupBy, filter: &Filter, aging: &[Aging], lookup: &Lookup) -> BottleneckView {
    let (open, _) = cell(aging.iter().filter(|each| !each.again), filter, &[]);
    let mut groups: BTreeMap<String, (GroupKey, Vec<&Aging>)> = BTreeMap::new();
    for each in aging {
        let key = group(group_by, each, lookup);
        groups.entry(key.0.clone()).or_insert_with(|| (key, Vec::new())).1.push(each);
    }
    let mut cells: Vec<(BottleneckGroup, i64)> = groups
        .into_values()
        .map(|((key, name, terms), members)| {
            let (cell, waiting) = cell(members.into_iter(), filter, &terms);
            (BottleneckGroup { key, name, cell, share_of_waiting: 0.0 }, waiting)
        })
        .collect();
    let all: i64 = cells.iter().map(|(_, waiting)| waiting).sum();
    for (group, waiting) in &mut cells {
        group.share_of_waiting = if all > 0 { *waiting as f64 / all as f64 } else { 0.0 };
    }
    cells
        .sort_by(|(one, waited), (other, longer)| longer.cmp(waited).then_with(|| one.name.cmp(&other.name)));
    let groups: Vec<BottleneckGroup> = cells.into_iter().map(|(group, _)| group).collect();
    BottleneckView {
        group_by,
        sentence: sentence(&groups),
        open,
        groups,
        stuck_definition: stuck_definition(),
    }
}

fn sentence(groups: &[BottleneckGroup]) -> String {
    let Some(first) = groups.first() else { return "No open items.".to_owned() };
    let items = if first.cell.open == 1 {
        "1 open item".to_owned()
    } else {
        format!("{} open items", first.cell.open)
    };
    format!(
        "{} holds {:.0} % of all waiting time: {items}, {} of them stuck.",
        first.name,
        first.share_of_waiting * 100.0,
        first.cell.stuck
    )
}

fn cell<'a>(
    members: impl Iterator<Item = &'a Aging>,
    filter: &Filter,
    terms: &[Term],
) -> (BottleneckCell, i64) {
    let members: Vec<&Aging> = members.collect();
    let count =
        |test: fn(&&&Aging) -> bool| u32::try_from(members.iter().filter(test).count()).unwrap_or(u32::MAX);
    let ages = metrics::ages(members.iter().map(|each| each.age_ms).collect());
    let filter = Filter { terms: filter.terms.iter().chain(terms).cloned().collect() };
    let cell = BottleneckCell {
        open: u32::try_from(members.len()).unwrap_or(u32::MAX),
        overdue: count(|each| each.overdue),
        stuck: count(|each| each.stuck),
        unassigned: count(|each| each.unassigned),
        median_age_ms: ages.median_ms,
        p85_age_ms: ages.p85_ms,
        oldest_age_ms: ages.oldest_ms,
        filter: filter.to_string(),
    };
    (cell, ages.total_ms)
}

fn term(test: Test) -> Term {
    Term { negated: false, test }
}

fn group(group_by: GroupBy, each: &Aging, lookup: &Lookup) -> GroupKey {
    let key = each.key.as_deref().filter(|key| !key.is_empty());
    let of_phase = || {
        let name = explain::phase_name(each.phase).to_owned();
        (format!("phase/{}", each.phase.as_str()), name, vec![term(Test::Phase(each.phase))])
    };
    match (group_by, key) {
        (GroupBy::Stage, Some(key)) => {
            let name = explain::stage_name(&StageKey::from(key), lookup);
            // An exception keeps its stage and is not at work there.
            (format!("stage/{key}"), name, vec![term(Test::Stage(key.to_owned()))])
        }
        (GroupBy::Stage, None) => of_phase(),
        (GroupBy::Holder, Some(key)) => {
            let name = lookup.person(&PersonId::from(key));
            (format!("person/{key}"), name, vec![term(Test::Assignee(named(key, lookup)))])
        }
        (GroupBy::Holder, None) => match each.phase {
            Phase::InReview => {
                ("unassigned".to_owned(), "Nobody yet".to_owned(), vec![term(Test::Is(Flag::Unassigned))])
            }
            Phase::ChangesRequested => {
                let (key, _, terms) = of_phase();
                (key, "The client".to_owned(), terms)
            }
            _ => {
                let (key, name, mut terms) = of_phase();
                terms.push(term(Test::Assignee(Who::Nobody)));
                (key, name, terms)
            }
        },
        (GroupBy::Owner, Some(key)) => {
            let name = lookup.person(&PersonId::from(key));
            (format!("person/{key}"), name, vec![term(Test::Owner(named(key, lookup)))])
        }
        (GroupBy::Owner, None) => {
            ("nobody".to_owned(), "No owner".to_owned(), vec![term(Test::Owner(Who::Nobody))])
        }
        (GroupBy::Cohort, Some(key)) => {
            (format!("cohort/{key}"), key.to_owned(), vec![term(Test::Cohort(key.to_owned()))])
        }
        (GroupBy::Cohort, None) => (
            "none".to_owned(),
            "No cohort".to_owned(),
            lookup
                .clients
                .values()
                .filter(|client| !client.cohort.is_empty())
                .map(|client| without(&client.id))
                .collect(),
        ),
    }
}

/// An e-mail address reads better than an id, and means one person only.
fn named(id: &str, lookup: &Lookup) -> Who {
    let email = lookup.people().get(&PersonId::from(id)).map(|person| person.email.clone());
    let unique = email.filter(|email| {
        !email.is_empty()
            && lookup.people().iter().filter(|person| person.email.eq_ignore_ascii_case(email)).count() == 1
    });
    Who::Named(unique.unwrap_or_else(|| id.to_owned()))
}

fn without(client: &ClientId) -> Term {
    Term { negated: true, test: Test::Client(client.as_str().to_owned()) }
}
