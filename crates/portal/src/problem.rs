//! Failures as callers see them: RFC 9457 problem details. Causes are logged here and never sent.

use crate::state::App;
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use postern_portal_store::StoreError;
use postern_protocol::{ErrorCode, PROBLEM_JSON, Problem, REQUEST_ID, UPLOAD_OFFSET};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Why a request failed. Becomes a problem on its way out, where the request's id is known.
#[derive(Clone, Debug)]
pub struct Failure {
    code: ErrorCode,
    detail: String,
    retry_after_s: Option<u64>,
    upload_offset: Option<u64>,
    cause: Option<Arc<str>>,
}

impl Failure {
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after_s: None, upload_offset: None, cause: None }
    }

    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::Malformed, detail)
    }

    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is nothing here that you may see.")
    }

    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Where an upload is to be continued.
    pub fn continue_at(mut self, offset: u64) -> Self {
        self.upload_offset = Some(offset);
        self
    }

    /// What the log says beside it.
    pub fn because(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = Some(cause.to_string().into());
        self
    }

    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let detail =
            "The portal failed on this. It has been written to its log; try again, or report the request id.";
        Self::new(ErrorCode::Internal, detail).because(cause)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_passing() {
            let detail =
                "The portal cannot write at the moment. Nothing was changed; try again a little later.";
            Self::new(ErrorCode::Unavailable, detail).retry_after(5).because(error)
        } else {
            Self::internal(error)
        }
    }
}

/// As the store says it, where whoever asked is an admin who can do something about it.
pub fn refused_by_store(error: StoreError) -> Failure {
    match error {
        StoreError::Unacceptable { what } => {
            Failure::new(ErrorCode::Refused, format!("Nothing was changed: {what}."))
        }
        StoreError::NotFound { .. } => {
            Failure::new(ErrorCode::NotFound, format!("Nothing was changed: {error}."))
        }
        other => other.into(),
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = status(self.code).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn status(code: ErrorCode) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn title(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Malformed => "The request cannot be understood",
        ErrorCode::WrongCredentials => "Wrong e-mail address or password",
        ErrorCode::TokenExpired => "The access token has run out",
        ErrorCode::SessionEnded => "The session has ended",
        ErrorCode::ShutOut => "Access has ended",
        ErrorCode::Forbidden => "Not allowed",
        ErrorCode::NotFound => "Not found",
        ErrorCode::SequenceGap => "A command is missing before this one",
        ErrorCode::ClientForked => "Another console uses this id",
        ErrorCode::WrongOffset => "The upload continues elsewhere",
        ErrorCode::CursorGone => "The cursor is not good any more",
        ErrorCode::ScopeChanged => "What may be seen is another since",
        ErrorCode::TooLarge => "Too much at once",
        ErrorCode::Refused => "A rule refuses this",
        ErrorCode::UpgradeRequired => "A newer console is needed",
        ErrorCode::Throttled => "Too often",
        ErrorCode::Internal => "The portal failed",
        ErrorCode::Unavailable => "Not at the moment",
    }
}

/// Outermost of all: gives the request its id, writes it to the log, and turns failures into problems.
pub async fn frame(State(app): State<App>, request: Request, next: Next) -> Response {
    let given = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let id = match given.filter(|id| is_acceptable(id)) {
        Some(id) => id.to_owned(),
        None => app.environment().id(),
    };
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let path = path.unwrap_or_else(|| "(no such route)".to_owned());
    let began = app.environment().now();
    let response = next.run(request).await;
    let took_ms = app.environment().now().since(began);
    let mut response = settle(response, &id);
    let status = response.status().as_u16();
    if let Some(failure) = response.extensions().get::<Failure>() {
        let cause = failure.cause.as_deref().unwrap_or("");
        if status >= 500 {
            tracing::error!(request_id = id, %method, path, status, took_ms, cause, "request failed");
        } else {
            tracing::info!(request_id = id, %method, path, status, took_ms, cause, detail = failure.detail, "request refused");
        }
    } else {
        tracing::info!(request_id = id, %method, path, status, took_ms, "request");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static(REQUEST_ID), value);
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn is_acceptable(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-')
}

/// Writes the problem of a failed response, whoever made it fail.
fn settle(response: Response, request_id: &str) -> Response {
    if response.status().is_success() || response.status().is_redirection() {
        return response;
    }
    let failure = match response.extensions().get::<Failure>() {
        Some(failure) => failure.clone(),
        None => from_status(response.status()),
    };
    let problem = Problem {
        kind: format!("about:blank#{}", name(failure.code)),
        title: title(failure.code).to_owned(),
        status: failure.code.status(),
        detail: failure.detail.clone(),
        code: failure.code,
        request_id: request_id.to_owned(),
    };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut settled = (status(failure.code), [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
    if let Some(seconds) = failure.retry_after_s {
        settled.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(offset) = failure.upload_offset {
        settled.headers_mut().insert(HeaderName::from_static(UPLOAD_OFFSET), HeaderValue::from(offset));
    }
    settled.extensions_mut().insert(failure);
    settled
}

fn name(code: ErrorCode) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "internal".to_owned(),
    }
}

/// What the framework refused by itself.
fn from_status(status: StatusCode) -> Failure {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            Failure::new(ErrorCode::NotFound, "There is no such address, or not for this method.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            Failure::new(ErrorCode::TooLarge, "The request is too large. Send less at once.")
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => Failure::new(
            ErrorCode::Unavailable,
            "The portal did not finish this in time. Try again a little later.",
        )
        .retry_after(5),
        status if status.is_client_error() => Failure::malformed("The request cannot be understood."),
        status => Failure::internal(format!("a reply with status {status}")),
    }
}

/// A JSON body; what does not parse is a problem of its own.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(from_status(StatusCode::PAYLOAD_TOO_LARGE))
            }
            Err(rejection) => Err(Failure::malformed(rejection.body_text())),
        }
    }
}

/// The query of the address.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(Failure::malformed(rejection.body_text())),
        }
    }
}
