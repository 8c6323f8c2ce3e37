//! `posternctl`: another console, driven from a script.

use crate::desktop::Desktop;
use crate::place::binary;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub struct Ctl<'a> {
    desktop: &'a Desktop,
    profile: PathBuf,
    /// Put into the environment of every process of this console.
    pub environment: Vec<(&'static str, OsString)>,
}

pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl<'a> Ctl<'a> {
    pub fn new(desktop: &'a Desktop, profile: PathBuf) -> Self {
        Self { desktop, profile, environment: Vec::new() }
    }

    /// A console that is signed in and has its first load.
    pub fn signed_in(desktop: &'a Desktop, profile: PathBuf, portal: &str, email: &str) -> Self {
        let ctl = Self::new(desktop, profile);
        ctl.login(portal, email, crate::portal::PASSWORD).expect_ok();
        ctl.run(&["sync"]).expect_ok();
        ctl
    }

    pub fn profile(&self) -> &Path {
        &self.profile
    }

    pub fn login(&self, portal: &str, email: &str, password: &str) -> Said {
        let arguments = ["login", "--portal", portal, "--email", email, "--password-stdin"];
        Said::with_input(&mut self.command(&arguments), password)
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).stdin(Stdio::null()).output().expect("posternctl"))
    }

    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        let said = self.run(&arguments);
        serde_json::from_str(&said.out)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {} {}", said.out, said.err))
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.desktop.command(binary("posternctl"));
        command
            .arg("--profile")
            .arg(&self.profile)
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

impl Said {
    /// Runs a program that reads a line from its standard input.
    pub fn with_input(command: &mut Command, line: &str) -> Self {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        if let Some(mut input) = child.stdin.take() {
            // It may have ended before it reads.
            let _ = input.write_all(format!("{line}\n").as_bytes());
        }
        Self::of(child.wait_with_output().expect("an end"))
    }

    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    pub fn expect_ok(self) -> Self {
        assert_eq!(self.code, 0, "{} {}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{} {}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }
}
