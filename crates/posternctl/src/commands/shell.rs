//! Completions and the manual page.

use crate::cli::Cli;
use crate::exit::{Exit, Stop};
use clap::CommandFactory;
use clap_complete::Shell;

pub fn completions(shell: Shell) {
    clap_complete::generate(shell, &mut Cli::command(), "posternctl", &mut std::io::stdout());
}

pub fn man() -> Result<Exit, Stop> {
    clap_mangen::Man::new(Cli::command())
        .render(&mut std::io::stdout())
        .map_err(|error| Stop::new(Exit::Internal, format!("The manual cannot be printed: {error}.")))?;
    Ok(Exit::Ok)
}
