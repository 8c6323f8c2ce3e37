//! The directory as one person reads it: what sentences for them are made from.

use crate::directory::DirectorySnapshot;
use postern_domain::explain::{Names, Reader};
use postern_domain::{ClientId, Item, Journey, Organisation, Person, PersonId};

/// A snapshot and who reads it; nobody in particular reads times in UTC.
pub struct ReadBy<'a> {
    pub directory: &'a DirectorySnapshot,
    pub person: Option<&'a Person>,
}

impl Names for ReadBy<'_> {
    fn person(&self, id: &PersonId) -> String {
        self.directory.person(id)
    }

    fn client(&self, id: &ClientId) -> String {
        self.directory.client(id)
    }
}

impl Reader for ReadBy<'_> {
    fn organisation(&self) -> &Organisation {
        &self.directory.organisation
    }

    fn journeys<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Journey> + 'a> {
        Box::new(self.directory.journeys.values())
    }

    fn myself(&self) -> Option<&Person> {
        self.person
    }

    fn journey_of(&self, item: &Item) -> Option<&Journey> {
        self.directory.journey(&item.journey)
    }
}
