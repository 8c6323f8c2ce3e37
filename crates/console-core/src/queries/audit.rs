//! An item's audit trail, told in the words of its history.

use super::encoded;
use crate::engine::Engine;
use crate::portal::Call;
use crate::views::{AuditLineView, Failure};
use postern_console_store::Lookup;
use postern_domain::explain::{self, Names as _, step_name};
use postern_domain::{Event, Item, ReviewOutcome, apply};
use postern_protocol::{AuditLine, paths};

impl Engine {
    /// An item's audit trail, from the portal; the earliest first.
    ///
    /// # Errors
    /// [`crate::FailureCode::Offline`] and the portal's own refusals.
    pub async fn audit(&self, reference: &str) -> Result<Vec<AuditLineView>, Failure> {
        let call = Call::get(format!("{}/{}/audit", paths::ITEMS, encoded(reference)));
        let lines: Vec<AuditLine> = self.call(call).await?;
        let lookup = self.lookup().await?;
        Ok(told(lines, &lookup))
    }
}

/// Each event says what it says in the item's history: what it means may depend on those before it, so that they are
/// applied again in their order.
fn told(lines: Vec<AuditLine>, lookup: &Lookup) -> Vec<AuditLineView> {
    let mut item: Option<Item> = None;
    lines
        .into_iter()
        .map(|line| {
            let known = item.as_ref().map_or(0, |item| item.history.len());
            let recorded = &line.recorded;
            // A trail that does not replay is the portal's to find; what each line says can be told all the same.
            if let Ok(next) = apply(item.clone(), &line.item, recorded) {
                item = Some(next);
            }
            let entry = item.as_ref().and_then(|item| item.history.get(known));
            let (by, (text, detail)) = match entry {
                Some(entry) => (&entry.by, explain::happening(&entry.what, lookup)),
                None => (&recorded.by, (unremembered(&recorded.event, lookup), None)),
            };
            let mut who = explain::actor(by, lookup);
            if let Some(other) = &recorded.on_behalf_of {
                who = format!("{who}, for {}", lookup.person(other));
            }
            AuditLineView { who, text, detail, line }
        })
        .collect()
}

/// What leaves no line in the history, because what came with it says it already.
fn unremembered(event: &Event, lookup: &Lookup) -> String {
    match event {
        Event::ReviewClosed { step, outcome } => {
            let how = match outcome {
                ReviewOutcome::Approved => "approved",
                ReviewOutcome::ChangesRequested => "changes requested",
                ReviewOutcome::Outdated => "undecided",
            };
            format!("closed {}: {how}", step_name(step, lookup))
        }
        Event::ChangesRequested { .. } => "sent it back to the client".to_owned(),
        other => {
            let value = serde_json::to_value(other).unwrap_or_default();
            let name = value.get("happened").and_then(|name| name.as_str()).unwrap_or_default();
            name.replace('_', " ")
        }
    }
}
