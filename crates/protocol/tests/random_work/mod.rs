//! Organisations, work and commands made of dice.

mod commands;
mod organisation;
mod versions;

pub use commands::{by_automation, command};
pub use organisation::directory;
pub use versions::next_version;

use postern_domain::*;

/// Monday 6 April 2026, 10:00 UTC.
pub const START: Timestamp = Timestamp(1_775_469_600_000);
pub const PEOPLE: usize = 12;
pub const CLIENTS: [&str; 2] = ["acme", "globex"];

/// The same numbers for the same seed, everywhere (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn somebody(&mut self) -> PersonId {
        PersonId(format!("p{}", self.below(PEOPLE)))
    }
}

fn value(of: &FieldType, dice: &mut Dice) -> FieldValue {
    match of {
        FieldType::Flag => FieldValue::Flag(dice.chance(50)),
        FieldType::Integer { .. } => FieldValue::Integer(dice.below(100) as i64),
        FieldType::Money { .. } => FieldValue::Integer(dice.below(3_000_000) as i64),
        FieldType::Date => FieldValue::Text("2026-05-01".into()),
        FieldType::Choice { options } => FieldValue::Text(dice.pick(options).clone()),
        FieldType::Email => FieldValue::Text("a@example.test".into()),
        FieldType::Url => FieldValue::Text("https://example.test".into()),
        FieldType::Text { .. } => FieldValue::Text(format!("text {}", dice.below(5))),
    }
}

pub fn submission(journey: &Journey, dice: &mut Dice) -> Submission {
    let mut fields = Fields::new();
    for field in journey.fields.iter().filter(|field| !field.output) {
        if field.required || dice.chance(60) {
            fields.insert(field.key.clone(), value(&field.of, dice));
        }
    }
    Submission {
        reference: "ACME-1".into(),
        kind: *dice.pick(if journey.kinds.is_empty() { &Kind::ALL } else { &journey.kinds }),
        title: "Work".into(),
        description: String::new(),
        client: (*dice.pick(&CLIENTS)).into(),
        project: dice.chance(30).then(|| "rocket".into()),
        journey: journey.reference(),
        fields,
        priority: Priority::Normal,
        owner: dice.chance(85).then(|| dice.somebody()),
    }
}
