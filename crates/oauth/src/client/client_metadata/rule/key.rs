//! The keys that a client signs with, and the algorithm that signs its ID tokens.

use airside_jose::{Algorithm, Jwk, VerifyingKey};
use url::Url;

use super::{MAX_ENTRIES, Rules, shown};
use crate::client::AuthMethod;

impl Rules<'_> {
    pub(super) fn keys(&mut self) -> Option<Url> {
        let metadata = self.metadata;
        let needed = metadata.auth_method() == AuthMethod::PrivateKeyJwt;
        match (&metadata.jwks, &metadata.jwks_uri) {
            (None, None) if needed => {
                self.refuse("jwks", "is missing: private_key_jwt needs jwks or jwks_uri");
            }
            // RFC7591-2: jwks_uri and jwks must not both be present
            (Some(_), Some(_)) => self.refuse("jwks", "and jwks_uri exclude each other"),
            (Some(_), None) if !needed => self.refuse("jwks", ONLY_PRIVATE_KEY_JWT),
            (None, Some(_)) if !needed => self.refuse("jwks_uri", ONLY_PRIVATE_KEY_JWT),
            (Some(jwks), None) if jwks.keys.len() > MAX_ENTRIES => {
                self.refuse("jwks", "has more than 50 keys");
            }
            (Some(jwks), None) if !jwks.keys.iter().any(is_usable) => {
                self.refuse("jwks", "has no public key of a supported algorithm");
            }
            (None, Some(text)) => return self.jwks_uri(text),
            _ => {}
        }
        None
    }

    fn jwks_uri(&mut self, text: &str) -> Option<Url> {
        // RFC7517-8.1: keys must come over a protected connection
        let url = self.address(text);
        let url = url.filter(|url| url.fragment().is_none());
        if url.is_none() {
            self.refuse(
                "jwks_uri",
                "is not a plain https address of at most 512 bytes",
            );
        }
        url
    }

    pub(super) fn id_token_algorithm(&mut self) -> Option<Algorithm> {
        let name = &self.metadata.id_token_signed_response_alg;
        self.algorithm("id_token_signed_response_alg", name)
    }

    pub(super) fn userinfo_algorithm(&mut self) {
        if let Some(name) = &self.metadata.userinfo_signed_response_alg {
            self.algorithm("userinfo_signed_response_alg", name);
        }
    }

    fn algorithm(&mut self, field: &'static str, name: &str) -> Option<Algorithm> {
        let mut known = SIGNING_ALGORITHMS.into_iter();
        let algorithm = known.find(|known| known.as_str() == name);
        if algorithm.is_none() {
            // a symmetric signature would need a secret of which only a digest is kept
            let message = format!("is `{}`, not RS256, PS256, ES256 or EdDSA", shown(name));
            self.refuse(field, message);
        }
        algorithm
    }
}

fn is_usable(jwk: &Jwk) -> bool {
    VerifyingKey::from_jwk(jwk, None).is_ok()
}

const SIGNING_ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];
const ONLY_PRIVATE_KEY_JWT: &str = "is only for token_endpoint_auth_method private_key_jwt";
