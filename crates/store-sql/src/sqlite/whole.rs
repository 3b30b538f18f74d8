//! The check that a database is complete in its one file (SQLite documentation, *Database File Format*, 1.3).

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use super::{OpenError, file};

/// Requires that no part of the database at `path` is missing, or in another file. Other checks tell
/// whether it is a database, and not damaged.
///
/// # Errors
///
/// [`OpenError::NotWhole`] says what is missing; [`OpenError::File`] if the file cannot be read.
pub(super) fn require(path: &Path) -> Result<(), OpenError> {
    match missing(path).map_err(OpenError::file(path))? {
        None => Ok(()),
        Some(why) => Err(OpenError::NotWhole {
            path: path.to_owned(),
            why,
        }),
    }
}

fn missing(path: &Path) -> io::Result<Option<String>> {
    let mut opened = File::open(path)?;
    let size = opened.metadata()?.len();
    if size == 0 {
        return Ok(Some("it is empty".to_owned()));
    }
    let mut bytes = [0; HEADER_BYTES];
    if opened.read_exact(&mut bytes).is_err() {
        return Ok(None);
    }
    let Some(header) = Header::read(&bytes) else {
        return Ok(None);
    };
    if header.has_log {
        let why =
            "it is a database with a write-ahead log, and the newest changes may be in that file";
        return Ok(Some(why.to_owned()));
    }
    if size < header.size {
        let why = format!("it has {size} bytes, and should have {}", header.size);
        return Ok(Some(why));
    }
    let journal = file::beside(path, "-journal");
    let is_unfinished = fs::metadata(&journal).is_ok_and(|journal| journal.len() > 0);
    Ok(is_unfinished.then(|| format!("it was not finished: `{}` is there", journal.display())))
}

/// The header of a database file.
struct Header {
    /// True if changes go to a log beside the file first.
    has_log: bool,
    /// Of the whole file, in bytes.
    size: u64,
}

impl Header {
    /// None if these are not the first bytes of a database.
    fn read(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let number = |at: usize| {
            let field: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
            Some(u32::from_be_bytes(field))
        };
        if !bytes.starts_with(b"SQLite format 3\0") {
            return None;
        }
        let [.., write_version, read_version] = *bytes.first_chunk::<20>()?;
        // the highest size of a page, 65536, is written as 1
        let page = match number(16)? >> 16 {
            1 => 65_536,
            size => size,
        };
        // what an old SQLite wrote into it is not a size
        let is_known = number(24)? == number(92)?;
        let pages = if is_known { number(28)? } else { 0 };
        Some(Self {
            has_log: write_version == LOG || read_version == LOG,
            size: u64::from(page) * u64::from(pages),
        })
    }
}

const HEADER_BYTES: usize = 100;

const LOG: u8 = 2;
