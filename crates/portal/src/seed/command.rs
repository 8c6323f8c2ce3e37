//! What `postern-portal seed` does around the filling: the data folder, the password, progress, Ctrl-C, the report.

use super::args::Args;
use super::fill::{Failed, Interruption, SeedError, fill};
use super::generate::Order;
use super::organisation::NAME;
use super::report::Report;
use crate::auth::{PasswordCost, hash_password};
use crate::cli::exit::{Exit, Unclear};
use crate::environment::Environment;
use crate::founding::open_or_found;
use crate::progress::Progress;
use postern_domain::Timestamp;
use std::io::Write;
use std::path::{Path, PathBuf};

/// # Errors
/// Where the portal is not empty, the store fails or Ctrl-C comes; the error says what is left.
pub(crate) async fn run(data: &Path, environment: &Environment, args: Args) -> anyhow::Result<Exit> {
    let now = match &args.now {
        None => environment.now(),
        Some(text) => Timestamp::parse_rfc3339(text).map_err(|error| {
            Unclear(format!("--now “{text}” is no instant ({error}); write it like 2026-03-01T09:00:00Z"))
        })?,
    };
    match seed(data, environment, &args, now, Interruption::by_ctrl_c()).await {
        Ok(seeded) => {
            seeded.tell(args.json, &mut std::io::stdout().lock(), &mut std::io::stderr().lock())?;
            Ok(Exit::Done)
        }
        // Of what only the store can explain, its own advice says more.
        Err(SeedFailed { why: SeedError::Store(error), left: left @ Left::AsItWas }) => {
            Err(anyhow::Error::new(error).context(left))
        }
        Err(failed) => Err(failed.into()),
    }
}

/// How it ended.
#[derive(Debug)]
pub struct Seeded {
    pub report: Report,
    /// Every account's password, when it was made up.
    pub password: Option<String>,
}

impl Seeded {
    /// Writes the report: one JSON document, or text. A password that was made up is told once, and never as a part of
    /// the document, which tends to be kept.
    ///
    /// # Errors
    /// When `out` or `aside` cannot be written.
    pub fn tell(&self, json: bool, out: &mut impl Write, aside: &mut impl Write) -> std::io::Result<()> {
        if json {
            serde_json::to_writer(&mut *out, &self.report)?;
            writeln!(out)?;
        } else {
            write!(out, "{}", self.report)?;
        }
        match &self.password {
            Some(password) => writeln!(aside, "The password of every account is {password}"),
            None => Ok(()),
        }
    }
}

/// Why it did not work out, and what is left of it in the data folder.
#[derive(Debug, thiserror::Error)]
#[error("{why}. {left}")]
pub struct SeedFailed {
    pub why: SeedError,
    pub left: Left,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Left {
    #[error("The data folder is as it was.")]
    AsItWas,
    #[error("{kept} items stay behind in {}: an incomplete sample. Delete the folder and start again.", data.display())]
    Incomplete { kept: u64, data: PathBuf },
}

/// Makes the sample in `data`, with a history up to `now`, and the portal itself where there is none yet.
///
/// # Errors
/// Says what is left. A portal that was made by this call is removed again.
pub async fn seed(
    data: &Path,
    environment: &Environment,
    args: &Args,
    now: Timestamp,
    interruption: Interruption,
) -> Result<Seeded, SeedFailed> {
    let as_it_was = |why| SeedFailed { why, left: Left::AsItWas };
    let made_up = args.password.is_none().then(|| invent(environment));
    let password = args.password.as_ref().or(made_up.as_ref()).map_or("", String::as_str);
    // One hash for all accounts: a sample protects nobody, and a slow hash for each would take minutes.
    let hash = hash_password(password, PasswordCost::Full, environment)
        .map_err(|error| as_it_was(SeedError::Password(error.to_string())))?;
    let (store, new_folder) =
        open_or_found(data, environment, NAME).await.map_err(|error| as_it_was(error.into()))?;
    let mut progress = Progress::new(u64::from(args.items));
    let order = Order { seed: args.seed, items: args.items as usize, now };
    let done = fill(&store, order, &hash, &interruption, |items| progress.reached(items)).await;
    progress.end();
    store.close().await;
    match (done, new_folder) {
        (Ok(report), _) => Ok(Seeded { report, password: made_up }),
        (Err(Failed { why, .. }), Some(folder)) => {
            folder.take_back();
            Err(as_it_was(why))
        }
        (Err(Failed { why, kept: 0 }), None) => Err(as_it_was(why)),
        (Err(Failed { why, kept }), None) => {
            Err(SeedFailed { why, left: Left::Incomplete { kept, data: data.to_owned() } })
        }
    }
}

/// Sixteen letters and digits that are hard to mistake for each other: 80 bits.
fn invent(environment: &Environment) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";
    environment.bytes::<16>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}
