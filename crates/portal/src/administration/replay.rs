//! Replay: past items are sent through a journey that is not published yet.

use postern_domain::route::{Rerouted, rerouted};
use postern_domain::{Item, ItemId, Journey};
use postern_portal_store::{DirectorySnapshot, Store, StoreError};
use postern_protocol::JourneyReplay;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// So many items are told one by one.
const SHOWN: usize = 20;
/// Hexadecimal digits of a digest. It tells what was seen from what is there now; nobody gains by forging it.
const DIGITS: usize = 16;

/// What the items of this journey would have done otherwise under `new`.
///
/// The digest names the document and the ways that items would go, not the items: one more that goes a way already seen
/// leaves it as it is, so that a busy portal does not outrun whoever looks.
///
/// # Errors
/// As the store.
pub async fn replay(
    store: &Store,
    directory: &DirectorySnapshot,
    new: &Journey,
) -> Result<JourneyReplay, StoreError> {
    let (mut looked_at, mut moved) = (0_u64, 0_u64);
    let mut first = Vec::new();
    let mut ways = BTreeSet::new();
    store
        .for_each_item(|item: Item| {
            let Some(old) = directory.journey(&item.journey).filter(|old| old.key == new.key) else { return };
            looked_at += 1;
            for difference in rerouted(old, new, [&item]) {
                moved += 1;
                if first.len() < SHOWN {
                    first.push(difference.to_string());
                }
                ways.insert(way(difference));
            }
        })
        .await?;
    let digest = digest(new, &ways)?;
    Ok(JourneyReplay { looked_at, moved, first, digest })
}

/// The same for every item that goes it.
fn way(difference: Rerouted) -> String {
    Rerouted { item: ItemId(String::new()), reference: String::new(), ..difference }.to_string()
}

fn digest(new: &Journey, ways: &BTreeSet<String>) -> Result<String, StoreError> {
    // Numbers are given by publication.
    let document = serde_json::to_vec(&Journey { version: 0, ..new.clone() }).map_err(|error| {
        StoreError::Inconsistent { what: format!("the journey cannot be written: {error}") }
    })?;
    let mut hash = Sha256::new();
    for part in
        [b"postern replay 1".as_slice(), &document].into_iter().chain(ways.iter().map(String::as_bytes))
    {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut digits = hex::encode(hash.finalize());
    digits.truncate(DIGITS);
    Ok(digits)
}
