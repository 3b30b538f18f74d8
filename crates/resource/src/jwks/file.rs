//! The file that holds the last good keys, so that an API starts while its issuer is down.

use std::{
    fs, io, mem,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use airside_jose::UnixSeconds;
use airside_net::private::replace_file;
use serde_json::{Value, json};

/// The file that holds the keys of one issuer.
pub(crate) struct KeysFile {
    path: PathBuf,
    issuer: String,
    /// False for a file that is only read.
    is_written: bool,
    /// Serialises writes, which share one temporary file; true if the last one failed.
    writing: Mutex<bool>,
}

/// The content of the file.
pub(crate) struct StoredKeys {
    pub(crate) jwks: Vec<u8>,
    pub(crate) fetched_at: UnixSeconds,
    /// The `kid`s of keys that must never be accepted again.
    pub(crate) removed: Vec<String>,
}

impl KeysFile {
    pub(crate) fn new(path: PathBuf, issuer: String, is_written: bool) -> Self {
        Self {
            path,
            issuer,
            is_written,
            writing: Mutex::default(),
        }
    }

    /// Returns the keys of this issuer; a file that cannot be used counts as missing.
    pub(crate) fn read(&self) -> Option<StoredKeys> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(path = %self.path.display(), %error, "the keys file cannot be read");
                return None;
            }
        };
        let stored = self.parse(&bytes);
        if stored.is_none() {
            tracing::warn!(path = %self.path.display(), "the keys file is of another issuer, or malformed");
        }
        stored
    }

    fn parse(&self, bytes: &[u8]) -> Option<StoredKeys> {
        let stored: Value = serde_json::from_slice(bytes).ok()?;
        if stored.get("issuer")?.as_str()? != self.issuer {
            return None;
        }
        let removed = stored.get("removed")?.as_array()?;
        Some(StoredKeys {
            jwks: stored.get("jwks")?.as_str()?.as_bytes().to_vec(),
            fetched_at: UnixSeconds::new(stored.get("fetched_at")?.as_i64()?),
            removed: removed
                .iter()
                .filter_map(|kid| kid.as_str().map(str::to_owned))
                .collect(),
        })
    }

    /// Writes a JWKS. A failure is logged once, since the keys in memory are used all the same.
    pub(crate) fn write(&self, jwks: &[u8], fetched_at: UnixSeconds, removed: Vec<String>) {
        let Some(jwks) = str::from_utf8(jwks).ok().filter(|_| self.is_written) else {
            return;
        };
        let content = json!({
            "issuer": self.issuer, "fetched_at": fetched_at, "removed": removed, "jwks": jwks,
        });
        let mut has_failed = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let replaced = replace_file(&self.path, content.to_string().as_bytes());
        let had_failed = mem::replace(&mut *has_failed, replaced.is_err());
        if let (Err(error), false) = (replaced, had_failed) {
            let path = self.path.display();
            tracing::warn!(%path, %error, "the keys file cannot be written: a start would need the issuer");
        }
    }
}
