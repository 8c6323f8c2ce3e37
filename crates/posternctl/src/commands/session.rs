//! Signing in and out, status, sync.

use crate::cli::{Cli, Login, Logout};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{Connection, Engine, FailureCode, KeyStorage, NewerItem, SessionView, SyncStatus};
use serde_json::json;

pub async fn login(cli: &Cli, login: &Login) -> Result<Exit, Stop> {
    if cli.offline {
        return Err(Stop::new(Exit::Usage, "Signing in needs the network: leave --offline out."));
    }
    let engine = profile::offline(cli).await?;
    let (portal, email) = match engine.session().await? {
        SessionView::SignedOut { portal, email, .. } => (portal, email),
        SessionView::SignedIn { portal, email, .. } => (Some(portal), Some(email)),
    };
    let missing = |what: &str| Stop::new(Exit::Usage, format!("Name {what}: there is none of last time."));
    let portal = login.portal.clone().or(portal).ok_or_else(|| missing("the portal with --portal"))?;
    let email = login.email.clone().or(email).ok_or_else(|| missing("your address with --email"))?;
    let password = profile::password(cli)?;
    if login.session_only {
        engine.sign_in_for_now(&portal, &email, &password).await?;
    } else {
        engine.sign_in(&portal, &email, &password).await?;
    }
    let synced = engine.sync_now().await;
    engine.stop().await;
    // The first sync brings everybody's name.
    let session = engine.session().await?;
    let status = engine.status();
    if cli.json {
        output::json(&json!({ "session": session, "status": status }));
    } else if let SessionView::SignedIn { person, organisation, keys, .. } = &session {
        output::line(&format!(
            "Signed in as {} at {}. {} items are in the cache.",
            output::plain(&person.name),
            output::plain(organisation),
            status.cached_items
        ));
        if let KeyStorage::SessionOnly { reason } = keys {
            output::note(&format!("{reason} Commands that need the network take --password-stdin."));
        }
    }
    match synced {
        Err(failure) if failure.code != FailureCode::Offline => Err(failure.into()),
        _ => Ok(Exit::Ok),
    }
}

pub async fn logout(cli: &Cli, logout: &Logout) -> Result<Exit, Stop> {
    let engine = profile::open(cli).await?;
    engine.sign_out(logout.discard).await?;
    if cli.json {
        output::json(&json!({ "signed_out": true }));
    } else {
        output::line("Signed out. The cache is empty.");
    }
    Ok(Exit::Ok)
}

pub async fn status(cli: &Cli) -> Result<Exit, Stop> {
    let engine = profile::open(cli).await?;
    let session = engine.session().await?;
    if matches!(session, SessionView::SignedIn { .. }) && !cli.offline {
        // How it stands is what is asked: a failure is part of the answer.
        let _ = engine.sync_now().await;
    }
    engine.stop().await;
    let session = engine.session().await?;
    let newer = engine.newer_items().await?;
    let status = engine.status();
    if cli.json {
        output::json(&json!({ "session": session, "status": status, "newer": newer }));
    } else {
        print_status(&session, &status, &newer);
    }
    Ok(match session {
        SessionView::SignedOut { .. } if !cli.offline => Exit::NotSignedIn,
        _ if status.connection == Connection::UpgradeRequired => Exit::Upgrade,
        _ if status.connection == Connection::Offline && !cli.offline => Exit::Pending,
        _ => Exit::Ok,
    })
}

fn print_status(session: &SessionView, status: &SyncStatus, newer: &[NewerItem]) {
    let row = |what: &str, value: String| vec![what.to_owned(), output::plain(&value)];
    let mut rows = match session {
        SessionView::SignedIn { person, email, portal, organisation, keys, .. } => vec![
            row("Signed in", format!("{} <{email}> at {organisation}", person.name)),
            row("Portal", portal.clone()),
            row(
                "Sign-in kept",
                match keys {
                    KeyStorage::Keychain => "in the keychain".to_owned(),
                    KeyStorage::SessionOnly { reason } => format!("no: {reason}"),
                },
            ),
        ],
        SessionView::SignedOut { portal, email, reason } => vec![
            row("Signed in", format!("no. {}", reason.clone().unwrap_or_default())),
            row("Last portal", portal.clone().unwrap_or_else(|| "-".to_owned())),
            row("Last address", email.clone().unwrap_or_else(|| "-".to_owned())),
        ],
    };
    let connection = match status.connection {
        Connection::Online => "online",
        Connection::Offline => "offline",
        Connection::Bootstrapping => "loading everything",
        Connection::SignedOut => "signed out",
        Connection::UpgradeRequired => "the portal needs a newer Postern",
    };
    rows.push(row("Connection", connection.to_owned()));
    if let Some(problem) = &status.problem {
        rows.push(row("Problem", problem.clone()));
    }
    if let Some(id) = &status.request_id {
        rows.push(row("Request", id.clone()));
    }
    rows.push(row("Last success", output::time_or_dash(status.last_success)));
    rows.push(row("Items cached", status.cached_items.to_string()));
    if !newer.is_empty() {
        let named: Vec<String> =
            newer.iter().map(|item| format!("{} {}", item.reference, item.title)).collect();
        rows.push(row("Need an update", format!("{}: {}", newer.len(), named.join("; "))));
    }
    rows.push(row("Not confirmed", status.pending.to_string()));
    rows.push(row("Needs you", status.attention.to_string()));
    output::table(&["", ""], &rows);
}

pub async fn sync(cli: &Cli) -> Result<Exit, Stop> {
    if cli.offline {
        return Err(Stop::new(Exit::Usage, "Syncing needs the network: leave --offline out."));
    }
    let engine = profile::signed_in(cli).await?;
    // Of another process's uploads that one speaks; what became of each file stands in the outbox.
    let uploaded = engine.upload_now().await.unwrap_or_default();
    let done = sync_with(&engine).await;
    let kept = engine.keep_files_offline().await;
    engine.stop().await;
    let report = done?;
    if let Err(failure) = &kept {
        output::note(&format!("posternctl: not all files are kept offline: {}", failure.message));
    }
    let status = engine.status();
    if cli.json {
        output::json(&json!({
            "by_another": report.is_none(),
            "pushed": report.map_or(0, |report| report.pushed),
            "pulled": report.map_or(0, |report| report.pulled),
            "uploaded": uploaded,
            "fetched": kept.as_ref().copied().unwrap_or_default(),
            "bootstrapped": report.is_some_and(|report| report.bootstrapped),
            "status": status,
        }));
    } else {
        match report {
            Some(report) => output::line(&format!(
                "{} sent, {} received. {} items are in the cache; {} changes are not confirmed, {} need you.",
                report.pushed, report.pulled, status.cached_items, status.pending, status.attention
            )),
            None => output::line("Another window or program of this profile does the syncing."),
        }
    }
    Ok(if status.attention > 0 { Exit::Conflict } else { Exit::Ok })
}

/// One round, or none when the window does the syncing.
pub(super) async fn sync_with(engine: &Engine) -> Result<Option<postern_console_core::SyncReport>, Stop> {
    match engine.sync_now().await {
        Ok(report) => Ok(Some(report)),
        Err(_) if engine.syncs_elsewhere().await => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}
