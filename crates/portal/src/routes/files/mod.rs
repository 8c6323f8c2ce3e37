//! Files: content named by its SHA-256. Naming a hash proves nothing: only who brings the content, or sees an item that
//! names it, learns that it is here.

pub mod append;
pub mod download;
pub mod progress;
pub mod upload;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use postern_protocol::UploadState;

/// The headers that say how far an upload came.
fn state(state: UploadState) -> HeaderMap {
    let headers = state.headers().into_iter();
    headers
        .filter_map(|(name, value)| {
            Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
        })
        .collect()
}
