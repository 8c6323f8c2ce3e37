//! `PUT /v1/files/{sha256}`: content, streamed to the disk and kept if it is what its name says.

use crate::auth::Caller;
use crate::problem::Failure;
use crate::state::App;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt as _;
use postern_portal_store::StoredFile;
use postern_protocol::ErrorCode;
use sha2::{Digest, Sha256};
use std::io;
use std::path::PathBuf;
use tokio::fs;
use tokio::io::AsyncWriteExt as _;

/// The bytes are read even when the content is here already: naming a hash proves nothing, having its content does.
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Failure> {
    let target = app.store().file_path(&sha256).ok_or_else(|| {
        Failure::malformed("A file is named by its SHA-256: 64 lower-case hexadecimal digits.")
    })?;
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or("application/octet-stream").to_owned();
    let partial =
        Partial(app.store().data().join("files").join(format!("{}.partial", app.environment().id())));
    let (size, hash) = receive(&app, &partial, body).await?;
    if hash != sha256 {
        return Err(Failure::malformed(
            "The content's SHA-256 is not the one that it was sent under. Send it again.",
        ));
    }
    let is_new = !fs::try_exists(&target).await.map_err(Failure::internal)?;
    let (store, path) = (app.store().clone(), partial.0.clone());
    let kept = tokio::task::spawn_blocking(move || store.keep_file(&path, &target)).await;
    kept.map_err(Failure::internal)?.map_err(disk)?;
    let file = StoredFile { sha256, size, media_type };
    app.store().add_file(&file, &caller.person.id, app.environment().now()).await?;
    Ok(if is_new { StatusCode::CREATED } else { StatusCode::OK })
}

/// A file that is not whole yet; goes away with the request.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        // It is gone already when it was kept under its own name.
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn receive(app: &App, partial: &Partial, body: Body) -> Result<(u64, String), Failure> {
    let limit = app.config().max_upload_bytes;
    let mut file = fs::File::create_new(&partial.0).await.map_err(disk)?;
    let (mut size, mut hash) = (0_u64, Sha256::new());
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Failure::malformed("The upload was cut short.").because(error))?;
        size += chunk.len() as u64;
        if size > limit {
            return Err(Failure::new(ErrorCode::TooLarge, format!("A file may have at most {limit} bytes.")));
        }
        hash.update(&chunk);
        file.write_all(&chunk).await.map_err(disk)?;
    }
    file.flush().await.map_err(disk)?;
    file.sync_all().await.map_err(disk)?;
    Ok((size, hex::encode(hash.finalize())))
}

fn disk(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Failure::new(
            ErrorCode::Unavailable,
            "The portal's disk is full. Try again later, or tell its admin.",
        )
        .retry_after(60)
        .because(error),
        _ => Failure::internal(error),
    }
}
