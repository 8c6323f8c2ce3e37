//! The recorder's log.

use anyhow::{Context, Result, bail};
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

/// Reads a log. A record at its end that is not whole was never done.
pub fn read(mut log: &[u8]) -> Result<Vec<Operation>> {
    let mut operations = Vec::new();
    while let Some(head) = log.get(..HEAD) {
        let number = |at: usize| -> Result<usize> {
            let bytes = head.get(at..at + 8).context("a head")?;
            Ok(usize::try_from(u64::from_ne_bytes(bytes.try_into()?))?)
        };
        let kind = u32::from_ne_bytes(head[..4].try_into()?);
        let path_length = u32::from_ne_bytes(head[4..8].try_into()?) as usize;
        let (inode, offset, length) = (number(8)? as u64, number(16)?, number(24)?);
        let Some(path) = log.get(HEAD..HEAD + path_length) else { break };
        let path = String::from_utf8(path.to_vec())?;
        log = &log[HEAD + path_length..];
        operations.push(match kind {
            1 => Operation::Create { path: path.into(), inode },
            2 => {
                let Some(bytes) = log.get(..length) else { break };
                log = &log[length..];
                Operation::Write { inode, offset, bytes: bytes.to_vec() }
            }
            3 => Operation::Truncate { inode, length: offset },
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
        });
    }
    Ok(operations)
}
