//! What a long task prints while it works: one line per step, with the time since the start.

use std::time::{Duration, Instant};

pub struct Steps {
    started: Instant,
}

impl Steps {
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// Announces the step that begins now.
    pub fn begin(&self, what: &str) {
        println!("==> [{:>6}] {what}", seconds(self.started.elapsed()));
    }

    /// Says something about the step that runs.
    pub fn note(&self, what: &str) {
        println!("             {what}");
    }

    pub fn elapsed(&self) -> String {
        seconds(self.started.elapsed())
    }
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}
