//! The value of a session's cookie.

use airside_jose::base64url;
use aws_lc_rs::{digest, rand};

use crate::browser::seal::SealKey;

/// The value of a session's cookie.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::browser) struct Handle(pub(super) Vec<u8>);

impl Handle {
    pub(super) fn new() -> Option<Self> {
        let mut bytes = vec![0; HANDLE_BYTES];
        rand::fill(&mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// Reads a cookie's value.
    pub(in crate::browser) fn parse(value: &[u8]) -> Option<Self> {
        let bytes = base64url::decode(value).ok()?;
        (bytes.len() == HANDLE_BYTES).then_some(Self(bytes))
    }

    /// Returns the value for the browser's cookie.
    pub(in crate::browser) fn expose(&self) -> String {
        base64url::encode(&self.0)
    }

    pub(in crate::browser) fn digest(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, &self.0).as_ref().to_vec()
    }

    pub(super) fn key(&self) -> Option<SealKey> {
        SealKey::derive(&self.0, "browser session")
    }
}

const HANDLE_BYTES: usize = 32;
