//! `serve`: the portal at work.

use super::exit::Exit;
use crate::config::Config;
use crate::environment::Environment;
use crate::server::Portal;
use clap::ValueEnum;
use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use tracing_subscriber::EnvFilter;

const KEYS: &str = "\
Keys of portal.toml, with their defaults:
  listen = \"127.0.0.1:7420\"       where to listen
  max_upload_bytes = 104857600    the largest file
  max_request_bytes = 4194304     the largest other request
  request_timeout_seconds = 30    until a request is given up
  upload_timeout_seconds = 600    until an upload is given up
  default_journey = \"standard\"    for items whose submitter names none
  trust_forwarded_for = false     a reverse proxy in front sets X-Forwarded-For
  concurrent_sign_ins = 2         password checks at the same time
  concurrent_loads = 6            full loads of consoles at the same time
  load_seconds = 120              until a full load makes room, to go on with the next request
  concurrent_comparisons = 6      consoles that compare what they hold at the same time
  concurrent_exchanges = 32       pushes and pages of changes at the same time";

#[derive(Debug, clap::Args)]
#[command(after_long_help = KEYS)]
pub struct Args {
    /// Where to listen, for example 0.0.0.0:7420; port 0 takes any free one.
    #[arg(long, env = "POSTERN_LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// How log lines look. They go to standard error.
    #[arg(long, env = "POSTERN_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// What to log, for example `info` or `postern_portal=debug`.
    #[arg(long, env = "POSTERN_LOG", value_name = "FILTER", default_value = "info")]
    log: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

pub async fn run(
    data: &Path,
    config: Option<&Path>,
    environment: Environment,
    args: Args,
) -> anyhow::Result<Exit> {
    let filter = EnvFilter::try_new(&args.log)?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match args.log_format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    let mut config = Config::load(config, data)?;
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    let mut signals = Signals::new()?;
    let portal = Portal::new(config, environment).start(data).await?;
    // Whoever started the portal may be waiting for this line; that they went away since is no reason to stop.
    let mut stdout = std::io::stdout();
    let _ = writeln!(stdout, "listening on {}", portal.url()).and_then(|()| stdout.flush());
    signals.wait().await;
    tracing::info!("stopping");
    portal.stop().await;
    Ok(Exit::Done)
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn wait(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_every_key_with_its_default() {
        let keys: Vec<_> =
            KEYS.lines().skip(1).map(|line| line.trim().split("   ").next().unwrap()).collect();
        let listed: toml::Table = toml::from_str(&keys.join("\n")).unwrap();
        assert_eq!(listed, toml::Table::try_from(Config::default()).unwrap());
    }
}
