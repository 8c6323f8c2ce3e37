//! Opens a log file, plain or gzip, and counts the lines that were read of it.

use super::log::BrokenLog;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How far reading has come, for a progress bar. Bytes of the file as it lies on disk.
#[derive(Clone, Debug, Default)]
pub struct Position(Arc<AtomicU64>);

impl Position {
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// An open log.
pub struct Source {
    pub reader: LineCounting,
    pub name: String,
    pub format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Xes,
    Csv,
}

/// One piece of a log (a tag, a text, a row) may be this long; more is an attack or not a log.
const MAX_PIECE: u64 = 4 * 1024 * 1024;

impl Source {
    /// # Errors
    /// When the file cannot be opened or its name says neither XES nor CSV.
    pub fn open(path: &Path, position: &Position) -> Result<Self, BrokenLog> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let broken = |reason: String| BrokenLog { file: path.display().to_string(), line: 0, reason };
        let plain_name = name.strip_suffix(".gz").unwrap_or(&name).to_lowercase();
        let format = if plain_name.ends_with(".xes") || plain_name.ends_with(".xml") {
            Format::Xes
        } else if plain_name.ends_with(".csv") || plain_name.ends_with(".tsv") {
            Format::Csv
        } else {
            return Err(broken(
                "the name must end in .xes, .csv or .tsv, optionally followed by .gz".to_owned(),
            ));
        };
        let file = File::open(path).map_err(|error| broken(format!("cannot open it: {error}")))?;
        let counted = Counted { inner: file, position: position.clone() };
        let mut buffered = BufReader::with_capacity(256 * 1024, counted);
        let head = buffered.fill_buf().map_err(|error| broken(format!("cannot read it: {error}")))?;
        let reader: Box<dyn BufRead + Send> = if head.starts_with(&[0x1f, 0x8b]) {
            Box::new(BufReader::with_capacity(256 * 1024, MultiGzDecoder::new(buffered)))
        } else {
            Box::new(buffered)
        };
        Ok(Self { reader: LineCounting::new(reader), name, format })
    }
}

struct Counted {
    inner: File,
    position: Position,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.position.0.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Counts lines as they are consumed, and stops a piece that grows without end.
pub struct LineCounting {
    inner: Box<dyn BufRead + Send>,
    line: Arc<AtomicU64>,
    since_piece: Arc<AtomicU64>,
}

/// Reads the count while a parser owns the reader.
#[derive(Clone)]
pub struct LineCounter {
    line: Arc<AtomicU64>,
    since_piece: Arc<AtomicU64>,
}

impl LineCounter {
    /// The current line, from 1.
    pub fn line(&self) -> u64 {
        self.line.load(Ordering::Relaxed)
    }

    /// A piece has been read; the next one may be as long again.
    pub fn piece_done(&self) {
        self.since_piece.store(0, Ordering::Relaxed);
    }
}

impl LineCounting {
    pub fn new(inner: Box<dyn BufRead + Send>) -> Self {
        Self { inner, line: Arc::new(AtomicU64::new(1)), since_piece: Arc::default() }
    }

    pub fn counter(&self) -> LineCounter {
        LineCounter { line: self.line.clone(), since_piece: self.since_piece.clone() }
    }
}

impl Read for LineCounting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let taken = available.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&available[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

impl BufRead for LineCounting {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since_piece.load(Ordering::Relaxed) > MAX_PIECE {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("one piece is longer than {} MiB", MAX_PIECE / 1024 / 1024),
            ));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(buffer) = self.inner.fill_buf() {
            let newlines = buffer.iter().take(amount).filter(|byte| **byte == b'\n').count();
            self.line.fetch_add(newlines as u64, Ordering::Relaxed);
        }
        self.since_piece.fetch_add(amount as u64, Ordering::Relaxed);
        self.inner.consume(amount);
    }
}

/// What an input error means, in words.
pub fn read_error(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the file ends in the middle: it was cut off".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            format!("the file is damaged: {error}")
        }
        _ => format!("cannot read on: {error}"),
    }
}
