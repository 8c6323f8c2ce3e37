//! The portal's rules, with a fault in them: they crash on commands that say so, for ever or for a while.

use postern_domain::{Actor, Command, Refusal, Ruling, Situation, Timestamp};
use postern_portal_store::Rules;
use std::cell::Cell;
use std::panic::resume_unwind;

/// A comment with this in it crashes the rules whenever they look at it.
pub const POISON: &str = "poison";

thread_local! {
    /// The rules crash on so many of the next decisions.
    static CRASHES: Cell<u32> = const { Cell::new(0) };
}

/// The next `times` decisions crash.
pub fn crash(times: u32) {
    CRASHES.set(times);
}

/// A portal that starts anew has nothing of the trouble before.
pub fn forget() {
    CRASHES.set(0);
}

pub fn sound() -> Rules {
    Rules { decide, apply: postern_domain::apply }
}

pub fn decide(
    situation: Situation<'_>,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Ruling, Refusal> {
    let poisoned = matches!(command, Command::Comment { body, .. } if body.contains(POISON));
    let left = CRASHES.get();
    if poisoned || left > 0 {
        CRASHES.set(left.saturating_sub(1));
        // No panic hook: nobody should read about a crash that was ordered.
        resume_unwind(Box::new("the rules were told to crash".to_owned()));
    }
    postern_domain::decide(situation, command, actor, now)
}
