//! `completions` and `man`: both made from the command line's own definition.

use super::args::Cli;
use super::exit::Exit;
use clap::CommandFactory as _;
use std::path::Path;

pub fn completions(shell: clap_complete::Shell) -> anyhow::Result<Exit> {
    clap_complete::generate(shell, &mut Cli::command(), "postern-portal", &mut std::io::stdout());
    Ok(Exit::Done)
}

pub fn pages(directory: Option<&Path>) -> anyhow::Result<Exit> {
    match directory {
        None => clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout())?,
        Some(directory) => {
            std::fs::create_dir_all(directory)?;
            clap_mangen::generate_to(Cli::command(), directory)?;
        }
    }
    Ok(Exit::Done)
}
