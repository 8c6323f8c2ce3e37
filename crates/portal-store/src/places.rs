//! Places: how many items each client, project and kind has, open and closed month by month, with the sum of their
//! marks. So it costs the number of places, and not the number of items, to say what a console should hold.

use crate::columns::closed_month;
use crate::dialect::{Connection, DbRow, Tx};
use crate::error::StoreError;
use crate::many::Insert;
use crate::store::Store;
use postern_domain::{ClientId, Item, Kind, Person, Phase, Place, ProjectId, Role};
use postern_protocol::{Expected, Holding, Month, mark};
use sqlx::Row as _;
use std::collections::BTreeMap;
use std::fmt;

/// What is to be added to the counts, of many items.
#[derive(Default)]
pub(crate) struct Counts(BTreeMap<Key, (i64, i64)>);

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    client: String,
    /// Empty without one.
    project: String,
    kind: &'static str,
    draft: i64,
    closed_month: i64,
}

impl Counts {
    /// The item, as it was, does not count any more.
    pub fn leave(&mut self, item: &Item) {
        self.add(item, -1);
    }

    /// The item counts as it is now.
    pub fn enter(&mut self, item: &Item) {
        self.add(item, 1);
    }

    fn add(&mut self, item: &Item, times: i64) {
        let key = Key {
            client: item.client.to_string(),
            project: item.project.as_ref().map(ToString::to_string).unwrap_or_default(),
            kind: item.kind.as_str(),
            draft: i64::from(item.phase == Phase::Draft),
            closed_month: closed_month(item),
        };
        let (items, marks) = self.0.entry(key).or_default();
        *items += times;
        *marks += times * mark(&item.id, item.version);
    }
}

static COUNT: Insert = Insert::new(
    "INSERT INTO places (client, project, kind, draft, closed_month, items, marks)",
    " ON CONFLICT (client, project, kind, draft, closed_month)
      DO UPDATE SET items = places.items + excluded.items, marks = places.marks + excluded.marks",
);

pub(crate) async fn count(db: &mut Connection, counts: Counts) -> Result<(), StoreError> {
    let row = |(key, (items, marks)): (Key, (i64, i64))| {
        [
            key.client.into(),
            key.project.into(),
            key.kind.into(),
            key.draft.into(),
            key.closed_month.into(),
            items.into(),
            marks.into(),
        ]
    };
    COUNT.rows(db, counts.0.into_iter().map(row).collect()).await
}

/// What a console of `person` should hold that keeps what is open, and what was closed since `closed_since`.
pub(crate) async fn expected(
    tx: &mut Tx,
    person: &Person,
    closed_since: Option<Month>,
) -> Result<Expected, StoreError> {
    let since = closed_since.map_or(0, Month::number);
    let rows = sqlx::query(
        "SELECT client, project, kind, draft,
                SUM(CASE WHEN closed_month = 0 OR closed_month >= $1 THEN items ELSE 0 END) AS kept,
                SUM(CASE WHEN closed_month = 0 OR closed_month >= $1 THEN marks ELSE 0 END) AS marks,
                SUM(items) AS items
         FROM places GROUP BY client, project, kind, draft",
    )
    .bind(since)
    .fetch_all(&mut **tx)
    .await?;
    let mut expected = Expected::default();
    for row in &rows {
        let client = ClientId(row.try_get("client")?);
        let project: String = row.try_get("project")?;
        let project = Some(project).filter(|project| !project.is_empty()).map(ProjectId);
        let kind: String = row.try_get("kind")?;
        let Some(kind) = Kind::ALL.into_iter().find(|known| known.as_str() == kind) else { continue };
        let place = Place { client: &client, project: project.as_ref(), kind };
        let is_draft: i64 = row.try_get("draft")?;
        let phase = if is_draft == 1 { Phase::Draft } else { Phase::Submitted };
        if sees_place(person, place, phase) {
            let kept = row.try_get::<i64, _>("kept")?.unsigned_abs();
            expected.holding.add(Holding { items: kept, marks: row.try_get("marks")? });
            expected.elsewhere += row.try_get::<i64, _>("items")?.unsigned_abs() - kept;
        }
    }
    Ok(expected)
}

/// A place whose items are counted wrongly: consoles are told to hold something else than there is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Miscount {
    pub client: String,
    /// Empty without one.
    pub project: String,
    pub kind: String,
    pub draft: bool,
    /// Of closed items, those of one month, as year times twelve and month; 0 for open ones.
    pub closed_month: i64,
    /// So many were counted.
    pub counted: i64,
    /// So many are there. Where both are the same number, other versions of them were counted.
    pub there: i64,
}

impl fmt::Display for Miscount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, project, kind, counted, there, .. } = self;
        let phase = match (self.draft, self.closed_month) {
            (true, _) => "drafts",
            (_, 0) => "open",
            _ => "closed in one month",
        };
        let project = if project.is_empty() { String::new() } else { format!(", project {project}") };
        write!(f, "client {client}{project}, {kind} items, {phase}: ")?;
        match counted == there {
            true => write!(f, "{counted} were counted in other versions than they have"),
            false => write!(f, "{counted} were counted, and {there} are there"),
        }
    }
}

/// Where the counts are not those of the items; the first such places.
async fn miscounts(db: &mut Connection, most: i64) -> Result<Vec<Miscount>, StoreError> {
    let rows = sqlx::query(
        "SELECT client, project, kind, draft, closed_month, SUM(counted) AS counted, SUM(there) AS there FROM (
            SELECT client, project, kind, draft, closed_month, items AS counted, 0 AS there, marks FROM places
            UNION ALL
            SELECT client, coalesce(project, ''), kind, CASE WHEN phase = 'draft' THEN 1 ELSE 0 END, closed_month,
                   0, 1, -mark FROM items
         ) AS both_sides
         GROUP BY client, project, kind, draft, closed_month
         HAVING SUM(counted) <> SUM(there) OR SUM(marks) <> 0
         ORDER BY client, project, kind, draft, closed_month LIMIT $1",
    )
    .bind(most)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            let draft: i64 = row.try_get("draft")?;
            Ok(Miscount {
                client: row.try_get("client")?,
                project: row.try_get("project")?,
                kind: row.try_get("kind")?,
                draft: draft == 1,
                closed_month: row.try_get("closed_month")?,
                counted: row.try_get("counted")?,
                there: row.try_get("there")?,
            })
        })
        .collect()
}

/// One place where the counts are not those of the items; none when they are.
pub(crate) async fn disagreement(db: &mut Connection) -> Result<Option<String>, StoreError> {
    Ok(miscounts(db, 1).await?.first().map(|miscount| format!("the counts are wrong: {miscount}")))
}

impl Store {
    /// Where consoles are told to hold something else than there is; empty when all is well.
    pub async fn miscounts(&self) -> Result<Vec<Miscount>, StoreError> {
        miscounts(&mut *self.reader().await?, i64::MAX).await
    }

    /// Counts all items anew, in one transaction. Returns what was wrong until then.
    pub async fn repair_counts(&self) -> Result<Vec<Miscount>, StoreError> {
        let mut tx = self.begin_write().await?;
        let wrong = miscounts(&mut tx, i64::MAX).await?;
        if wrong.is_empty() {
            return Ok(wrong);
        }
        sqlx::query("DELETE FROM places").execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO places (client, project, kind, draft, closed_month, items, marks)
             SELECT client, coalesce(project, ''), kind, CASE WHEN phase = 'draft' THEN 1 ELSE 0 END, closed_month,
                    COUNT(*), SUM(mark)
             FROM items GROUP BY client, coalesce(project, ''), kind, CASE WHEN phase = 'draft' THEN 1 ELSE 0 END,
                    closed_month",
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(wrong)
    }
}

/// Where the item of a row stands, told from its columns without reading its document.
pub(crate) struct Stands {
    client: ClientId,
    project: Option<ProjectId>,
    /// None for one that this version does not know.
    kind: Option<Kind>,
}

impl Stands {
    pub fn in_row(row: &DbRow) -> Result<Self, StoreError> {
        let kind: String = row.try_get("kind")?;
        Ok(Self {
            client: ClientId(row.try_get("client")?),
            project: row.try_get::<Option<String>, _>("project")?.map(ProjectId),
            kind: Kind::ALL.into_iter().find(|known| known.as_str() == kind),
        })
    }

    pub fn place(&self) -> Option<Place<'_>> {
        let Self { client, project, kind } = self;
        Some(Place { client, project: project.as_ref(), kind: (*kind)? })
    }
}

/// Whether somebody sees the item of a row.
pub(crate) fn sees_row(person: &Person, row: &DbRow) -> Result<bool, StoreError> {
    let phase: String = row.try_get("phase")?;
    let phase = if phase == Phase::Draft.as_str() { Phase::Draft } else { Phase::Submitted };
    Ok(Stands::in_row(row)?.place().is_some_and(|place| sees_place(person, place, phase)))
}

/// The domain's rule for seeing an item, as far as it depends on place and phase.
fn sees_place(person: &Person, place: Place<'_>, phase: Phase) -> bool {
    let roles: &[Role] = if phase == Phase::Draft { &[Role::Client, Role::ClientAdmin] } else { &Role::ALL };
    roles.iter().any(|role| person.holds(*role, place))
}
