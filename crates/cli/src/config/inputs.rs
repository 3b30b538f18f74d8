//! The sources of a configuration: file, environment, flags.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use airside_oauth::profile::Resource;

/// The flags that override the configuration.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--data`.
    pub data: Option<String>,
    /// `--listen`.
    pub listen: Option<String>,
    /// `--issuer`.
    pub issuer: Option<String>,
}

/// Everything that a configuration is made from.
pub struct Inputs<'a> {
    /// `--config`; without it and `AIRSIDE_CONFIG`, `airside.toml` is read if it exists.
    pub file: Option<PathBuf>,
    /// The flags.
    pub flags: Flags,
    /// Every environment variable.
    pub environment: BTreeMap<String, String>,
    /// The directory that relative paths of flags, `data` and `file` start from.
    pub working_directory: PathBuf,
    /// Reads a file as UTF-8 text.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
    /// The APIs of the store, which clients may name beside those of the file; `None` if the store could
    /// not be asked, and then a name that only it could have is not a problem.
    pub stored: Option<Vec<Resource>>,
}

impl std::fmt::Debug for Inputs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // the environment holds secrets
        f.debug_struct("Inputs")
            .field("file", &self.file)
            .field("flags", &self.flags)
            .finish_non_exhaustive()
    }
}
