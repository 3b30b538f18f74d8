//! Parts of a configuration that are found alone, also if others are wrong.

use std::path::PathBuf;

use airside_config::{RawConfig, Reader};

use super::{
    Config, Inputs, Problems, StoreUrl,
    secret_rule::secret_rules,
    standing,
    storage::{self, data_directory},
};

impl Config {
    /// Finds the data directory alone, for commands that talk to the server behind its socket:
    /// they must work without the secrets that the server was started with.
    ///
    /// # Errors
    ///
    /// [`Problems`] if the form of the file, of a variable or of a flag is wrong.
    pub fn data_directory(inputs: &Inputs<'_>) -> Result<PathBuf, Problems> {
        let RawConfig {
            root,
            source,
            problems,
            ..
        } = inputs.given()?;
        if !problems.is_empty() {
            return Err(Problems::new(source, problems));
        }
        Ok(data_directory(&root, inputs))
    }

    /// Finds the database that holds the state, also if other parts of the configuration are wrong.
    pub fn store(inputs: &Inputs<'_>) -> Option<StoreUrl> {
        let RawConfig {
            root,
            source,
            directory,
            mut problems,
            ..
        } = inputs.given().ok()?;
        let mode = standing::derive(&root, &mut problems).mode;
        let mut reader = Reader {
            source: &source,
            base: directory,
            rules: secret_rules(mode),
            read: inputs.read,
            variable: &|name| inputs.environment.get(name).cloned(),
            secret_files: Vec::new(),
            problems,
        };
        storage::store(&root, &data_directory(&root, inputs), &mut reader)
    }
}
