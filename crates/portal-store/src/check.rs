//! Check: looks for what is wrong with a portal's data, and for work that nobody can do.

use crate::dialect;
use crate::error::StoreError;
use crate::files;
use crate::items;
use crate::migrations;
use crate::short_handed::{self, ShortHandedReview};
use crate::store::Store;
use sha2::{Digest, Sha256};
use sqlx::Row as _;
use std::io::Read as _;
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Work that is stuck, and will be until somebody looks.
    Warning,
    /// Data that is damaged or missing.
    Error,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    pub severity: Severity,
    pub what: String,
    /// The way out.
    pub advice: String,
    /// The open review that it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<ShortHandedReview>,
}

impl Finding {
    fn new(severity: Severity, what: String, advice: String) -> Self {
        Self { severity, what, advice, review: None }
    }
}

const PAGE: i64 = 500;

impl Store {
    /// Everything that is wrong; empty when all is well. Changes nothing.
    pub async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        {
            let mut reader = self.reader().await?;
            let schema = dialect::schema_version(&mut reader).await?;
            if schema != migrations::newest() {
                findings.push(Finding::new(
                    Severity::Error,
                    format!("the database has schema {schema} instead of {}", migrations::newest()),
                    "Start the portal once with this version of the program.".to_owned(),
                ));
            }
            findings.extend(dialect::integrity(&mut reader).await?.into_iter().map(|what| {
                Finding::new(
                    Severity::Error,
                    format!("the database: {what}"),
                    "Stop the portal and restore the latest backup.".to_owned(),
                )
            }));
        }
        findings.extend(self.miscounts().await?.into_iter().map(|miscount| {
            Finding::new(
                Severity::Error,
                format!("what consoles are told to hold: {miscount}"),
                "Count anew: postern-portal check --repair-counts. Until then consoles load everything again and again."
                    .to_owned(),
            )
        }));
        self.check_files(&mut findings).await?;
        self.check_reviews(&mut findings).await?;
        Ok(findings)
    }

    async fn check_files(&self, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
        let mut reader = self.reader().await?;
        let rows =
            sqlx::query("SELECT sha256, size FROM files ORDER BY sha256").fetch_all(&mut *reader).await?;
        for row in &rows {
            let (sha256, size): (String, i64) = (row.try_get("sha256")?, row.try_get("size")?);
            let wrong = match files::path_of(self.data(), &sha256) {
                None => Some("its name is not a hash".to_owned()),
                Some(path) => wrong_with(&path, &sha256, size.unsigned_abs()),
            };
            findings.extend(wrong.map(|why| {
                let (folder, name) = sha256.split_at(2.min(sha256.len()));
                Finding::new(
                    Severity::Error,
                    format!("file {sha256}: {why}"),
                    format!("Copy files/{folder}/{name} from a backup."),
                )
            }));
        }
        let rows = sqlx::query(
            "SELECT f.sha256, i.reference FROM item_files f JOIN items i ON i.id = f.item
             WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.sha256 = f.sha256) ORDER BY i.reference LIMIT 100",
        )
        .fetch_all(&mut *reader)
        .await?;
        for row in &rows {
            let (sha256, reference): (String, String) = (row.try_get("sha256")?, row.try_get("reference")?);
            findings.push(Finding::new(
                Severity::Warning,
                format!("{reference} names file {sha256}, which was never uploaded"),
                "Attach the document again, or copy the file from a backup.".to_owned(),
            ));
        }
        Ok(())
    }

    /// Open reviews that too few people can decide.
    async fn check_reviews(&self, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
        let directory = self.directory().await?;
        let mut after = None::<String>;
        loop {
            let rows = sqlx::query(
                "SELECT id, doc FROM items WHERE phase = 'in_review' AND ($1 IS NULL OR id > $1) ORDER BY id LIMIT $2",
            )
            .bind(&after)
            .bind(PAGE)
            .fetch_all(&mut *self.reader().await?)
            .await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.try_get("id")?);
            for row in &rows {
                let item = items::parse(row)?;
                if let Some(journey) = directory.journey(&item.journey) {
                    findings.extend(short_handed::findings(&item, journey, directory.people()));
                }
            }
        }
    }
}

fn wrong_with(path: &Path, sha256: &str, size: u64) -> Option<String> {
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) => return Some(format!("it cannot be read: {error}")),
    };
    let (mut hash, mut length, mut buffer) = (Sha256::new(), 0_u64, vec![0; 64 * 1024]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                hash.update(&buffer[..read]);
                length += read as u64;
            }
            Err(error) => return Some(format!("it cannot be read: {error}")),
        }
    }
    if length != size {
        return Some(format!("it has {length} bytes instead of {size}"));
    }
    (hex::encode(hash.finalize()) != sha256).then(|| "its content is not what its name says".to_owned())
}
