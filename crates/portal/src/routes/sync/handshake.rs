//! `POST /v1/sync/handshake`: whether this console and this portal can go on together.

use crate::auth::Staff;
use crate::problem::{Body, Failure};
use crate::routes::protocol;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_protocol::{Divergence, Handshake, HandshakeReply, HandshakeVerdict};

pub async fn post(
    State(app): State<App>,
    Staff(caller): Staff,
    Body(request): Body<Handshake>,
) -> Result<Json<HandshakeReply>, Failure> {
    if let Some(Divergence { expected, found }) = request.diverged {
        tracing::error!(
            console = %request.console, person = %caller.person.id, app = request.app_version, ?expected, ?found,
            "a console held other items than it should have; it loads everything anew"
        );
    }
    let state = app.store().console(&request.console).await?;
    let head = app.store().head().await?;
    let is_somebody_elses = state.as_ref().is_some_and(|state| state.person != caller.person.id);
    let last_applied = state.filter(|_| !is_somebody_elses).map_or(0, |state| state.last_seq.unsigned_abs());
    let verdict = if request.protocol_version < protocol::OLDEST {
        HandshakeVerdict::UpgradeRequired
    } else if is_somebody_elses {
        HandshakeVerdict::ClientForked
    } else if request.acknowledged > last_applied {
        HandshakeVerdict::ClientAhead
    } else {
        HandshakeVerdict::Ok
    };
    Ok(Json(HandshakeReply {
        verdict,
        epoch: head.epoch,
        seq: head.seq,
        last_applied,
        server_time: app.environment().now(),
        person: caller.person.id,
    }))
}
