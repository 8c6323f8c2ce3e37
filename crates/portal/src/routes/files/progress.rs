//! `HEAD /v1/files/{sha256}`: how much of the caller's own upload is here. That the portal has the content as a whole is
//! said only to who may name it.

use super::state;
use crate::auth::Caller;
use crate::problem::Failure;
use crate::state::App;
use crate::uploads::{Naming, Partial};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use postern_protocol::UploadState;

/// Ends a request that writes to the same upload: what is said here stays so until the caller goes on.
pub async fn head(
    State(app): State<App>,
    caller: Caller,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<(StatusCode, HeaderMap), Failure> {
    let naming = Naming::read(sha256, &headers)?;
    let known = app.store().file_known_to(&naming.sha256, &caller.person.id).await?;
    let found = match known {
        Some(file) => UploadState { offset: file.size, complete: true },
        None => {
            let partial = Partial::of(&app, &caller.person.id, &naming.sha256);
            let _taken = app.uploads().take(&partial.key()).await;
            UploadState { offset: partial.length().await?, complete: false }
        }
    };
    Ok((StatusCode::NO_CONTENT, state(found)))
}
