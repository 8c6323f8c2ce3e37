//! `GET /v1/sync/bootstrap?closed_since=…`: everything that the caller may see, as newline-delimited JSON, as of one
//! instant. `&cursor=…&after=…` goes on with a load that was cut; `&versions=true` tells ids and versions alone.

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
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// A caller that takes nothing for so long is gone: the snapshot must not be kept for them.
const STALLED: Duration = Duration::from_secs(60);

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
    let permit = app.admission().load(app.environment())?;
    let only_versions = wish.versions;
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
        let _permit = permit;
        if let Err(error) = stream(&app, begin, Parts { snapshot, only_versions }, &lines).await {
            tracing::warn!(%error, "a bootstrap was cut short");
            // An error in the body resets the connection; without its last line nothing of the stream counts.
            let _ = lines.try_send(Err(error));
        }
    });
    let body = Body::from_stream(ReceiverStream::new(body));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

/// What comes between the first line and the last.
struct Parts {
    snapshot: Bootstrap,
    only_versions: bool,
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
    let expected = begin.expected;
    let first = BootstrapPart::Begin {
        cursor: begin.cursor,
        items: begin.items,
        directory: begin.directory.map(Box::new),
        server_time: app.environment().now(),
    };
    let mut page = Vec::new();
    write(&mut page, &first)?;
    send(app, lines, &mut page).await?;
    let mut count = 0;
    while let Some(items) = parts.write_next(&mut page).await? {
        count += items;
        send(app, lines, &mut page).await?;
    }
    drop(parts);
    write(&mut page, &BootstrapPart::End { items: count, expected })?;
    send(app, lines, &mut page).await
}

fn write(page: &mut Vec<u8>, part: &BootstrapPart) -> io::Result<()> {
    serde_json::to_writer(&mut *page, part)?;
    page.push(b'\n');
    Ok(())
}

async fn send(app: &App, lines: &mpsc::Sender<Line>, page: &mut Vec<u8>) -> io::Result<()> {
    if page.is_empty() {
        return Ok(());
    }
    let sent = lines.send_timeout(Ok(Bytes::from(std::mem::take(page))), STALLED);
    tokio::select! {
        () = app.stopping().cancelled() => Err(io::Error::other("the portal stops")),
        sent = sent => sent.map_err(|_| io::Error::other("the caller is gone or takes nothing")),
    }
}
