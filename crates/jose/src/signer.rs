//! Making compact JWS (RFC 7515 §7.1): a private key, its name, and headers made beforehand.

use std::fmt;

use crate::{Algorithm, KeyError, SigningKey, SymmetricKey, base64url};

/// A key that signs, with its `kid` and the headers it writes, encoded once.
pub struct Signer {
    key: SignerKey,
    kid: String,
    access_token: String,
    jwt: String,
}

/// The `typ` of a header (RFC 8725 §3.11): what kind of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Typ {
    /// `at+jwt`: an access token (RFC 9068 §2.1).
    AccessToken,
    /// `JWT`: an ID token, or anything that needs no kind of its own.
    Jwt,
    /// `client-authentication+jwt`: a client assertion (draft-ietf-oauth-rfc7523bis-03 §4).
    ClientAuthentication,
    /// `statuslist+jwt`: a status list (draft-ietf-oauth-status-list-21 §5.1).
    StatusList,
    /// Another media type, without `application/`.
    Other(&'static str),
}

/// A key of either kind, as [`Signer::new`] takes it.
pub enum SignerKey {
    /// A private key.
    Asymmetric(SigningKey),
    /// A shared secret.
    Symmetric(Box<SymmetricKey>),
}

impl Signer {
    /// Names a key; takes a [`SigningKey`] or a [`SymmetricKey`].
    #[must_use]
    pub fn new(key: impl Into<SignerKey>, kid: &str) -> Self {
        let key = key.into();
        let header = |typ| encoded_header(key.algorithm(), kid, typ);
        let (access_token, jwt) = (header(Typ::AccessToken), header(Typ::Jwt));
        Self {
            key,
            kid: kid.to_owned(),
            access_token,
            jwt,
        }
    }

    /// Returns the algorithm of the key.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// Returns the `kid` that headers name.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs `payload` and renders the token: header, payload and signature, joined by dots.
    ///
    /// # Errors
    ///
    /// [`KeyError::Signing`] if the library refuses.
    pub fn sign_compact(&self, typ: Typ, payload: &[u8]) -> Result<String, KeyError> {
        match typ {
            Typ::AccessToken => self.join(&self.access_token, payload),
            Typ::Jwt => self.join(&self.jwt, payload),
            Typ::ClientAuthentication | Typ::StatusList | Typ::Other(_) => {
                self.join(&encoded_header(self.algorithm(), &self.kid, typ), payload)
            }
        }
    }

    fn join(&self, header: &str, payload: &[u8]) -> Result<String, KeyError> {
        let parts = [payload.len(), self.key.signature_len()].map(base64url::encoded_len);
        let length = parts.iter().sum::<usize>() + header.len() + 2;
        let mut token = String::with_capacity(length);
        token.push_str(header);
        token.push('.');
        base64url::encode_into(payload, &mut token);
        let signature = self.key.sign(token.as_bytes())?;
        token.push('.');
        base64url::encode_into(&signature, &mut token);
        Ok(token)
    }
}

impl Typ {
    /// Returns the value in the header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            Self::Jwt => "JWT",
            Self::ClientAuthentication => "client-authentication+jwt",
            Self::StatusList => "statuslist+jwt",
            Self::Other(typ) => typ,
        }
    }
}

impl SignerKey {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Asymmetric(key) => key.algorithm(),
            Self::Symmetric(_) => Algorithm::HS256,
        }
    }

    fn signature_len(&self) -> usize {
        match self {
            Self::Asymmetric(key) => key.signature_len(),
            Self::Symmetric(_) => 32,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match self {
            Self::Asymmetric(key) => key.sign(message),
            Self::Symmetric(key) => Ok(key.sign(message)),
        }
    }
}

impl From<SigningKey> for SignerKey {
    fn from(key: SigningKey) -> Self {
        Self::Asymmetric(key)
    }
}

impl From<SymmetricKey> for SignerKey {
    fn from(key: SymmetricKey) -> Self {
        Self::Symmetric(Box::new(key))
    }
}

fn encoded_header(algorithm: Algorithm, kid: &str, typ: Typ) -> String {
    let (kid, typ) = (
        serde_json::Value::from(kid),
        serde_json::Value::from(typ.as_str()),
    );
    base64url::encode(format!(
        r#"{{"alg":"{algorithm}","kid":{kid},"typ":{typ}}}"#
    ))
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Signer");
        debug
            .field("algorithm", &self.algorithm())
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignerKey")
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}
