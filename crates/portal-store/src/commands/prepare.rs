//! Before the rules: checks what only the store can know, and fills in what only the portal may give.

use super::order::{Order, Source};
use crate::dialect::Connection;
use crate::directory::DirectorySnapshot;
use crate::error::StoreError;
use crate::items::StoredItem;
use crate::{files, references};
use postern_domain::{Command, Journey, Refusal, Submission};

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
            let reference = match before {
                Some(stored) => stored.item.reference.clone(),
                None => references::next(db, client).await?,
            };
            let journey = match (before, &order.source) {
                // A console does not know which version was published for whom.
                (None, Source::Console { .. }) => {
                    directory.journey_for(&submission.journey.key, &submission.client)
                }
                _ => None,
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
