//! The one window.

use tauri::utils::config::Color;
use tauri::{App, AppHandle, Manager, Theme, WebviewUrl, WebviewWindowBuilder};

const LABEL: &str = "main";

/// Opens the window in the colour that its content will have, so that nothing flashes.
pub fn open(app: &App) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Postern")
        .inner_size(1360.0, 860.0)
        .min_inner_size(640.0, 420.0)
        // The page takes what is dropped on it, and gets its bytes, not its path.
        .disable_drag_drop_handler()
        .background_color(Color(252, 252, 253, 255))
        .build()?;
    if matches!(window.theme(), Ok(Theme::Dark)) {
        window.set_background_color(Some(Color(17, 17, 19, 255)))?;
    }
    Ok(())
}

/// Shows the window above all others, wherever it was.
pub fn bring_forward(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    for done in [window.show(), window.unminimize(), window.set_focus()] {
        if let Err(error) = done {
            tracing::warn!(%error, "the window could not be brought forward");
        }
    }
}
