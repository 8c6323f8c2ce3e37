//! What rules and events say, in English sentences: the window, the terminal and the portal all take their words from here.

mod command;
mod event;
mod next;
mod refusal;
mod why;
mod words;

pub use command::command;
pub use event::happening;
pub use next::{Next, next, next_for_client, next_sentence, progress, who_decides};
pub(crate) use refusal::denial_of;
pub use refusal::{denial, refusal, satisfied};
pub use words::{
    action_name, actor, date_time, field_value, list, lower_first, phase_name, phase_name_for_client,
    priority_name, role_name, stage_name, step_name,
};

use crate::ids::{ClientId, PersonId};
use crate::item::Item;
use crate::journey::Journey;
use crate::organisation::Organisation;
use crate::people::{People, Person};
use chrono_tz::Tz;

/// The names that sentences use.
pub trait Names {
    fn person(&self, id: &PersonId) -> String;
    fn client(&self, id: &ClientId) -> String;
}

impl Names for People {
    fn person(&self, id: &PersonId) -> String {
        self.name(id).to_owned()
    }

    /// The directory of people does not know clients' names.
    fn client(&self, id: &ClientId) -> String {
        id.to_string()
    }
}

/// Whoever reads a sentence, and what they know.
pub trait Reader: Names {
    fn organisation(&self) -> &Organisation;
    /// Every journey in sight, in any order.
    fn journeys<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Journey> + 'a>;
    /// None for a reader who is nobody in particular: they read times in UTC.
    fn myself(&self) -> Option<&Person>;

    fn zone(&self) -> Tz {
        self.myself().and_then(|me| me.time_zone.parse().ok()).unwrap_or(Tz::UTC)
    }

    fn journey_of(&self, item: &Item) -> Option<&Journey> {
        self.journeys()
            .find(|journey| journey.key == item.journey.key && journey.version == item.journey.version)
    }
}
