//! Bootstrap: everything that one person may see, as of one instant, in pages.

use crate::changes::visible;
use crate::dialect::Tx;
use crate::error::StoreError;
use crate::store::Store;
use crate::{head, places};
use postern_domain::{Item, ItemId, Person, PersonId};
use postern_protocol::{Cursor, Directory, Expected, Month};
use sqlx::Row as _;

/// They are small.
const VERSIONS_PAGE: i64 = 2_000;

/// What a load is asked for.
#[derive(Clone, Debug, Default)]
pub struct BootstrapWish {
    /// Of closed items, only those that were closed in this month or later.
    pub closed_since: Option<Month>,
    /// To go on with a load that was cut: the cursor that it began with, and the last item that arrived.
    pub after: Option<(Cursor, ItemId)>,
}

/// What a bootstrap begins with. From `cursor` on, changes continue.
#[derive(Clone, Debug)]
pub struct BootstrapBegin {
    pub cursor: Cursor,
    /// How many items are to come.
    pub items: u64,
    /// None when the load goes on after a cut, and the directory is what it was.
    pub directory: Option<Directory>,
    /// What the console holds at the end; none when the load goes on after a cut.
    pub expected: Option<Expected>,
}

/// Whether there is something to load.
#[derive(Debug)]
pub enum BootstrapStart {
    /// There is no such person any more.
    Nobody,
    /// The load cannot go on where it was cut: the portal or the person's scope is another since.
    StartOver,
    Ready(Box<BootstrapBegin>, Box<Bootstrap>),
}

/// A snapshot being read. It keeps one connection and one state of the database until it is dropped, so drop it soon
/// when nobody reads on.
#[derive(Debug)]
pub struct Bootstrap {
    tx: Tx,
    person: Person,
    closed_since: i64,
    after: String,
    page: i64,
    /// What is newer than the cursor of the load comes as changes, which also tell when it leaves again.
    until: i64,
}

impl Store {
    /// Begins a snapshot for `person`, in the order of the items' ids, or goes on behind an item with what is there
    /// now: what changed since the cursor comes as changes in any case.
    pub async fn bootstrap(
        &self,
        person: &PersonId,
        wish: BootstrapWish,
    ) -> Result<BootstrapStart, StoreError> {
        let mut tx = self.begin_snapshot().await?;
        let head = head::read(&mut tx).await?;
        let directory = self.directory_at(&mut tx, &head).await?;
        let Some(person) = directory.people().get(person).cloned() else { return Ok(BootstrapStart::Nobody) };
        let current = head.cursor(directory.scope_generation(&person.id));
        let expected = places::expected(&mut tx, &person, wish.closed_since).await?;
        let closed_since = wish.closed_since.map_or(0, Month::number);
        let begins = wish.after.is_none();
        let known = wish.after.as_ref().map(|(began, _)| began.directory_version);
        let is_known = known == Some(current.directory_version);
        let directory = (!is_known).then(|| directory.for_person(&person));
        let (cursor, after, items) = match wish.after {
            None => (current, String::new(), expected.holding.items),
            Some((began, _)) if !began.leads_to(&current) => return Ok(BootstrapStart::StartOver),
            Some((began, last)) => {
                let arrived = "SELECT COUNT(*) FROM items
                    WHERE id <= $1 AND (closed_month = 0 OR closed_month >= $2)";
                let arrived: i64 = sqlx::query_scalar(arrived)
                    .bind(last.as_str())
                    .bind(closed_since)
                    .fetch_one(&mut *tx)
                    .await?;
                // Only for the progress: among those before it may be some that the person does not see.
                let rest = expected.holding.items.saturating_sub(arrived.unsigned_abs());
                let directory_version = current.directory_version;
                (Cursor { directory_version, ..began }, last.0, rest)
            }
        };
        let expected = begins.then_some(expected);
        let begin = BootstrapBegin { cursor, items, directory, expected };
        let until = begin.cursor.seq;
        let snapshot = Bootstrap { tx, person, closed_since, after, page: self.load_page().into(), until };
        Ok(BootstrapStart::Ready(Box::new(begin), Box::new(snapshot)))
    }
}

impl Bootstrap {
    /// The next page of ids and versions alone, of items that the person may see; it may be empty. None after the last
    /// page.
    pub async fn next_versions(&mut self) -> Result<Option<Vec<(ItemId, u64)>>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, client, project, kind, phase, version FROM items
             WHERE id > $1 AND (closed_month = 0 OR closed_month >= $3) ORDER BY id LIMIT $2",
        )
        .bind(&self.after)
        .bind(VERSIONS_PAGE)
        .bind(self.closed_since)
        .fetch_all(&mut *self.tx)
        .await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = last.try_get("id")?;
        let mut versions = Vec::with_capacity(rows.len());
        for row in &rows {
            if places::sees_row(&self.person, row)? {
                let version: i64 = row.try_get("version")?;
                versions.push((ItemId(row.try_get("id")?), version.unsigned_abs()));
            }
        }
        Ok(Some(versions))
    }

    /// The next page of items that the person may see; it may be empty. None after the last page.
    pub async fn next(&mut self) -> Result<Option<Vec<Box<Item>>>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, client, project, kind, doc FROM items
             WHERE id > $1 AND (closed_month = 0 OR closed_month >= $3) AND created_seq <= $4 ORDER BY id LIMIT $2",
        )
        .bind(&self.after)
        .bind(self.page)
        .bind(self.closed_since)
        .bind(self.until)
        .fetch_all(&mut *self.tx)
        .await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = last.try_get("id")?;
        rows.iter()
            .filter_map(|row| visible(&self.person, row).transpose())
            .collect::<Result<_, _>>()
            .map(Some)
    }
}
