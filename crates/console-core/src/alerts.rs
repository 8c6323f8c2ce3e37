//! What the person is told: once, and not in a flood.

use crate::engine::Engine;
use crate::failure::failure;
use crate::views::{Failure, FailureCode};
use postern_console_store::{AlertKind, StoredAlert};
use postern_domain::explain::{Reader as _, date_time};
use postern_domain::{HOUR_MS, ItemId, MINUTE_MS};
use serde::{Deserialize, Serialize};

/// More than this many within a minute become one summary.
const AT_ONCE: usize = 3;

/// A notification to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// By this it is snoozed.
    pub key: String,
    /// What to open; none for a summary, which cannot be snoozed.
    pub item: Option<ItemId>,
    pub title: String,
    pub body: String,
}

impl Engine {
    /// Shows an alert again in an hour.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], when there is no such alert.
    pub async fn snooze(&self, key: &str) -> Result<(), Failure> {
        let until = self.device_now().plus_ms(HOUR_MS);
        if !self.inner.cache.snooze_alert(key, until).await? {
            return Err(failure(
                FailureCode::NotFound,
                "This notification is gone: its item was handled elsewhere.",
            ));
        }
        self.inner.wake.notify_one();
        Ok(())
    }

    /// Whether a notification may stay on the screen: somebody is signed in, and its item is in sight and waits for them
    /// still.
    pub async fn stands(&self, alert: &Alert) -> bool {
        let Ok(session) = self.current() else { return false };
        alert.item.is_none()
            || self.inner.cache.alert_stands(&alert.key, &session.person).await.unwrap_or(false)
    }

    /// Hands out what is to be told. Nothing is taken while nobody listens: it waits for the one who does.
    pub(crate) async fn tell_alerts(&self) {
        if self.inner.alerts.receiver_count() == 0 {
            return;
        }
        let now = self.device_now();
        match self.inner.cache.take_alerts(now, now.plus_ms(-MINUTE_MS)).await {
            Ok((due, recent)) => self.hand_out(due, usize::try_from(recent).unwrap_or(usize::MAX)).await,
            Err(error) => tracing::error!(%error, "alerts"),
        }
    }

    async fn hand_out(&self, due: Vec<StoredAlert>, recent: usize) {
        if due.is_empty() {
            return;
        }
        let alerts = if due.len() + recent > AT_ONCE {
            vec![summary(&due)]
        } else {
            let mut alerts = Vec::new();
            for stored in &due {
                alerts.extend(self.alert(stored).await);
            }
            alerts
        };
        for alert in alerts {
            // Nobody may be listening any more.
            let _ = self.inner.alerts.send(alert);
        }
    }

    async fn alert(&self, stored: &StoredAlert) -> Option<Alert> {
        let item = self.inner.cache.item(&stored.item).await.ok()??.item;
        let lookup = self.lookup().await.ok()?;
        let (title, body) = match stored.kind {
            AlertKind::MyTurn => {
                let due = item.due_at.map(|due| format!(", due {}", date_time(due, lookup.zone())));
                (
                    format!("{} is waiting for you", item.reference),
                    format!(
                        "{} — {}{}",
                        item.title,
                        lookup.client_name(&item.client),
                        due.unwrap_or_default()
                    ),
                )
            }
            AlertKind::Escalated => {
                let reason =
                    item.escalation.as_ref().map(|escalation| escalation.reason.clone()).unwrap_or_default();
                (format!("{} was escalated to you", item.reference), format!("{} — {reason}", item.title))
            }
        };
        Some(Alert { key: stored.key.clone(), item: Some(item.id), title, body })
    }
}

fn summary(due: &[StoredAlert]) -> Alert {
    let escalated = due.iter().filter(|alert| alert.kind == AlertKind::Escalated).count();
    let title = match due.len() {
        1 => "1 more item is waiting for you".to_owned(),
        many => format!("{many} items are waiting for you"),
    };
    let body = match escalated {
        0 => "Open My turn to see them.".to_owned(),
        1 => "One of them was escalated to you.".to_owned(),
        many => format!("{many} of them were escalated to you."),
    };
    Alert { key: "summary".to_owned(), item: None, title, body }
}
