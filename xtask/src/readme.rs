//! The commands that README.md promises exist, with the options that it shows.

use anyhow::{Context, bail};
use clap::CommandFactory;

use crate::cli::Cli;
use crate::repository::Repository;

pub fn check(repository: &Repository) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(repository.root.join("README.md")).context("README.md is missing")?;
    let wrong: Vec<String> =
        xtask_invocations(&text).into_iter().filter_map(|words| complaint(&words)).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("README.md shows commands that do not exist:\n  {}", wrong.join("\n  "))
}

/// The words after each `cargo xtask`, up to the end of the line, the inline code or the shell command.
fn xtask_invocations(text: &str) -> Vec<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    joined
        .lines()
        .flat_map(|line| line.split("cargo xtask").skip(1).collect::<Vec<_>>())
        .map(|rest| {
            rest.split(['`', '#', '&', '|', ';', ')', '>'])
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .map(|word| word.trim_end_matches(['.', ',', ':']).to_owned())
                .collect()
        })
        .collect()
}

fn complaint(words: &[String]) -> Option<String> {
    let command = Cli::command();
    let name = words.first()?;
    if name == "help" || name.starts_with('-') {
        return None;
    }
    let spelled = words.join(" ");
    let Some(task) = command.find_subcommand(name) else {
        return Some(format!("cargo xtask {spelled}: there is no task `{name}`"));
    };
    words
        .iter()
        .take_while(|word| *word != "--")
        .filter_map(|word| word.strip_prefix("--"))
        .map(|option| option.split('=').next().unwrap_or(option))
        .find(|option| {
            *option != "help" && !task.get_arguments().any(|known| known.get_long() == Some(option))
        })
        .map(|option| format!("cargo xtask {spelled}: `{name}` has no option --{option}"))
}

#[cfg(test)]
mod tests {
    use super::{complaint, xtask_invocations};

    fn complaints(text: &str) -> Vec<String> {
        xtask_invocations(text).iter().filter_map(|words| complaint(words)).collect()
    }

    #[test]
    fn commands_that_exist_pass() {
        let text = "Type `cargo xtask run --items 100`, then\n\n    cargo xtask test -- --profile ci  # all\n\
                    and cargo xtask run \\\n  --portal-only\nSee `cargo xtask`.";
        assert_eq!(complaints(text), Vec::<String>::new());
    }

    #[test]
    fn tasks_and_options_that_do_not_exist_are_found() {
        assert!(complaints("`cargo xtask launch`")[0].contains("no task `launch`"));
        assert!(complaints("cargo xtask run --headless")[0].contains("no option --headless"));
    }
}
