//! A file of an item: from this device, or fetched.

use super::attach::{meant, names, one};
use crate::cli::{Cli, FileArgs};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{AttachmentVersionView, Engine};
use postern_domain::ItemId;
use serde_json::json;
use std::path::{Path, PathBuf};

pub async fn file(cli: &Cli, args: &FileArgs) -> Result<Exit, Stop> {
    let to_stdout = args.output.as_deref() == Some(Path::new("-"));
    if to_stdout && cli.json {
        return Err(Stop::new(Exit::Usage, "Standard output holds the file or JSON, not both."));
    }
    let engine = profile::open(cli).await?;
    let item = one(cli, &engine, &args.reference).await?;
    let view = engine.item(&item).await?;
    let attachment = match (&args.name, view.attachments.as_slice()) {
        (Some(name), all) => meant(all, name)?,
        (None, [only]) => only,
        (None, []) => return Err(Stop::new(Exit::NotFound, "This item has no files.")),
        (None, all) => return Err(Stop::new(Exit::Usage, format!("Name one of its files: {}.", names(all)))),
    };
    let name = output::plain(&attachment.name);
    let version = match args.version {
        None => attachment.versions.first(),
        Some(wanted) => attachment.versions.iter().find(|version| version.number == wanted),
    };
    let version = version.ok_or_else(|| {
        let count = attachment.versions.len();
        Stop::new(Exit::NotFound, format!("{name} has no such version; it has {count}."))
    })?;
    if cli.offline && !version.here {
        return Err(Stop::new(
            Exit::NotFound,
            format!("{name} is not on this device: leave --offline out to fetch it."),
        ));
    }
    let path = if to_stdout {
        print(&engine, &item, version).await?;
        None
    } else {
        Some(save(&engine, &item, &attachment.name, version, args.output.as_deref()).await?)
    };
    if cli.json {
        output::json(&json!({
            "reference": view.row.reference,
            "attachment": attachment.id,
            "name": attachment.name,
            "version": version,
            "path": path,
            "was_here": version.here,
        }));
    } else if let Some(path) = path {
        let path = output::plain(&path.to_string_lossy());
        output::line(&format!("{path}: version {}, {}", version.number, output::size(version.size)));
    }
    Ok(Exit::Ok)
}

/// Never replaces what is there.
async fn save(
    engine: &Engine,
    item: &ItemId,
    name: &str,
    version: &AttachmentVersionView,
    output: Option<&Path>,
) -> Result<PathBuf, Stop> {
    let output = output.unwrap_or(Path::new("."));
    if output.is_dir() {
        let path = output.join(postern_console_core::file_name(name));
        check_free(&path)?;
        engine.save_file(item, &version.sha256, &path).await?;
        return Ok(path);
    }
    check_free(output)?;
    engine.save_file(item, &version.sha256, output).await?;
    Ok(output.to_owned())
}

fn check_free(path: &Path) -> Result<(), Stop> {
    if path.exists() {
        let path = output::plain(&path.to_string_lossy());
        return Err(Stop::new(Exit::Usage, format!("{path} is there already: name another with --output.")));
    }
    Ok(())
}

async fn print(engine: &Engine, item: &ItemId, version: &AttachmentVersionView) -> Result<(), Stop> {
    engine.fetch_file(item, &version.sha256).await?;
    let path = engine.content_path(&version.sha256);
    let copied = std::fs::File::open(&path)
        .and_then(|mut file| std::io::copy(&mut file, &mut std::io::stdout().lock()));
    match copied {
        // A reader that has gone away is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Stop::new(Exit::Internal, format!("The file cannot be printed: {error}.")))
        }
        _ => Ok(()),
    }
}
