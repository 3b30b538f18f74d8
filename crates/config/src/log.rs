//! `[log]`, which every program of the project has.

use crate::{
    Entry, Table,
    key::{table, word},
    section,
};

section! {
    /// `[log]`.
    pub LOG: Log = table("log"), "The log, on standard error." {
        level: Key<String> = word(&["error", "warn", "info", "debug", "trace"]).or("info"),
            "What is written: this and everything more severe. The environment variable `RUST_LOG` replaces it, module by module. At `info` each request has a line, which `RUST_LOG=info,access=off` switches off.";
        format: Key<String> = word(&["auto", "text", "json"]).or("auto"),
            "`text`, or `json` with one object a line; `auto` is text on a terminal and JSON elsewhere.";
    }
}

/// The settings of the log: what is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// The least severe level that is written.
    pub level: String,
    /// `auto`, `text` or `json`.
    pub format: String,
}

impl LogSettings {
    /// Reads the section of a document that was checked for its form; what is not there has its default.
    #[must_use]
    pub fn read(root: &[Entry]) -> Self {
        Self::of(&Table::<Log>::of(root))
    }

    /// Reads the section.
    #[must_use]
    pub fn of(table: &Table<'_, Log>) -> Self {
        Self {
            level: table.get(&LOG.level),
            format: table.get(&LOG.format),
        }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        Self::read(&[])
    }
}
