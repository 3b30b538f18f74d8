//! Reads `guard.toml`.

use std::{env, path::Path};

use airside_config::Problems;
use airside_guard::Configuration;

use crate::exit::CommandError;

pub(super) fn read(path: &Path) -> Result<Configuration, CommandError> {
    Configuration::read(path, &variable).map_err(refused)
}

pub(super) fn refused(problems: Problems) -> CommandError {
    CommandError::usage(problems.to_string())
}

pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}
