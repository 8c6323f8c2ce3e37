//! The engine's messages, handed on to the window; the first contact also to whoever started the console.

use crate::spoken;
use postern_console_core::{Connection, Engine, EngineEvent};
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::error::RecvError;

/// The name under which the window listens.
const CHANNEL: &str = "engine";

pub fn forward(app: &AppHandle, engine: &Engine) {
    let app = app.clone();
    let mut events = engine.events();
    tauri::async_runtime::spawn(async move {
        let mut in_step = false;
        loop {
            let event = match events.recv().await {
                Ok(event) => event,
                // Too many at once: the window reads everything anew.
                Err(RecvError::Lagged(_)) => EngineEvent::Changed { ids: Vec::new(), everything: true },
                Err(RecvError::Closed) => return,
            };
            if !in_step && is_in_step(&event) {
                in_step = true;
                spoken::in_step();
            }
            if let Err(error) = app.emit(CHANNEL, &event) {
                tracing::warn!(%error, "a message did not reach the window");
            }
        }
    });
}

fn is_in_step(event: &EngineEvent) -> bool {
    let EngineEvent::Status { status } = event else { return false };
    status.connection == Connection::Online && status.last_success.is_some()
}
