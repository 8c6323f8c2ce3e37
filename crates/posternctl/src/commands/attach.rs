//! Attaching files: copied into the profile, then uploaded, then waited for.

use super::decide::{lines, told, wait};
use super::show::found;
use crate::cli::{AttachArgs, Cli};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{ActOptions, ActResult, AttachmentView, Engine, Request, Target};
use postern_domain::{AttachmentId, CommandId, ItemId};
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

pub async fn attach(cli: &Cli, args: &AttachArgs) -> Result<Exit, Stop> {
    if args.files.len() > 1 && (args.name.is_some() || args.replace.is_some()) {
        return Err(Stop::new(Exit::Usage, "--as and --replace are about one file: attach it alone."));
    }
    let engine = if cli.offline { profile::offline(cli).await? } else { profile::signed_in(cli).await? };
    let done = carry_out(cli, &engine, args).await;
    engine.stop().await;
    Ok(told(cli, &done?))
}

async fn carry_out(cli: &Cli, engine: &Engine, args: &AttachArgs) -> Result<Vec<super::decide::Line>, Stop> {
    let item = one(cli, engine, &args.reference).await?;
    let view = engine.item(&item).await?;
    let attachment = match &args.replace {
        Some(wanted) => Some(meant(&view.attachments, wanted)?.id.clone()),
        None => None,
    };
    let mut given = Vec::new();
    for file in &args.files {
        given.push(give(engine, &item, file, args.name.as_deref(), attachment.clone()).await?);
    }
    let mut commands: Vec<HashMap<ItemId, CommandId>> = Vec::new();
    for act in &given {
        commands.push(engine.commands_of(&act.batch).await?.into_iter().collect());
    }
    if !cli.offline {
        let waiting = commands.iter().flat_map(HashMap::values);
        wait(engine, waiting, Duration::from_secs(args.timeout)).await?;
    }
    let mut all = Vec::new();
    for (act, commands) in given.iter().zip(&commands) {
        all.extend(lines(cli, engine, act, commands).await?);
    }
    Ok(all)
}

async fn give(
    engine: &Engine,
    item: &ItemId,
    file: &Path,
    name: Option<&str>,
    attachment: Option<AttachmentId>,
) -> Result<ActResult, Stop> {
    let own = file.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.map(str::to_owned).or(own).ok_or_else(|| {
        Stop::new(Exit::Usage, format!("{} is no file.", output::plain(&file.to_string_lossy())))
    })?;
    let unreadable =
        |why: &str| Stop::new(Exit::Usage, format!("{} {why}", output::plain(&file.to_string_lossy())));
    match tokio::fs::metadata(file).await {
        Ok(about) if about.is_file() => {}
        Ok(_) => return Err(unreadable("is no file.")),
        Err(error) => return Err(unreadable(&format!("cannot be read: {error}."))),
    }
    let staged = engine.stage_file(file).await?;
    let request = Request::AttachVersion {
        attachment,
        media_type: media_type(&name).to_owned(),
        name,
        sha256: staged.sha256,
        size: staged.size,
    };
    let target = Target { id: item.clone(), seen: None };
    Ok(engine.act(&[target], &request, ActOptions { hold_ms: 0 }).await?)
}

/// The item that a reference means; it may have come since the last sync.
pub async fn one(cli: &Cli, engine: &Engine, reference: &str) -> Result<ItemId, Stop> {
    let wanted = [reference.to_owned()];
    let ids = match found(engine, &wanted).await {
        Err(stop) if stop.exit == Exit::NotFound && !cli.offline => {
            engine.sync_now().await.ok();
            found(engine, &wanted).await?
        }
        other => other?,
    };
    ids.into_iter().next().ok_or_else(|| Stop::new(Exit::NotFound, "There is no such item."))
}

/// The attachment that a text means: its id, or a name that only one has.
pub fn meant<'a>(attachments: &'a [AttachmentView], wanted: &str) -> Result<&'a AttachmentView, Stop> {
    let of_id = attachments.iter().find(|attachment| attachment.id.as_str() == wanted);
    let named: Vec<&AttachmentView> = attachments
        .iter()
        .filter(|attachment| attachment.name.to_lowercase() == wanted.to_lowercase())
        .collect();
    match (of_id, named.as_slice()) {
        (Some(one), _) => Ok(one),
        (None, [one]) => Ok(*one),
        (None, []) => Err(Stop::new(
            Exit::NotFound,
            format!(
                "No file of this item is called {}. It has: {}.",
                output::plain(wanted),
                names(attachments)
            ),
        )),
        (None, many) => {
            let ids: Vec<&str> = many.iter().map(|attachment| attachment.id.as_str()).collect();
            Err(Stop::new(
                Exit::Usage,
                format!(
                    "Several files are called {}: name one by its id: {}.",
                    output::plain(wanted),
                    ids.join(", ")
                ),
            ))
        }
    }
}

pub fn names(attachments: &[AttachmentView]) -> String {
    let names: Vec<String> = attachments.iter().map(|attachment| output::plain(&attachment.name)).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// What a file is, as far as its name says.
fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "pdf" => "application/pdf",
        "txt" | "log" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "json" => "application/json",
        "xml" => "application/xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "mp4" => "video/mp4",
        "zip" => "application/zip",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        _ => "application/octet-stream",
    }
}
