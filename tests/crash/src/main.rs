//! Lets consoles and portals die by the hundred; `cargo xtask crash` starts it.

use anyhow::Result;
use clap::Parser;
use postern_crash::births::{self, Birth};
use postern_crash::kills::{self, Victim};
use postern_crash::power::{Honesty, commit};
use postern_crash::power_cuts::{self, Machine};
use std::path::PathBuf;

#[derive(Parser)]
#[command(
    about = "Kill consoles and portals at any moment, and look whether anything is lost, doubled or damaged"
)]
struct Options {
    /// `kill -9` of the console, so many times
    #[arg(long, value_name = "N", default_value_t = 0)]
    console: u64,
    /// `kill -9` of the portal
    #[arg(long, value_name = "N", default_value_t = 0)]
    portal: u64,
    /// `kill -9` of both in the same moment
    #[arg(long, value_name = "N", default_value_t = 0)]
    both: u64,
    /// Power cuts of the console's device
    #[arg(long, value_name = "N", default_value_t = 0)]
    console_power: u64,
    /// Power cuts of the portal's machine
    #[arg(long, value_name = "N", default_value_t = 0)]
    portal_power: u64,
    /// Deaths of consoles that make their cache, and as many of those that find an older one, and of portals
    #[arg(long, value_name = "N", default_value_t = 0)]
    births: u64,
    /// What dies when is a function of it, as far as a real machine allows
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Let nobody die: commit rows to this database, for the tests of the power cuts themselves
    #[arg(long, value_name = "FILE", hide = true)]
    commit_to: Option<PathBuf>,
    #[arg(long, default_value = "full", hide = true)]
    synchronous: String,
    #[arg(long, default_value_t = 1, hide = true)]
    commits: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(file) = &options.commit_to {
        return commit(file, &options.synchronous, options.commits).await;
    }
    for (victim, count) in
        [(Victim::Console, options.console), (Victim::Portal, options.portal), (Victim::Both, options.both)]
    {
        if count > 0 {
            let tally = kills::play(victim, count, options.seed).await?;
            println!("{victim:?}, kill -9: {tally}");
        }
    }
    for (machine, count) in
        [(Machine::Console, options.console_power), (Machine::Portal, options.portal_power)]
    {
        if count > 0 {
            let tally = power_cuts::play(machine, count, options.seed, Honesty::Honest).await?;
            println!("{machine:?}, power cuts: {tally}");
        }
    }
    if options.births > 0 {
        for birth in Birth::ALL {
            let tally = births::play(birth, options.births, options.seed).await?;
            println!("{birth:?}, first starts: {tally}");
        }
    }
    Ok(())
}
