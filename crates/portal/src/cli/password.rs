//! Asking for a password: at the terminal without showing it, or as one line of standard input.

use super::exit::Unclear;
use std::io::{BufRead as _, IsTerminal as _};

const SHORTEST: usize = 10;

pub fn ask(whose: &str) -> anyhow::Result<String> {
    let stdin = std::io::stdin();
    let password = if stdin.is_terminal() {
        let first = rpassword::prompt_password(format!("Password for {whose}: "))?;
        if rpassword::prompt_password("Again: ")? != first {
            return Err(Unclear("the two passwords are not the same".to_owned()).into());
        }
        first
    } else {
        let mut line = String::new();
        stdin.lock().read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if password.chars().count() < SHORTEST {
        let what = format!(
            "a password needs at least {SHORTEST} letters (give it on standard input, or at the prompt)"
        );
        return Err(Unclear(what).into());
    }
    Ok(password)
}
