//! The command line of `cargo xtask`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Development tasks of Postern")]
pub struct Cli {
    #[command(subcommand)]
    pub task: Task,
}

#[derive(Subcommand)]
pub enum Task {
    /// Start a portal with a sample organisation and open the console, signed in
    Run(RunOptions),
    /// Run every test of the workspace: UI, Rust, and the journeys in a real window
    Test(TestOptions),
    /// Check everything that CI checks besides the tests
    Ci,
    /// Generate the TypeScript types in ui/src/lib/generated/ from the Rust types
    Codegen {
        /// Change nothing; fail when the committed files differ
        #[arg(long)]
        check: bool,
    },
    /// Check dependency edges, file sizes, module names and other house rules
    Tidy,
    /// Run the benchmarks ([[bench]] targets whose name starts with bench_)
    Bench {
        /// Only the benchmark of this name, with or without bench_
        name: Option<String>,
    },
    /// Play the sync protocol with everything going wrong by seed, and check what it promises
    Simulate(SimulateOptions),
    /// Kill consoles and portals, cut their power, and look whether anything is lost, doubled or damaged
    Crash(CrashOptions),
    /// Generate every icon size from icons/postern.svg and icons/tray.svg
    Icons {
        /// Change nothing; fail when the committed files differ
        #[arg(long)]
        check: bool,
    },
}

#[derive(Args, Debug, Clone)]
pub struct RunOptions {
    /// Import this event log (.xes, .xes.gz or .csv) in place of the generated sample
    #[arg(long, value_name = "FILE", requires = "mapping")]
    pub import: Option<PathBuf>,
    /// How the log's attributes become items: a file, or the name of one in crates/portal/mappings/
    #[arg(long, value_name = "FILE", requires = "import")]
    pub mapping: Option<PathBuf>,
    /// Import only what had happened by this instant, for example 2018-01-15T09:00:00Z
    #[arg(long, value_name = "INSTANT", requires = "import")]
    pub as_of: Option<String>,
    /// Move all times so that the last imported event happens now
    #[arg(long, requires = "import")]
    pub shift_to_now: bool,
    /// Start the portal alone: no console, no UI build, no GUI packages
    #[arg(long)]
    pub portal_only: bool,
    /// Stop by itself this long after the queue is painted (with --portal-only: after the portal listens)
    #[arg(long, value_name = "SECONDS")]
    pub exit_after: Option<u64>,
    /// How many items the generated sample has
    #[arg(long, value_name = "N", default_value_t = 5000, conflicts_with = "import")]
    pub items: u64,
    /// Seed of the generated sample: the same seed gives the same organisation
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "import")]
    pub seed: u64,
    /// Address on which the portal listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Folder for this run: portal data, console profile, logs [default: run/portal-<options> in the target folder]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Discard the folder of an earlier run with the same options and seed it again
    #[arg(long)]
    pub fresh: bool,
}

#[derive(Args, Debug)]
pub struct TestOptions {
    /// Run only one side
    #[arg(long, value_enum)]
    pub only: Option<Side>,
    /// Arguments for cargo nextest, for example: -- -p postern-domain
    #[arg(last = true, value_name = "NEXTEST ARGS")]
    pub nextest: Vec<String>,
}

#[derive(Args, Debug)]
pub struct SimulateOptions {
    /// How many seeds to play
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub seeds: u64,
    /// The first seed
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub from: u64,
    /// Put bugs into the protocol, one after the other, and see how many seeds it takes to catch each
    #[arg(long)]
    pub mutations: bool,
    /// Put this one bug into the protocol
    #[arg(long, value_name = "NAME", conflicts_with = "mutations")]
    pub mutation: Option<String>,
    /// Print everything that happens in each seed
    #[arg(long)]
    pub trace: bool,
    /// Threads, each playing worlds of its own [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    pub workers: Option<usize>,
    /// Use the release profile: a long build, and then several times as many seeds a second
    #[arg(long)]
    pub release: bool,
}

#[derive(Args, Debug)]
pub struct CrashOptions {
    /// Use the release profile: a long build, and then several times as many deaths a second
    #[arg(long)]
    pub release: bool,
    /// What dies how often, for example: -- --console 2000 --portal 500 --both 200; --help lists all
    #[arg(last = true, value_name = "ARGS")]
    pub arguments: Vec<String>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Ui,
    Rust,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
