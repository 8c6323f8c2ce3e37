//! Bulk: writing many people, clients and items at once, for imports and demonstrations.

use crate::error::StoreError;
use crate::head::Writing;
use crate::journeys::Publication;
use crate::store::Store;
use crate::{clients, directory, items, journeys, people, references};
use postern_domain::{Actor, Client, ClientId, Item, Journey, Person, Project, Recorded, Timestamp};
use std::collections::HashMap;

/// One long transaction that nobody else sees until [`Bulk::commit`] or [`Bulk::checkpoint`]. Dropping it takes back
/// everything since the last of these. After an error nothing but dropping it makes sense.
///
/// Clients come before their projects, and both before their items.
pub struct Bulk {
    store: Store,
    writing: Option<Writing>,
    counters: HashMap<ClientId, i64>,
    /// Whoever arranges what is added besides items, and when.
    by: Actor,
    at: Timestamp,
}

impl Store {
    /// Begins; waits for whoever is writing now, and keeps all others from writing until it ends. People, clients and
    /// journeys stand in the trail as added by `by` at `at`; items bring their own history.
    pub async fn bulk(&self, by: &Actor, at: Timestamp) -> Result<Bulk, StoreError> {
        let writing = Some(self.write().await?);
        Ok(Bulk { store: self.clone(), writing, counters: HashMap::new(), by: by.clone(), at })
    }
}

impl Bulk {
    fn writing(&mut self) -> Result<&mut Writing, StoreError> {
        self.writing.as_mut().ok_or_else(failed)
    }

    pub async fn add_person(
        &mut self,
        person: &Person,
        password_hash: Option<&str>,
    ) -> Result<(), StoreError> {
        let writing = self.writing.as_mut().ok_or_else(failed)?;
        people::add(writing, person, password_hash, &self.by, self.at).await
    }

    pub async fn add_client(&mut self, client: &Client) -> Result<(), StoreError> {
        let writing = self.writing.as_mut().ok_or_else(failed)?;
        clients::add(writing, client, &self.by, self.at).await
    }

    pub async fn add_project(&mut self, project: &Project) -> Result<(), StoreError> {
        let writing = self.writing.as_mut().ok_or_else(failed)?;
        clients::add_project(writing, project, &self.by, self.at).await
    }

    /// As the version that it says it is, for the clients of all cohorts.
    pub async fn add_journey(&mut self, journey: &Journey) -> Result<(), StoreError> {
        let writing = self.writing.as_mut().ok_or_else(failed)?;
        journeys::add(writing, &Publication::for_all(journey), &self.by, self.at).await
    }

    /// Adds an item with its history. `item` must be what replaying `log` makes: a verification will replay it.
    pub async fn add_item(&mut self, item: &Item, log: &[Recorded]) -> Result<(), StoreError> {
        let writing = self.writing()?;
        writing.head.seq += 1;
        let seq = writing.head.seq;
        items::save(writing, None, item, 0).await.map_err(|error| match error {
            StoreError::Driver(error) => {
                directory::already(error, || format!("an item {} or a reference {}", item.id, item.reference))
            }
            other => other,
        })?;
        writing.appended.change(seq, item, false, None);
        for recorded in log {
            writing.record(&item.id, recorded)?;
        }
        writing.thin().await?;
        if let Some(number) = references::number_in(&item.reference) {
            match self.counters.get_mut(&item.client) {
                Some(last) => *last = number.max(*last),
                None => {
                    self.counters.insert(item.client.clone(), number);
                }
            }
        }
        Ok(())
    }

    /// Commits what is there so far, and goes on.
    pub async fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.end().await?;
        self.writing = Some(self.store.write().await?);
        Ok(())
    }

    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.end().await
    }

    async fn end(&mut self) -> Result<(), StoreError> {
        for (client, last) in std::mem::take(&mut self.counters) {
            references::raise_to(&mut self.writing()?.tx, &client, last).await?;
        }
        if let Some(writing) = self.writing.take() {
            writing.commit(&self.store).await?;
        }
        Ok(())
    }
}

fn failed() -> StoreError {
    StoreError::inconsistent("a bulk was used after it failed")
}
