//! Ctrl-C and SIGTERM, remembered so that whoever waits for a child can stop it first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use signal_hook::consts::{SIGINT, SIGTERM};

static REQUESTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From here on Ctrl-C no longer ends this program: [`requested`] turns true instead.
pub fn listen() -> anyhow::Result<()> {
    let flag = REQUESTED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(flag)).context("Ctrl-C cannot be watched for")?;
    }
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGHUP, Arc::clone(flag))
        .context("the terminal's hang-up cannot be watched for")?;
    Ok(())
}

/// Whether somebody asked this program to stop.
pub fn requested() -> bool {
    REQUESTED.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}
