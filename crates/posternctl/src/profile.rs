//! Opening the profile and, where a command needs it, the session.

use crate::cli::Cli;
use crate::exit::{Exit, Stop};
use postern_console_core::{Deps, Engine, SessionView, default_profile};
use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

pub fn folder(cli: &Cli) -> Result<PathBuf, Stop> {
    cli.profile.clone().or_else(default_profile).ok_or_else(|| {
        Stop::new(Exit::Usage, "There is no home folder to keep a profile in: name one with --profile.")
    })
}

/// What this process has opened.
static OPENED: OnceLock<Engine> = OnceLock::new();

/// Lets go of the profile, if it was opened; what is at work in it for longer than a moment is cut as by a crash.
pub async fn close() {
    if let Some(engine) = OPENED.get() {
        tokio::time::timeout(Duration::from_secs(2), engine.close()).await.ok();
    }
}

/// Opens the profile without asking the keychain: for commands that need no network.
pub async fn offline(cli: &Cli) -> Result<Engine, Stop> {
    let engine = Engine::open_signed_out(&folder(cli)?, Deps::system()?).await?;
    Ok(OPENED.get_or_init(|| engine).clone())
}

/// As [`offline`], for what reads the cache: nobody's cache has nothing to say.
pub async fn cached(cli: &Cli) -> Result<Engine, Stop> {
    let engine = offline(cli).await?;
    match engine.session().await? {
        // What was keyed in and not sent yet is something, too.
        SessionView::SignedOut { .. } if engine.status().cached_items + engine.status().pending == 0 => {
            Err(Stop::new(
                Exit::NotSignedIn,
                "Nobody is signed in and nothing is cached: use `posternctl login`, or name another profile with --profile.",
            ))
        }
        _ => Ok(engine),
    }
}

/// Opens the profile as the command line asks: with a session, unless it must not use the network.
pub async fn open(cli: &Cli) -> Result<Engine, Stop> {
    if cli.offline {
        return offline(cli).await;
    }
    let engine = offline(cli).await?;
    engine.restore().await;
    if cli.password_stdin
        && let SessionView::SignedOut { portal: Some(portal), email: Some(email), .. } =
            engine.session().await?
    {
        engine.sign_in_for_now(&portal, &email, &password(cli)?).await?;
    }
    Ok(engine)
}

/// As [`open`], for what cannot be done without a session.
pub async fn signed_in(cli: &Cli) -> Result<Engine, Stop> {
    let engine = open(cli).await?;
    match engine.session().await? {
        SessionView::SignedIn { .. } => Ok(engine),
        SessionView::SignedOut { reason, .. } => Err(Stop::new(Exit::NotSignedIn, not_signed_in(reason))),
    }
}

/// As [`signed_in`], for what is at the portal only.
pub async fn at_the_portal(cli: &Cli) -> Result<Engine, Stop> {
    if cli.offline {
        return Err(Stop::new(
            Exit::Usage,
            "Journeys and calendars are kept at the portal: leave out --offline.",
        ));
    }
    signed_in(cli).await
}

pub fn not_signed_in(reason: Option<String>) -> String {
    let reason = reason.map(|reason| format!("{reason} ")).unwrap_or_default();
    format!(
        "{reason}Not signed in: use `posternctl login`, or --password-stdin for this command alone, or --offline."
    )
}

/// The password: from standard input when asked for, else typed without being shown.
pub fn password(cli: &Cli) -> Result<String, Stop> {
    let unreadable =
        |error: std::io::Error| Stop::new(Exit::Usage, format!("The password cannot be read: {error}."));
    if cli.password_stdin {
        let mut text = String::new();
        std::io::stdin().take(4096).read_to_string(&mut text).map_err(unreadable)?;
        let password = text.lines().next().unwrap_or_default().to_owned();
        if password.is_empty() {
            return Err(Stop::new(Exit::Usage, "Standard input holds no password."));
        }
        return Ok(password);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Stop::new(
            Exit::Usage,
            "There is no terminal to ask for the password: use --password-stdin.",
        ));
    }
    rpassword::prompt_password("Password: ").map_err(unreadable)
}
