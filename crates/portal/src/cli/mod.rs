//! The command line of `postern-portal`.

mod args;
mod audit;
mod backup;
mod calendar;
mod check;
mod client;
mod crashes;
mod device;
pub(crate) mod exit;
pub(crate) mod grant;
mod init;
mod journey;
mod manual;
mod password;
mod serve;
mod user;

use crate::environment::Environment;
use args::{Cli, Command};
use clap::Parser as _;
use exit::Exit;
use postern_domain::Actor;
use std::process::ExitCode;

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the program cannot start its threads: {error}");
            return Exit::Failed.into();
        }
    };
    let data = cli.data.clone();
    match runtime.block_on(run(cli)) {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("error: {}", exit::explain(&error, &data));
            Exit::of(&error).into()
        }
    }
}

/// Whoever works on the host, in the audit trail: the portal knows no person there.
fn command_line() -> Actor {
    Actor::System("command-line".to_owned())
}

async fn run(cli: Cli) -> anyhow::Result<Exit> {
    let environment = Environment::system();
    match cli.command {
        Command::Init(args) => init::run(&cli.data, &environment, args).await,
        Command::Serve(args) => serve::run(&cli.data, cli.config.as_deref(), environment, args).await,
        Command::Seed(args) => crate::seed::run(&cli.data, &environment, args).await,
        Command::Import(args) => crate::import::run(&cli.data, &environment, args).await,
        Command::User(args) => user::run(&cli.data, &environment, args).await,
        Command::Journey(args) => journey::run(&cli.data, &environment, args).await,
        Command::Calendar(args) => calendar::run(&cli.data, &environment, args).await,
        Command::Client(args) => client::run(&cli.data, &environment, args).await,
        Command::Crashes(args) => crashes::run(&cli.data, args).await,
        Command::Device(args) => device::run(&cli.data, &environment, args).await,
        Command::Audit(args) => audit::run(&cli.data, args).await,
        Command::Backup(args) => backup::run(&cli.data, args).await,
        Command::Restored => backup::restored(&cli.data, &environment).await,
        Command::Check(args) => check::run(&cli.data, args).await,
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { directory } => manual::pages(directory.as_deref()),
    }
}
