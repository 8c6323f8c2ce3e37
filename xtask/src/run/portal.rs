//! The portal server of a run.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::{Context, bail};

use super::child::RunningChild;
use super::folder::RunFolder;
use crate::process;
use crate::repository::Repository;
use crate::steps::Steps;

pub struct RunningPortal {
    pub child: RunningChild,
    /// For example `http://127.0.0.1:40213`.
    pub address: String,
}

/// Fails early, before minutes of building, when the portal could not listen there.
pub fn check_address(address: SocketAddr) -> anyhow::Result<()> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!(
                "{address} is in use by another program; stop it, or pass another address with --listen \
                 (--listen {}:0 takes a free port)",
                address.ip()
            )
        }
        Err(error) => Err(error).with_context(|| format!("the portal cannot listen on {address}")),
    }
}

pub fn start(
    repository: &Repository,
    steps: &Steps,
    folder: &RunFolder,
    listen: SocketAddr,
) -> anyhow::Result<RunningPortal> {
    check_address(listen)?;
    let log = folder.file("portal.log");
    steps.begin(&format!("Starting the portal (log: {})", log.display()));
    let mut command = process::command(repository.binary("postern-portal"));
    command.arg("--data").arg(folder.portal_data()).args(["serve", "--listen", &listen.to_string()]);
    // A portal finishes the requests it has before it stops.
    let mut child = RunningChild::start("the portal", &mut command, &log, Duration::from_secs(10))?;
    let address = child.wait_for("that it listens", Duration::from_secs(60), listening_address)?;
    Ok(RunningPortal { child, address })
}

fn listening_address(line: &str) -> Option<String> {
    let address = line.split_once("listening on ")?.1.split_whitespace().next()?;
    address.starts_with("http").then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{check_address, listening_address};

    #[test]
    fn the_portal_says_where_it_listens() {
        assert_eq!(
            listening_address("listening on http://127.0.0.1:4000").as_deref(),
            Some("http://127.0.0.1:4000")
        );
        assert_eq!(listening_address("starting"), None);
    }

    #[test]
    fn a_port_in_use_is_named_with_the_way_out() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let error = check_address(taken.local_addr().unwrap()).unwrap_err().to_string();
        assert!(error.contains("is in use") && error.contains("--listen"), "{error}");
    }
}
