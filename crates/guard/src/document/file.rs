//! The files of a document, which are below its directory.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use airside_api::document::Files;

use super::reader::{self, Format, ReadError, Room};

/// The directory of a document, and its files that have been read.
pub(super) struct Directory {
    path: PathBuf,
    files: Files,
    bytes_left: u64,
    room: Room,
}

impl Directory {
    /// Reads the document itself; the other value is its name among the files.
    pub(super) fn of(path: &Path) -> Result<(Self, String), String> {
        let directory = path.parent().filter(|path| !path.as_os_str().is_empty());
        let mut directory = Self {
            path: directory.unwrap_or(Path::new(".")).to_owned(),
            files: Files::new(),
            bytes_left: MAX_BYTES,
            room: Room::default(),
        };
        let root = path.file_name().map(|name| name.to_string_lossy());
        let root = root.unwrap_or_default().into_owned();
        let text = directory.text(path);
        let text = text.map_err(|error| format!("it cannot be read: {error}"))?;
        reader::require_document(&text)?;
        let value = reader::parse(&text, Format::of(&root), &mut directory.room);
        let value = value.map_err(|error| error.message)?;
        directory.files.insert(root.clone(), Ok(value));
        Ok((directory, root))
    }

    pub(super) fn files(&self) -> &Files {
        &self.files
    }

    /// Reads more files; one that cannot be read is the reason of those who refer to it.
    pub(super) fn add(&mut self, names: BTreeSet<String>) -> Result<(), String> {
        for name in names {
            if self.files.len() >= MAX_FILES {
                return Err(format!("it refers to more than {MAX_FILES} files"));
            }
            let value = self.value(&name);
            self.files.insert(name, value);
        }
        Ok(())
    }

    // INVARIANT: no message quotes a file that is only referred to
    fn value(&mut self, name: &str) -> Result<serde_json::Value, String> {
        let path = self.path.join(name);
        let inside = |path: &Path| -> io::Result<bool> {
            let directory = fs::canonicalize(&self.path)?;
            Ok(fs::canonicalize(path)?.starts_with(directory) && fs::metadata(path)?.is_file())
        };
        match inside(&path) {
            Ok(true) => {}
            Ok(false) => {
                return Err("is not a regular file below the document's directory".to_owned());
            }
            Err(error) => return Err(format!("cannot be read: {}", error.kind())),
        }
        let text = self.text(&path);
        let text = text.map_err(|error| format!("cannot be read: {}", error.kind()))?;
        let value = reader::parse(&text, Format::of(name), &mut self.room);
        value.map_err(|ReadError { place, .. }| format!("is not JSON or YAML{place}"))
    }

    fn text(&mut self, path: &Path) -> io::Result<String> {
        let mut text = String::new();
        let limit = self.bytes_left + 1;
        let read = File::open(path)?.take(limit).read_to_string(&mut text)?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        let left = self.bytes_left.checked_sub(read);
        self.bytes_left = left.ok_or_else(|| {
            let what = "a document and the files that it refers to have 64 MiB at most";
            io::Error::new(io::ErrorKind::FileTooLarge, what)
        })?;
        Ok(text)
    }
}

const MAX_BYTES: u64 = 64 * 1024 * 1024;

const MAX_FILES: usize = 5_000;
