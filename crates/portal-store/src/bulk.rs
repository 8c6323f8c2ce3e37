//! Bulk: writing many people, clients and items at once, for imports and demonstrations.

use crate::error::StoreError;
use crate::head::Writing;
use crate::store::Store;
use crate::{directory, items, people, references};
use postern_domain::publication::Cohorts;
use postern_domain::{Client, ClientId, Item, Journey, Person, Project, Recorded};
use std::collections::HashMap;

/// One long transaction that nobody else sees until [`Bulk::commit`] or [`Bulk::checkpoint`]. Dropping it takes back
/// everything since the last of these. After an error nothing but dropping it makes sense.
///
/// Clients come before their projects, and both before their items.
pub struct Bulk {
    store: Store,
    writing: Option<Writing>,
    counters: HashMap<ClientId, i64>,
}

impl Store {
    /// Begins; waits for whoever is writing now, and keeps all others from writing until it ends.
    pub async fn bulk(&self) -> Result<Bulk, StoreError> {
        Ok(Bulk { store: self.clone(), writing: Some(self.write().await?), counters: HashMap::new() })
    }
}

impl Bulk {
    fn writing(&mut self) -> Result<&mut Writing, StoreError> {
        self.writing.as_mut().ok_or_else(|| StoreError::inconsistent("a bulk was used after it failed"))
    }

    pub async fn add_person(
        &mut self,
        person: &Person,
        password_hash: Option<&str>,
    ) -> Result<(), StoreError> {
        let writing = self.writing()?;
        people::insert(&mut writing.tx, person).await?;
        if let Some(hash) = password_hash {
            people::set_password(&mut writing.tx, &person.id, hash).await?;
        }
        writing.head.directory_version += 1;
        Ok(())
    }

    pub async fn add_client(&mut self, client: &Client) -> Result<(), StoreError> {
        let writing = self.writing()?;
        directory::insert_client(&mut writing.tx, client).await?;
        writing.head.directory_version += 1;
        Ok(())
    }

    pub async fn add_project(&mut self, project: &Project) -> Result<(), StoreError> {
        let writing = self.writing()?;
        directory::insert_project(&mut writing.tx, project).await?;
        writing.head.directory_version += 1;
        Ok(())
    }

    pub async fn add_journey(&mut self, journey: &Journey) -> Result<(), StoreError> {
        let writing = self.writing()?;
        directory::insert_journey(&mut writing.tx, journey, &Cohorts::All, "").await?;
        writing.head.directory_version += 1;
        Ok(())
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
