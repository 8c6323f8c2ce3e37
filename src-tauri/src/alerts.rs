//! Native notifications: Open shows the item, Snooze tells it again in an hour.

use crate::window;
use notify_rust::Notification;
use postern_console_core::{Alert, Engine};
use tauri::AppHandle;
use tokio::sync::broadcast::error::RecvError;

/// Also runs when the notification itself is clicked.
const OPEN: &str = "default";
const SNOOZE: &str = "snooze";

/// Delivers the engine's alerts, for as long as the console runs.
pub fn deliver(app: &AppHandle, engine: &Engine) {
    let app = app.clone();
    let engine = engine.clone();
    let mut alerts = engine.alerts();
    tauri::async_runtime::spawn(async move {
        loop {
            match alerts.recv().await {
                // Each in a task of its own, which holds the connection: some desktops drop a notification when its
                // sender goes.
                Ok(alert) => drop(tauri::async_runtime::spawn(show(app.clone(), engine.clone(), alert))),
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "alerts were not delivered"),
                Err(RecvError::Closed) => return,
            }
        }
    });
}

async fn show(app: AppHandle, engine: Engine, alert: Alert) {
    let mut notification = Notification::new();
    notification
        .appname("Postern")
        .icon("postern")
        .summary(&alert.title)
        .body(&alert.body)
        .action(OPEN, "Open")
        .action(SNOOZE, "Snooze 1 h");
    match wait_for_choice(&notification).await {
        Ok(Some(choice)) if choice == SNOOZE => {
            if let Err(failure) = engine.snooze(&alert.key).await {
                tracing::warn!(message = failure.message, "snooze");
            }
        }
        Ok(Some(choice)) if choice == OPEN => {
            window::bring_forward(&app);
            if let Some(item) = alert.item {
                engine.focus(item);
            }
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the desktop shows no notifications"),
    }
}

/// The action that was chosen; none when the notification was closed.
#[cfg(all(unix, not(target_os = "macos")))]
async fn wait_for_choice(notification: &Notification) -> Result<Option<String>, notify_rust::error::Error> {
    use notify_rust::NotificationResponse;
    use std::sync::{Arc, Mutex, PoisonError};

    let handle = notification.show_async().await?;
    let choice = Arc::new(Mutex::new(None));
    let chosen = choice.clone();
    handle
        .wait_for_action_async(move |response: &NotificationResponse| {
            let action = match response {
                NotificationResponse::Default => Some(OPEN.to_owned()),
                NotificationResponse::Action(action) => Some(action.clone()),
                _ => None,
            };
            *chosen.lock().unwrap_or_else(PoisonError::into_inner) = action;
        })
        .await;
    let chosen = choice.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(chosen)
}

/// These systems tell of no choice through this library; the notification itself is shown.
#[cfg(not(all(unix, not(target_os = "macos"))))]
async fn wait_for_choice(notification: &Notification) -> Result<Option<String>, notify_rust::error::Error> {
    notification.show().map(|_| None)
}
