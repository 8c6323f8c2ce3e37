//! The cursor: how far a console has followed its portal.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A position in the portal's change log, and what that position is valid for. As text:
/// `<epoch>.<seq>.<scope generation>.<directory version>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Rolled anew when the portal's database is restored. Letters and digits.
    pub epoch: String,
    /// Everything up to and including this sequence number is known.
    pub seq: i64,
    /// The person's grants, counted: another number means that other items are in sight.
    pub scope_generation: i64,
    /// The people, clients, projects and journeys, counted.
    pub directory_version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cursor reads <epoch>.<seq>.<scope generation>.<directory version>")]
pub struct MalformedCursor;

impl Cursor {
    /// Whether everything that was in sight at `self` is reckoned in the same way at `later`: the same epoch and grants,
    /// and no step back.
    pub fn leads_to(&self, later: &Self) -> bool {
        self.epoch == later.epoch && self.scope_generation == later.scope_generation && self.seq <= later.seq
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.epoch, self.seq, self.scope_generation, self.directory_version)
    }
}

impl FromStr for Cursor {
    type Err = MalformedCursor;

    fn from_str(text: &str) -> Result<Self, MalformedCursor> {
        let mut parts = text.split('.');
        let mut part = || parts.next().filter(|part| !part.is_empty()).ok_or(MalformedCursor);
        let epoch = part()?.to_owned();
        let mut number = || part()?.parse::<i64>().map_err(|_| MalformedCursor);
        let cursor =
            Self { epoch, seq: number()?, scope_generation: number()?, directory_version: number()? };
        if parts.next().is_some() { Err(MalformedCursor) } else { Ok(cursor) }
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        let cursor = Cursor { epoch: "k3f".into(), seq: 120, scope_generation: 2, directory_version: 7 };
        assert_eq!(cursor.to_string().parse::<Cursor>(), Ok(cursor));
    }

    #[test]
    fn a_cursor_with_a_part_missing_added_or_not_a_number_is_malformed() {
        for text in ["", "e.1.2", "e.1.2.3.4", "e.x.2.3", ".1.2.3"] {
            assert_eq!(text.parse::<Cursor>(), Err(MalformedCursor), "{text}");
        }
    }
}
