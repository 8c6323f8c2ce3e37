//! Queues: which items, in which order. The one place that says in SQL what a queue is.

use crate::cache::Cache;
use crate::directory::STAMP;
use crate::error::Result;
use crate::filter_sql::{Argument, Sql, conditions, finds_rows};
use crate::list_row::{self, COLUMNS, LINES, ListRow};
use crate::tally;
use postern_domain::filter::Filter;
use postern_domain::{ItemId, Timestamp};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{AssertSqlSafe, Row, Sqlite};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

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

impl Listing {
    /// How many items it matches, as a value: kept for a whole queue, counted for a filter.
    fn number(&self, filter: &Sql) -> Sql {
        if self.filter.terms.is_empty() {
            let mut sql = Sql::new("(SELECT ");
            sql.push(tally::count(self.queue, self.now));
            sql.text.push_str(" FROM item_tally)");
            return sql;
        }
        let mut sql = Sql::new("(SELECT count(*) FROM items WHERE live = 1 AND ");
        sql.push(self.queue.members_by_filter(&self.filter, self.now));
        sql.push(filter.clone());
        sql.text.push(')');
        sql
    }

    /// The question for its page, where it matches about so many rows.
    fn page(&self, filter: Sql, about: u32) -> Sql {
        let few = || self.queue.members_by_filter(&self.filter, self.now);
        let (members, order) = match about > DENSE {
            true => {
                let ordered = self.queue.members_in_order(self.sort, self.now);
                (ordered.unwrap_or_else(few), self.sort.order(self.descending).to_owned())
            }
            false => (few(), self.sort.order_of_few(self.descending)),
        };
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM items WHERE live = 1 AND "));
        sql.push(members);
        sql.push(filter);
        sql.text.push_str(" ORDER BY ");
        sql.text.push_str(&order);
        sql.push(Sql::new(" LIMIT ? OFFSET ?").number(i64::from(self.limit)).number(i64::from(self.offset)));
        sql
    }
}

/// How many items each queue held when it was listed last, and the last filter matched.
#[derive(Debug, Default)]
pub(crate) struct Lengths(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    whole: BTreeMap<QueueKind, u32>,
    filtered: Option<(QueueKind, Filter, u32)>,
}

impl Lengths {
    fn last(&self, Listing { queue, filter, .. }: &Listing) -> Option<u32> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if filter.terms.is_empty() {
            return known.whole.get(queue).copied();
        }
        known.filtered.as_ref().filter(|(of, by, _)| of == queue && by == filter).map(|(.., total)| *total)
    }

    fn note(&self, Listing { queue, filter, .. }: &Listing, total: u32) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if filter.terms.is_empty() {
            known.whole.insert(*queue, total);
        } else {
            known.filtered = Some((*queue, filter.clone(), total));
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub total: u32,
    pub rows: Vec<ListRow>,
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

    /// The same, worded so that the index of what a filter names serves it. Those of clients, owners and stages have
    /// the standing as well.
    fn members_by_filter(self, filter: &Filter, now: Timestamp) -> Sql {
        let finds_rows = || filter.terms.iter().any(|term| !term.negated && finds_rows(&term.test));
        match self {
            QueueKind::Open if finds_rows() => Sql::new("+standing = 1"),
            QueueKind::Closed if finds_rows() => Sql::new("+standing = 2"),
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
        // How to walk depends on how many there are. Where it was known a moment ago, everything is one question, and
        // no transaction has to hold several together.
        if let Some(about) = self.lengths().last(listing) {
            let lookup = self.remembered_lookup().await?;
            let filter = conditions(&listing.filter, &lookup, listing.now);
            let number = listing.number(&filter);
            let mut connection = self.lister().await?;
            let page = self.page_in(&mut connection, listing, filter, about, number).await;
            let (page, stamp) = self.name(page)?;
            if listing.filter.terms.is_empty() || stamp == lookup.stamp {
                return Ok(page);
            }
            // The filter's names mean others by now.
        }
        let mut tx = self.snapshot().await?;
        let listed = async {
            let filter = conditions(&listing.filter, &*self.lookup_in(&mut tx).await?, listing.now);
            let mut number = Sql::new("SELECT ");
            number.push(listing.number(&filter));
            let total: i64 = query(&number).fetch_one(&mut *tx).await?.try_get(0)?;
            let about = u32::try_from(total).unwrap_or_default();
            self.page_in(&mut tx, listing, filter, about, Sql::new("?").number(total)).await
        }
        .await;
        Ok(self.name(listed)?.0)
    }

    /// A page of about so many rows, with `number` as how many there are; and the stamp of the directory that it is of.
    async fn page_in(
        &self,
        connection: &mut SqliteConnection,
        listing: &Listing,
        filter: Sql,
        about: u32,
        number: Sql,
    ) -> Result<(Page, i64)> {
        let mut sql = Sql::new(format!("SELECT {LINES}, "));
        sql.push(number);
        sql.text.push_str(&format!(", {STAMP} FROM ("));
        sql.push(listing.page(filter, about));
        sql.text.push(')');
        let row = query(&sql).fetch_one(connection).await?;
        let total: i64 = row.try_get(1)?;
        let total = u32::try_from(total).unwrap_or_default();
        self.lengths().note(listing, total);
        Ok((Page { total, rows: list_row::read(row.try_get(0)?)? }, row.try_get(2)?))
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
            sql.push(conditions(&listing.filter, &*self.lookup_in(&mut tx).await?, listing.now));
            sql.text.push_str(" ORDER BY ");
            sql.text.push_str(listing.sort.order(listing.descending));
            let rows = query(&sql).fetch_all(&mut *tx).await?;
            rows.iter().map(|row| Ok(ItemId(row.try_get(0)?))).collect()
        }
        .await;
        self.name(found)
    }
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
