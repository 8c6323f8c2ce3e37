//! Queues: counts, pages, and the ids of everything that matches.

use crate::engine::Engine;
use crate::queries::person_ref;
use crate::views::{
    Failure, FilterProblem, ListPage, ListQuery, PendingMark, Queue, QueueCount, Row, SortBy, StuckReason,
};
use postern_console_store::{ListRow, Listing, Lookup, Mark, QueueKind, SortKey};
use postern_domain::explain::{phase_name, stage_name};
use postern_domain::filter::{self, Filter};
use postern_domain::{ItemId, MIN_SAMPLES, Phase, Timestamp};
use postern_protocol::Month;

/// The largest page.
const MOST: u32 = 500;

impl Engine {
    /// # Errors
    /// [`crate::FailureCode::Cache`].
    pub async fn counts(&self) -> Result<Vec<QueueCount>, Failure> {
        let tallies = self.inner.cache.tallies(self.now()).await?;
        Ok(tallies
            .into_iter()
            .map(|tally| QueueCount {
                queue: queue_of(tally.queue),
                count: tally.count,
                overdue: tally.overdue,
            })
            .collect())
    }

    /// One page of a queue. A part of the filter that cannot be understood matches nothing, and is told.
    ///
    /// # Errors
    /// [`crate::FailureCode::Cache`].
    pub async fn list(&self, query: &ListQuery) -> Result<ListPage, Failure> {
        let (filter, problems) = parse(&query.filter);
        if !problems.is_empty() {
            return Ok(ListPage {
                total: 0,
                offset: query.offset,
                rows: Vec::new(),
                problems,
                definition: definition(query.queue),
                elsewhere: None,
            });
        }
        let now = self.now();
        let listing = listing(query, filter, now);
        let page = self.inner.cache.list(&listing).await?;
        let lookup = self.lookup().await?;
        let rows = page.rows.into_iter().map(|row| row_view(row, &lookup, now)).collect();
        let may_be_elsewhere = query.queue == Queue::Closed || (page.total == 0 && !query.filter.is_empty());
        Ok(ListPage {
            total: page.total,
            offset: query.offset,
            rows,
            problems,
            definition: definition(query.queue),
            elsewhere: if may_be_elsewhere { self.elsewhere().await? } else { None },
        })
    }

    /// That closed items are at the portal only, and how to come to them.
    async fn elsewhere(&self) -> Result<Option<String>, Failure> {
        let kept = self.kept().await?;
        let (Some(since), true) = (kept.closed_since, kept.elsewhere > 0) else { return Ok(None) };
        let since = Month::of(since);
        let what = match kept.elsewhere {
            1 => "1 item that was closed before".to_owned(),
            many => format!("{many} items that were closed before"),
        };
        Ok(Some(format!(
            "{what} {since} cannot be found here: only the portal has what is so old. Look it up by its reference, or \
             keep more months on this device."
        )))
    }

    /// The ids of everything that a queue and a filter match; none when a part of the filter is not understood.
    ///
    /// # Errors
    /// [`crate::FailureCode::Cache`].
    pub async fn matching_ids(&self, queue: Queue, filter: &str) -> Result<Vec<ItemId>, Failure> {
        let (filter, problems) = parse(filter);
        if !problems.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.inner.cache.matching_ids(kind_of(queue), &filter, self.now()).await?)
    }

    /// The ids of everything that a query matches, in the query's order; its offset and limit do not count.
    ///
    /// # Errors
    /// [`crate::FailureCode::Cache`].
    pub async fn ids(&self, query: &ListQuery) -> Result<Vec<ItemId>, Failure> {
        let (filter, problems) = parse(&query.filter);
        if !problems.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.inner.cache.ids(&listing(query, filter, self.now())).await?)
    }
}

/// What makes an item a member of a queue, where its name alone does not say.
fn definition(queue: Queue) -> Option<String> {
    (queue == Queue::Stuck).then(stuck_definition)
}

/// What counts as stuck, in words.
pub(super) fn stuck_definition() -> String {
    format!(
        "Stuck is what is past its due time, what nobody can decide because somebody is away, and what has been at its \
         stage for longer than 85 of 100 closed reviews of that stage took (where at least {MIN_SAMPLES} are known)."
    )
}

fn listing(query: &ListQuery, filter: Filter, now: Timestamp) -> Listing {
    Listing {
        queue: kind_of(query.queue),
        filter,
        sort: match query.sort {
            SortBy::Due => SortKey::Due,
            SortBy::Age => SortKey::Age,
            SortBy::Updated => SortKey::Updated,
            SortBy::Priority => SortKey::Priority,
            SortBy::Reference => SortKey::Reference,
            SortBy::Title => SortKey::Title,
        },
        descending: query.descending,
        offset: query.offset,
        limit: query.limit.min(MOST),
        now,
    }
}

pub(super) fn parse(text: &str) -> (Filter, Vec<FilterProblem>) {
    let parsed = filter::parse(text);
    let problems = parsed
        .problems
        .into_iter()
        .map(|problem| FilterProblem { term: problem.term, message: problem.message })
        .collect();
    (parsed.filter, problems)
}

fn kind_of(queue: Queue) -> QueueKind {
    match queue {
        Queue::MyTurn => QueueKind::MyTurn,
        Queue::Team => QueueKind::Team,
        Queue::Mine => QueueKind::Mine,
        Queue::WaitingOnClient => QueueKind::WaitingOnClient,
        Queue::Escalated => QueueKind::Escalated,
        Queue::Stuck => QueueKind::Stuck,
        Queue::Open => QueueKind::Open,
        Queue::Closed => QueueKind::Closed,
    }
}

fn queue_of(kind: QueueKind) -> Queue {
    match kind {
        QueueKind::MyTurn => Queue::MyTurn,
        QueueKind::Team => Queue::Team,
        QueueKind::Mine => Queue::Mine,
        QueueKind::WaitingOnClient => Queue::WaitingOnClient,
        QueueKind::Escalated => Queue::Escalated,
        QueueKind::Stuck => Queue::Stuck,
        QueueKind::Open => Queue::Open,
        QueueKind::Closed => Queue::Closed,
    }
}

pub(super) fn row_view(row: ListRow, lookup: &Lookup, now: Timestamp) -> Row {
    let stage_name = match (&row.stage, lookup.journeys.get(&row.journey)) {
        (Some(key), Some(journey)) => {
            journey.stage(key).map_or_else(|| key.to_string(), |stage| stage.name.clone())
        }
        (Some(key), None) => stage_name(key, lookup),
        (None, _) => phase_name(row.phase).to_owned(),
    };
    let overdue = row.phase.is_open() && row.due_at.is_some_and(|due| due < now);
    let stuck = row.phase.is_open() && row.stuck_from.is_some_and(|from| from < now);
    // The most pressing of its reasons: an item that nobody can decide does not go on by waiting.
    let reason = match (row.uncovered, overdue) {
        (true, _) => StuckReason::Uncovered,
        (false, true) => StuckReason::PastDue,
        (false, false) => StuckReason::SlowerThanUsual,
    };
    Row {
        id: row.id,
        reference: row.reference,
        title: row.title,
        kind: row.kind,
        client_name: lookup.client_name(&row.client).to_owned(),
        client: row.client,
        phase: row.phase,
        stage: row.stage,
        stage_name,
        owner: row.owner.as_ref().map(|owner| person_ref(owner, lookup)),
        waiting_on: row.waiting_on.iter().map(|person| person_ref(person, lookup)).collect(),
        priority: row.priority,
        due_at: row.due_at,
        entered_at: row.entered_at,
        updated_at: row.updated_at,
        overdue,
        stuck: (stuck || overdue).then_some(reason),
        escalated: row.escalated && row.phase != Phase::Draft,
        pending: row.mark.map(|mark| match mark {
            Mark::Conflict => PendingMark::Conflict,
            Mark::Refused => PendingMark::Refused,
            Mark::Pending => PendingMark::Pending,
        }),
        comments: row.comments,
        attachments: row.attachments,
    }
}
