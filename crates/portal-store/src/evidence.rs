//! Evidence: commands of somebody who was shut out. They are refused, and kept as they came.

use crate::error::StoreError;
use crate::results::StoredResult;
use crate::store::Store;
use postern_domain::{PersonId, Refusal, Timestamp};
use postern_protocol::{CommandOutcome, Outcome, ReceivedPush};
use sqlx::Row as _;

/// A command that came from somebody who was shut out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub person: PersonId,
    pub received_at: Timestamp,
    /// The envelope as it came, as JSON.
    pub envelope: String,
}

impl Store {
    /// Refuses what a shut out person's console still had, and keeps it. What was answered before is answered as before.
    pub async fn keep_evidence(
        &self,
        person: &PersonId,
        push: &ReceivedPush,
        now: Timestamp,
    ) -> Result<Vec<CommandOutcome>, StoreError> {
        let mut writing = self.write().await?;
        let at_seq = writing.head.seq;
        let mut outcomes = Vec::with_capacity(push.commands.len());
        for envelope in &push.commands {
            let before = writing.appended.result_of(&mut writing.tx, &envelope.id).await?;
            let result = match before.filter(|result| &result.person == person) {
                Some(result) => result,
                None => {
                    let outcome = Outcome::Refused { refusal: Refusal::ShutOut };
                    let item = envelope.item.clone();
                    let result = StoredResult { person: person.clone(), item, outcome, at_seq };
                    writing.appended.result(&envelope.id, result.clone(), now);
                    let text = serde_json::to_string(envelope)
                        .map_err(|error| StoreError::inconsistent(error.to_string()))?;
                    sqlx::query(
                        "INSERT INTO evidence (command, person, console, received_ms, envelope)
                         VALUES ($1, $2, $3, $4, $5)",
                    )
                    .bind(envelope.id.as_str())
                    .bind(person.as_str())
                    .bind(push.console.as_str())
                    .bind(now.ms())
                    .bind(text)
                    .execute(&mut *writing.tx)
                    .await?;
                    result
                }
            };
            outcomes.push(CommandOutcome {
                id: envelope.id.clone(),
                seq: envelope.seq,
                at_seq: result.at_seq,
                outcome: result.outcome,
            });
        }
        writing.commit(self).await?;
        Ok(outcomes)
    }

    /// Everything that is kept of a person, in the order in which it came.
    pub async fn evidence_of(&self, person: &PersonId) -> Result<Vec<Evidence>, StoreError> {
        let rows = sqlx::query(
            "SELECT person, received_ms, envelope FROM evidence WHERE person = $1 ORDER BY received_ms, command",
        )
        .bind(person.as_str())
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Evidence {
                    person: PersonId(row.try_get("person")?),
                    received_at: Timestamp(row.try_get("received_ms")?),
                    envelope: row.try_get("envelope")?,
                })
            })
            .collect()
    }
}
