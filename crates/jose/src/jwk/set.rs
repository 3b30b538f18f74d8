//! Sets of public keys as issuers and clients publish them (RFC 7517 §5).

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};

use super::{Jwk, JwkError};
use crate::json::{self, JsonError};

/// Public keys, in the order of publication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// The reason why a whole set is refused: keep the last accepted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwkSetError {
    /// More than 256 KiB.
    #[error("the key set is larger than 256 KiB")]
    TooLarge,
    /// More than 64 keys, of any kind.
    #[error("the key set has more than 64 keys")]
    TooManyKeys,
    /// Not strict JSON with an array of objects `keys`.
    #[error("the key set is not a JSON object with an array `keys`")]
    Json(#[source] JsonError),
    /// A private or symmetric key is in it.
    #[error("the key set is refused: {0}")]
    Key(JwkError),
}

impl JwkSet {
    /// Parses a set, leaving out keys of types, curves and algorithms that do not exist here, and
    /// those whose numbers are missing or out of bounds.
    ///
    /// # Errors
    ///
    /// [`JwkSetError`]: beyond 256 KiB or 64 keys, not strict JSON, or a private or symmetric key
    /// anywhere in it.
    pub fn parse(bytes: &[u8]) -> Result<Self, JwkSetError> {
        Self::read(&entries(bytes)?)
    }

    /// RFC7517-5: keys that are not understood, incomplete or out of range are ignored.
    fn read(entries: &[Value]) -> Result<Self, JwkSetError> {
        let mut keys = Vec::new();
        for entry in entries {
            match Jwk::from_value(entry) {
                Ok(key) => keys.push(key),
                Err(JwkError::Private) => return Err(JwkSetError::Key(JwkError::Private)),
                Err(_) => {}
            }
        }
        Ok(Self { keys })
    }

    /// Renders the set as JSON; equal sets give equal bytes.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let keys = self
            .keys
            .iter()
            .map(|key| Value::Object(key.members()))
            .collect();
        Value::Object(Map::from_iter([("keys".to_owned(), Value::Array(keys))]))
            .to_string()
            .into_bytes()
    }
}

impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = RawJwkSet::deserialize(deserializer)?.entries();
        let set = entries.and_then(|entries| Self::read(&entries));
        set.map_err(de::Error::custom)
    }
}

#[derive(Deserialize)]
struct RawJwkSet {
    keys: Vec<Value>,
}

/// Reads the entries of a set, of any kind.
pub(crate) fn entries(bytes: &[u8]) -> Result<Vec<Value>, JwkSetError> {
    if bytes.len() > MAX_BYTES {
        return Err(JwkSetError::TooLarge);
    }
    json::parse::<RawJwkSet>(bytes)
        .map_err(JwkSetError::Json)?
        .entries()
}

impl RawJwkSet {
    fn entries(self) -> Result<Vec<Value>, JwkSetError> {
        match self.keys.len() > MAX_KEYS {
            true => Err(JwkSetError::TooManyKeys),
            false => Ok(self.keys),
        }
    }
}

const MAX_BYTES: usize = 256 * 1024;
const MAX_KEYS: usize = 64;
