//! References: what people say aloud, for example `ACME-142`. Each client counts its own.

use crate::dialect::Connection;
use crate::error::StoreError;
use postern_domain::{Client, ClientId, Item};

/// The reference that the client's next item gets. Taken only once the item is written: see [`raise_counter`].
pub(crate) async fn next(db: &mut Connection, client: &Client) -> Result<String, StoreError> {
    let last: Option<i64> = sqlx::query_scalar("SELECT last FROM reference_counters WHERE client = $1")
        .bind(client.id.as_str())
        .fetch_optional(db)
        .await?;
    Ok(format!("{}-{}", client.code, last.unwrap_or(0) + 1))
}

/// The number in a reference such as `ACME-142`; none if it has another form, as an imported one may.
pub(crate) fn number_in(reference: &str) -> Option<i64> {
    reference.rsplit_once('-')?.1.parse().ok()
}

pub(crate) async fn raise_counter(db: &mut Connection, item: &Item) -> Result<(), StoreError> {
    match number_in(&item.reference) {
        Some(number) => raise_to(db, &item.client, number).await,
        None => Ok(()),
    }
}

/// Lets the client's counter stand at `number` at least.
pub(crate) async fn raise_to(db: &mut Connection, client: &ClientId, number: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO reference_counters (client, last) VALUES ($1, $2)
         ON CONFLICT (client) DO UPDATE SET last = $2 WHERE reference_counters.last < $2",
    )
    .bind(client.as_str())
    .bind(number)
    .execute(db)
    .await?;
    Ok(())
}
