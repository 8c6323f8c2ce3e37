//! Uploads that are not whole yet, and how they become content. All ways of bringing a file end here.

mod partial;
mod running;

pub use partial::{Append, Partial, forget_abandoned};
pub use running::Uploads;

use crate::auth::Caller;
use crate::problem::Failure;
use crate::state::App;
use axum::http::{HeaderMap, header};
use postern_portal_store::StoredFile;
use postern_protocol::ErrorCode;

/// Which content a request is about, and whose upload.
pub struct Naming {
    pub sha256: String,
    pub media_type: String,
}

impl Naming {
    /// # Errors
    /// When the last part of the path is no hash.
    pub fn read(sha256: String, headers: &HeaderMap) -> Result<Self, Failure> {
        if !postern_protocol::is_sha256(&sha256) {
            return Err(Failure::malformed(
                "A file is named by its SHA-256: 64 lower-case hexadecimal digits.",
            ));
        }
        let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or("application/octet-stream").to_owned();
        Ok(Self { sha256, media_type })
    }
}

/// # Errors
/// When a file may not have so many bytes.
pub fn check_length(app: &App, length: u64) -> Result<(), Failure> {
    let limit = app.config().max_upload_bytes;
    if length > limit {
        return Err(Failure::new(ErrorCode::TooLarge, format!("A file may have at most {limit} bytes.")));
    }
    Ok(())
}

/// Makes a partial file the content that it was sent as, if that is what it is, and writes down who brought it. True
/// if the portal did not have it.
///
/// # Errors
/// When the content is not what its name says: then nothing of it stays.
pub async fn complete(app: &App, caller: &Caller, naming: Naming, partial: Partial) -> Result<bool, Failure> {
    let Naming { sha256, media_type } = naming;
    let (size, hash) = partial.digest().await?;
    if hash != sha256 {
        partial.remove().await;
        return Err(Failure::malformed(
            "The content's SHA-256 is not the one that it was sent under. Send it again.",
        ));
    }
    let target = app.store().file_path(&sha256).ok_or_else(Failure::not_found)?;
    let is_new = partial.keep(app, target).await?;
    let file = StoredFile { sha256, size, media_type };
    app.store().add_file(&file, &caller.person.id, app.environment().now()).await?;
    Ok(is_new)
}
