//! The engine's messages, handed on to the window.

use postern_console_core::{Engine, EngineEvent};
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::error::RecvError;

/// The name under which the window listens.
const CHANNEL: &str = "engine";

pub fn forward(app: &AppHandle, engine: &Engine) {
    let app = app.clone();
    let mut events = engine.events();
    tauri::async_runtime::spawn(async move {
        loop {
            let event = match events.recv().await {
                Ok(event) => event,
                // Too many at once: the window reads everything anew.
                Err(RecvError::Lagged(_)) => EngineEvent::Changed { ids: Vec::new(), everything: true },
                Err(RecvError::Closed) => return,
            };
            if let Err(error) = app.emit(CHANNEL, &event) {
                tracing::warn!(%error, "a message did not reach the window");
            }
        }
    });
}
