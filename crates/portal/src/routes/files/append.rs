//! `PATCH /v1/files/{sha256}`: one part of an upload, from `upload-offset` on, of `upload-length` bytes in all.

use super::state;
use crate::auth::Caller;
use crate::problem::Failure;
use crate::state::App;
use crate::uploads::{Append, Naming, Partial, check_length, complete};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt as _;
use postern_protocol::{ErrorCode, MAX_PART, UPLOAD_LENGTH, UPLOAD_OFFSET, UploadState};

pub async fn patch(
    State(app): State<App>,
    caller: Caller,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, HeaderMap), Failure> {
    let naming = Naming::read(sha256, &headers)?;
    let (offset, length) = (number(&headers, UPLOAD_OFFSET)?, number(&headers, UPLOAD_LENGTH)?);
    check_length(&app, length)?;
    let partial = Partial::of(&app, &caller.person.id, &naming.sha256);
    let taken = app.uploads().take(&partial.key()).await;
    let mut there = partial.length().await?;
    if there > length {
        // It was begun as something longer. The hash cannot fit any more.
        partial.remove().await;
        there = 0;
    }
    if there != offset {
        drop(taken);
        swallow(body).await;
        return Err(elsewhere(there));
    }
    if offset == 0 {
        partial.check_room(&app, &caller.person.id).await?;
    }
    let limit = length.min(offset.saturating_add(MAX_PART));
    if let Append::TakenOver = partial.append(offset, limit, body, &taken.wanted).await? {
        return Err(elsewhere(partial.length().await?));
    }
    let there = partial.length().await?;
    if there < length {
        return Ok((StatusCode::NO_CONTENT, state(UploadState { offset: there, complete: false })));
    }
    complete(&app, &caller, naming, partial).await?;
    Ok((StatusCode::NO_CONTENT, state(UploadState { offset: length, complete: true })))
}

/// Reads a part that is not wanted: whoever is still sending would not hear the answer.
async fn swallow(body: Body) {
    let (mut chunks, mut left) = (body.into_data_stream(), MAX_PART);
    while let Some(Ok(chunk)) = chunks.next().await
        && left > 0
    {
        left = left.saturating_sub(chunk.len() as u64);
    }
}

fn elsewhere(offset: u64) -> Failure {
    Failure::new(
        ErrorCode::WrongOffset,
        format!("{offset} bytes of this upload are here: continue there, or ask again."),
    )
    .continue_at(offset)
}

fn number(headers: &HeaderMap, name: &str) -> Result<u64, Failure> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    value.ok_or_else(|| Failure::malformed(format!("A part of an upload has a header {name}, in bytes.")))
}
