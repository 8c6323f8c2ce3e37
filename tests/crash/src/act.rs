//! What a console does when death comes.

use crate::book::Attached;
use crate::stage::Stage;
use anyhow::Result;
use postern_journeys::ctl::Said;
use rand::{Rng, RngCore};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::process::{Child, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Comments on a few items, saved and not sent.
    CommentOffline,
    /// The same, and sent.
    Comment,
    /// A file on an item, which goes up in the background of the command.
    Attach,
    /// A decision on an item on which it is this person's turn.
    Decide,
    Sync,
    /// Only reads, which may bring a database left by a dead process in order.
    Look,
    /// A console that is new: makes its cache, signs in, loads everything.
    FirstStart,
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::CommentOffline => "a comment, offline",
            Self::Comment => "a comment",
            Self::Attach => "an attachment",
            Self::Decide => "a decision",
            Self::Sync => "a sync",
            Self::Look => "a look",
            Self::FirstStart => "a first start and load",
        })
    }
}

const ACTIONS: [(Action, u32); 7] = [
    (Action::CommentOffline, 30),
    (Action::Comment, 25),
    (Action::Attach, 12),
    (Action::Decide, 8),
    (Action::Sync, 25),
    (Action::Look, 4),
    (Action::FirstStart, 8),
];

/// Bytes of a file: some take several parts.
const LARGEST: usize = 1_000_000;

/// What a process printed, whether it ended by itself, and how long it took.
pub struct Ended {
    pub said: Said,
    pub was_killed: bool,
    pub took: Duration,
}

impl Stage {
    pub fn any_action(&mut self) -> Action {
        let whole: u32 = ACTIONS.iter().map(|(_, weight)| weight).sum();
        let mut thrown = self.dice.random_range(0..whole);
        for (action, weight) in ACTIONS {
            if thrown < weight {
                return action;
            }
            thrown -= weight;
        }
        Action::Sync
    }

    /// Starts a process that does it, and notes in the book what it was asked for.
    pub fn start(&mut self, action: Action) -> Result<Child> {
        let arguments = self.arguments(action)?;
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if action == Action::FirstStart {
            let profile = self.new_profile();
            let portal = self.portal.address();
            let console = self.console_in(profile);
            let login = ["login", "--portal", &portal, "--email", &self.me.email, "--password-stdin"];
            let mut child = console.command(&login).stdin(Stdio::piped()).spawn()?;
            if let Some(mut input) = child.stdin.take() {
                // It may be dead already.
                let _ = std::io::Write::write_all(
                    &mut input,
                    format!("{}\n", postern_journeys::portal::PASSWORD).as_bytes(),
                );
            }
            return Ok(child);
        }
        Ok(self.console().command(&arguments).stdin(Stdio::null()).spawn()?)
    }

    fn arguments(&mut self, action: Action) -> Result<Vec<String>> {
        let own = |words: &[&str]| -> Vec<String> { words.iter().map(|word| (*word).to_owned()).collect() };
        Ok(match action {
            Action::Attach => {
                let (file, reference) = self.new_file()?;
                own(&["attach", "--json", "--timeout", "5", &reference, &file])
            }
            Action::CommentOffline | Action::Comment => {
                let text = self.world.book.text();
                let references = self.some_references(4);
                let mut arguments = own(&["comment", "--json", "--timeout", "5", "--body", &text]);
                if action == Action::CommentOffline {
                    arguments.push("--offline".to_owned());
                }
                arguments.extend(references.iter().cloned());
                self.world.book.comments.insert(text, references.into_iter().collect());
                arguments
            }
            Action::Decide => match self.world.my_turn.pop() {
                Some(reference) if self.chance(70) => {
                    own(&["approve", "--json", "--timeout", "5", &reference])
                }
                Some(reference) => {
                    own(&["request-changes", "--json", "--reason", "It says 2023.", "--offline", &reference])
                }
                None => {
                    let reference = self.any_reference();
                    own(&["escalate", "--json", "--reason", "It takes too long.", &reference])
                }
            },
            Action::Sync => own(&["sync", "--json"]),
            Action::Look => own(&["outbox", "--json", "--offline"]),
            Action::FirstStart => Vec::new(),
        })
    }

    /// Makes a file that no other is like, to be attached to an item, and notes it in the book.
    fn new_file(&mut self) -> Result<(String, String)> {
        let mut content = vec![0; self.dice.random_range(1..LARGEST)];
        self.dice.fill_bytes(&mut content);
        let name = self.world.book.file_name();
        let file = self.place.path("files").join(&name);
        std::fs::create_dir_all(self.place.path("files"))?;
        std::fs::write(&file, &content)?;
        let reference = self.any_reference();
        let attached =
            Attached { reference: reference.clone(), sha256: hex::encode(Sha256::digest(&content)) };
        self.world.book.attached.insert(name, attached);
        Ok((file.display().to_string(), reference))
    }
}

/// Kills the process after `patience`, unless it ends before.
pub fn kill_after(mut child: Child, patience: Duration) -> Result<Ended> {
    let began = Instant::now();
    let mut was_killed = false;
    // Read all the time, so that it never waits for a reader.
    let output = child.stdout.take().map(drained);
    let errors = child.stderr.take().map(drained);
    loop {
        if child.try_wait()?.is_some() {
            break;
        }
        if began.elapsed() >= patience {
            child.kill()?;
            was_killed = true;
            break;
        }
        let left = patience.saturating_sub(began.elapsed());
        std::thread::sleep(left.min(Duration::from_millis(2)));
    }
    let text = |reader: Option<JoinHandle<Vec<u8>>>| reader.and_then(|reader| reader.join().ok());
    let (stdout, stderr) = (text(output).unwrap_or_default(), text(errors).unwrap_or_default());
    let said = Said::of(Output { status: child.wait()?, stdout, stderr });
    // It may have ended by itself in the same moment.
    let was_killed = was_killed && said.code == -1;
    Ok(Ended { said, was_killed, took: began.elapsed() })
}

fn drained(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before it broke off is what was said.
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}
