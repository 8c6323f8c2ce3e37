//! `POST /v1/items`: hand over a new item, as a client or for one. The portal gives the reference.

use crate::auth::Caller;
use crate::problem::{Body, Failure};
use crate::projection::reply_for;
use crate::routes::sync::commands::command_failure;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use postern_domain::explain;
use postern_domain::{Actor, Command, ItemId, JourneyKey, JourneyRef, Submission, may_view};
use postern_portal_store::{Order, ReadBy, Source};
use postern_protocol::{ErrorCode, ItemReply, NewItem, Outcome};

pub async fn post(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<NewItem>,
) -> Result<(StatusCode, Json<ItemReply>), Failure> {
    let id = ItemId(app.environment().id());
    let key = request.journey.unwrap_or_else(|| JourneyKey::new(app.config().default_journey.as_str()));
    let directory = app.store().directory().await?;
    let journey = match directory.journey_for(&key, &request.client) {
        Some(journey) => journey.reference(),
        None => JourneyRef { key, version: 0 },
    };
    let submission = Submission {
        reference: String::new(),
        kind: request.kind,
        title: request.title,
        description: request.description,
        client: request.client,
        project: request.project,
        journey,
        fields: request.fields,
        priority: request.priority,
        owner: request.owner,
    };
    let order = Order {
        id: request.command,
        item: id.clone(),
        command: Some(Command::Submit(Box::new(submission))),
        by: Actor::Person(caller.person.id.clone()),
        made_at: None,
        source: Source::Direct,
    };
    let outcome =
        app.store().apply_command(&order, app.environment().now()).await.map_err(command_failure)?;
    match outcome.outcome {
        Outcome::Applied { .. } => {}
        Outcome::Refused { refusal } => {
            let reader = ReadBy { directory: &directory, person: Some(&caller.person) };
            return Err(Failure::new(ErrorCode::Refused, explain::refusal(&refusal, &reader)));
        }
        other => return Err(Failure::internal(format!("a submission ended as {other:?}"))),
    }
    // A repetition made no second item: the answer is the one of the first time.
    let made = app.store().item_of_command(&order.id).await?.ok_or_else(Failure::not_found)?;
    let item = app.store().item(&made).await?.filter(|item| may_view(&caller.person, item));
    let item = item.ok_or_else(Failure::not_found)?;
    let status = if made == id { StatusCode::CREATED } else { StatusCode::OK };
    let directory = app.store().directory().await?;
    Ok((status, Json(reply_for(&caller.person, item, &directory))))
}
