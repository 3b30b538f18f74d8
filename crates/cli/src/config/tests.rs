//! Given a file, variables and flags: what holds, or what is said.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use super::{Config, Flags, Inputs, Problems};

mod derived;
mod environment;
mod form;
mod generated;
mod reload;
mod rule;
mod secret;
mod shown;

/// PEM blocks, of which a configuration reads no more than the frame.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

/// A machine with `/srv` as the working directory.
#[derive(Default)]
struct Machine {
    files: BTreeMap<PathBuf, String>,
    environment: BTreeMap<String, String>,
    flags: Flags,
    config: Option<PathBuf>,
    is_store_unknown: bool,
}

impl Machine {
    fn with(text: &str) -> Self {
        Self::default().file("/srv/airside.toml", text)
    }

    fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(PathBuf::from(path), text.to_owned());
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn load(&self) -> Result<Config, Problems> {
        self.inputs(Config::load)
    }

    fn data_directory(&self) -> Result<PathBuf, Problems> {
        self.inputs(Config::data_directory)
    }

    fn inputs<T>(&self, run: impl Fn(&Inputs<'_>) -> T) -> T {
        let read = |path: &Path| {
            let text = self.files.get(path).cloned();
            text.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
        };
        run(&Inputs {
            file: self.config.clone(),
            flags: self.flags.clone(),
            environment: self.environment.clone(),
            working_directory: PathBuf::from("/srv"),
            read: &read,
            stored: (!self.is_store_unknown).then(Vec::new),
        })
    }
}

fn load(text: &str) -> Result<Config, Problems> {
    Machine::with(text).load()
}

/// Returns the problems of a file that is refused.
fn refused(text: &str) -> String {
    load(text).unwrap_err().to_string()
}

/// An issuer off development mode, behind a proxy on the same machine.
const PRODUCTION: &str = "issuer = \"https://id.example.com\"\ntrusted_proxies = [\"127.0.0.1\"]\n";
