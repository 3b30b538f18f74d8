//! `airside man`.

use std::{fs, path::Path};

use clap::CommandFactory;

use crate::{args::Arguments, exit::CommandError};

/// Writes one page a command, `airside.1` first.
pub fn run(directory: &Path) -> Result<(), CommandError> {
    let failed = |error: std::io::Error| {
        CommandError::failed(format!(
            "cannot write to `{}`: {error}",
            directory.display()
        ))
    };
    fs::create_dir_all(directory).map_err(failed)?;
    clap_mangen::generate_to(Arguments::command(), directory).map_err(failed)
}
