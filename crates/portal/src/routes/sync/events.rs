//! `GET /v1/sync/events`: server-sent events that say that there is something newer, and no more than that.

use crate::auth::Staff;
use crate::problem::Failure;
use crate::state::App;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, stream};
use postern_domain::PersonId;
use postern_protocol::Head;
use std::time::Duration;
use tokio::sync::watch;

const HEARTBEAT: Duration = Duration::from_secs(25);

pub async fn get(
    State(app): State<App>,
    Staff(caller): Staff,
) -> Result<Sse<impl Stream<Item = Result<Event, axum::Error>>>, Failure> {
    let mut heads = app.store().watch_head();
    // The first event says where the head is now: whoever connects again has missed nothing.
    heads.mark_changed();
    let follower = Follower { app, person: caller.person.id, heads };
    let events = stream::unfold(follower, |mut follower| async move {
        let head = follower.next().await?;
        Some((Event::default().event("head").json_data(head), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("still here")))
}

struct Follower {
    app: App,
    person: PersonId,
    heads: watch::Receiver<Head>,
}

impl Follower {
    /// The next head; none when the portal stops, or the person may not follow it any more.
    async fn next(&mut self) -> Option<Head> {
        let stopping = self.app.stopping().clone();
        tokio::select! {
            () = stopping.cancelled() => return None,
            changed = self.heads.changed() => changed.ok()?,
        }
        let head = self.heads.borrow_and_update().clone();
        let directory = self.app.store().directory().await.ok()?;
        let person = directory.people().get(&self.person)?;
        (person.is_staff() && !person.disabled).then_some(head)
    }
}
