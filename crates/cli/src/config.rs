//! `airside.toml`, the environment and the flags, made into one checked configuration.
//!
//! A flag beats the environment, the environment beats the file, the file beats the default.
//! Nothing is read but through [`Inputs`], and everything that is wrong is told at once.

mod client;
mod document;
mod duration;
mod key;
mod nearest;
mod overlay;
mod problem;
mod reader;
#[cfg(test)]
mod reference;
mod resource;
mod schema;
mod settings;
mod shape;
mod show;
mod standing;
mod storage;
mod table;
mod user;
mod value;

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use airside_oauth::secret::Secret;
use airside_server::settings::Settings;

use self::{
    key::TOP,
    problem::{Place, Problem, Source},
    reader::Reader,
    table::Table,
};
pub use self::{problem::Problems, schema::schema, show::Row, storage::decode_key};

/// A configuration that may be started.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the issuer is told to be.
    pub settings: Settings,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What makes the listener speak https.
    pub tls: Option<TlsFiles>,
    /// Addresses and networks whose `Forwarded` headers are believed; each was checked.
    pub trusted_proxies: Vec<String>,
    /// The directory for everything that is stored, absolute if the working directory is.
    pub data: PathBuf,
    /// Where state is kept.
    pub store: StoreUrl,
    /// What encrypts the keys in the store.
    pub encryption_key: EncryptionKey,
    /// Whether `issuer` was given; else it follows the listen address.
    pub issuer_given: bool,
    rows: Vec<Row>,
}

/// The files of `[tls]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain in PEM.
    pub certificate: PathBuf,
    /// The private key in PEM.
    pub private_key: PathBuf,
}

/// Where state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreUrl {
    /// In this file.
    Sqlite(PathBuf),
}

/// Where the key-encryption key is.
#[derive(Clone, Debug)]
pub enum EncryptionKey {
    /// In this file, which is made on the first run.
    Generated(PathBuf),
    /// In this file, which was there and held a key.
    File(PathBuf),
    /// In the environment; [`decode_key`] accepts it.
    Given(Secret),
}

/// What the command line says about the configuration.
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
    /// What relative paths of flags, `data` and `file` start from.
    pub working_directory: PathBuf,
    /// Reads a file as UTF-8 text.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
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

impl Config {
    /// Reads and checks the configuration.
    ///
    /// # Errors
    ///
    /// [`Problems`]: everything that is wrong, each with its place and what to do.
    pub fn load(inputs: &Inputs<'_>) -> Result<Self, Problems> {
        let file = read(inputs)?;
        let (mut root, broken) = document::parse(file.source.text());
        let mut source = file.source;
        shape::secrets(&root)
            .into_iter()
            .for_each(|span| source.hide(span));
        let mut problems = syntax(&mut source, &broken);
        problems.extend(overlay::environment(&mut root, &inputs.environment));
        overlay::flag(&mut root, "--data", "data", inputs.flags.data.as_deref());
        overlay::flag(
            &mut root,
            "--listen",
            "listen",
            inputs.flags.listen.as_deref(),
        );
        overlay::flag(
            &mut root,
            "--issuer",
            "issuer",
            inputs.flags.issuer.as_deref(),
        );
        let lines: Vec<_> = broken
            .iter()
            .map(|(span, _)| source.line(span.start))
            .collect();
        let shape = shape::check(&root).into_iter();
        // a line that was not understood is blamed once
        problems.extend(shape.filter(|problem| !lines.iter().any(|line| problem.is_within(line))));
        if !broken.is_empty() {
            // what was not understood would be reported as missing
            return Err(Problems::new(source, problems));
        }
        let standing = standing::derive(&root, &mut problems);
        let mode = standing.mode;
        let mut reader = Reader {
            inputs,
            source: &source,
            base: file.directory,
            mode,
            problems,
        };
        let data = inputs
            .working_directory
            .join(Table::of(&root, &TOP).text("data"));
        let tls = storage::tls(&root, &mut reader);
        let store = storage::store(&root, &data, &mut reader);
        let encryption_key = storage::encryption_key(&root, &data, &mut reader);
        let issuer_given = standing.issuer.is_some();
        let settings = settings::read(&root, &standing, &mut reader);
        let problems = reader.problems;
        match (store, encryption_key) {
            (Some(store), Some(encryption_key)) if problems.is_empty() => Ok(Self {
                rows: show::rows(&root, &source),
                settings,
                listen: standing.listen,
                tls,
                trusted_proxies: standing.trusted_proxies,
                data,
                store,
                encryption_key,
                issuer_given,
            }),
            _ => Err(Problems::new(source, problems)),
        }
    }

    /// Takes the address as bound; without a given issuer, the issuer follows it.
    #[must_use]
    pub fn with_listen_address(mut self, bound: SocketAddr) -> Self {
        self.listen = bound;
        if !self.issuer_given {
            self.settings.profile.issuer = default_issuer(bound, self.tls.is_some());
        }
        self
    }

    /// Every key with what holds for it and where that comes from; secrets are not shown.
    pub fn show(&self) -> Vec<Row> {
        let derived = Row::new("issuer", &self.settings.profile.issuer, "listen");
        let issuer = (!self.issuer_given).then_some(derived);
        issuer
            .into_iter()
            .chain(self.rows.iter().cloned())
            .collect()
    }
}

/// The issuer of a server that was not told its own.
fn default_issuer(listen: SocketAddr, tls: bool) -> String {
    // an http address would be untrue of a listener that speaks https
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{listen}")
}

struct File {
    source: Source,
    directory: PathBuf,
}

fn read(inputs: &Inputs<'_>) -> Result<File, Problems> {
    let variable = inputs.environment.get("AIRSIDE_CONFIG").map(PathBuf::from);
    let named = inputs.file.clone().or(variable);
    let name = named.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let path = inputs.working_directory.join(&name);
    let shown = name.display().to_string();
    let text = match (inputs.read)(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let message = format!("cannot read {shown}: {}", reader::cause(&error));
            let problem = Problem::new(&Place::Default, message);
            return Err(Problems::new(Source::default(), vec![problem]));
        }
    };
    let directory = path
        .parent()
        .unwrap_or(&inputs.working_directory)
        .to_owned();
    Ok(File {
        source: Source::new(shown, &text),
        directory,
    })
}

/// A line that cannot be parsed is not shown if it may hold a secret.
fn syntax(source: &mut Source, broken: &[(std::ops::Range<usize>, String)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (span, message) in broken {
        let line = source.line(span.start);
        let text = source.slice(&line);
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let plain = text.contains('=') || text.trim_start().starts_with('[');
        if !plain
            || words
                .into_iter()
                .any(|word| word.len() > 1 && shape::may_hold_secret(word))
        {
            source.hide(line.start..line.end.max(line.start + 1));
        }
        problems.push(Problem::new(&Place::File(span.clone()), message.clone()));
    }
    problems
}

const DEFAULT_FILE: &str = "airside.toml";

#[cfg(test)]
mod tests;
