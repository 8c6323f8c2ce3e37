//! HTTP with reqwest and rustls.

use super::{Method, Reply, Request, Transport, Unreachable};
use crate::failure::internal;
use crate::views::Failure;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use postern_protocol::{UPLOAD_COMPLETE, UPLOAD_OFFSET, UploadState};
use std::sync::Once;
use std::time::Duration;

/// From the first byte sent to the last one received, unless the reply streams.
const WHOLE: Duration = Duration::from_secs(45);
/// Between two pieces of a reply. A portal's heartbeat comes every 25 seconds.
const IDLE: Duration = Duration::from_secs(70);
const CONNECT: Duration = Duration::from_secs(10);

pub struct HttpTransport {
    client: reqwest::Client,
}

impl HttpTransport {
    /// # Errors
    /// When the system's certificates or proxy settings cannot be read.
    pub fn new() -> Result<Self, Failure> {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // Somebody else in this process may have been first; one provider is as good as the other.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(IDLE)
            .tcp_keepalive(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("postern/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| internal(format!("The network cannot be used: {error}")))?;
        Ok(Self { client })
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Reply, Unreachable>> {
        Box::pin(async move {
            let method = match request.method {
                Method::Get => reqwest::Method::GET,
                Method::Head => reqwest::Method::HEAD,
                Method::Patch => reqwest::Method::PATCH,
                Method::Post => reqwest::Method::POST,
            };
            let mut builder = self.client.request(method, &request.url).header("accept", request.accept);
            if !request.streaming {
                builder = builder.timeout(WHOLE);
            }
            if let Some(token) = &request.bearer {
                builder = builder.bearer_auth(token);
            }
            if let Some(body) = request.body {
                if !request.headers.iter().any(|(name, _)| *name == "content-type") {
                    builder = builder.header("content-type", "application/json");
                }
                builder = builder.body(body);
            }
            for (name, value) in &request.headers {
                builder = builder.header(*name, value);
            }
            let reply = builder.send().await.map_err(|error| unreachable(&error))?;
            let header = |name: &str| {
                reply.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
            };
            let upload = header(UPLOAD_OFFSET).zip(header(UPLOAD_COMPLETE));
            Ok(Reply {
                status: reply.status().as_u16(),
                content_type: header("content-type").unwrap_or_default(),
                request_id: header(postern_protocol::REQUEST_ID),
                retry_after: header("retry-after")
                    .and_then(|text| retry_after(&text, header("date").as_deref())),
                upload: upload.and_then(|(offset, complete)| UploadState::read(&offset, &complete)),
                body: reply.bytes_stream().map(|part| part.map_err(|error| unreachable(&error))).boxed(),
            })
        })
    }
}

/// The last cause says what a person can act on ("connection refused"), the outer ones only repeat the address.
fn unreachable(error: &reqwest::Error) -> Unreachable {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let is_refused = cause
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused);
    let why = if error.is_timeout() { "it did not answer in time".to_owned() } else { cause.to_string() };
    match error.is_connect() {
        true if is_refused => Unreachable::Refused(why),
        true => Unreachable::NotSent(why),
        false => Unreachable::Lost(why),
    }
}

/// Seconds to wait, given as a number or as an instant beside the one of the answer (RFC 9110).
fn retry_after(text: &str, date: Option<&str>) -> Option<u64> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(seconds);
    }
    let instant = |text: &str| chrono::DateTime::parse_from_rfc2822(text.trim()).ok();
    let wait = instant(text)? - instant(date?)?;
    Some(wait.num_seconds().max(0).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::{HttpTransport, retry_after};
    use crate::transport::{Method, Request, Transport as _, Unreachable};

    #[tokio::test]
    async fn a_machine_where_nobody_listens_is_told_from_one_that_is_not_there() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let transport = HttpTransport::new().unwrap();
        let ask = |host: String| {
            transport.send(Request {
                method: Method::Get,
                url: format!("http://{host}/v1/sync/changes"),
                bearer: None,
                body: None,
                headers: Vec::new(),
                accept: "application/json",
                streaming: false,
            })
        };
        assert!(matches!(ask(address.to_string()).await, Err(Unreachable::Refused(_))));
        assert!(matches!(ask("portal.invalid".to_owned()).await, Err(Unreachable::NotSent(_))));
    }

    #[test]
    fn how_long_to_wait_is_a_number_of_seconds_or_an_instant() {
        let date = Some("Thu, 26 Nov 2026 05:00:00 GMT");
        assert_eq!(retry_after(" 120 ", None), Some(120));
        assert_eq!(retry_after("Thu, 26 Nov 2026 05:01:30 GMT", date), Some(90));
        assert_eq!(retry_after("Thu, 26 Nov 2026 04:00:00 GMT", date), Some(0));
        assert_eq!(retry_after("Thu, 26 Nov 2026 05:01:30 GMT", None), None);
        assert_eq!(retry_after("soon", date), None);
    }
}
