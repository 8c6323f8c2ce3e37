//! What a console holds, in two numbers: enough to tell that it holds what its portal thinks it does.

use postern_domain::{ItemId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Forty bits of SHA-256 over an item's id and version. Sums of them stay below 2^63 for up to eight million items,
/// so that both databases can add them up.
pub fn mark(id: &ItemId, version: u64) -> i64 {
    let mut hash = Sha256::new();
    hash.update(id.as_str().as_bytes());
    hash.update([0]);
    hash.update(version.to_be_bytes());
    let bytes = hash.finalize();
    bytes.iter().take(5).fold(0, |mark, byte| (mark << 8) | i64::from(*byte))
}

/// How many items, and the sum of their marks. Two sides that hold the same versions of the same items have equal ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    pub items: u64,
    /// The sum of [`mark`] over all of them.
    pub marks: i64,
}

impl Holding {
    pub fn add(&mut self, other: Self) {
        self.items += other.items;
        self.marks = self.marks.wrapping_add(other.marks);
    }

    pub fn add_item(&mut self, id: &ItemId, version: u64) {
        self.add(Self { items: 1, marks: mark(id, version) });
    }
}

/// What a console should hold, and what it holds: a fault on one of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Divergence {
    pub expected: Holding,
    pub found: Holding,
}

/// What the portal has for a person whose console asked, as of the head of the change log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// What the console should hold.
    pub holding: Holding,
    /// How many more items the person may see, which the console has not asked to keep.
    pub elsewhere: u64,
}

/// A calendar month in UTC. As text `2026-08`, as a number months since the year 0, so that months compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month reads 2026-08")]
pub struct MalformedMonth;

impl Month {
    /// The month that `at` falls into.
    pub fn of(at: Timestamp) -> Self {
        let text = at.to_rfc3339();
        text.get(..7).and_then(|text| text.parse().ok()).unwrap_or(Self(0))
    }

    pub fn from_number(number: i64) -> Self {
        Self(i32::try_from(number).unwrap_or(0))
    }

    /// Months since the year 0.
    pub fn number(self) -> i64 {
        i64::from(self.0)
    }

    pub fn earlier(self, months: u32) -> Self {
        Self(self.0.saturating_sub(i32::try_from(months).unwrap_or(i32::MAX)))
    }

    /// Its first instant.
    pub fn start(self) -> Timestamp {
        Timestamp::parse_rfc3339(&format!("{self}-01T00:00:00Z")).unwrap_or_default()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

impl FromStr for Month {
    type Err = MalformedMonth;

    fn from_str(text: &str) -> Result<Self, MalformedMonth> {
        let (year, month) = text.split_once('-').ok_or(MalformedMonth)?;
        if year.len() != 4 || month.len() != 2 {
            return Err(MalformedMonth);
        }
        let number = |text: &str| text.parse::<u16>().map_err(|_| MalformedMonth);
        let (year, month) = (number(year)?, number(month)?);
        if (1..=12).contains(&month) {
            Ok(Self(i32::from(year) * 12 + i32::from(month) - 1))
        } else {
            Err(MalformedMonth)
        }
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_items_does_not_matter_and_a_version_does() {
        let holding = |items: &[(&str, u64)]| {
            let mut holding = Holding::default();
            for (id, version) in items {
                holding.add_item(&ItemId::from(*id), *version);
            }
            holding
        };
        assert_eq!(holding(&[("a", 1), ("b", 2)]), holding(&[("b", 2), ("a", 1)]));
        assert_ne!(holding(&[("a", 1), ("b", 2)]), holding(&[("a", 2), ("b", 1)]));
        assert_ne!(holding(&[("a", 1)]), holding(&[("a1", 0)]));
    }

    #[test]
    fn a_month_reads_back_as_it_was_written_and_knows_its_neighbours() {
        let month: Month = "2026-01".parse().expect("a month");
        assert_eq!(month.to_string(), "2026-01");
        assert_eq!(month.earlier(1).to_string(), "2025-12");
        assert_eq!(Month::from_number(month.number()), month);
        assert_eq!(Month::of(month.start()), month);
        assert_eq!(month.start().to_rfc3339(), "2026-01-01T00:00:00Z");
        for text in ["2026", "2026-13", "2026-1", "26-01", "2026-00", "x026-01"] {
            assert_eq!(text.parse::<Month>(), Err(MalformedMonth), "{text}");
        }
    }
}
