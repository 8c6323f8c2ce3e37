//! `GET /v1/files/{sha256}`: content, if an item that the caller may see names it.

use crate::auth::Caller;
use crate::problem::Failure;
use crate::state::App;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tokio_util::io::ReaderStream;

pub async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(sha256): Path<String>,
) -> Result<Response, Failure> {
    let path = app.store().file_path(&sha256).ok_or_else(Failure::not_found)?;
    let stored = app.store().file_for(&sha256, &caller.person.id).await?.ok_or_else(Failure::not_found)?;
    let file = tokio::fs::File::open(&path)
        .await
        .map_err(|error| Failure::internal(format!("file {sha256} is missing: {error}")))?;
    let body = Body::from_stream(ReaderStream::with_capacity(file, 64 * 1024));
    let media_type = HeaderValue::from_str(&stored.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_LENGTH, HeaderValue::from(stored.size)),
        // Somebody else's document must not run as a page of the portal.
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
    ];
    Ok((headers, body).into_response())
}
