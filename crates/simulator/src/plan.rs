//! A seed's schedule: who does what, and what goes wrong. Every step stands on its own, so that any of them can be left
//! out when a failure is made smaller.

use crate::cast;
use crate::dice::Dice;
use crate::wire::Fault;

/// Everything that a run is a function of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    /// The template's profiles that take part.
    pub profiles: Vec<usize>,
    pub steps: Vec<Step>,
}

/// `who` and `process` are taken modulo what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing happens for so long.
    Wait {
        ms: i64,
    },
    /// Somebody gives a command, or a few at once.
    Act {
        who: u8,
        process: u8,
        dice: u64,
    },
    /// Somebody takes their last action back.
    Undo {
        who: u8,
        dice: u64,
    },
    /// Somebody gives up a command of their outbox.
    Discard {
        who: u8,
        dice: u64,
    },
    /// Somebody gives a command of their outbox again.
    Retry {
        who: u8,
        dice: u64,
    },
    /// A whole round of sync. The faults are those of its requests in their order; `dies_at`: the device dies at that
    /// reading of its clock.
    Sync {
        who: u8,
        process: u8,
        faults: Vec<Fault>,
        dies_at: u8,
    },
    /// A round begins, and stops at its first request.
    Begin {
        who: u8,
        process: u8,
    },
    /// A round that stands at a request goes on to the next one.
    Go {
        who: u8,
        process: u8,
        fault: Fault,
    },
    /// A console's processes die.
    Kill {
        who: u8,
    },
    /// Another process opens the same cache, or the second one ends.
    Second {
        who: u8,
    },
    /// A request that the network kept arrives.
    Late {
        dice: u64,
    },
    /// A client hands something over, or changes it.
    Client {
        dice: u64,
    },
    /// Somebody decides by another way than a console.
    Elsewhere {
        dice: u64,
    },
    /// Somebody's grants become others.
    Grants {
        dice: u64,
    },
    /// Somebody is switched off, or on again.
    Disable {
        dice: u64,
    },
    /// The portal's clock is looked at.
    Tick,
    /// The portal's rules crash on the next commands.
    Crashes {
        times: u8,
    },
    RestartPortal,
    BackUp,
    /// The portal comes back from its latest backup.
    Restore,
    /// A device's disk is copied.
    Picture {
        who: u8,
    },
    /// A device's disk becomes what it was in the picture.
    Rewind {
        who: u8,
    },
    /// A device's disk is copied into a second device.
    Clone {
        who: u8,
    },
    /// A device's disk loses a row of what the portal sent.
    Rot {
        who: u8,
        dice: u64,
    },
    /// A device's clock is set, or the portal's where nobody is named.
    Skew {
        who: Option<u8>,
        ms: i64,
    },
}

/// Longer than a decision may lie in an outbox without its author being asked again.
const HOLIDAY_MS: i64 = 15 * 24 * 3_600_000;

/// How bad it is in this seed, in percent.
struct Weather {
    faults: usize,
    disasters: usize,
    interleaving: usize,
}

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut profiles: Vec<usize> = (0..cast::PROFILES.len()).collect();
        while profiles.len() > 1 + (seed % 4) as usize {
            profiles.remove(dice.below(profiles.len()));
        }
        let weather = Weather {
            faults: [0, 10, 25, 45][dice.below(4)],
            disasters: [0, 4, 10, 18][dice.below(4)],
            interleaving: [0, 10, 30][dice.below(3)],
        };
        let mut steps = Vec::new();
        for _ in 0..2 + dice.below(4) {
            steps.push(Step::Client { dice: dice.number() });
        }
        for who in 0..profiles.len() {
            steps.push(Step::Sync { who: who as u8, process: 0, faults: Vec::new(), dies_at: 0 });
        }
        let length = 12 + dice.below(28);
        for _ in 0..length {
            let step = if dice.chance(weather.disasters) {
                disaster(&mut dice)
            } else if dice.chance(weather.interleaving) {
                interleaved(&mut dice, &weather)
            } else {
                ordinary(&mut dice, &weather)
            };
            steps.push(step);
        }
        Self { seed, profiles, steps }
    }
}

fn who(dice: &mut Dice) -> u8 {
    dice.below(16) as u8
}

fn process(dice: &mut Dice) -> u8 {
    dice.below(2) as u8
}

fn ordinary(dice: &mut Dice, weather: &Weather) -> Step {
    match dice.below(100) {
        0..=34 => Step::Act { who: who(dice), process: process(dice), dice: dice.number() },
        35..=64 => {
            let faults = (0..6).map(|_| fault(dice, weather.faults)).collect();
            let dies_at = if dice.chance(weather.faults / 4) { 1 + dice.below(12) as u8 } else { 0 };
            Step::Sync { who: who(dice), process: process(dice), faults, dies_at }
        }
        65..=73 => Step::Client { dice: dice.number() },
        74..=79 => Step::Elsewhere { dice: dice.number() },
        80..=88 => Step::Wait { ms: [300, 2_000, 11_000, 50_000, 1_000_000][dice.below(5)] },
        89..=90 => Step::Undo { who: who(dice), dice: dice.number() },
        91..=93 => Step::Discard { who: who(dice), dice: dice.number() },
        94 => Step::Retry { who: who(dice), dice: dice.number() },
        95..=96 => Step::Tick,
        _ => Step::Late { dice: dice.number() },
    }
}

fn interleaved(dice: &mut Dice, weather: &Weather) -> Step {
    match dice.below(10) {
        0..=2 => Step::Begin { who: who(dice), process: process(dice) },
        3..=8 => Step::Go { who: who(dice), process: process(dice), fault: fault(dice, weather.faults) },
        _ => Step::Second { who: who(dice) },
    }
}

fn disaster(dice: &mut Dice) -> Step {
    match dice.below(31) {
        0..=2 => Step::Kill { who: who(dice) },
        3 | 4 => Step::Second { who: who(dice) },
        5..=8 => Step::Grants { dice: dice.number() },
        9 | 10 => Step::Disable { dice: dice.number() },
        11 | 12 => Step::Crashes { times: 1 + dice.below(4) as u8 },
        13 => Step::RestartPortal,
        14..=17 => Step::BackUp,
        18..=20 => Step::Restore,
        21 | 22 => Step::Picture { who: who(dice) },
        23 | 24 => Step::Rewind { who: who(dice) },
        25 | 26 => Step::Clone { who: who(dice) },
        27 => Step::Rot { who: who(dice), dice: dice.number() },
        28 => Step::Wait { ms: HOLIDAY_MS },
        _ => {
            let who = dice.chance(70).then(|| who(dice));
            let ms = [-3_600_000, -90_000, -4_000, 4_000, 90_000, 3_600_000][dice.below(6)];
            Step::Skew { who, ms }
        }
    }
}

fn fault(dice: &mut Dice, percent: usize) -> Fault {
    if !dice.chance(percent) {
        return Fault::Pass;
    }
    let retry_after = |dice: &mut Dice| dice.chance(50).then(|| dice.below(40) as u16);
    match dice.below(32) {
        0..=2 => Fault::DropRequest,
        3..=7 => Fault::DropReply,
        8 | 9 => Fault::Duplicate,
        10 => Fault::DuplicateLast,
        11..=13 => Fault::Hold,
        14 | 15 => Fault::Echo,
        16..=18 => Fault::Cut(dice.below(1000) as u16),
        19 => Fault::Captive,
        20 => Fault::Unavailable { retry_after: retry_after(dice) },
        21 => Fault::Throttled { retry_after: retry_after(dice) },
        22 | 23 => Fault::TooLarge,
        24 | 25 => Fault::ConsoleDiesBefore,
        26 | 27 => Fault::ConsoleDiesAfter,
        28 => Fault::PortalDiesBefore,
        _ => Fault::PortalDiesAfter,
    }
}
