//! The console's command line.

use clap::Parser;
use std::path::PathBuf;

/// Postern: review queues, decisions and escalations, online or on a train.
#[derive(Parser, Clone, Debug)]
#[command(name = "postern", version)]
pub struct Arguments {
    /// Where cache, outbox and preferences live [default: the system's folder for application data]
    #[arg(long, value_name = "DIR", env = "POSTERN_PROFILE")]
    pub profile: Option<PathBuf>,
    /// Sign in with the portal, e-mail and password in this JSON file, which is deleted at once
    #[arg(long, value_name = "FILE")]
    pub sign_in: Option<PathBuf>,
}
