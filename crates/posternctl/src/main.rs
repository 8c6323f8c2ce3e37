//! The console without a window: for terminals, scripts and tests.
//!
//! It opens the same profile as the window and may run beside it. It holds no rule of its own: each command asks the
//! engine and prints what it says. To add a command: a variant in `cli/`, a function in `commands/`, a line in the
//! table below. What is done to items is a variant of `cli/deed.rs` with its request in `commands/decide.rs`.

mod cli;
mod commands;
mod exit;
mod instant;
mod output;
mod profile;

use clap::Parser;
use cli::{Cli, Command};
use exit::{Exit, Stop};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return told(&cli, &Stop::new(Exit::Internal, format!("Cannot start: {error}."))),
    };
    let done = runtime.block_on(async {
        let done = run(&cli).await;
        profile::close().await;
        done
    });
    // A keychain that hangs must not keep the program from ending.
    runtime.shutdown_background();
    match done {
        Ok(exit) => exit.into(),
        Err(stop) => told(&cli, &stop),
    }
}

async fn run(cli: &Cli) -> Result<Exit, Stop> {
    match &cli.command {
        Command::Login(login) => commands::session::login(cli, login).await,
        Command::Logout(logout) => commands::session::logout(cli, logout).await,
        Command::Status => commands::session::status(cli).await,
        Command::Sync => commands::session::sync(cli).await,
        Command::Keep(keep) => commands::keep::keep(cli, keep).await,
        Command::Queue(queue) => commands::queue::queue(cli, queue).await,
        Command::Show(refs) => commands::show::show(cli, refs).await,
        Command::Audit(refs) => commands::audit::audit(cli, refs).await,
        Command::Away(away) => commands::away::away(cli, away).await,
        Command::Coverage(coverage) => commands::away::coverage(cli, coverage).await,
        Command::Attach(attach) => commands::attach::attach(cli, attach).await,
        Command::File(file) => commands::file::file(cli, file).await,
        Command::Outbox(outbox) => commands::outbox::outbox(cli, outbox).await,
        Command::Journey(journey) => commands::journey::journey(cli, journey).await,
        Command::Calendar(calendar) => commands::calendar::calendar(cli, calendar).await,
        Command::Completions { shell } => {
            commands::shell::completions(*shell);
            Ok(Exit::Ok)
        }
        Command::Man => commands::shell::man(),
        Command::Decide(deed) => commands::decide::decide(cli, deed).await,
        Command::Submit(submit) => commands::new_item::submit(cli, submit).await,
        Command::Forms(forms) => commands::new_item::forms(cli, forms).await,
    }
}

fn told(cli: &Cli, stop: &Stop) -> ExitCode {
    output::failure(cli, stop);
    stop.exit.into()
}

/// Silent unless `POSTERN_LOG` asks for something: what a command prints is for people and programs.
fn start_log() {
    let filter = std::env::var("POSTERN_LOG").unwrap_or_default();
    if !filter.is_empty() {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
}
