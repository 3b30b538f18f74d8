//! The last good keys on the disk, so that an API starts while its issuer is down.

use std::{
    fs, io, mem,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use airside_net::private::replace_file;
use serde_json::{Value, json};

/// Where the keys of one issuer are kept.
pub(crate) struct KeysFile {
    path: PathBuf,
    issuer: String,
    /// Whether it is written.
    is_own: bool,
    /// Serialises writes, which share one temporary file; whether the last one failed.
    writing: Mutex<bool>,
}

/// What was kept.
pub(crate) struct Kept {
    pub(crate) jwks: Vec<u8>,
    /// Seconds since 1970.
    pub(crate) fetched_at: i64,
    /// The names of keys that must never be accepted again.
    pub(crate) removed: Vec<String>,
}

impl KeysFile {
    pub(crate) fn new(path: PathBuf, issuer: String, is_own: bool) -> Self {
        Self {
            path,
            issuer,
            is_own,
            writing: Mutex::default(),
        }
    }

    /// What was kept of this issuer; a file that cannot be used is as good as none.
    pub(crate) fn read(&self) -> Option<Kept> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(path = %self.path.display(), %error, "kept keys cannot be read");
                return None;
            }
        };
        let kept = self.parse(&bytes);
        if kept.is_none() {
            tracing::warn!(path = %self.path.display(), "kept keys are of another issuer, or broken");
        }
        kept
    }

    fn parse(&self, bytes: &[u8]) -> Option<Kept> {
        let kept: Value = serde_json::from_slice(bytes).ok()?;
        if kept.get("issuer")?.as_str()? != self.issuer {
            return None;
        }
        let removed = kept.get("removed")?.as_array()?;
        Some(Kept {
            jwks: kept.get("jwks")?.as_str()?.as_bytes().to_vec(),
            fetched_at: kept.get("fetched_at")?.as_i64()?,
            removed: removed
                .iter()
                .filter_map(|kid| kid.as_str().map(str::to_owned))
                .collect(),
        })
    }

    /// Keeps a JWKS; a failure is logged once, because the keys in memory are as good.
    pub(crate) fn write(&self, jwks: &[u8], fetched_at: i64, removed: Vec<String>) {
        let Some(jwks) = str::from_utf8(jwks).ok().filter(|_| self.is_own) else {
            return;
        };
        let kept = json!({
            "issuer": self.issuer, "fetched_at": fetched_at, "removed": removed, "jwks": jwks,
        });
        let mut has_failed = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let replaced = replace_file(&self.path, kept.to_string().as_bytes());
        let had_failed = mem::replace(&mut *has_failed, replaced.is_err());
        if let (Err(error), false) = (replaced, had_failed) {
            let path = self.path.display();
            tracing::warn!(%path, %error, "keys cannot be kept for a start while the issuer is down");
        }
    }
}
