//! Native notifications: Open shows the item, Snooze tells it again in an hour. One that does not stand any more is taken
//! from the screen.

use crate::window;
use notify_rust::Notification;
use postern_console_core::{Alert, Engine, EngineEvent};
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
        .action(OPEN, "Open");
    if alert.item.is_some() {
        notification.action(SNOOZE, "Snooze 1 h");
    }
    match wait_for_choice(&notification, falls(&engine, &alert)).await {
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

/// Comes to its end when the alert does not stand any more.
async fn falls(engine: &Engine, alert: &Alert) {
    let mut events = engine.events();
    loop {
        match events.recv().await {
            Ok(EngineEvent::Changed { .. } | EngineEvent::Session {}) | Err(RecvError::Lagged(_)) => {
                if !engine.stands(alert).await {
                    return;
                }
            }
            Ok(_) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// The action that was chosen; none when the notification was closed, or taken away when `falls` ended.
#[cfg(all(unix, not(target_os = "macos")))]
async fn wait_for_choice(
    notification: &Notification,
    falls: impl Future<Output = ()>,
) -> Result<Option<String>, notify_rust::error::Error> {
    use notify_rust::NotificationResponse;
    use std::sync::{Arc, Mutex, PoisonError};

    let handle = notification.show_async().await?;
    let choice = Arc::new(Mutex::new(None));
    let chosen = choice.clone();
    let waits = handle.wait_for_action_async(move |response: &NotificationResponse| {
        let action = match response {
            NotificationResponse::Default => Some(OPEN.to_owned()),
            NotificationResponse::Action(action) => Some(action.clone()),
            _ => None,
        };
        *chosen.lock().unwrap_or_else(PoisonError::into_inner) = action;
    });
    tokio::select! {
        () = waits => {}
        () = falls => handle.close_async().await,
    }
    let chosen = choice.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(chosen)
}

/// These systems tell of no choice through this library, and take nothing away; the notification itself is shown.
#[cfg(not(all(unix, not(target_os = "macos"))))]
async fn wait_for_choice(
    notification: &Notification,
    _falls: impl Future<Output = ()>,
) -> Result<Option<String>, notify_rust::error::Error> {
    notification.show().map(|_| None)
}
