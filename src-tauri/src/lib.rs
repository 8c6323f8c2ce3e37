//! The window around the console's engine: IPC, native notifications, one instance per profile. Glue only.
//!
//! Everything that Postern knows or decides is in the engine and the domain; nothing here outlives a redraw. To add
//! something that the window may ask: a command in `ipc.rs` or `files.rs`, its name in `build.rs` and in `capabilities/main.json`.

mod administration;
mod alerts;
mod arguments;
mod events;
mod files;
mod ipc;
mod sign_in_file;
mod spoken;
mod window;

pub use arguments::Arguments;

use postern_console_core::{Deps, Engine, default_profile};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tauri::Manager;
use tracing_subscriber::EnvFilter;

/// Opens the console and returns when it was closed.
pub fn run(arguments: Arguments) -> ExitCode {
    // Standard output speaks to scripts, standard error to people.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_env("POSTERN_LOG").unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_writer(std::io::stderr)
        .init();
    match open(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn open(arguments: Arguments) -> Result<(), String> {
    let profile = arguments
        .profile
        .clone()
        .or_else(default_profile)
        .ok_or("there is no folder for application data here; name one with --profile DIR")?;
    std::fs::create_dir_all(&profile)
        .map_err(|error| format!("the profile folder {} cannot be made: {error}", profile.display()))?;
    let profile = profile.canonicalize().unwrap_or(profile);
    let one_instance = tauri_plugin_single_instance::Builder::new()
        .dbus_id(instance_name(&profile))
        .callback(|app, _, _| window::bring_forward(app))
        .build();
    // Beside the toolkit's own start, which takes as long.
    let engine = tauri::async_runtime::spawn(open_engine(profile.clone()));
    tauri::Builder::default()
        .plugin(one_instance)
        .plugin(
            tauri_plugin_window_state::Builder::default().with_filename(window_state_name(&profile)).build(),
        )
        .invoke_handler(ipc::handler())
        .setup(move |app| {
            let engine = tauri::async_runtime::block_on(async {
                let engine = engine.await.map_err(|error| error.to_string())??;
                sign_in(&engine, arguments).await?;
                Ok::<_, String>(engine)
            })?;
            app.manage(engine.clone());
            events::forward(app.handle(), &engine);
            alerts::deliver(app.handle(), &engine);
            tauri::async_runtime::block_on(async { engine.start() });
            window::open(app)?;
            end_on_signal(app.handle().clone());
            Ok(())
        })
        .build(tauri::generate_context!())
        .map_err(|error| format!("the window cannot be opened: {error}"))?
        .run(|app, event| match event {
            tauri::RunEvent::WindowEvent { event: tauri::WindowEvent::Focused(true), .. } => {
                app.state::<Engine>().nudge();
            }
            tauri::RunEvent::Exit => {
                let engine = app.state::<Engine>().inner().clone();
                // Whatever holds on to the cache for longer is cut as by a crash.
                let closed = tokio::time::timeout(Duration::from_secs(2), engine.close());
                tauri::async_runtime::block_on(async { closed.await.ok() });
            }
            _ => {}
        });
    Ok(())
}

async fn open_engine(profile: PathBuf) -> Result<Engine, String> {
    let deps = Deps::system().map_err(|failure| failure.message)?;
    Engine::open(&profile, deps).await.map_err(|failure| failure.message)
}

/// Only in the one instance that stays: the file is gone afterwards.
async fn sign_in(engine: &Engine, arguments: Arguments) -> Result<(), String> {
    let Some(file) = arguments.sign_in else { return Ok(()) };
    let credentials = sign_in_file::take(&file)?;
    let (portal, email, password) = credentials.as_ref();
    engine.sign_in(portal, email, password).await.map_err(|failure| failure.message)?;
    Ok(())
}

/// Ends as if the window had been closed, so that another process may sync at once.
#[cfg(unix)]
fn end_on_signal(app: tauri::AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    tauri::async_runtime::spawn(async move {
        let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        app.exit(0);
    });
}

#[cfg(not(unix))]
fn end_on_signal(_app: tauri::AppHandle) {}

/// One console per profile: a second start brings the first one's window forward.
fn instance_name(profile: &std::path::Path) -> String {
    format!("app.postern.console.p{}", profile_number(profile))
}

fn window_state_name(profile: &std::path::Path) -> String {
    format!("window-{}.json", profile_number(profile))
}

/// The same for the same profile, in letters and digits.
fn profile_number(profile: &std::path::Path) -> String {
    let hash = profile.to_string_lossy().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
