//! The files of a document, below its directory.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use airside_api::document::Files;

use super::reader::{self, Format, ReadError, RemainingValues};

/// The directory of a document, and its files that have been read.
pub(super) struct Directory {
    path: PathBuf,
    files: Files,
    bytes_left: u64,
    remaining: RemainingValues,
}

impl Directory {
    /// Reads the document itself; the second value is its name among the files.
    pub(super) fn of(path: &Path) -> Result<(Self, String), String> {
        let directory = path.parent().filter(|path| !path.as_os_str().is_empty());
        let mut directory = Self {
            path: directory.unwrap_or(Path::new(".")).to_owned(),
            files: Files::new(),
            bytes_left: MAX_BYTES,
            remaining: RemainingValues::default(),
        };
        let root = path.file_name().map(|name| name.to_string_lossy());
        let root = root.unwrap_or_default().into_owned();
        require_no_address(path)?;
        let text = directory.text(path);
        let text = text.map_err(|error| format!("it cannot be read: {}", cause(&error)))?;
        reader::require_document(&text)?;
        let value = reader::parse(&text, Format::of(&root), &mut directory.remaining);
        let value = value.map_err(|error| error.message)?;
        directory.files.insert(root.clone(), Ok(value));
        Ok((directory, root))
    }

    pub(super) fn files(&self) -> &Files {
        &self.files
    }

    /// Reads more files; the error of an unreadable one is stored as the reason for those that refer to
    /// it.
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
        let inside = || -> io::Result<Option<PathBuf>> {
            let (directory, path) = (fs::canonicalize(&self.path)?, fs::canonicalize(&path)?);
            Ok(path.starts_with(directory).then_some(path))
        };
        let unread = |error: io::Error| format!("cannot be read: {}", cause(&error));
        let path = inside().map_err(unread)?;
        let path = path.ok_or("is not a regular file below the document's directory")?;
        let text = self.text(&path).map_err(unread)?;
        let value = reader::parse(&text, Format::of(name), &mut self.remaining);
        value.map_err(|ReadError { place, .. }| format!("is not JSON or YAML{place}"))
    }

    fn text(&mut self, path: &Path) -> io::Result<String> {
        // a pipe without a writer would block
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let mut text = String::new();
        let limit = self.bytes_left + 1;
        let read = File::open(path)?.take(limit).read_to_string(&mut text)?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        let left = self.bytes_left.checked_sub(read);
        // what is too much is not read a second time
        self.bytes_left = left.unwrap_or(0);
        match left {
            Some(_) => Ok(text),
            None => Err(io::ErrorKind::FileTooLarge.into()),
        }
    }
}

fn require_no_address(path: &Path) -> Result<(), String> {
    if path
        .components()
        .any(|part| IS_ADDRESS.contains(&part.as_os_str().to_string_lossy().as_ref()))
    {
        return Err("it is an address, and nothing is fetched: save the document first, as in `curl -o openapi.json ADDRESS`".to_owned());
    }
    Ok(())
}

/// Describes the error of reading a file, without its content.
fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text: save it as UTF-8".to_owned(),
        io::ErrorKind::FileTooLarge => {
            "a document and the files that it refers to have 64 MiB at most".to_owned()
        }
        io::ErrorKind::Other => error.to_string(),
        kind => kind.to_string(),
    }
}

const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The first component of an address that is read as a path.
const IS_ADDRESS: [&str; 2] = ["http:", "https:"];
const MAX_FILES: usize = 5_000;
