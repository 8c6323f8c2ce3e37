//! A real portal process with its data folder.

use crate::ctl::Said;
use crate::place::{Place, binary};
use crate::process::{Running, free_port};
use serde::Deserialize;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Everybody's password in a journey.
pub const PASSWORD: &str = "a journey of 1000 miles";

pub struct Portal {
    data: PathBuf,
    port: u16,
    log: PathBuf,
    running: Option<Running>,
    pub accounts: Vec<Account>,
    /// Put into the environment of every process of this portal.
    pub environment: Vec<(&'static str, OsString)>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    pub email: String,
    pub name: String,
    pub roles: Vec<String>,
    #[serde(default)]
    pub suggested: bool,
}

#[derive(Deserialize)]
struct Made {
    accounts: Vec<Account>,
}

impl Portal {
    /// A portal with a sample organisation, serving.
    pub fn with_sample(place: &Place, items: u32) -> Self {
        let data = place.path("portal");
        let accounts = Self::seed(&data, items);
        Self::serving(place, data, accounts)
    }

    /// The same, with what `fill` puts into its data directory before it serves.
    pub async fn with_filled_sample(place: &Place, items: u32, fill: impl AsyncFnOnce(&Path)) -> Self {
        let data = place.path("portal");
        let accounts = Self::seed(&data, items);
        fill(&data).await;
        Self::serving(place, data, accounts)
    }

    /// Makes a data directory with a sample organisation, whose accounts are the same for any number of items.
    pub fn seed(data: &Path, items: u32) -> Vec<Account> {
        let mut seed = portal_command(data);
        seed.args(["seed", "--seed", "11", "--items"]).arg(items.to_string());
        let made = run_json(seed.args(["--password", PASSWORD, "--json"]));
        let made: Made = serde_json::from_value(made).expect("accounts");
        made.accounts
    }

    /// A portal with an imported log, serving; and the import's report.
    pub fn with_import(place: &Place, log: &str, mapping: &str, as_of: &str) -> (Self, serde_json::Value) {
        let data = place.path("portal");
        let made = run_json(portal_command(&data).args(["import", log, "--mapping", mapping]).args([
            "--as-of",
            as_of,
            "--password",
            PASSWORD,
            "--json",
        ]));
        let accounts: Made = serde_json::from_value(made.clone()).expect("accounts");
        (Self::serving(place, data, accounts.accounts), made)
    }

    fn serving(place: &Place, data: PathBuf, accounts: Vec<Account>) -> Self {
        let mut portal = Self { accounts, ..Self::to_be_made(place, data) };
        portal.start();
        portal
    }

    /// One that [`Portal::init`] makes.
    pub fn to_be_made(place: &Place, data: PathBuf) -> Self {
        let log = place.path("portal.log");
        Self { data, port: free_port(), log, running: None, accounts: Vec::new(), environment: Vec::new() }
    }

    /// Makes a portal with its first admin; what the process said, however it ended.
    pub fn init(&self, organisation: &str, admin: &str) -> Said {
        let mut command = self.command();
        command.args(["init", "--organisation", organisation, "--admin", admin]);
        Said::with_input(&mut command, PASSWORD)
    }

    pub fn start(&mut self) {
        assert!(self.try_start(), "the portal did not start: {}", self.log());
    }

    /// False when it ended before it listened.
    pub fn try_start(&mut self) -> bool {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&self.log).expect("a log file");
        let (running, listening) = Running::try_until_line(
            "postern-portal",
            self.command()
                .args(["serve", "--listen"])
                .arg(format!("127.0.0.1:{}", self.port))
                .stderr(Stdio::from(log)),
            "listening on ",
            Duration::from_secs(30),
        );
        self.running = listening.is_some().then_some(running);
        listening.is_some()
    }

    pub fn is_running(&mut self) -> bool {
        self.running.as_mut().is_some_and(Running::is_running)
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    fn command(&self) -> Command {
        let mut command = portal_command(&self.data);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A graceful stop, as at a deployment.
    pub fn stop(&mut self) {
        let mut running = self.running.take().expect("a running portal");
        let status = running.stop(Duration::from_secs(15));
        assert!(status.success(), "the portal stopped with {status}");
    }

    pub fn kill(&mut self) {
        self.running.take().expect("a running portal").kill();
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The first account that has exactly these roles among its own, and no wider ones when `only`.
    pub fn account_with(&self, role: &str) -> Account {
        self.accounts
            .iter()
            .find(|account| account.roles.iter().any(|held| held == role))
            .unwrap_or_else(|| panic!("no account with the role {role}"))
            .clone()
    }

    pub fn account_named(&self, name: &str) -> Account {
        self.accounts
            .iter()
            .find(|account| account.name == name)
            .unwrap_or_else(|| panic!("no account of {name} in {:?}", self.accounts))
            .clone()
    }

    pub fn suggested(&self) -> Account {
        self.accounts.iter().find(|account| account.suggested).expect("a suggested account").clone()
    }

    /// Runs a maintenance command of the portal; its output when it succeeded.
    pub fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.command().args(arguments).output().expect("postern-portal");
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// The whole audit trail must hold: every hash, the signed head, and every item rebuilt from it.
    pub fn verify_audit(&self) {
        if let Err(error) = self.run(&["audit", "verify"]) {
            panic!("the audit trail does not hold: {error}");
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

fn portal_command(data: &Path) -> Command {
    let mut command = Command::new(binary("postern-portal"));
    command.arg("--data").arg(data);
    command
}

fn run_json(command: &mut Command) -> serde_json::Value {
    let output = command.output().expect("postern-portal");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON document on standard output")
}
