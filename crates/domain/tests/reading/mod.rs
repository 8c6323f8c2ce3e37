//! Whoever reads what the rules say of an item.

use crate::world::World;
use postern_domain::*;

/// Nobody in particular, who knows what the world knows.
pub struct Nobody<'a>(pub &'a World);

impl explain::Names for Nobody<'_> {
    fn person(&self, id: &PersonId) -> String {
        id.to_string()
    }

    fn client(&self, id: &ClientId) -> String {
        id.to_string()
    }
}

impl explain::Reader for Nobody<'_> {
    fn organisation(&self) -> &Organisation {
        &self.0.organisation
    }

    fn journeys<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Journey> + 'a> {
        Box::new(std::iter::once(&self.0.journey))
    }

    fn myself(&self) -> Option<&Person> {
        None
    }
}
