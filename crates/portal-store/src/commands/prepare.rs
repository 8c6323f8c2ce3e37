//! Before the rules: checks what only the store can know, and fills in what only the portal may give.

use super::order::{Order, Source};
use crate::dialect::Connection;
use crate::directory::DirectorySnapshot;
use crate::error::StoreError;
use crate::items::StoredItem;
use crate::{files, references};
use postern_domain::{Action, Actor, Command, Journey, Place, Refusal, Submission, permits_place};

/// The command to decide about, or the rule that refuses it already.
pub(crate) async fn prepare(
    db: &mut Connection,
    order: &Order,
    before: Option<&StoredItem>,
    directory: &DirectorySnapshot,
) -> Result<Result<Command, Refusal>, StoreError> {
    let Some(command) = &order.command else { return Ok(Err(Refusal::NotUnderstood)) };
    match command {
        Command::Submit(submission) => {
            let client = directory.clients.get(&submission.client);
            let project_fits = submission.project.as_ref().is_none_or(|id| {
                directory.projects.get(id).is_some_and(|project| project.client == submission.client)
            });
            let Some(client) = client.filter(|_| project_fits) else {
                return Ok(Err(Refusal::UnknownClient));
            };
            let journey = match (before, &order.source) {
                // A console does not know which version was published for whom: the portal says which.
                (None, Source::Console { .. }) => {
                    directory.journey_for(&submission.journey.key, &submission.client)
                }
                _ => None,
            };
            if before.is_none()
                && journey.is_none()
                && let Some(refusal) = starts_elsewhere(submission, &order.by, directory)
            {
                return Ok(Err(refusal));
            }
            let reference = match before {
                Some(stored) => stored.item.reference.clone(),
                None => references::next(db, client).await?,
            };
            let journey = journey.map_or_else(|| submission.journey.clone(), Journey::reference);
            let submission = Submission { reference, journey, ..(**submission).clone() };
            Ok(Ok(Command::Submit(Box::new(submission))))
        }
        Command::AttachVersion { sha256, size, .. } => {
            if files::may_name(db, sha256, *size, &order.author(), directory).await? {
                Ok(Ok(command.clone()))
            } else {
                Ok(Err(Refusal::BadFile))
            }
        }
        other => Ok(Ok(other.clone())),
    }
}

/// Whether new items of the client start on another version than the one that the author named, or on none. A draft
/// stays on its version. Whoever may not
/// hand anything over there is told that, by the rules.
fn starts_elsewhere(submission: &Submission, by: &Actor, directory: &DirectorySnapshot) -> Option<Refusal> {
    let Submission { journey, client, project, kind, .. } = submission;
    let place = Place { client, project: project.as_ref(), kind: *kind };
    let author = by.person().and_then(|id| directory.people().get(id));
    author.filter(|author| permits_place(author, Action::Submit, place).is_ok())?;
    directory.journey(journey)?;
    let current = directory.journey_for(&journey.key, client).map(|journey| journey.version);
    let version = journey.version;
    (current != Some(version)).then_some(Refusal::JourneySuperseded { version, current })
}
