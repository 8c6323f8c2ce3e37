//! `GET /v1/sync/bootstrap?closed_since=…`: everything that the caller may see, as newline-delimited JSON, as of one
//! instant. `&cursor=…&after=…` goes on with a load that was cut; `&versions=true` tells ids and versions alone. No load
//! takes its place from others for longer than the configuration says: it pauses, and goes on with the next request.

use crate::auth::Staff;
use crate::problem::{Failure, Query};
use crate::state::App;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use postern_domain::ItemId;
use postern_portal_store::{Bootstrap, BootstrapBegin, BootstrapStart, BootstrapWish};
use postern_protocol::{BootstrapPart, Cursor, ErrorCode, Month};
use serde::Deserialize;
use std::io;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;

/// A caller that takes nothing for so long is gone: the snapshot must not be kept for them.
const STALLED: Duration = Duration::from_secs(60);
/// A comparison is small, and does not go on when it is cut. Others have waited long enough then.
const COMPARISON: Duration = Duration::from_secs(600);

type Line = io::Result<Bytes>;

#[derive(Deserialize)]
pub struct Wish {
    closed_since: Option<Month>,
    cursor: Option<Cursor>,
    after: Option<ItemId>,
    #[serde(default)]
    versions: bool,
}

pub async fn get(
    State(app): State<App>,
    Staff(caller): Staff,
    Query(wish): Query<Wish>,
) -> Result<Response, Failure> {
    let only_versions = wish.versions;
    let (admission, environment) = (app.admission(), app.environment());
    let permit =
        if only_versions { admission.comparison(environment)? } else { admission.load(environment)? };
    let wish = BootstrapWish { closed_since: wish.closed_since, after: wish.cursor.zip(wish.after) };
    let (begin, snapshot) = match app.store().bootstrap(&caller.person.id, wish).await? {
        BootstrapStart::Ready(begin, snapshot) => (*begin, *snapshot),
        BootstrapStart::StartOver => {
            let detail = "What may be seen is another since this load began. Begin anew.";
            return Err(Failure::new(ErrorCode::CursorGone, detail));
        }
        BootstrapStart::Nobody => return Err(Failure::not_found()),
    };
    let (lines, body) = mpsc::channel::<Line>(4);
    tokio::spawn(async move {
        let parts = Parts { snapshot, only_versions, _permit: permit };
        if let Err(error) = stream(&app, begin, parts, &lines).await {
            tracing::warn!(%error, "a bootstrap was cut short");
            // An error in the body resets the connection; what ends without its last line is cut.
            let _ = lines.try_send(Err(error));
        }
    });
    let body = Body::from_stream(ReceiverStream::new(body));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

/// What comes between the first line and the last, and what it takes from others meanwhile.
struct Parts {
    snapshot: Bootstrap,
    only_versions: bool,
    _permit: OwnedSemaphorePermit,
}

impl Parts {
    /// Writes the next lines and returns how many items they stand for; none after the last.
    async fn write_next(&mut self, page: &mut Vec<u8>) -> io::Result<Option<u64>> {
        if self.only_versions {
            let Some(of) = self.snapshot.next_versions().await.map_err(io::Error::other)? else {
                return Ok(None);
            };
            let items = of.len() as u64;
            if items > 0 {
                write(page, &BootstrapPart::Versions { of })?;
            }
            return Ok(Some(items));
        }
        let Some(items) = self.snapshot.next().await.map_err(io::Error::other)? else { return Ok(None) };
        let count = items.len() as u64;
        for item in items {
            write(page, &BootstrapPart::Item { item })?;
        }
        Ok(Some(count))
    }
}

async fn stream(
    app: &App,
    begin: BootstrapBegin,
    mut parts: Parts,
    lines: &mpsc::Sender<Line>,
) -> io::Result<()> {
    let until = Instant::now() + if parts.only_versions { COMPARISON } else { app.config().load_time() };
    let expected = begin.expected;
    let first = BootstrapPart::Begin {
        cursor: begin.cursor,
        items: begin.items,
        directory: begin.directory.map(Box::new),
        server_time: app.environment().now(),
    };
    let mut page = Vec::new();
    write(&mut page, &first)?;
    send(app, lines, std::mem::take(&mut page)).await?;
    let mut count = 0;
    while let Some(items) = parts.write_next(&mut page).await? {
        count += items;
        if page.is_empty() {
            continue;
        }
        let sending = send(app, lines, std::mem::take(&mut page));
        tokio::pin!(sending);
        tokio::select! {
            biased;
            sent = &mut sending, if Instant::now() < until => sent?,
            () = tokio::time::sleep_until(until) => {
                let is_load = !parts.only_versions;
                // Others take its place while the caller takes what there is.
                drop(parts);
                sending.await?;
                if is_load {
                    write(&mut page, &BootstrapPart::Pause { items: count })?;
                    return send(app, lines, page).await;
                }
                return Err(io::Error::other("the comparison took too long"));
            }
        }
    }
    drop(parts);
    write(&mut page, &BootstrapPart::End { items: count, expected })?;
    send(app, lines, page).await
}

fn write(page: &mut Vec<u8>, part: &BootstrapPart) -> io::Result<()> {
    serde_json::to_writer(&mut *page, part)?;
    page.push(b'\n');
    Ok(())
}

async fn send(app: &App, lines: &mpsc::Sender<Line>, page: Vec<u8>) -> io::Result<()> {
    let sent = lines.send_timeout(Ok(Bytes::from(page)), STALLED);
    tokio::select! {
        () = app.stopping().cancelled() => Err(io::Error::other("the portal stops")),
        sent = sent => sent.map_err(|_| io::Error::other("the caller is gone or takes nothing")),
    }
}
