//! Verification: recomputes the whole chain, and rebuilds every item from it.

use super::arrangements::Arrangements;
use super::chain;
use crate::dialect::{Connection, DbRow, Tx};
use crate::error::StoreError;
use crate::head::{self, HeadRow, NO_HASH};
use crate::signing;
use crate::store::Store;
use crate::{columns, places};
use postern_domain::{Arranged, ItemId, Recorded, Timestamp};
use sqlx::Row as _;
use std::collections::BTreeMap;
use std::fmt;

/// What was verified and found in order.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AuditReport {
    pub lines: u64,
    pub items: u64,
    /// The hash of the last line, to write down elsewhere.
    pub hash: String,
    /// The public half of the key that signed the head, 64 hexadecimal digits.
    pub public_key: String,
}

/// The first thing that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// The audit line at which it shows, if it shows at one.
    pub seq: Option<i64>,
    pub item: Option<String>,
    pub what: String,
}

/// How far a verification has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub done: u64,
    pub of: u64,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(seq) = self.seq {
            write!(f, "audit line {seq}: ")?;
        }
        if let Some(item) = &self.item {
            write!(f, "item {item}: ")?;
        }
        f.write_str(&self.what)
    }
}

/// Ends a verification: a difference found, or a database that cannot be read at all.
enum Stop {
    Difference(Difference),
    Failed(StoreError),
}

impl<E: Into<StoreError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Failed(error.into())
    }
}

const LINES_PER_PAGE: i64 = 2_000;
const ITEMS_PER_PAGE: i64 = 200;

impl Store {
    /// Verifies the trail as of one instant: every hash from the first line on, the head's signature and counts, and
    /// every item, and how the organisation is arranged, against the replay of its lines, in both directions. Reports
    /// the first difference.
    ///
    /// # Errors
    /// Only when the database cannot be read; a difference is a result.
    pub async fn verify_audit(
        &self,
        mut progress: impl FnMut(Progress),
    ) -> Result<Result<AuditReport, Difference>, StoreError> {
        let mut tx = self.begin_read().await?;
        match self.verify(&mut tx, &mut progress).await {
            Ok(report) => Ok(Ok(report)),
            Err(Stop::Difference(difference)) => Ok(Err(difference)),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    async fn verify(&self, tx: &mut Tx, progress: &mut impl FnMut(Progress)) -> Result<AuditReport, Stop> {
        let (head, signature) = match head::read_signed(tx).await {
            Ok(read) => read,
            Err(StoreError::Driver(sqlx::Error::ColumnDecode { index, .. })) => {
                return differs(None, None, format!("the head's {index} cannot be read"));
            }
            Err(StoreError::Inconsistent { what }) => return differs(None, None, what),
            Err(error) => return Err(error.into()),
        };
        let key = self.key().verifying_key();
        if !signing::is_signed(&key, &head.message(), &signature) {
            return differs(
                None,
                None,
                "the head's signature is not of this head: the head or the signature was changed",
            );
        }
        let items: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM items").fetch_one(&mut **tx).await?;
        let of = head.audit_seq.unsigned_abs() + items.unsigned_abs();
        let mut arrangements = Arrangements::default();
        let lines =
            verify_chain(tx, &head, &mut arrangements, &mut |done| progress(Progress { done, of })).await?;
        match arrangements.compare(tx).await {
            Ok(None) => {}
            Ok(Some((seq, what))) => return differs(seq, None, what),
            Err(StoreError::Inconsistent { what }) => return differs(None, None, what),
            Err(StoreError::Driver(sqlx::Error::ColumnDecode { index, .. })) => {
                return differs(None, None, format!("{index} of an arrangement cannot be read"));
            }
            Err(error) => return Err(error.into()),
        }
        verify_items(tx, &mut |done| progress(Progress { done: lines + done, of })).await?;
        verify_changes(tx, &head).await?;
        if let Some(what) = places::disagreement(tx).await? {
            return differs(None, None, what);
        }
        Ok(AuditReport {
            lines,
            items: items.unsigned_abs(),
            hash: head.audit_hash,
            public_key: hex::encode(key.to_bytes()),
        })
    }
}

fn differs<T>(seq: Option<i64>, item: Option<&str>, what: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Difference(Difference { seq, item: item.map(str::to_owned), what: what.into() }))
}

/// One line as it is stored.
struct Line {
    seq: i64,
    /// None where it is about the organisation.
    item: Option<String>,
    recorded: String,
}

async fn verify_chain(
    db: &mut Connection,
    head: &HeadRow,
    arrangements: &mut Arrangements,
    progress: &mut impl FnMut(u64),
) -> Result<u64, Stop> {
    let (mut last, mut hash) = (0_i64, NO_HASH.to_owned());
    loop {
        let rows = sqlx::query(
            "SELECT seq, item, at_ms, recorded, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2",
        )
        .bind(last)
        .bind(LINES_PER_PAGE)
        .fetch_all(&mut *db)
        .await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let seq: i64 = row.try_get("seq")?;
            if seq != last + 1 {
                return differs(Some(seq), None, format!("line {} is missing before it", last + 1));
            }
            let Some((line, at_ms, stored)) = read_line(row, seq) else {
                return differs(Some(seq), None, "a column cannot be read");
            };
            let item = line.item.as_deref();
            let expected = chain::hash(&hash, seq, item, at_ms, &line.recorded);
            if stored != expected {
                return differs(
                    Some(seq),
                    item,
                    format!("the hash is {stored} where the line and the one before make {expected}"),
                );
            }
            match read_event(&line, arrangements) {
                Ok((_, Some(contradiction))) => return differs(Some(seq), None, contradiction),
                Ok((at, None)) if at.ms() == at_ms => {}
                Ok(_) => return differs(Some(seq), item, "the instant is not the event's"),
                Err(error) => return differs(Some(seq), item, format!("the event cannot be read: {error}")),
            }
            (last, hash) = (seq, expected);
        }
        progress(last.unsigned_abs());
    }
    let first = sqlx::query_scalar::<_, Option<i64>>("SELECT MIN(seq) FROM audit").fetch_one(db).await?;
    if let Some(first) = first.filter(|first| *first < 1) {
        return differs(Some(first), None, "a line stands before the first");
    }
    if (head.audit_seq, &head.audit_hash) != (last, &hash) {
        let what = format!(
            "the head names line {} with hash {}, and the chain ends with line {last} and hash {hash}",
            head.audit_seq, head.audit_hash
        );
        return differs(Some(last.min(head.audit_seq)), None, what);
    }
    Ok(last.unsigned_abs())
}

/// When it happened, and how it contradicts the lines before it. What is about the organisation is taken along; items
/// are rebuilt page by page afterwards.
fn read_event(
    line: &Line,
    arrangements: &mut Arrangements,
) -> serde_json::Result<(Timestamp, Option<String>)> {
    if line.item.is_some() {
        return Ok((serde_json::from_str::<Recorded>(&line.recorded)?.at, None));
    }
    let arranged: Arranged = serde_json::from_str(&line.recorded)?;
    let at = arranged.at;
    Ok((at, arrangements.take(line.seq, arranged).err()))
}

fn read_line(row: &DbRow, seq: i64) -> Option<(Line, i64, String)> {
    let line = Line { seq, item: row.try_get("item").ok()?, recorded: row.try_get("recorded").ok()? };
    Some((line, row.try_get("at_ms").ok()?, row.try_get("hash").ok()?))
}

/// Rebuilds every item from its lines and compares, a page of items and the lines up to its last item at a time.
async fn verify_items(db: &mut Connection, progress: &mut impl FnMut(u64)) -> Result<(), Stop> {
    let (mut after, mut done) = (None::<String>, 0);
    loop {
        let rows = sqlx::query(
            "SELECT id, reference, kind, client, project, journey, journey_version, phase, stage, owner, priority,
                    round, created_at_ms, submitted_at_ms, entered_at_ms, updated_at_ms, completed_at_ms, due_at_ms,
                    version, mark, closed_month, doc
             FROM items WHERE $1 IS NULL OR id > $1 ORDER BY id LIMIT $2",
        )
        .bind(&after)
        .bind(ITEMS_PER_PAGE)
        .fetch_all(&mut *db)
        .await?;
        let end = match rows.last().map(|row| row.try_get::<String, _>("id")) {
            None => None,
            Some(Ok(id)) => Some(id),
            Some(Err(_)) => return differs(None, None, "an item's id cannot be read"),
        };
        let mut logs = logs_between(db, after.as_deref(), end.as_deref()).await?;
        for row in &rows {
            let Ok(id) = row.try_get::<String, _>("id") else {
                return differs(None, None, "an item's id cannot be read");
            };
            let Some(log) = logs.remove(&id) else {
                return differs(None, Some(&id), "it is there, and nothing in the audit trail made it");
            };
            verify_item(row, &id, &log)?;
            done += 1;
        }
        if let Some((id, log)) = logs.into_iter().next() {
            let seq = log.first().map(|(seq, _)| *seq);
            return differs(seq, Some(&id), "the audit trail made it, and it is not there");
        }
        progress(done);
        match end {
            Some(end) => after = Some(end),
            None => return Ok(()),
        }
    }
}

type Log = Vec<(i64, Recorded)>;

async fn logs_between(
    db: &mut Connection,
    after: Option<&str>,
    upto: Option<&str>,
) -> Result<BTreeMap<String, Log>, Stop> {
    let rows = sqlx::query(
        "SELECT seq, item, at_ms, recorded, hash FROM audit
         WHERE item IS NOT NULL AND ($1 IS NULL OR item > $1) AND ($2 IS NULL OR item <= $2) ORDER BY item, seq",
    )
    .bind(after)
    .bind(upto)
    .fetch_all(db)
    .await?;
    let mut logs = BTreeMap::<String, Log>::new();
    for row in &rows {
        let seq: i64 = row.try_get("seq")?;
        let Some((line, ..)) = read_line(row, seq) else {
            return differs(Some(seq), None, "a column cannot be read");
        };
        let item = line.item.unwrap_or_default();
        match serde_json::from_str(&line.recorded) {
            Ok(recorded) => logs.entry(item).or_default().push((line.seq, recorded)),
            Err(error) => {
                return differs(Some(seq), Some(&item), format!("the event cannot be read: {error}"));
            }
        }
    }
    Ok(logs)
}

fn verify_item(row: &DbRow, id: &str, log: &Log) -> Result<(), Stop> {
    let rebuilt = match postern_domain::replay(&ItemId::from(id), log.iter().map(|(_, recorded)| recorded)) {
        Ok(item) => item,
        Err(error) => {
            let seq = log.last().map(|(seq, _)| *seq);
            return differs(seq, Some(id), format!("its lines do not replay: {error}"));
        }
    };
    let expected = columns::of(&rebuilt).map_err(|error| StoreError::inconsistent(error.to_string()))?;
    for (name, expected) in columns::NAMES.iter().zip(expected) {
        let stored = columns::stored(row, name, &expected);
        if stored.as_ref() != Some(&expected) {
            let stored = stored.map_or_else(|| "unreadable".to_owned(), |value| value.to_string());
            let seq = log.last().map(|(seq, _)| *seq);
            return differs(seq, Some(id), format!("{name} is {stored} where its lines make {expected}"));
        }
    }
    Ok(())
}

/// The change log against items and head: every item's newest change is the one that it names.
async fn verify_changes(db: &mut Connection, head: &HeadRow) -> Result<(), Stop> {
    let last: Option<i64> = sqlx::query_scalar("SELECT MAX(seq) FROM changes").fetch_one(&mut *db).await?;
    if last.unwrap_or(0) != head.seq {
        let what = format!("the head names change {}, and the last one is {}", head.seq, last.unwrap_or(0));
        return differs(None, None, what);
    }
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM changes").fetch_one(&mut *db).await?;
    if count != head.seq {
        return differs(None, None, format!("{count} changes are there where the head counts {}", head.seq));
    }
    let wrong = sqlx::query(
        "SELECT i.id FROM items i
         LEFT JOIN (SELECT item, MIN(seq) AS first, MAX(seq) AS last,
                           MAX(CASE WHEN kind = 'leave' THEN seq ELSE 0 END) AS moved
                    FROM changes GROUP BY item) c ON c.item = i.id
         LEFT JOIN changes newest ON newest.seq = i.change_seq AND newest.item = i.id
         WHERE c.last IS NULL OR c.last <> i.change_seq OR c.first <> i.created_seq OR newest.version <> i.version
            OR c.moved <> i.moved_seq
         LIMIT 1",
    )
    .fetch_optional(db)
    .await?;
    match wrong {
        None => Ok(()),
        Some(row) => {
            let id: String = row.try_get("id")?;
            differs(None, Some(&id), "its place in the change log is not what the log says")
        }
    }
}
