//! Development tasks of the Postern workspace. `cargo xtask help` lists them.
//!
//! This is the first program that a newcomer compiles: keep its dependencies few. It must not depend on any other
//! package of the workspace. To add a task: a variant in [`cli::Task`], a module with one public function, a line here.

mod bench;
mod ci;
mod cli;
mod codegen;
mod crash;
mod icons;
mod interrupt;
mod node;
mod process;
mod readme;
mod repository;
mod run;
mod simulate;
mod stamp;
mod steps;
mod system;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Task};
use repository::Repository;

fn main() -> ExitCode {
    match perform(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> anyhow::Result<()> {
    interrupt::listen()?;
    let repository = Repository::locate()?;
    match task {
        Task::Run(options) => run::run(&repository, &options),
        Task::Test(options) => test::test(&repository, &options),
        Task::Ci => ci::ci(&repository),
        Task::Codegen { check } => codegen::codegen(&repository, check),
        Task::Tidy => tidy::tidy(&repository),
        Task::Bench { name } => bench::bench(&repository, name.as_deref()),
        Task::Simulate(options) => simulate::simulate(&repository, &options),
        Task::Crash(options) => crash::crash(&repository, &options),
        Task::Icons { check } => icons::icons(&repository, check),
    }
}
