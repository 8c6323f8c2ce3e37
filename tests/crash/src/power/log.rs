//! The recorder's log.

use anyhow::{Context, Result, bail, ensure};
use std::path::PathBuf;

/// What a program did, in the order in which it did it. Files are known by their inodes, whose numbers are used again
/// once a file is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    Create { path: PathBuf, inode: u64 },
    Write { inode: u64, offset: usize, bytes: Vec<u8> },
    Truncate { inode: u64, length: usize },
    Sync { inode: u64 },
    SyncFolder { path: PathBuf },
    Unlink { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf },
    MakeFolder { path: PathBuf },
    RemoveFolder { path: PathBuf },
}

const HEAD: usize = 32;
/// In the upper half of a record's first four bytes.
const MARK: u32 = 0x5057;
const WRITE: u32 = 2;

/// The head of a record.
struct Head {
    kind: u32,
    path_length: usize,
    inode: u64,
    offset: usize,
    length: usize,
}

/// Whether a record begins here; it may be cut.
fn is_marked(log: &[u8]) -> bool {
    let first = log.get(..4).and_then(|first| first.try_into().ok());
    first.is_some_and(|first| u32::from_ne_bytes(first) >> 16 == MARK)
}

impl Head {
    fn at_the_start_of(log: &[u8]) -> Option<Self> {
        let head = log.get(..HEAD).filter(|head| is_marked(head))?;
        let number = |at: usize| head.get(at..at + 8)?.try_into().ok().map(u64::from_ne_bytes);
        let half = |at: usize| head.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes);
        Some(Self {
            kind: half(0)? & 0xffff,
            path_length: usize::try_from(half(4)?).ok()?,
            inode: number(8)?,
            offset: usize::try_from(number(16)?).ok()?,
            length: usize::try_from(number(24)?).ok()?,
        })
    }

    /// Of the whole record.
    fn size(&self) -> usize {
        let bytes = if self.kind == WRITE { self.length } else { 0 };
        HEAD.saturating_add(self.path_length).saturating_add(bytes)
    }
}

/// Reads a log. A record that is not whole, because its program ended while it was written down, was never done.
pub fn read(mut log: &[u8]) -> Result<Vec<Operation>> {
    let mut operations = Vec::new();
    while let Some(head) = Head::at_the_start_of(log) {
        let (size, end) = (head.size(), log.len());
        let is_whole = log.get(size..).is_some_and(|rest| rest.len() < 4 || is_marked(rest));
        if !is_whole {
            let next = (1..end).find(|at| is_marked(&log[*at..]));
            log = next.map_or(&[], |at| &log[at..]);
            continue;
        }
        operations.push(operation(&head, &log[HEAD..size])?);
        log = &log[size..];
    }
    ensure!(log.len() < HEAD, "the log is damaged");
    Ok(operations)
}

fn operation(head: &Head, rest: &[u8]) -> Result<Operation> {
    let (path, bytes) = rest.split_at(head.path_length);
    let path = String::from_utf8(path.to_vec())?;
    let inode = head.inode;
    Ok(match head.kind {
        1 => Operation::Create { path: path.into(), inode },
        WRITE => Operation::Write { inode, offset: head.offset, bytes: bytes.to_vec() },
        3 => Operation::Truncate { inode, length: head.offset },
        4 => Operation::Sync { inode },
        5 => Operation::SyncFolder { path: path.into() },
        6 => Operation::Unlink { path: path.into() },
        7 => {
            let (from, to) = path.split_once('\0').context("two paths")?;
            Operation::Rename { from: from.into(), to: to.into() }
        }
        8 => Operation::MakeFolder { path: path.into() },
        9 => Operation::RemoveFolder { path: path.into() },
        other => bail!("an operation of kind {other}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u32, inode: u64, path: &str, bytes: &[u8]) -> Vec<u8> {
        let mut record = (MARK << 16 | kind).to_ne_bytes().to_vec();
        record.extend((path.len() as u32).to_ne_bytes());
        for number in [inode, 0, bytes.len() as u64] {
            record.extend(number.to_ne_bytes());
        }
        record.extend(path.as_bytes());
        record.extend(bytes);
        record
    }

    #[test]
    fn a_record_that_was_cut_was_never_done_wherever_it_stands() {
        let (whole, next) = (record(1, 7, "/a", b""), record(6, 0, "/a", b""));
        let long = record(WRITE, 7, "", &[9; 5_000]);
        for cut in [4, HEAD - 1, HEAD, HEAD + 1, 1_119, long.len() - 1] {
            let cut = &long[..cut];
            assert_eq!(read(&[&whole, cut, &next].concat()).unwrap().len(), 2, "in the middle");
            assert_eq!(read(&[&whole, cut].concat()).unwrap().len(), 1, "at the end");
        }
        assert_eq!(read(&[whole, long, next].concat()).unwrap().len(), 3);
    }
}
