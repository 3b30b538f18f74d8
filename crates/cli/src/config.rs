//! `airside.toml`, the environment and the flags, made into one checked configuration.
//!
//! A flag beats the environment, the environment beats the file, the file beats the default.
//! Nothing is read but through [`Inputs`], and everything that is wrong is told at once.

mod client;
mod inputs;
mod key;
mod part;
#[cfg(test)]
mod reference;
mod resource;
mod restart;
mod scope;
mod secret_rule;
mod settings;
mod standing;
mod storage;
mod user;

use std::{net::SocketAddr, path::PathBuf};

use airside_config::{Flag, RawConfig, Reader, schema::schema as schema_of, show};
pub use airside_config::{Problems, log::LogSettings, show::Row};
use airside_server::settings::Settings;

pub use self::inputs::{Flags, Inputs};
pub use self::key::ASYMMETRIC;
pub use self::resource::shared_scopes;
pub use self::settings::with_stored;
pub use self::storage::{EncryptionKey, StoreUrl, TlsFiles, decode_key};
use self::{
    key::{REGISTRY, TOP},
    secret_rule::secret_rules,
    standing::{NetworkStanding, default_issuer},
    storage::data_directory,
};

/// A configuration that may be started.
#[derive(Clone, Debug)]
pub struct Config {
    /// The name of the file that it was read from; `None` if there is no file.
    pub file: Option<PathBuf>,
    /// The settings of the issuer.
    pub settings: Settings,
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The certificate, if the listener speaks https.
    pub tls: Option<TlsFiles>,
    /// The file of certificate authorities to trust at the addresses of clients, beside those of the web.
    pub client_ca: Option<PathBuf>,
    /// Addresses and networks whose `Forwarded` headers are believed; each was checked.
    pub trusted_proxies: Vec<String>,
    /// True if these are load balancers that speak the PROXY protocol.
    pub proxy_protocol: bool,
    /// The address that answers metrics beside `listen`.
    pub metrics_listen: Option<SocketAddr>,
    /// The level and the format of the log.
    pub log: LogSettings,
    /// The directory for everything that is stored, absolute if the working directory is.
    pub data: PathBuf,
    /// The database that holds the state.
    pub store: StoreUrl,
    /// The place of the key that encrypts the keys in the store.
    pub encryption_key: EncryptionKey,
    /// Every file that a secret was read from.
    pub secret_files: Vec<PathBuf>,
    /// True if `issuer` was given; else it follows the listen address.
    pub issuer_given: bool,
    /// Warnings for the operator, in sentences.
    pub warnings: Vec<String>,
    /// The keys that are not in force until a restart: those that a reload found changed.
    pub restart: Vec<String>,
    rows: Vec<Row>,
}

impl Inputs<'_> {
    fn given(&self) -> Result<RawConfig, Problems> {
        let flags = &self.flags;
        let flags = [
            Flag::new("--data", &TOP.data, flags.data.as_deref()),
            Flag::new("--listen", &TOP.listen, flags.listen.as_deref()),
            Flag::new("--issuer", &TOP.issuer, flags.issuer.as_deref()),
        ];
        RawConfig::read(
            &REGISTRY,
            &airside_config::Inputs {
                file: self.file.clone(),
                flags: flags.into_iter().flatten().collect(),
                variables: &self.environment,
                working_directory: self.working_directory.clone(),
                read: self.read,
            },
        )
    }
}

/// The JSON schema of `airside.toml`.
pub fn schema() -> serde_json::Value {
    schema_of(&REGISTRY)
}

impl Config {
    /// Reads and checks the configuration.
    ///
    /// # Errors
    ///
    /// [`Problems`]: everything that is wrong, each with its place and what to do.
    pub fn load(inputs: &Inputs<'_>) -> Result<Self, Problems> {
        Self::read(inputs, None)
    }

    /// Returns the position of a running server in its network, not that of its configuration file.
    fn standing(&self) -> NetworkStanding {
        let profile = &self.settings.profile;
        NetworkStanding {
            issuer: Some(profile.issuer.clone()),
            listen: self.listen,
            trusted_proxies: self.trusted_proxies.clone(),
            proxy_protocol: self.proxy_protocol,
            metrics_listen: self.metrics_listen,
            admin_api: profile.resource(&profile.admin_api()).is_some(),
            mode: self.settings.mode,
        }
    }

    fn read(inputs: &Inputs<'_>, running: Option<&Self>) -> Result<Self, Problems> {
        let RawConfig {
            root,
            source,
            file,
            directory,
            mut problems,
            mut warnings,
            whole,
        } = inputs.given()?;
        if !whole {
            // what was not understood would be reported as missing
            return Err(Problems::new(source, problems));
        }
        let standing = standing::derive(&root, &mut problems);
        let standing = running.map_or(standing, Self::standing);
        let mut reader = Reader {
            source: &source,
            base: directory,
            rules: secret_rules(standing.mode),
            read: inputs.read,
            variable: &|name| inputs.environment.get(name).cloned(),
            secret_files: Vec::new(),
            problems,
        };
        let data = data_directory(&root, inputs);
        let tls = storage::tls(&root, &mut reader);
        let client_ca = storage::client_ca(&root, &mut reader);
        let store = storage::store(&root, &data, &mut reader);
        warnings.extend(storage::warning(store.as_ref(), standing.mode));
        let shared = matches!(store, Some(StoreUrl::Postgres(_)));
        let encryption_key = storage::encryption_key(&root, &data, shared, &mut reader);
        let issuer_given = standing.issuer.is_some();
        let settings = settings::read(&root, &standing, inputs.stored.as_deref(), &mut reader);
        let claims = settings.users.iter().flat_map(|user| user.claims.keys());
        let profile = &settings.profile;
        let apis = with_stored(profile, inputs.stored.as_deref().unwrap_or_default());
        warnings.extend(shared_scopes(&apis.resources));
        warnings.extend(scope::unreleased(
            claims,
            &profile.scopes,
            &profile.resources,
        ));
        let (problems, secret_files) = (reader.problems, reader.secret_files);
        match (store, encryption_key) {
            (Some(store), Some(encryption_key)) if problems.is_empty() => Ok(Self {
                rows: show::rows(&REGISTRY, &root, &source),
                file,
                settings,
                listen: standing.listen,
                tls,
                client_ca,
                trusted_proxies: standing.trusted_proxies,
                proxy_protocol: standing.proxy_protocol,
                metrics_listen: standing.metrics_listen,
                log: LogSettings::read(&root),
                data,
                store,
                encryption_key,
                secret_files: secret_files.into_iter().map(|file| file.path).collect(),
                issuer_given,
                warnings,
                restart: Vec::new(),
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

    /// Returns the source of a key's value: `default`, `airside.toml:3` or `AIRSIDE_STORE__URL`.
    pub fn source_of(&self, key: &str) -> &str {
        let row = self.rows.iter().find(|row| row.key == key);
        row.map_or("default", |row| &row.source)
    }

    /// Returns every key with its value and its source; secrets are not shown.
    pub fn show(&self) -> Vec<Row> {
        let derived = Row::new("issuer", &self.settings.profile.issuer, "listen");
        let issuer = (!self.issuer_given).then_some(derived);
        issuer
            .into_iter()
            .chain(self.rows.iter().cloned())
            .collect()
    }
}

#[cfg(test)]
mod tests;
