//! The files of a server: certificate, database and key-encryption key.

use std::path::{Path, PathBuf};

use airside_config::{Entry, Node, Problem, Reader, Table, key::Optional, value::SecretAt};
use airside_net::PemContents;
use airside_oauth::key::secret::Secret;
use airside_server::settings::Mode;
use airside_store_sql::postgres::{OpenError, Postgres};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use super::{
    inputs::Inputs,
    key::{KEYS, Keys, STORE, Store, TLS, TOP, Tls, Top},
};

/// The files of `[tls]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain in PEM.
    pub certificate: PathBuf,
    /// The private key in PEM.
    pub private_key: PathBuf,
}

/// The database that holds the state.
#[derive(Clone, Debug)]
pub enum StoreUrl {
    /// In this file.
    Sqlite(PathBuf),
    /// In the database at this address, which holds a password.
    Postgres(Secret),
}

/// The place of the key-encryption key.
#[derive(Clone, Debug)]
pub enum EncryptionKey {
    /// In this file, which is made on the first run.
    Generated(PathBuf),
    /// In this file, which was there and held a key.
    File(PathBuf),
    /// In the environment; [`decode_key`] accepts it.
    Given(Secret),
}

/// Reads `[tls]`: both files must be there, and have what they are for.
pub fn tls(root: &[Entry], reader: &mut Reader<'_>) -> Option<TlsFiles> {
    if !Table::<Tls>::is_in(root) {
        return None;
    }
    let table = Table::<Tls>::of(root);
    let mut file = |key: &Optional<Tls, String>, contents: PemContents| {
        let path = table.path(key);
        let Some(node) = table.node(key) else {
            let problem = Problem::new(&table.place, format!("`{path}` is missing"));
            reader.refuse(problem.help("`[tls]` needs `certificate` and `private_key`"));
            return None;
        };
        reader.checked_file(&path, node, |pem| contents.check(pem.as_bytes()))
    };
    let certificate = file(&TLS.certificate, PemContents::CertificateChain);
    let private_key = file(&TLS.private_key, PemContents::PrivateKey);
    Some(TlsFiles {
        certificate: certificate?,
        private_key: private_key?,
    })
}

/// Reads `client_ca`: the file must be there, and have certificates.
pub fn client_ca(root: &[Entry], reader: &mut Reader<'_>) -> Option<PathBuf> {
    let table = Table::<Top>::of(root);
    let node = table.node(&TOP.client_ca)?;
    let path = table.path(&TOP.client_ca);
    reader.checked_file(&path, node, |pem| {
        PemContents::Authorities.check(pem.as_bytes())
    })
}

/// Reads `store.url`. It is never quoted: it may hold a password.
pub fn store(root: &[Entry], data: &Path, reader: &mut Reader<'_>) -> Option<StoreUrl> {
    let table = Table::<Store>::of(root);
    if table.is_malformed(&STORE.url) {
        return None;
    }
    let url = table.get(&STORE.url);
    let node = url.node();
    // a path is not a secret, in the file or elsewhere
    let literal = node
        .as_text()
        .filter(|text| text.starts_with(SQLITE))
        .map(Secret::new);
    let url = literal.or_else(|| {
        let secret = reader.secret("store.url", node)?;
        Some(Secret::new(secret.expose()))
    })?;
    match StoreUrl::parse(&url, data) {
        Ok(store) => Some(store),
        Err(error) => {
            let help =
                "write `\"sqlite:airside.db\"` or `\"postgres://user:password@host/database\"`";
            reader.refuse(Problem::new(&node.place, error.message("store.url")).help(help));
            None
        }
    }
}

/// Returns what the operator should know about the way to the database.
pub fn warning(store: Option<&StoreUrl>, mode: Mode) -> Option<String> {
    let Some(StoreUrl::Postgres(url)) = store else {
        return None;
    };
    let is_open = mode == Mode::Production && Postgres::is_unverified(url.expose());
    is_open.then(|| UNVERIFIED.to_owned())
}

/// The address of a store cannot be used. Never quotes it: it may hold a password.
#[derive(Debug)]
pub enum StoreUrlError {
    /// It is of SQLite and names no file.
    NoFile,
    /// It is of neither SQLite nor PostgreSQL.
    UnknownScheme,
    /// The address of PostgreSQL is malformed, or a file that it names cannot be used.
    Postgres(OpenError),
}

impl StoreUrlError {
    /// Returns the error in a sentence; `name` is where the address was read.
    pub fn message(&self, name: &str) -> String {
        match self {
            Self::NoFile => format!("`{name}` names no file"),
            Self::UnknownScheme => format!("`{name}` is of no kind that is known"),
            Self::Postgres(error) => error.to_string(),
        }
    }
}

impl StoreUrl {
    /// Reads the address of a store; a file is relative to `base`.
    ///
    /// # Errors
    ///
    /// [`StoreUrlError`].
    pub fn parse(url: &Secret, base: &Path) -> Result<Self, StoreUrlError> {
        let url = url.expose();
        if let Some(path) = url.strip_prefix(SQLITE) {
            let path = path.strip_prefix("//").unwrap_or(path);
            if !path.is_empty() && !path.starts_with(':') && !path.contains(['?', '\0']) {
                return Ok(Self::Sqlite(base.join(path)));
            }
        }
        match url.split(':').next() {
            Some("postgres" | "postgresql") => Postgres::check(url)
                .map(|()| Self::Postgres(Secret::new(url)))
                .map_err(StoreUrlError::Postgres),
            Some("sqlite") => Err(StoreUrlError::NoFile),
            _ => Err(StoreUrlError::UnknownScheme),
        }
    }
}

/// Reads `keys.encryption_key`.
///
/// INVARIANT: writing down the default changes nothing, so `{ file = "master.key" }` is below the
/// data directory and made on the first run; every other file must be there. A store that several
/// nodes share (`shared`) must be given its key: each would make its own.
pub fn encryption_key(
    root: &[Entry],
    data: &Path,
    shared: bool,
    reader: &mut Reader<'_>,
) -> Option<EncryptionKey> {
    let table = Table::<Keys>::of(root);
    if table.is_malformed(&KEYS.encryption_key) {
        return None;
    }
    let given = table.get(&KEYS.encryption_key);
    let node = given.node();
    match given.at()? {
        SecretAt::File(_, GENERATED) if shared => {
            let message = "`keys.encryption_key` must be given with PostgreSQL";
            let problem = Problem::new(&node.place, message);
            reader.refuse(problem.help(
                "make one with `openssl rand -base64 32` and give every node the same, for instance `encryption_key = { env = \"AIRSIDE_KEY\" }`",
            ));
            None
        }
        SecretAt::File(_, GENERATED) => Some(EncryptionKey::Generated(data.join(GENERATED))),
        SecretAt::File(_, name) => {
            let path = reader.path(name);
            key(node, reader).map(|_| EncryptionKey::File(path))
        }
        _ => key(node, reader).map(EncryptionKey::Given),
    }
}

fn key(node: &Node, reader: &mut Reader<'_>) -> Option<Secret> {
    let secret = reader.secret("keys.encryption_key", node)?;
    if decode_key(secret.expose()).is_none() {
        let problem = Problem::new(
            &node.place,
            "`keys.encryption_key` is not 32 bytes in base64",
        );
        reader.refuse(problem.help("make one with `openssl rand -base64 32`"));
        return None;
    }
    Some(Secret::new(secret.expose()))
}

/// Decodes a key-encryption key: 32 bytes in base64 (RFC 4648 §4), white space around it ignored.
pub fn decode_key(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(BASE64.decode(text.trim()).ok()?);
    let mut key = Zeroizing::new([0; 32]);
    if bytes.len() != key.len() {
        return None;
    }
    key.copy_from_slice(&bytes);
    Some(key)
}

/// Returns the data directory of a document.
pub(super) fn data_directory(root: &[Entry], inputs: &Inputs<'_>) -> PathBuf {
    let data = inputs
        .working_directory
        .join(Table::<Top>::of(root).get(&TOP.data));
    // without the `.` of `./airside-data`, for messages
    data.components().collect()
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const GENERATED: &str = "master.key";
const SQLITE: &str = "sqlite:";
const UNVERIFIED: &str = "`store.url`: the certificate of the database is not verified, so that another machine on the way can read and change everything in it; add `sslmode=verify-full` and `sslrootcert=FILE` (or `sslrootcert=system`)";
