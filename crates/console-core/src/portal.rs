//! Typed calls to a portal. What is not a portal's answer is "offline": a captive network's page wipes nothing.

use crate::failure::CallError;
use crate::transport::{Method, Reply, Request, Transport, Unreachable};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use postern_protocol::{
    ErrorCode, NewerProblem, PROBLEM_JSON, PROTOCOL_HEADER, PROTOCOL_VERSION, Problem, ReadProblem,
    UPLOAD_LENGTH, UPLOAD_OFFSET, file_path,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The largest reply that is not streamed, in bytes.
const LARGEST: usize = 64 * 1024 * 1024;

/// A captive network answers so (RFC 6585): nobody has reached the portal.
const SIGN_IN_TO_THE_NETWORK: u16 = 511;
/// A portal that asks for more patience is asked again all the same.
const LONGEST_REST_MS: i64 = 3_600_000;

pub(crate) const JSON: &str = "application/json";
/// Content has the type of what it is: a portal is known by the id that it gives to every reply.
const ANYTHING: &str = "*/*";

/// One call, without its token.
pub(crate) struct Call {
    pub method: Method,
    pub path: String,
    pub body: Option<Vec<u8>>,
    pub headers: Vec<(&'static str, String)>,
    pub accept: &'static str,
    pub streaming: bool,
}

impl Call {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::of(Method::Get, path.into(), JSON)
    }

    pub(crate) fn post(path: impl Into<String>, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self { body: Some(body), ..Self::of(Method::Post, path.into(), JSON) }
    }

    pub(crate) fn stream(path: impl Into<String>, accept: &'static str) -> Self {
        Self { streaming: true, ..Self::of(Method::Get, path.into(), accept) }
    }

    /// Asks how far an upload came.
    pub(crate) fn progress(sha256: &str) -> Self {
        Self::of(Method::Head, file_path(sha256), ANYTHING)
    }

    /// One part of an upload, from `offset` on, of `length` bytes in all.
    pub(crate) fn part(sha256: &str, offset: u64, length: u64, media_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![
            (UPLOAD_OFFSET, offset.to_string()),
            (UPLOAD_LENGTH, length.to_string()),
            ("content-type", media_type.to_owned()),
        ];
        Self { headers, body: Some(body), ..Self::of(Method::Patch, file_path(sha256), ANYTHING) }
    }

    /// Content, from `offset` on.
    pub(crate) fn content(sha256: &str, offset: u64) -> Self {
        // Documents are compressed already, and offsets count their own bytes.
        let mut headers = vec![("accept-encoding", "identity".to_owned())];
        if offset > 0 {
            headers.push(("range", format!("bytes={offset}-")));
        }
        Self { headers, streaming: true, ..Self::of(Method::Get, file_path(sha256), ANYTHING) }
    }

    fn of(method: Method, path: String, accept: &'static str) -> Self {
        Self { method, path, body: None, headers: Vec::new(), accept, streaming: false }
    }
}

/// Sends one call and classifies what comes back.
pub(crate) async fn send(
    transport: &dyn Transport,
    base: &str,
    bearer: Option<String>,
    call: &Call,
) -> Result<Reply, CallError> {
    let request = Request {
        method: call.method,
        url: format!("{base}{}", call.path),
        bearer,
        body: call.body.clone(),
        headers: [(PROTOCOL_HEADER, PROTOCOL_VERSION.to_string())]
            .into_iter()
            .chain(call.headers.iter().cloned())
            .collect(),
        accept: call.accept,
        streaming: call.streaming,
    };
    let reply = transport.send(request).await.map_err(offline)?;
    let expected = call.accept.split(';').next().unwrap_or(call.accept);
    if (200..300).contains(&reply.status) {
        let is_the_portal = match expected {
            ANYTHING => reply.request_id.is_some(),
            _ => reply.status == 204 || reply.content_type.starts_with(expected),
        };
        if is_the_portal {
            return Ok(reply);
        }
        return Err(CallError::Offline {
            reason: "something between here and the portal answered in its place; a network's sign-in page does that"
                .to_owned(),
        });
    }
    Err(if call.method == Method::Head { refused_without_words(&reply) } else { refused(reply).await })
}

pub(crate) async fn json<T: DeserializeOwned>(reply: Reply) -> Result<T, CallError> {
    read(reply, |body| serde_json::from_slice(body)).await
}

/// Takes a whole answer and reads it in its own way.
pub(crate) async fn read<T>(
    reply: Reply,
    read: impl FnOnce(&[u8]) -> Result<T, serde_json::Error>,
) -> Result<T, CallError> {
    let request_id = reply.request_id.clone();
    let body = whole(reply.body).await?;
    read(&body).map_err(|error| CallError::Later {
        after_ms: None,
        detail: format!(
            "The portal's answer cannot be understood ({error}). Is the portal newer than this console?"
        ),
        request_id,
    })
}

async fn whole(mut body: BoxStream<'static, Result<Bytes, Unreachable>>) -> Result<Vec<u8>, CallError> {
    let mut bytes = Vec::new();
    while let Some(part) = body.next().await {
        bytes.extend_from_slice(&part.map_err(offline)?);
        if bytes.len() > LARGEST {
            return Err(CallError::Offline { reason: "its answer does not end".to_owned() });
        }
    }
    Ok(bytes)
}

pub(crate) fn offline(error: Unreachable) -> CallError {
    match error {
        Unreachable::NotSent(reason) => CallError::NotSent { reason, refused: false },
        Unreachable::Refused(reason) => CallError::NotSent { reason, refused: true },
        Unreachable::Lost(reason) => CallError::Offline { reason },
    }
}

/// The reply to a `HEAD` has no body: what a problem would say is told from its status.
fn refused_without_words(reply: &Reply) -> CallError {
    let (status, request_id) = (reply.status, reply.request_id.clone());
    let detail = format!("The portal refused this (status {status}).");
    let code = match status {
        _ if !reply.content_type.starts_with(PROBLEM_JSON) && status < 429 => None,
        400 => Some(ErrorCode::Malformed),
        // Whether the session is over as well is told by the attempt to refresh.
        401 => Some(ErrorCode::TokenExpired),
        403 => Some(ErrorCode::Forbidden),
        404 => Some(ErrorCode::NotFound),
        426 => Some(ErrorCode::UpgradeRequired),
        _ => None,
    };
    match code {
        Some(code) => CallError::Problem { code, detail, request_id },
        None if status == SIGN_IN_TO_THE_NETWORK => not_a_portal(status),
        None if status == 429 || status >= 500 => {
            let detail = format!("The portal cannot answer now (status {status}).");
            CallError::Later { after_ms: after_ms(reply), detail, request_id }
        }
        None => not_a_portal(status),
    }
}

fn not_a_portal(status: u16) -> CallError {
    CallError::Offline { reason: format!("what answers there is not a Postern portal (status {status})") }
}

fn after_ms(reply: &Reply) -> Option<i64> {
    let asked =
        |seconds| i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000).min(LONGEST_REST_MS);
    reply.retry_after.map(asked)
}

async fn refused(reply: Reply) -> CallError {
    let (status, request_id) = (reply.status, reply.request_id.clone());
    let after_ms = after_ms(&reply);
    let is_problem = reply.content_type.starts_with(PROBLEM_JSON);
    let problem = if is_problem {
        whole(reply.body).await.ok().and_then(|body| ReadProblem::read(&body).ok())
    } else {
        None
    };
    let named = |id: String| Some(id).filter(|id| !id.is_empty()).or_else(|| request_id.clone());
    match problem {
        Some(ReadProblem::Known(Problem { code, detail, request_id, .. })) => match code {
            ErrorCode::Throttled | ErrorCode::Unavailable | ErrorCode::Internal => {
                CallError::Later { after_ms, detail, request_id: named(request_id) }
            }
            code => CallError::Problem { code, detail, request_id: named(request_id) },
        },
        // Whatever it means, nothing is concluded from it: least of all that somebody is shut out.
        Some(ReadProblem::Newer(NewerProblem { code, detail, request_id })) => CallError::Later {
            after_ms,
            detail: format!(
                "{detail} (“{code}” is an answer of a newer portal: an update of Postern may help.)"
            ),
            request_id: named(request_id),
        },
        None if status == 413 => CallError::Problem {
            code: ErrorCode::TooLarge,
            detail: "Something between here and the portal takes only smaller messages.".to_owned(),
            request_id,
        },
        None if status == SIGN_IN_TO_THE_NETWORK => not_a_portal(status),
        None if status == 429 || status >= 500 => CallError::Later {
            after_ms,
            detail: format!("The portal cannot answer now (status {status})."),
            request_id,
        },
        None => not_a_portal(status),
    }
}

/// The portal's address as it is used: with a scheme, without a slash at its end.
///
/// # Errors
/// What is wrong with it, in one sentence.
pub(crate) fn address(text: &str) -> Result<String, String> {
    let text = text.trim().trim_end_matches('/');
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = reqwest::Url::parse(&with_scheme).map_err(|_| format!("“{text}” is not an address."))?;
    let host = url.host_str().unwrap_or_default().to_owned();
    if host.is_empty() || !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "“{text}” is not a portal's address. One looks like https://portal.example.com."
        ));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err("A portal's address has no password, question mark or hash in it.".to_owned());
    }
    let local = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    if url.scheme() == "http" && !local {
        return Err(format!(
            "http://{host} would send your password readable by everybody on the way: use https://."
        ));
    }
    Ok(with_scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_a_scheme_and_loses_its_last_slash() {
        assert_eq!(address("portal.example.com/"), Ok("https://portal.example.com".to_owned()));
        assert_eq!(address(" http://127.0.0.1:8080 "), Ok("http://127.0.0.1:8080".to_owned()));
    }

    #[tokio::test]
    async fn an_answer_from_the_future_shuts_nobody_out_and_says_what_it_says() {
        let problem = serde_json::json!({
            "type": "about:blank#second_factor", "title": "", "status": 403, "code": "second_factor",
            "detail": "Confirm it is you.", "request_id": "r1",
        });
        let body = Bytes::from(problem.to_string());
        let reply = Reply {
            status: 403,
            content_type: PROBLEM_JSON.to_owned(),
            request_id: None,
            retry_after: None,
            upload: None,
            body: futures_util::stream::once(async { Ok(body) }).boxed(),
        };
        let error = refused(reply).await;
        assert_eq!((error.code(), error.request_id().as_deref()), (None, Some("r1")), "{error:?}");
        assert!(error.sentence().starts_with("Confirm it is you."), "{}", error.sentence());
    }

    #[test]
    fn a_password_is_never_sent_in_the_clear_to_another_machine() {
        assert!(address("http://portal.example.com").is_err());
        assert!(address("ftp://portal.example.com").is_err());
        assert!(address("https://me:secret@portal.example.com").is_err());
    }
}
