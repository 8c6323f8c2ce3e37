//! What the console says on standard output, for whoever started it.

use std::io::Write as _;

/// The first queue is on the screen, so long after the window began.
pub fn painted(ms: f64) {
    say(&format!("queue painted after {ms:.0} ms"));
}

/// Everything that the portal had is here.
pub fn in_step() {
    say("in step with the portal");
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody needs to be there to read it.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
