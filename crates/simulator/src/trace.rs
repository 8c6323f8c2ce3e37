//! What happened, line by line: hashed always, kept in words when somebody wants to read it.

use std::fmt::Write as _;

/// FNV-1a, 64 bits: small, and the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    pub fn of(bytes: &[u8]) -> Self {
        let mut print = Self::default();
        print.add(bytes);
        print
    }

    /// Of something long, length and beginning tell enough.
    pub fn of_much(bytes: &[u8]) -> Self {
        const MUCH: usize = 16 * 1024;
        let mut print = Self::of(bytes.get(..MUCH).unwrap_or(bytes));
        if bytes.len() > MUCH {
            print.add(&bytes.len().to_le_bytes());
        }
        print
    }

    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[derive(Debug, Default)]
pub struct Trace {
    hash: Fingerprint,
    lines: Option<Vec<String>>,
    buffer: String,
}

impl Trace {
    pub fn new(keep: bool) -> Self {
        Self { lines: keep.then(Vec::new), ..Self::default() }
    }

    pub fn line(&mut self, at_ms: i64, what: std::fmt::Arguments<'_>) {
        self.buffer.clear();
        // Writing to a string cannot fail.
        let _ = write!(self.buffer, "{:>9.3} {what}", at_ms as f64 / 1000.0);
        self.hash.add(self.buffer.as_bytes());
        self.hash.add(b"\n");
        if let Some(lines) = &mut self.lines {
            lines.push(self.buffer.clone());
        }
    }

    pub fn hash(&self) -> u64 {
        self.hash.0
    }

    pub fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }
}
