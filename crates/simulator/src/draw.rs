//! How a seed becomes a schedule.

use crate::cast;
use crate::dice::Dice;
use crate::plan::{Plan, Step};
use crate::wire::Fault;

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
        if dice.chance(20) {
            steps.push(join(&mut dice, &weather));
        }
        let length = 12 + dice.below(28);
        for _ in 0..length {
            let next = if dice.chance(weather.disasters) {
                disaster(&mut dice, &weather)
            } else if dice.chance(weather.interleaving) {
                interleaved(&mut dice, &weather)
            } else {
                ordinary(&mut dice, &weather)
            };
            let attaches = matches!(next, Step::Attach { .. });
            // Who leaves for a holiday tries to send from where nobody can be reached.
            if next == (Step::Wait { ms: HOLIDAY_MS }) {
                let faults = vec![Fault::NobodyThere; 6];
                steps.push(Step::Sync { who: who(&mut dice), process: 0, faults, dies_at: 0 });
            }
            steps.push(next);
            // Most people are online.
            if attaches && dice.chance(75) {
                steps.push(upload(&mut dice, &weather));
            }
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
    match dice.below(126) {
        0..=34 => Step::Act { who: who(dice), process: process(dice), dice: dice.number() },
        35..=64 => {
            let (faults, dies_at) = troubles(dice, weather, 6);
            Step::Sync { who: who(dice), process: process(dice), faults, dies_at }
        }
        65..=73 => Step::Client { dice: dice.number() },
        74..=79 => Step::Elsewhere { dice: dice.number() },
        80..=88 => Step::Wait { ms: [300, 2_000, 11_000, 50_000, 1_000_000][dice.below(5)] },
        89..=90 => Step::Undo { who: who(dice), dice: dice.number() },
        91..=93 => Step::Discard { who: who(dice), dice: dice.number() },
        94..=96 => Step::Retry { who: who(dice), dice: dice.number() },
        97 => Step::Tick,
        98..=99 => Step::Late { dice: dice.number() },
        100..=113 => Step::Attach { who: who(dice), process: process(dice), dice: dice.number() },
        114..=122 => upload(dice, weather),
        123..=124 => Step::Keep { who: who(dice), months: [None, Some(0), Some(1), Some(12)][dice.below(4)] },
        _ => Step::Clear { who: who(dice) },
    }
}

fn upload(dice: &mut Dice, weather: &Weather) -> Step {
    let (faults, dies_at) = troubles(dice, weather, 10);
    Step::Upload { who: who(dice), process: process(dice), faults, dies_at }
}

fn join(dice: &mut Dice, weather: &Weather) -> Step {
    let (faults, dies_at) = troubles(dice, weather, 8);
    Step::Join { dice: dice.number(), faults, dies_at }
}

/// What becomes of the first `requests`, and the reading of its clock at which a device dies.
fn troubles(dice: &mut Dice, weather: &Weather, requests: usize) -> (Vec<Fault>, u8) {
    let faults = (0..requests).map(|_| fault(dice, weather.faults)).collect();
    let dies_at = if dice.chance(weather.faults / 4) { 1 + dice.below(40) as u8 } else { 0 };
    (faults, dies_at)
}

fn interleaved(dice: &mut Dice, weather: &Weather) -> Step {
    match dice.below(13) {
        0..=2 => Step::Begin { who: who(dice), process: process(dice) },
        3 | 4 => Step::BeginUpload { who: who(dice), process: process(dice) },
        5..=11 => Step::Go {
            who: who(dice),
            process: process(dice),
            pick: dice.below(4) as u8,
            fault: if dice.chance(weather.faults) { Fault::Slow } else { fault(dice, weather.faults) },
        },
        _ => Step::Second { who: who(dice) },
    }
}

fn disaster(dice: &mut Dice, weather: &Weather) -> Step {
    match dice.below(36) {
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
        29 | 30 => Step::RotFile { who: who(dice), dice: dice.number() },
        31..=33 => join(dice, weather),
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
    match dice.below(36) {
        0 => Fault::DropRequest,
        1 | 2 => Fault::NobodyThere,
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
        29 | 30 => Fault::BreakOff(dice.below(1000) as u16),
        31 | 32 => Fault::Garble(dice.below(1000) as u16),
        _ => Fault::PortalDiesAfter,
    }
}
