//! Files of items: what the person picked comes in by its bytes, never by a path; what is opened or saved goes out by
//! the engine's hand. The window itself can name no file of this machine.

use crate::ipc::{Answer, Core};
use postern_console_core::{Failure, FailureCode, FileRules, StagedFile, failure};
use postern_domain::ItemId;
use std::path::Path;
use std::process::{Command, Stdio};
use tauri::ipc::{InvokeBody, Request};
use tauri::{AppHandle, Manager};

/// The header that says which file a piece continues.
const FILE: &str = "x-file";

#[tauri::command]
pub async fn stage_part(engine: Core<'_>, request: Request<'_>) -> Answer<String> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(failure(FailureCode::Invalid, "A piece of a file comes as its bytes."));
    };
    let id = request.headers().get(FILE).and_then(|id| id.to_str().ok());
    engine.stage_part(id, bytes).await
}

#[tauri::command]
pub async fn stage_done(engine: Core<'_>, id: String) -> Answer<StagedFile> {
    engine.stage_done(&id).await
}

/// Opens a copy with the system's program for it. What the system would run is refused by the engine.
#[tauri::command]
pub async fn open_file(engine: Core<'_>, item: ItemId, sha256: String) -> Answer<()> {
    let path = engine.open_file(&item, &sha256).await?;
    open(&path)
}

/// Saves among the person's downloads; returns where.
#[tauri::command]
pub async fn save_file(app: AppHandle, engine: Core<'_>, item: ItemId, sha256: String) -> Answer<String> {
    let paths = app.path();
    let folder = paths.download_dir().or_else(|_| paths.home_dir()).map_err(|error| {
        failure(FailureCode::Cache, format!("There is no folder for downloads here: {error}."))
    })?;
    let saved = engine.save_file_into(&item, &sha256, &folder).await?;
    Ok(saved.to_string_lossy().into_owned())
}

#[tauri::command]
pub async fn cancel_file(engine: Core<'_>, sha256: String) -> Answer<()> {
    engine.cancel_file(&sha256);
    Ok(())
}

#[tauri::command]
pub async fn file_rules(engine: Core<'_>) -> Answer<FileRules> {
    engine.file_rules().await
}

#[tauri::command]
pub async fn set_file_rules(engine: Core<'_>, rules: FileRules) -> Answer<()> {
    engine.set_file_rules(&rules).await
}

#[tauri::command]
pub async fn files_size(engine: Core<'_>) -> Answer<u64> {
    engine.files_size().await
}

fn open(path: &Path) -> Result<(), Failure> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(target_os = "windows") {
        "explorer"
    } else {
        "xdg-open"
    };
    let started = Command::new(opener)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(mut child) => {
            // Whoever ends must be waited for, or stays in the process table.
            std::thread::spawn(move || child.wait());
            Ok(())
        }
        Err(error) => Err(failure(
            FailureCode::NotFound,
            format!("This system has no {opener} to open files with ({error}). Save the file instead."),
        )),
    }
}
