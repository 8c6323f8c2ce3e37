//! Published journeys, for staff. Clients read the names of their stages with their items.

pub mod list;
pub mod read;
