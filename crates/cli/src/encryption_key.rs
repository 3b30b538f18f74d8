//! The key-encryption key: read from where the configuration says, made on the first run.

use std::{fs, path::Path};

use airside_oauth::key::{KeyEncryptionKey, entropy::Random};
use airside_server::clock::SystemRandom;
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    config::{EncryptionKey, decode_key},
    exit::CommandError,
};

/// The key-encryption key, or the path at which it is missing.
pub enum FoundKey<'a> {
    /// A key.
    Key(KeyEncryptionKey),
    /// Nothing at this path, where the first run makes the key.
    Missing(&'a Path),
}

/// Reads the key.
///
/// # Errors
///
/// [`CommandError`] if the file cannot be read, or does not hold a key.
pub fn read(from: &EncryptionKey) -> Result<FoundKey<'_>, CommandError> {
    match from {
        EncryptionKey::Given(secret) => decode(secret.expose()).map(FoundKey::Key),
        EncryptionKey::Generated(path) if !path.exists() => Ok(FoundKey::Missing(path)),
        EncryptionKey::Generated(path) | EncryptionKey::File(path) => {
            read_file(path).map(FoundKey::Key)
        }
    }
}

/// Reads the key, or makes it for a store in which nothing is wrapped (`unkeyed`): one that has a key
/// cannot be opened with another.
///
/// # Errors
///
/// [`CommandError`] as for [`read`], or if the key is gone or cannot be written.
pub fn read_or_make(from: &EncryptionKey, unkeyed: bool) -> Result<KeyEncryptionKey, CommandError> {
    match read(from)? {
        FoundKey::Key(key) => Ok(key),
        FoundKey::Missing(path) if unkeyed => make(path),
        FoundKey::Missing(path) => Err(gone(path)),
    }
}

/// Returns the failure for a store whose key is not there.
pub fn gone(path: &Path) -> CommandError {
    let path = path.display();
    CommandError::failed(format!(
        "there is a database, but its key-encryption key `{path}` is gone: put it back\nhelp: without it the stored keys cannot be opened; to start over, move the data directory away"
    ))
}

fn read_file(path: &Path) -> Result<KeyEncryptionKey, CommandError> {
    let text = fs::read_to_string(path).map_err(|error| {
        CommandError::failed(format!("cannot read `{}`: {error}", path.display()))
    })?;
    decode(&text)
}

fn decode(text: &str) -> Result<KeyEncryptionKey, CommandError> {
    let key = decode_key(text).ok_or_else(|| {
        CommandError::usage("the key-encryption key is not 32 bytes in base64 on one line")
    })?;
    Ok(KeyEncryptionKey::new(*key))
}

fn make(path: &Path) -> Result<KeyEncryptionKey, CommandError> {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    let text = STANDARD.encode(bytes);
    airside_net::private::replace_file(path, format!("{text}\n").as_bytes()).map_err(|error| {
        CommandError::failed(format!("cannot write `{}`: {error}", path.display()))
    })?;
    Ok(KeyEncryptionKey::new(bytes))
}
