//! The network seam: one request, one reply, its body as it comes. Tests put faults here.

mod http;

pub use http::HttpTransport;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use postern_protocol::UploadState;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
    Patch,
    Post,
}

/// What is asked of a portal.
#[derive(Clone)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub bearer: Option<String>,
    /// JSON, unless a header says otherwise.
    pub body: Option<Vec<u8>>,
    /// Beside those that every request has.
    pub headers: Vec<(&'static str, String)>,
    /// What is expected: `application/json`, for example.
    pub accept: &'static str,
    /// The reply comes over a long time: no limit on the whole.
    pub streaming: bool,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither tokens nor passwords belong in a log.
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub request_id: Option<String>,
    /// Seconds.
    pub retry_after: Option<u64>,
    /// How far an upload came, if the portal says so.
    pub upload: Option<UploadState>,
    pub body: BoxStream<'static, Result<Bytes, Unreachable>>,
}

/// No reply, or half of one; in words for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// There was no connection to send it over: nobody can have got it.
    #[error("{0}")]
    NotSent(String),
    /// As that: its machine answered that nobody listens there.
    #[error("{0}")]
    Refused(String),
    /// It left, or may have.
    #[error("{0}")]
    Lost(String),
}

pub trait Transport: Send + Sync {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Reply, Unreachable>>;
}
