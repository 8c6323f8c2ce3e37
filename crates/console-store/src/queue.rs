//! Queues: which items, in which order. The one place that says in SQL what a queue is.

use crate::cache::Cache;
use crate::error::{Result, StoreError};
use crate::filter_sql::{Argument, Sql, conditions};
use crate::tally;
use postern_domain::filter::{Filter, Flag, Test, Who};
use postern_domain::{
    ClientId, ItemId, JourneyKey, JourneyRef, Kind, PersonId, Phase, Priority, StageKey, Timestamp,
};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row, Sqlite};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueueKind {
    MyTurn,
    Team,
    Mine,
    WaitingOnClient,
    Escalated,
    Stuck,
    Open,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    Due,
    Age,
    Updated,
    Priority,
    Reference,
    Title,
}

#[derive(Clone, Debug)]
pub struct Listing {
    pub queue: QueueKind,
    pub filter: Filter,
    pub sort: SortKey,
    pub descending: bool,
    pub offset: u32,
    pub limit: u32,
    pub now: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub total: u32,
    pub rows: Vec<ListRow>,
}

/// My own commands on an item, the most pressing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Conflict,
    Refused,
    Pending,
}

/// One line of a queue, without its document.
#[derive(Clone, Debug, PartialEq)]
pub struct ListRow {
    pub id: ItemId,
    pub reference: String,
    pub title: String,
    pub kind: Kind,
    pub client: ClientId,
    pub phase: Phase,
    pub journey: JourneyRef,
    pub stage: Option<StageKey>,
    pub owner: Option<PersonId>,
    pub waiting_on: Vec<PersonId>,
    pub priority: Priority,
    pub due_at: Option<Timestamp>,
    pub entered_at: Timestamp,
    pub updated_at: Timestamp,
    pub stuck_from: Option<Timestamp>,
    pub uncovered: bool,
    pub escalated: bool,
    pub mark: Option<Mark>,
    pub comments: u32,
    pub attachments: u32,
}

/// From so many rows on, walking an index in the wanted order is cheaper than sorting what the queue's index finds.
const DENSE: u32 = 2_000;

impl QueueKind {
    pub const ALL: [QueueKind; 8] = [
        QueueKind::MyTurn,
        QueueKind::Team,
        QueueKind::Mine,
        QueueKind::WaitingOnClient,
        QueueKind::Escalated,
        QueueKind::Stuck,
        QueueKind::Open,
        QueueKind::Closed,
    ];

    /// What makes an item a member, worded so that the queue's own index serves it. What is stuck is open.
    fn members(self, now: Timestamp) -> Sql {
        match self {
            QueueKind::MyTurn => Sql::new("my_turn = 1"),
            QueueKind::Team => Sql::new("team = 1"),
            QueueKind::Mine => Sql::new("mine = 1"),
            QueueKind::WaitingOnClient => Sql::new("phase = 'changes_requested'"),
            QueueKind::Escalated => Sql::new("escalated = 1"),
            QueueKind::Stuck => Sql::new("stuck_from_ms < ?").number(now.ms()),
            QueueKind::Open => Sql::new("standing = 1"),
            QueueKind::Closed => Sql::new("standing = 2"),
        }
    }

    /// The same, worded so that the filter's index serves it, where a filter names a client or the like.
    fn members_by_filter(self, filter: &Filter, now: Timestamp) -> Sql {
        match self {
            QueueKind::Open if leads(filter) => Sql::new("+standing = 1"),
            QueueKind::Closed if leads(filter) => Sql::new("+standing = 2"),
            _ => self.members(now),
        }
    }

    /// The same, worded so that the index of the wanted order serves it (a `+` keeps a column out of the choice of
    /// an index). None where a queue has no one standing, or its own index has that order.
    fn members_in_order(self, sort: SortKey, now: Timestamp) -> Option<Sql> {
        let own = sort == SortKey::Due;
        match self {
            QueueKind::Mine => None,
            QueueKind::MyTurn | QueueKind::Team | QueueKind::WaitingOnClient | QueueKind::Escalated
                if own =>
            {
                None
            }
            QueueKind::MyTurn => Some(Sql::new("standing = 1 AND +my_turn = 1")),
            QueueKind::Team => Some(Sql::new("standing = 1 AND +team = 1")),
            QueueKind::WaitingOnClient => Some(Sql::new("standing = 1 AND +phase = 'changes_requested'")),
            QueueKind::Escalated => Some(Sql::new("standing = 1 AND +escalated = 1")),
            QueueKind::Stuck => Some(Sql::new("standing = 1 AND +stuck_from_ms < ?").number(now.ms())),
            QueueKind::Open | QueueKind::Closed => Some(self.members(now)),
        }
    }
}

/// Whether a filter has a term that an index of its own finds, and that few items meet.
fn leads(filter: &Filter) -> bool {
    filter.terms.iter().any(|term| {
        let found = matches!(
            &term.test,
            Test::Client(_)
                | Test::Owner(Who::Me | Who::Named(_))
                | Test::Assignee(Who::Me | Who::Named(_))
                | Test::Text(_)
        );
        !term.negated && (found || term.test == Test::Is(Flag::Stuck))
    })
}

impl SortKey {
    /// The order, for an index that has it.
    fn order(self, descending: bool) -> &'static str {
        match (self, descending) {
            (SortKey::Due, false) => "due_sort, row",
            (SortKey::Due, true) => "due_sort DESC, row DESC",
            // The youngest came last.
            (SortKey::Age, false) => "entered_ms DESC, row DESC",
            (SortKey::Age, true) => "entered_ms, row",
            (SortKey::Updated, false) => "updated_ms, row",
            (SortKey::Updated, true) => "updated_ms DESC, row DESC",
            // The most urgent is the highest; within one priority, what is due first leads.
            (SortKey::Priority, true) => "urgency, due_sort, row",
            (SortKey::Priority, false) => "urgency DESC, due_sort DESC, row DESC",
            (SortKey::Reference, false) => "reference, row",
            (SortKey::Reference, true) => "reference DESC, row DESC",
            (SortKey::Title, false) => "title COLLATE NOCASE, row",
            (SortKey::Title, true) => "title COLLATE NOCASE DESC, row DESC",
        }
    }
}

impl SortKey {
    /// The order, for rows that are few and found by another index than one in this order.
    fn order_of_few(self, descending: bool) -> String {
        match self {
            SortKey::Due => self.order(descending).to_owned(),
            _ => format!("+{}", self.order(descending)),
        }
    }
}

impl Cache {
    /// One page of a queue, and how many items it has in all, both of one moment.
    pub async fn list(&self, listing: &Listing) -> Result<Page> {
        let mut tx = self.snapshot().await?;
        let listed = async {
            let filter = self.filter_in(&mut tx, &listing.filter, listing.now).await?;
            let members = listing.queue.members_by_filter(&listing.filter, listing.now);
            let total = match tally::of(&mut tx, listing.queue).await? {
                Some(total) if listing.filter.terms.is_empty() => total,
                _ => count(&mut tx, members.clone(), &filter).await?,
            };
            let (ordered, order) = if total > DENSE {
                (listing.queue.members_in_order(listing.sort, listing.now), listing.sort.order(listing.descending).to_owned())
            } else {
                (None, listing.sort.order_of_few(listing.descending))
            };
            let mut sql = Sql::new(
                "SELECT id, reference, title, kind, client, phase, journey, journey_version, stage, owner, waiting,
                        urgency, due_ms, entered_ms, updated_ms, stuck_from_ms, uncovered, escalated, comments,
                        attachments,
                        (SELECT min(CASE outcome_kind WHEN 'conflict' THEN 1 WHEN 'refused' THEN 2
                                    WHEN 'quarantined' THEN 2 ELSE 3 END)
                         FROM outbox WHERE outbox.item = items.id
                           AND (outcome_kind IS NULL OR outcome_kind IN ('conflict', 'refused', 'quarantined'))) AS mark
                 FROM items WHERE live = 1 AND ",
            );
            sql.push(ordered.unwrap_or(members));
            sql.push(filter);
            sql.text.push_str(" ORDER BY ");
            sql.text.push_str(&order);
            sql.push(
                Sql::new(" LIMIT ? OFFSET ?").number(i64::from(listing.limit)).number(i64::from(listing.offset)),
            );
            let rows = query(&sql).fetch_all(&mut *tx).await?;
            let rows = rows.iter().map(read_row).collect::<Result<Vec<_>>>()?;
            Ok(Page { total, rows })
        }
        .await;
        self.name(listed)
    }

    /// A filter's conditions. Names are looked up only where there are any.
    async fn filter_in(&self, tx: &mut SqliteConnection, filter: &Filter, now: Timestamp) -> Result<Sql> {
        if filter.terms.is_empty() {
            return Ok(Sql::default());
        }
        Ok(conditions(filter, &*self.lookup_in(tx).await?, now))
    }

    /// The ids of everything that a queue and a filter match, what is due first leading.
    pub async fn matching_ids(
        &self,
        queue: QueueKind,
        filter: &Filter,
        now: Timestamp,
    ) -> Result<Vec<ItemId>> {
        let sort = SortKey::Due;
        self.ids(&Listing {
            queue,
            filter: filter.clone(),
            sort,
            descending: false,
            offset: 0,
            limit: 0,
            now,
        })
        .await
    }

    /// The ids of everything that a listing matches, in its order; its offset and limit do not count.
    pub async fn ids(&self, listing: &Listing) -> Result<Vec<ItemId>> {
        let mut tx = self.snapshot().await?;
        let found = async {
            let mut sql = Sql::new("SELECT id FROM items WHERE live = 1 AND ");
            sql.push(listing.queue.members_by_filter(&listing.filter, listing.now));
            sql.push(self.filter_in(&mut tx, &listing.filter, listing.now).await?);
            sql.text.push_str(" ORDER BY ");
            sql.text.push_str(listing.sort.order(listing.descending));
            let rows = query(&sql).fetch_all(&mut *tx).await?;
            rows.iter().map(|row| Ok(ItemId(row.try_get(0)?))).collect()
        }
        .await;
        self.name(found)
    }
}

async fn count(connection: &mut SqliteConnection, members: Sql, filter: &Sql) -> Result<u32> {
    let mut sql = Sql::new("SELECT count(*) FROM items WHERE live = 1 AND ");
    sql.push(members);
    sql.push(filter.clone());
    let total: i64 = query(&sql).fetch_one(connection).await?.try_get(0)?;
    Ok(u32::try_from(total).unwrap_or(u32::MAX))
}

/// The texts are all this module's own; whatever came from a person is an argument.
pub(crate) fn query(sql: &Sql) -> Query<'_, Sqlite, SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql.text.clone()));
    for argument in &sql.arguments {
        query = match argument {
            Argument::Number(number) => query.bind(*number),
            Argument::Text(text) => query.bind(text.clone()),
        };
    }
    query
}

fn read_row(row: &SqliteRow) -> Result<ListRow> {
    let count = |name| -> Result<u32> { Ok(u32::try_from(row.try_get::<i64, _>(name)?).unwrap_or(u32::MAX)) };
    let kind: &str = row.try_get("kind")?;
    let waiting: &str = row.try_get("waiting")?;
    Ok(ListRow {
        id: ItemId(row.try_get("id")?),
        reference: row.try_get("reference")?,
        title: row.try_get("title")?,
        kind: Kind::ALL
            .into_iter()
            .find(|each| each.as_str() == kind)
            .ok_or_else(|| StoreError::inconsistent(format!("a kind reads {kind:?}")))?,
        client: ClientId(row.try_get("client")?),
        phase: phase(row.try_get("phase")?)?,
        journey: JourneyRef {
            key: JourneyKey(row.try_get("journey")?),
            version: u32::try_from(row.try_get::<i64, _>("journey_version")?).unwrap_or_default(),
        },
        stage: row.try_get::<Option<String>, _>("stage")?.map(StageKey),
        owner: row.try_get::<Option<String>, _>("owner")?.map(PersonId),
        waiting_on: serde_json::from_str(waiting)?,
        priority: match row.try_get::<i64, _>("urgency")? {
            0 => Priority::Urgent,
            1 => Priority::High,
            2 => Priority::Normal,
            _ => Priority::Low,
        },
        due_at: row.try_get::<Option<i64>, _>("due_ms")?.map(Timestamp::from_ms),
        entered_at: Timestamp::from_ms(row.try_get("entered_ms")?),
        updated_at: Timestamp::from_ms(row.try_get("updated_ms")?),
        stuck_from: row.try_get::<Option<i64>, _>("stuck_from_ms")?.map(Timestamp::from_ms),
        uncovered: row.try_get("uncovered")?,
        escalated: row.try_get("escalated")?,
        mark: match row.try_get::<Option<i64>, _>("mark")? {
            Some(1) => Some(Mark::Conflict),
            Some(2) => Some(Mark::Refused),
            Some(_) => Some(Mark::Pending),
            None => None,
        },
        comments: count("comments")?,
        attachments: count("attachments")?,
    })
}

pub(crate) fn phase(text: &str) -> Result<Phase> {
    Phase::ALL
        .into_iter()
        .find(|each| each.as_str() == text)
        .ok_or_else(|| StoreError::inconsistent(format!("a phase reads {text:?}")))
}
