//! Public keys as JSON (RFC 7517, RFC 7518 §6, RFC 8037 §2).

mod error;
mod material;
mod member;
mod set;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use self::member::texts;
pub use error::JwkError;
pub(crate) use material::{Curve, Material};
pub(crate) use member::text;
pub(crate) use set::entries;
pub use set::{JwkSet, JwkSetError};

use crate::{Algorithm, base64url};

/// A public key with what it says about itself. A private or symmetric one cannot be expressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    material: Material,
    kid: Option<String>,
    algorithm: Option<Algorithm>,
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
}

impl Jwk {
    pub(crate) fn for_signatures(material: Material, algorithm: Algorithm, kid: &str) -> Self {
        Self {
            material,
            kid: Some(kid.to_owned()),
            algorithm: Some(algorithm),
            usage: Some("sig".to_owned()),
            key_ops: None,
        }
    }

    /// Reads an entry of a set.
    ///
    /// # Errors
    ///
    /// [`JwkError::NotAnObject`], then as [`Self::from_members`].
    pub fn from_value(entry: &Value) -> Result<Self, JwkError> {
        Self::from_members(entry.as_object().ok_or(JwkError::NotAnObject)?)
    }

    /// Reads one key; members that are not known are ignored (RFC 7517 §4).
    ///
    /// # Errors
    ///
    /// [`JwkError::Private`] before anything else, then the first fault of its numbers, its algorithm
    /// and its name.
    pub fn from_members(members: &Map<String, Value>) -> Result<Self, JwkError> {
        let is_oct = members.get("kty").and_then(Value::as_str) == Some("oct");
        let mut private = PRIVATE_MEMBERS.iter();
        if is_oct || private.any(|name| members.contains_key(*name)) {
            return Err(JwkError::Private);
        }
        let material = Material::from_members(members)?;
        let algorithm = text(members, "alg")?
            .map(|name| name.parse().map_err(|_| JwkError::Unsupported))
            .transpose()?;
        let kid = text(members, "kid")?;
        if kid.is_some_and(|kid| kid.len() > MAX_KID_BYTES) {
            return Err(JwkError::LongKid);
        }
        Ok(Self {
            material,
            kid: kid.map(str::to_owned),
            algorithm,
            usage: text(members, "use")?.map(str::to_owned),
            key_ops: members.get("key_ops").map(texts).transpose()?,
        })
    }

    /// Returns its name.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns its `alg`.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// Returns its `use`: `sig`, `enc` or something else.
    #[must_use]
    pub fn public_key_use(&self) -> Option<&str> {
        self.usage.as_deref()
    }

    /// Returns its `key_ops`.
    #[must_use]
    pub fn key_ops(&self) -> Option<&[String]> {
        self.key_ops.as_deref()
    }

    /// Returns the SHA-256 thumbprint in base64url: a name that only depends on the key.
    ///
    /// Implements [RFC 7638 §3](https://www.rfc-editor.org/rfc/rfc7638#section-3).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        // RFC7638-3.2: only the required members, in lexicographic order, without white space
        let required = self.material.required_members();
        let members = required
            .iter()
            .map(|(name, value)| format!(r#""{name}":"{value}""#));
        let input = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
        base64url::encode(aws_lc_rs::digest::digest(
            &aws_lc_rs::digest::SHA256,
            input.as_bytes(),
        ))
    }

    /// Renders the key as JSON; equal keys give equal bytes.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        Value::Object(self.members()).to_string().into_bytes()
    }

    pub(crate) fn material(&self) -> &Material {
        &self.material
    }

    pub(crate) fn is_for_verification(&self) -> bool {
        self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self
                .key_ops
                .as_ref()
                .is_none_or(|ops| ops.iter().any(|op| op == "verify"))
    }

    fn members(&self) -> Map<String, Value> {
        let required = self.material.required_members();
        let required = required
            .into_iter()
            .map(|(name, value)| (name, Some(value.into())));
        let optional = [
            ("kid", self.kid.as_deref().map(Value::from)),
            (
                "alg",
                self.algorithm.map(|algorithm| algorithm.as_str().into()),
            ),
            ("use", self.usage.as_deref().map(Value::from)),
            ("key_ops", self.key_ops.clone().map(Value::from)),
        ];
        let present = required.chain(optional);
        present
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.members().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_members(&Map::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// RFC7518-6.2.2, RFC7518-6.3.2, RFC7518-6.4: members that must never be published.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const MAX_KID_BYTES: usize = 128;

#[cfg(test)]
mod tests;
