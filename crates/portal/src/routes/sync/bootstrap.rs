//! `GET /v1/sync/bootstrap`: everything that the caller may see, as newline-delimited JSON, as of one instant.

use crate::auth::Staff;
use crate::problem::Failure;
use crate::state::App;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use postern_portal_store::{Bootstrap, BootstrapBegin};
use postern_protocol::BootstrapPart;
use std::io;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// A caller that takes nothing for so long is gone: the snapshot must not be kept for them.
const STALLED: Duration = Duration::from_secs(60);

type Line = io::Result<Bytes>;

pub async fn get(State(app): State<App>, Staff(caller): Staff) -> Result<Response, Failure> {
    let (begin, snapshot) = app.store().bootstrap(&caller.person.id).await?.ok_or_else(Failure::not_found)?;
    let (lines, body) = mpsc::channel::<Line>(4);
    tokio::spawn(async move {
        if let Err(error) = stream(&app, begin, snapshot, &lines).await {
            tracing::warn!(%error, "a bootstrap was cut short");
            // An error in the body resets the connection; without its last line nothing of the stream counts.
            let _ = lines.try_send(Err(error));
        }
    });
    let body = Body::from_stream(ReceiverStream::new(body));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

async fn stream(
    app: &App,
    begin: BootstrapBegin,
    mut snapshot: Bootstrap,
    lines: &mpsc::Sender<Line>,
) -> io::Result<()> {
    let first = BootstrapPart::Begin {
        cursor: begin.cursor,
        items: begin.items,
        directory: Box::new(begin.directory),
        server_time: app.environment().now(),
    };
    let mut page = Vec::new();
    write(&mut page, &first)?;
    send(app, lines, &mut page).await?;
    let mut count = 0;
    while let Some(items) = snapshot.next().await.map_err(io::Error::other)? {
        for item in items {
            count += 1;
            write(&mut page, &BootstrapPart::Item { item })?;
        }
        send(app, lines, &mut page).await?;
    }
    drop(snapshot);
    write(&mut page, &BootstrapPart::End { items: count })?;
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
