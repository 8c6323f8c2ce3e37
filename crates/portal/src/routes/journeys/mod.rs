//! Journeys: published ones for staff to read, and what portal admins do to them. Clients read the names of their stages
//! with their items.

pub mod check;
pub mod list;
pub mod migrate;
pub mod publish;
pub mod read;
pub mod replay;
pub mod roll_back;
pub mod schema;

use crate::administration::draft::{Draft, Unreadable, read as read_document};
use crate::administration::publishing::NotPublished;
use crate::problem::{Failure, refused_by_store};
use postern_domain::publication::Cohorts;
use postern_portal_store::DirectorySnapshot;
use postern_protocol::{ErrorCode, Written};

fn draft(document: &Written, cases: String, directory: &DirectorySnapshot) -> Result<Draft, Failure> {
    read_document(document).and_then(|journey| Draft::new(journey, cases, directory)).map_err(unreadable)
}

fn unreadable(error: Unreadable) -> Failure {
    let which = match &error {
        Unreadable::Journey(_) => "The document",
        Unreadable::Cases(_) => "The file of golden cases",
    };
    Failure::malformed(format!("{which} cannot be read: {error}."))
}

fn cohorts(listed: Option<Vec<String>>) -> Option<Cohorts> {
    listed.map(Cohorts::Some)
}

/// Why it was not published, in a sentence with the way out.
fn not_published(error: NotPublished) -> Failure {
    let refused = |detail: String| Failure::new(ErrorCode::Refused, detail);
    match error {
        NotPublished::Store(error) => refused_by_store(error),
        NotPublished::Unreadable(error) => unreadable(error),
        NotPublished::NoSuchVersion { .. } => Failure::not_found(),
        NotPublished::NotAdvanced(why) => refused(format!("It was not published: {why}.")),
        NotPublished::UnknownCohorts { .. } => refused(format!("It was not published: {error}.")),
        NotPublished::NotConfirmed(_) | NotPublished::FoundOtherwise(_) => refused(format!(
            "It was not published: {error}. Look at what the replay finds, and send its digest as `replayed`."
        )),
    }
}
