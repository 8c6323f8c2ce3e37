//! Bootstrap: everything that one person may see, as of one instant, in pages.

use crate::changes::visible;
use crate::dialect::Tx;
use crate::error::StoreError;
use crate::store::Store;
use postern_domain::{ClientId, Item, Kind, Person, PersonId, Phase, Place, ProjectId, Role};
use postern_protocol::{Cursor, Directory};
use sqlx::Row as _;

const PAGE: i64 = 250;

/// What a bootstrap begins with. From `cursor` on, changes continue.
#[derive(Clone, Debug)]
pub struct BootstrapBegin {
    pub cursor: Cursor,
    pub items: u64,
    pub directory: Directory,
}

/// A snapshot being read. It keeps one connection and one state of the database until it is dropped, so drop it soon
/// when nobody reads on.
pub struct Bootstrap {
    tx: Tx,
    person: Person,
    after: Option<String>,
}

impl Store {
    /// Begins a snapshot for `person`; none if there is no such person any more.
    pub async fn bootstrap(
        &self,
        person: &PersonId,
    ) -> Result<Option<(BootstrapBegin, Bootstrap)>, StoreError> {
        let mut tx = self.begin_snapshot().await?;
        let head = crate::head::read(&mut tx).await?;
        let directory = self.directory_at(&mut tx, &head).await?;
        let Some(person) = directory.people().get(person).cloned() else { return Ok(None) };
        let cursor = Cursor {
            epoch: head.epoch,
            seq: head.seq,
            scope_generation: directory.scope_generation(&person.id),
            directory_version: head.directory_version,
        };
        let begin = BootstrapBegin {
            cursor,
            items: count(&mut tx, &person).await?,
            directory: directory.for_person(&person),
        };
        Ok(Some((begin, Bootstrap { tx, person, after: None })))
    }
}

impl Bootstrap {
    /// The next page of items that the person may see; it may be empty. None after the last page.
    pub async fn next(&mut self) -> Result<Option<Vec<Box<Item>>>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, client, project, kind, doc FROM items WHERE $1 IS NULL OR id > $1 ORDER BY id LIMIT $2",
        )
        .bind(&self.after)
        .bind(PAGE)
        .fetch_all(&mut *self.tx)
        .await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = Some(last.try_get("id")?);
        rows.iter()
            .filter_map(|row| visible(&self.person, row).transpose())
            .collect::<Result<_, _>>()
            .map(Some)
    }
}

/// How many items the person may see, counted by place without reading any document.
async fn count(tx: &mut Tx, person: &Person) -> Result<u64, StoreError> {
    let rows = sqlx::query(
        "SELECT client, project, kind, phase = 'draft' AS draft, COUNT(*) AS items FROM items
         GROUP BY client, project, kind, phase = 'draft'",
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut total = 0;
    for row in &rows {
        let client = ClientId(row.try_get("client")?);
        let project = row.try_get::<Option<String>, _>("project")?.map(ProjectId);
        let kind: String = row.try_get("kind")?;
        let Some(kind) = Kind::ALL.into_iter().find(|known| known.as_str() == kind) else { continue };
        let place = Place { client: &client, project: project.as_ref(), kind };
        let phase = if row.try_get("draft")? { Phase::Draft } else { Phase::Submitted };
        if sees_place(person, place, phase) {
            total += row.try_get::<i64, _>("items")?.unsigned_abs();
        }
    }
    Ok(total)
}

/// The domain's rule for seeing an item, as far as it depends on place and phase.
fn sees_place(person: &Person, place: Place<'_>, phase: Phase) -> bool {
    let roles: &[Role] = if phase == Phase::Draft { &[Role::Client, Role::ClientAdmin] } else { &Role::ALL };
    roles.iter().any(|role| person.holds(*role, place))
}
