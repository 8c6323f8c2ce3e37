//! `POST /v1/sync/commands`: commands from a console's outbox, in order; one outcome each. Those of a shut out device
//! are refused and kept.

use crate::auth::Sender;
use crate::problem::{Body, Failure};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_domain::Actor;
use postern_portal_store::{CommandError, Order, Source};
use postern_protocol::{ErrorCode, MAX_PUSH, PushReply, ReceivedPush};

pub async fn post(
    State(app): State<App>,
    sender: Sender,
    Body(push): Body<ReceivedPush>,
) -> Result<Json<PushReply>, Failure> {
    if push.commands.len() > MAX_PUSH {
        let detail = format!("At most {MAX_PUSH} commands at once, not {}.", push.commands.len());
        return Err(Failure::new(ErrorCode::TooLarge, detail));
    }
    let _permit = app.admission().exchange(app.environment()).await?;
    let caller = match sender {
        Sender::Staff(caller) => caller,
        Sender::ShutOut(person) => {
            let outcomes = app.store().keep_evidence(&person.id, &push, app.environment().now()).await?;
            tracing::warn!(person = %person.id, commands = outcomes.len(), "refused and kept what a shut out device had");
            return Ok(Json(PushReply { outcomes }));
        }
    };
    let orders: Vec<Order> = push
        .commands
        .into_iter()
        .map(|envelope| Order {
            source: Source::Console {
                console: push.console.clone(),
                seq: envelope.seq,
                payload_hash: envelope.payload_hash(),
                only_if_known: envelope.only_if_known,
            },
            command: envelope.command(),
            id: envelope.id,
            item: envelope.item,
            by: Actor::Person(caller.person.id.clone()),
            made_at: Some(envelope.made_at),
        })
        .collect();
    let outcomes =
        app.store().apply_commands(&orders, app.environment().now()).await.map_err(command_failure)?;
    Ok(Json(PushReply { outcomes }))
}

/// A command that got no outcome.
pub fn command_failure(error: CommandError) -> Failure {
    match error {
        CommandError::SequenceGap { expected } => {
            let detail = format!("The next sequence number of this console is {expected}.");
            Failure::new(ErrorCode::SequenceGap, detail)
        }
        CommandError::ClientForked => Failure::new(
            ErrorCode::ClientForked,
            "Something else stands under this sequence number: the console was cloned or restored. Take a new id.",
        ),
        CommandError::IdTaken => Failure::malformed("This command id was used before. Take a new one."),
        CommandError::Crashed { times, report } => Failure::new(
            ErrorCode::Internal,
            "The portal failed on a command and will try again. After the third time it puts the command aside.",
        )
        .retry_after(1)
        .because(format!("crash {times}: {report}")),
        CommandError::Store(error) => error.into(),
    }
}
