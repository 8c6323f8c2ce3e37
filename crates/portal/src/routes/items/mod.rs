//! Items through the API, for staff and for clients' contacts.

pub mod audit;
pub mod command;
pub mod create;
pub mod next;
pub mod read;

use crate::problem::Failure;
use crate::state::App;
use postern_domain::{Item, Person, may_view};

/// The item that a reference names, if the person may see it. What may not be seen is not there.
async fn in_sight(app: &App, person: &Person, reference: &str) -> Result<Item, Failure> {
    let item = app.store().item_by_reference(reference).await?;
    item.filter(|item| may_view(person, item)).ok_or_else(Failure::not_found)
}
