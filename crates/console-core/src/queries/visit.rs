//! Items that are at the portal only: looked up when somebody asks for one by its reference, shown, and not kept.

use crate::engine::{Engine, locked};
use crate::failure::CallError;
use crate::portal::Call;
use postern_console_store::{CachedItem, StoreError};
use postern_domain::{Item, ItemId, Timestamp};
use postern_protocol::{ErrorCode, paths};
use std::collections::VecDeque;
use std::sync::Mutex;

/// So many are remembered, until the process ends.
const REMEMBERED: usize = 50;
/// After so long the portal is asked again, in milliseconds: it may have changed, or gone out of sight.
const FRESH_MS: i64 = 60_000;

/// Why nothing can be done with an item that was only looked up.
pub(crate) const NOT_KEPT: &str = "It was closed longer ago than this device keeps items, and is shown as the portal has \
                                   it. Keep more months here to act on it.";

/// What was looked up and when, the newest last.
#[derive(Default)]
pub(crate) struct Visited(Mutex<VecDeque<(Item, Timestamp)>>);

impl Visited {
    fn remember(&self, item: Item, now: Timestamp) {
        let mut items = locked(&self.0);
        items.retain(|(known, _)| known.id != item.id);
        items.push_back((item, now));
        if items.len() > REMEMBERED {
            items.pop_front();
        }
    }

    pub(crate) fn get(&self, id: &ItemId) -> Option<(Item, Timestamp)> {
        locked(&self.0).iter().find(|(item, _)| item.id == *id).cloned()
    }

    fn remove(&self, id: &ItemId) {
        locked(&self.0).retain(|(item, _)| item.id != *id);
    }

    /// What somebody looked at is nobody else's to see.
    pub(crate) fn forget(&self) {
        locked(&self.0).clear();
    }
}

/// An item that can be shown.
pub(crate) struct Sighted {
    pub cached: CachedItem,
    /// It is on this device. If not, it was looked up at the portal.
    pub kept: bool,
}

impl Engine {
    /// Asks the portal for an item that is not kept here. None when there is none in sight.
    pub(super) async fn look_up(&self, reference: &str) -> Result<Option<ItemId>, CallError> {
        // Whatever else was typed is no item's name, and has no place in an address.
        if !reference.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Ok(None);
        }
        match self.call::<Item>(Call::get(format!("{}/{reference}", paths::ITEMS))).await {
            Ok(item) => {
                let id = item.id.clone();
                self.inner.visited.remember(item, self.device_now());
                Ok(Some(id))
            }
            Err(error) if error.code() == Some(ErrorCode::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An item as the cache has it, or as it was when it was looked up.
    pub(crate) async fn sighted(&self, id: &ItemId) -> Result<Option<Sighted>, StoreError> {
        if let Some(cached) = self.inner.cache.item(id).await? {
            return Ok(Some(Sighted { cached, kept: true }));
        }
        let visited = &self.inner.visited;
        let Some((item, at)) = visited.get(id) else { return Ok(None) };
        let is_fresh = (0..FRESH_MS).contains(&self.device_now().since(at));
        if !is_fresh && matches!(self.look_up(&item.reference).await, Ok(None)) {
            visited.remove(id);
        }
        Ok(visited
            .get(id)
            .map(|(item, _)| Sighted { cached: CachedItem { base: Some(item.clone()), item }, kept: false }))
    }
}
