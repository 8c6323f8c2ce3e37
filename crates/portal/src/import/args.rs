//! `postern-portal import`.

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The log: IEEE XES or CSV, plain or .gz.
    pub file: PathBuf,
    /// What its activities, roles and resources are here (TOML).
    #[arg(long, value_name = "FILE")]
    pub mapping: PathBuf,
    /// Take only what had happened by this instant (RFC 3339): what was open then is open now.
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<String>,
    /// Move all instants alike, so that the cut (or the last event) is now.
    #[arg(long)]
    pub shift_to_now: bool,
    /// One password for every account made. Without it the accounts have none until `user set-password`.
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
    /// Name of the organisation, when the data folder is a new one.
    #[arg(long, value_name = "NAME")]
    pub organisation: Option<String>,
    /// Print the report as one JSON document.
    #[arg(long)]
    pub json: bool,
    /// Read and translate only: report what would be imported, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}
