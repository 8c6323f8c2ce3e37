//! `PUT /v1/files/{sha256}`: content in one piece, kept if it is what its name says. For small files and simple programs;
//! what must survive a broken connection is sent in parts.

use crate::auth::Caller;
use crate::problem::Failure;
use crate::state::App;
use crate::uploads::{Naming, Partial, check_length, complete};
use axum::body::{Body, HttpBody as _};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use tokio_util::sync::CancellationToken;

/// The bytes are read even when the content is here already: naming a hash proves nothing, having its content does.
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Failure> {
    let naming = Naming::read(sha256, &headers)?;
    check_length(&app, body.size_hint().exact().unwrap_or(0))?;
    let partial = Partial::passing(&app);
    let limit = app.config().max_upload_bytes;
    partial.append(0, limit, body, &CancellationToken::new()).await?;
    let is_new = complete(&app, &caller, naming, partial).await?;
    Ok(if is_new { StatusCode::CREATED } else { StatusCode::OK })
}
