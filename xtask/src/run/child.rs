//! A program that runs beside this one: its lines are logged and can be waited for, and dropping it stops it.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::{interrupt, process};

pub struct RunningChild {
    name: &'static str,
    child: Child,
    lines: Receiver<String>,
    log: PathBuf,
    grace: Duration,
}

impl RunningChild {
    /// Starts the command in a process group of its own, so that a Ctrl-C in the terminal reaches only this program,
    /// which then stops its children in order. Both outputs go to `log`; stdout can be waited for as well.
    pub fn start(
        name: &'static str,
        command: &mut Command,
        log: &Path,
        grace: Duration,
    ) -> anyhow::Result<Self> {
        let mut log_file =
            File::create(log).with_context(|| format!("the log {} cannot be written", log.display()))?;
        let errors =
            log_file.try_clone().with_context(|| format!("the log {} cannot be shared", log.display()))?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut child = process::spawn(command)?;
        let (sender, lines) = channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    let _ = writeln!(log_file, "{line}");
                    // Nobody waits for lines any more once the program is up; the log still wants them.
                    let _ = sender.send(line);
                }
            });
        }
        Ok(Self { name, child, lines, log: log.to_path_buf(), grace })
    }

    /// Waits for a line that `wanted` recognises, and returns what it makes of it.
    pub fn wait_for<T>(
        &mut self,
        what: &str,
        limit: Duration,
        mut wanted: impl FnMut(&str) -> Option<T>,
    ) -> anyhow::Result<T> {
        let deadline = Instant::now() + limit;
        loop {
            match self.lines.recv_timeout(Duration::from_millis(50)) {
                Ok(line) => {
                    if let Some(found) = wanted(&line) {
                        return Ok(found);
                    }
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {}
                // The last line is read, so the program is about to end; do not spin until it has.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(Duration::from_millis(20)),
            }
            if interrupt::requested() {
                bail!("interrupted while waiting for {what}");
            }
            if let Some(status) = self.ended()? {
                bail!(
                    "{} ended ({status}) before {what}; its log ends with:\n{}",
                    self.name,
                    self.log_tail()
                );
            }
            if Instant::now() >= deadline {
                bail!(
                    "{} did not report {what} within {} s; its log is {} and ends with:\n{}",
                    self.name,
                    limit.as_secs(),
                    self.log.display(),
                    self.log_tail()
                );
            }
        }
    }

    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("{} was lost", self.name))
    }

    /// The last lines of the log, indented.
    pub fn log_tail(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        tail(&String::from_utf8_lossy(&log), 15)
    }
}

impl Drop for RunningChild {
    fn drop(&mut self) {
        process::terminate(&mut self.child, cfg!(unix), self.grace);
    }
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    if all.is_empty() {
        return "    (nothing)".to_owned();
    }
    all[all.len().saturating_sub(lines)..]
        .iter()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::tail;

    #[test]
    fn the_tail_is_the_end_of_the_log() {
        assert_eq!(tail("a\nb\nc\n", 2), "    b\n    c");
        assert_eq!(tail("a\n", 2), "    a");
        assert_eq!(tail("", 2), "    (nothing)");
    }
}
