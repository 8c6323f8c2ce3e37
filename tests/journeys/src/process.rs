//! Processes that end with their journey.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A child process; dropping it ends it.
pub struct Running {
    child: Child,
    name: String,
}

impl Running {
    pub fn start(name: &str, command: &mut Command) -> Self {
        let child = command.spawn().unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        Self { child, name: name.to_owned() }
    }

    /// Takes over a child that was started with pipes of its own.
    pub fn adopt(name: &str, child: Child) -> Self {
        Self { child, name: name.to_owned() }
    }

    /// Starts it and waits for a line on its standard output that begins with `prefix`; returns the rest of it.
    /// Further output is read and thrown away, so that it never blocks.
    pub fn start_until_line(
        name: &str,
        command: &mut Command,
        prefix: &str,
        limit: Duration,
    ) -> (Self, String) {
        let (running, rest) = Self::try_until_line(name, command, prefix, limit);
        (running, rest.unwrap_or_else(|| panic!("{name} did not print “{prefix}” within {limit:?}")))
    }

    /// As [`Running::start_until_line`], for a program that may end before it prints the line.
    pub fn try_until_line(
        name: &str,
        command: &mut Command,
        prefix: &str,
        limit: Duration,
    ) -> (Self, Option<String>) {
        let mut running = Self::start(name, command.stdout(Stdio::piped()));
        let output = running.child.stdout.take().expect("a pipe");
        let (found, wait) = mpsc::channel();
        let prefix_owned = prefix.to_owned();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(rest) = line.strip_prefix(&prefix_owned) {
                    // Nobody waits any more after the first.
                    let _ = found.send(rest.trim().to_owned());
                }
            }
        });
        let rest = wait.recv_timeout(limit).ok();
        (running, rest)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`: no chance to finish anything.
    pub fn kill(&mut self) {
        self.child.kill().unwrap_or_else(|error| panic!("cannot kill {}: {error}", self.name));
        self.child.wait().expect("an exit status");
    }

    /// Asks it to stop, and waits.
    pub fn stop(&mut self, limit: Duration) -> ExitStatus {
        self.signal("TERM");
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            assert!(began.elapsed() < limit, "{} did not stop within {limit:?}", self.name);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_none())
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(self.child.id().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "cannot signal {}", self.name);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_some()) {
            return;
        }
        let _ =
            Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).stderr(Stdio::null()).status();
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(3) {
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}
