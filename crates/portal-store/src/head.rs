//! The head row: one per organisation, taken first by everything that writes.

use crate::appended::Appended;
use crate::audit::NewLine;
use crate::dialect::{Connection, DbRow, Tx};
use crate::error::StoreError;
use crate::signing;
use crate::store::Store;
use ed25519_dalek::SigningKey;
use postern_domain::{Arranged, ItemId, Recorded};
use postern_protocol::{Cursor, Head};
use sqlx::Row as _;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadRow {
    pub organisation: String,
    /// Rolled anew when the database is restored.
    pub epoch: String,
    /// The number of the last change.
    pub seq: i64,
    /// The number of the last audit line.
    pub audit_seq: i64,
    /// The hash of the last audit line.
    pub audit_hash: String,
    /// Counts changes of people, clients, projects, journeys and norms.
    pub directory_version: i64,
}

/// The hash before the first audit line.
pub(crate) const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl HeadRow {
    /// Where a console stands that has followed everything, with grants of this generation.
    pub(crate) fn cursor(&self, scope_generation: i64) -> Cursor {
        Cursor {
            epoch: self.epoch.clone(),
            seq: self.seq,
            scope_generation,
            directory_version: self.directory_version,
        }
    }

    /// What consoles are told of it.
    pub fn told(&self) -> Head {
        Head { epoch: self.epoch.clone(), seq: self.seq, directory_version: self.directory_version }
    }

    /// What is signed: every column of the row.
    pub(crate) fn message(&self) -> Vec<u8> {
        let mut message = Vec::new();
        for part in [
            "postern head 1",
            &self.organisation,
            &self.epoch,
            &self.seq.to_string(),
            &self.audit_seq.to_string(),
            &self.audit_hash,
            &self.directory_version.to_string(),
        ] {
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part.as_bytes());
        }
        message
    }

    fn from_row(row: &DbRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            organisation: row.try_get("organisation")?,
            epoch: row.try_get("epoch")?,
            seq: row.try_get("seq")?,
            audit_seq: row.try_get("audit_seq")?,
            audit_hash: row.try_get("audit_hash")?,
            directory_version: row.try_get("directory_version")?,
        })
    }
}

/// Whether there is a portal in this database at all.
pub(crate) async fn is_there(db: &mut Connection) -> Result<bool, StoreError> {
    let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM head").fetch_one(db).await?;
    Ok(rows > 0)
}

pub(crate) async fn read(db: &mut Connection) -> Result<HeadRow, StoreError> {
    Ok(read_signed(db).await?.0)
}

/// The row and its signature.
pub(crate) async fn read_signed(db: &mut Connection) -> Result<(HeadRow, String), StoreError> {
    let row = sqlx::query(
        "SELECT organisation, epoch, seq, audit_seq, audit_hash, directory_version, signature FROM head WHERE id = 1",
    )
    .fetch_optional(db)
    .await?
    .ok_or_else(|| StoreError::inconsistent("the head row is missing"))?;
    Ok((HeadRow::from_row(&row)?, row.try_get("signature")?))
}

pub(crate) async fn found(db: &mut Connection, head: &HeadRow, key: &SigningKey) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO head (id, organisation, epoch, seq, audit_seq, audit_hash, directory_version, signature)
         VALUES (1, $1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&head.organisation)
    .bind(&head.epoch)
    .bind(head.seq)
    .bind(head.audit_seq)
    .bind(&head.audit_hash)
    .bind(head.directory_version)
    .bind(signing::sign(key, &head.message()))
    .execute(db)
    .await?;
    Ok(())
}

async fn save(db: &mut Connection, head: &HeadRow, key: &SigningKey) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE head SET organisation = $1, epoch = $2, seq = $3, audit_seq = $4, audit_hash = $5,
                directory_version = $6, signature = $7
         WHERE id = 1",
    )
    .bind(&head.organisation)
    .bind(&head.epoch)
    .bind(head.seq)
    .bind(head.audit_seq)
    .bind(&head.audit_hash)
    .bind(head.directory_version)
    .bind(signing::sign(key, &head.message()))
    .execute(db)
    .await?;
    match done.rows_affected() {
        1 => Ok(()),
        rows => Err(StoreError::inconsistent(format!("{rows} head rows instead of one"))),
    }
}

/// A writing transaction that holds the head row.
///
/// Invariant: the head is taken before anything else is read, so that the order of sequence numbers is the order
/// of commits. Nothing waits for the network while one of these lives.
pub(crate) struct Writing {
    pub tx: Tx,
    pub head: HeadRow,
    pub appended: Appended,
    before: HeadRow,
}

impl Writing {
    /// `head` as it was found in this transaction.
    pub fn of(tx: Tx, head: HeadRow) -> Self {
        Self { tx, before: head.clone(), head, appended: Appended::default() }
    }

    /// Appends the next line of the audit trail, about an item.
    pub fn record(&mut self, item: &ItemId, recorded: &Recorded) -> Result<(), StoreError> {
        self.appended.line(NewLine::next(&mut self.head, item, recorded)?);
        Ok(())
    }

    /// As [`Writing::record`], about the organisation.
    pub fn record_arranged(&mut self, arranged: &Arranged) -> Result<(), StoreError> {
        self.appended.line(NewLine::arranged(&mut self.head, arranged)?);
        Ok(())
    }

    /// Writes down what was appended, if it is much.
    pub async fn thin(&mut self) -> Result<(), StoreError> {
        self.appended.thin(&mut self.tx).await
    }

    /// Writes down what was appended, saves and signs the head if it changed, and ends the transaction.
    pub async fn commit(mut self, store: &Store) -> Result<HeadRow, StoreError> {
        self.appended.write(&mut self.tx).await?;
        if self.head != self.before {
            save(&mut self.tx, &self.head, store.key()).await?;
        }
        self.tx.commit().await?;
        store.announce(&self.head);
        Ok(self.head)
    }
}

impl Store {
    pub(crate) async fn write(&self) -> Result<Writing, StoreError> {
        let mut tx = self.begin_write().await?;
        let head = read(&mut tx).await?;
        Ok(Writing::of(tx, head))
    }

    /// The head as it is committed now.
    pub async fn head(&self) -> Result<HeadRow, StoreError> {
        read(&mut *self.reader().await?).await
    }

    /// Follows the head: told after each commit that moved it, or that changed the directory.
    pub fn watch_head(&self) -> tokio::sync::watch::Receiver<Head> {
        self.heads().subscribe()
    }

    /// How many follow the head of the log now.
    pub fn followers(&self) -> usize {
        self.heads().receiver_count()
    }

    /// Looks whether another process moved the head, and tells the followers.
    pub async fn look_for_news(&self) -> Result<(), StoreError> {
        let head = self.head().await?;
        self.announce(&head);
        Ok(())
    }

    fn announce(&self, head: &HeadRow) {
        let mut news = head.told();
        self.heads().send_if_modified(|last| {
            // Two writers may announce in the other order than they committed: never go back within an epoch.
            if last.epoch == news.epoch {
                news.seq = news.seq.max(last.seq);
                news.directory_version = news.directory_version.max(last.directory_version);
            }
            let is_other = *last != news;
            *last = news;
            is_other
        });
    }

    /// Takes a new epoch: consoles then start over from a bootstrap. For a database that was restored.
    pub async fn roll_epoch(&self, epoch: &str) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        writing.head.epoch = epoch.to_owned();
        writing.commit(self).await?;
        Ok(())
    }
}
