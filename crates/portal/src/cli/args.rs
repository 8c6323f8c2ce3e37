//! What can be said on the command line.

use super::{audit, backup, calendar, check, client, crashes, device, exit, init, journey, serve, user};
use clap::{Parser, Subcommand};
use std::path::PathBuf;

const PRECEDENCE: &str = "\
Configuration: a flag goes before its environment variable (POSTERN_…), that before the configuration file, that \
before the default. The file is --config, or portal.toml in the data directory; `serve --help` names its keys.";

/// The hosted half of Postern: HTTP API, workflow engine, audit trail.
#[derive(Debug, Parser)]
#[command(name = "postern-portal", version, after_long_help = format!("{PRECEDENCE}\n\n{}", exit::CODES))]
pub struct Cli {
    /// The directory that holds the portal's database, files and keys.
    #[arg(long, global = true, env = "POSTERN_DATA", value_name = "DIR", default_value = "postern-data")]
    pub data: PathBuf,
    /// The configuration file [default: portal.toml in the data directory, if there is one].
    #[arg(long, global = true, env = "POSTERN_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new portal and its first admin.
    Init(init::Args),
    /// Answer consoles and clients until told to stop (SIGTERM, or Ctrl-C).
    Serve(serve::Args),
    /// Fill a portal with people, clients and work to look at.
    Seed(crate::seed::args::Args),
    /// Bring in the history of another system.
    Import(crate::import::args::Args),
    /// People who may sign in, and what they may do.
    User(user::Args),
    /// Commands on which the portal failed: after three times they are put aside, and wait for somebody to find out why.
    Crashes(crashes::Args),
    /// Where people are signed in, and shutting a lost device out.
    Device(device::Args),
    /// Clients and their projects.
    Client(client::Args),
    /// Journeys: the workflows of items, as documents.
    Journey(journey::Args),
    /// Business calendars: working hours, holidays, who keeps which.
    Calendar(calendar::Args),
    /// The audit trail: verify or export it.
    Audit(audit::Args),
    /// Copy everything the portal needs into a directory, while it works.
    Backup(backup::Args),
    /// Tell a portal that its data was restored from a backup: consoles then start over.
    Restored,
    /// Look for damage, and for open reviews that too few people can decide.
    Check(check::Args),
    /// Print completions for a shell.
    Completions { shell: clap_complete::Shell },
    /// Print the manual page, or write all pages into a directory.
    Man {
        #[arg(value_name = "DIR")]
        directory: Option<PathBuf>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
