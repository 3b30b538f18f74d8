//! DPoP proofs: a signature over the request by the key that a token is bound to (RFC 9449).

use url::Url;

use super::{claims::Claims, confirmation::sha256};
use crate::{
    Algorithm, Jwk, VerifyingKey,
    jws::{Compact, HeaderAlgorithm},
};

/// The request that a proof must belong to.
#[derive(Clone, Copy, Debug)]
pub struct DpopRequest<'a> {
    /// The request's method, as it is sent: `GET`.
    pub method: &'a str,
    /// The request's address as the client knows it; query and fragment do not count.
    pub url: &'a Url,
    /// The access token that is sent with it; none at the token endpoint.
    pub access_token: Option<&'a str>,
    /// The nonces that are accepted now; empty if none is required.
    pub nonces: &'a [String],
    /// Seconds since 1970.
    pub now: i64,
}

/// A proof that was verified. Each may be used once: the receiver remembers
/// [`Self::digest`] until [`Self::expires_at`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DpopProof {
    thumbprint: String,
    digest: String,
    issued_at: i64,
}

/// The check that a proof failed (RFC 9449 §4.3). It never repeats the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DpopError {
    /// Not a compact JWS with a public key in its header.
    #[error("the DPoP proof is not a JWT with one public `jwk` in its header")]
    Malformed,
    /// `typ` is not `dpop+jwt`.
    #[error("the DPoP proof's `typ` is not `dpop+jwt`")]
    WrongType,
    /// `alg` is not one of [`DpopProof::ALGORITHMS`], or not the key's.
    #[error("the DPoP proof's `alg` is not accepted here, or not the key's")]
    Algorithm,
    /// The signature is not that of the key in the header.
    #[error("the DPoP proof's signature does not match")]
    BadSignature,
    /// A claim is missing or of another type.
    #[error("the DPoP proof lacks `{0}`, or has it of the wrong type")]
    Claim(&'static str),
    /// `htm` is another method.
    #[error("the DPoP proof is for another method")]
    WrongMethod,
    /// `htu` is another address.
    #[error("the DPoP proof is for another address")]
    WrongUrl,
    /// `iat` is outside the window.
    #[error("the DPoP proof's `iat` is too old or in the future: compare the clocks")]
    WrongTime,
    /// `ath` is not the hash of the access token.
    #[error("the DPoP proof is for another access token")]
    WrongToken,
    /// `nonce` is missing or not accepted now.
    #[error("the DPoP proof has no nonce that is accepted now")]
    WrongNonce,
}

impl DpopProof {
    /// The accepted algorithms of proofs.
    pub const ALGORITHMS: [Algorithm; 5] = [
        Algorithm::ES256,
        Algorithm::EdDSA,
        Algorithm::ES384,
        Algorithm::PS256,
        Algorithm::RS256,
    ];

    /// Verifies a proof for a request (RFC 9449 §4.3), except that it is its first use.
    ///
    /// # Errors
    ///
    /// [`DpopError`] names the first check that failed.
    pub fn verify(proof: &str, request: &DpopRequest<'_>) -> Result<Self, DpopError> {
        let (compact, jwk) = Compact::parse_with_key(proof).map_err(|_| DpopError::Malformed)?;
        let header = compact.header();
        if !header.is_typ("dpop+jwt") {
            return Err(DpopError::WrongType);
        }
        let HeaderAlgorithm::Known(algorithm) = header.alg else {
            return Err(DpopError::Algorithm);
        };
        if !Self::ALGORITHMS.contains(&algorithm) {
            return Err(DpopError::Algorithm);
        }
        let key = verifying(&jwk, algorithm)?;
        let payload = compact.verify(&key);
        let payload = payload.map_err(|_| DpopError::BadSignature)?;
        let claims = Claims::parse(payload).map_err(|_| DpopError::Malformed)?;
        let text = |name| claims.text(name).map_err(|_| DpopError::Claim(name));
        if text("htm")? != request.method {
            return Err(DpopError::WrongMethod);
        }
        if !same_address(text("htu")?, request.url) {
            return Err(DpopError::WrongUrl);
        }
        let issued_at = claims.seconds("iat");
        let issued_at = issued_at.map_err(|_| DpopError::Claim("iat"))?;
        // RFC9449-11.1: a narrow window, so that little must be remembered
        let earliest = request.now.saturating_sub(PAST_SECONDS);
        let latest = request.now.saturating_add(FUTURE_SECONDS);
        if !(earliest..=latest).contains(&issued_at) {
            return Err(DpopError::WrongTime);
        }
        if let Some(token) = request.access_token
            && text("ath")? != sha256(token.as_bytes())
        {
            return Err(DpopError::WrongToken);
        }
        if !request.nonces.is_empty() {
            let nonce = claims.optional_text("nonce").ok().flatten();
            if !nonce.is_some_and(|nonce| request.nonces.iter().any(|good| good == nonce)) {
                return Err(DpopError::WrongNonce);
            }
        }
        let jti = claims.identifier("jti");
        let jti = jti.map_err(|_| DpopError::Claim("jti"))?;
        let thumbprint = jwk.thumbprint();
        Ok(Self {
            digest: sha256(format!("{thumbprint}.{jti}").as_bytes()),
            thumbprint,
            issued_at,
        })
    }

    /// Returns the thumbprint of its key (RFC 7638): the `jkt` of tokens that are bound to it.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Returns the digest that identifies the proof: another proof with the same digest is a replay.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns the time from which on it is too old, in seconds since 1970.
    #[must_use]
    pub fn expires_at(&self) -> i64 {
        self.issued_at.saturating_add(PAST_SECONDS + 1)
    }
}

fn verifying(jwk: &Jwk, algorithm: Algorithm) -> Result<VerifyingKey, DpopError> {
    VerifyingKey::from_jwk(jwk, Some(algorithm)).map_err(|_| DpopError::Algorithm)
}

/// RFC9449-4.3: compared after normalisation (RFC 3986 §6.2.2, §6.2.3), without query and fragment.
fn same_address(htu: &str, url: &Url) -> bool {
    let Ok(mut claimed) = Url::parse(htu) else {
        return false;
    };
    let mut own = url.clone();
    for address in [&mut claimed, &mut own] {
        address.set_query(None);
        address.set_fragment(None);
        let path = normalized(address.path());
        address.set_path(&path);
    }
    claimed == own
}

/// Normalizes each escape: none for an unreserved letter, capital digits for the others
/// (RFC 3986 §6.2.2.1, §6.2.2.2).
fn normalized(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let digits = after.get(..2).filter(|digits| is_hex(digits));
        let Some(digits) = digits else {
            text.push('%');
            rest = after;
            continue;
        };
        let letter = u8::from_str_radix(digits, 16).map(char::from);
        match letter {
            Ok(letter) if letter.is_ascii_alphanumeric() || "-._~".contains(letter) => {
                text.push(letter);
            }
            _ => {
                text.push('%');
                text.push_str(&digits.to_ascii_uppercase());
            }
        }
        rest = after.get(2..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

fn is_hex(digits: &str) -> bool {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

const PAST_SECONDS: i64 = 60;
const FUTURE_SECONDS: i64 = 5;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{SigningKey, base64url};

    const NOW: i64 = 1_800_000_000;
    const TOKEN: &str = "a.b.c";

    struct Client {
        key: SigningKey,
        header: Value,
        claims: Value,
    }

    impl Client {
        fn new(algorithm: Algorithm) -> Self {
            let key = SigningKey::generate(algorithm).unwrap();
            let mut jwk: Value = serde_json::from_slice(&key.public_jwk("x").to_json()).unwrap();
            for extra in ["kid", "alg", "use"] {
                jwk.as_object_mut().unwrap().remove(extra);
            }
            Self {
                key,
                header: json!({ "typ": "dpop+jwt", "alg": algorithm.as_str(), "jwk": jwk }),
                claims: json!({
                    "jti": "1", "htm": "GET", "htu": "https://api.example.com/accounts/1",
                    "iat": NOW, "ath": sha256(TOKEN.as_bytes()),
                }),
            }
        }

        fn sign(&self, header: &Value, claims: &Value) -> String {
            let parts = [header, claims].map(|part| base64url::encode(part.to_string()));
            let input = parts.join(".");
            let signature = self.key.sign(input.as_bytes()).unwrap();
            format!("{input}.{}", base64url::encode(signature))
        }

        /// Why a proof with another claim is refused; the good one is the control.
        fn with(&self, name: &str, value: Value) -> Option<DpopError> {
            let mut claims = self.claims.clone();
            claims[name] = value;
            judged(&self.sign(&self.header, &self.claims)).unwrap();
            judged(&self.sign(&self.header, &claims)).err()
        }

        fn under(&self, name: &str, value: Value) -> Option<DpopError> {
            let mut header = self.header.clone();
            header[name] = value;
            judged(&self.sign(&header, &self.claims)).err()
        }
    }

    fn judged(proof: &str) -> Result<DpopProof, DpopError> {
        judged_with(proof, &[])
    }

    fn judged_with(proof: &str, nonces: &[String]) -> Result<DpopProof, DpopError> {
        let url = Url::parse("https://api.example.com/accounts/1?page=2").unwrap();
        let request = DpopRequest {
            method: "GET",
            url: &url,
            access_token: Some(TOKEN),
            nonces,
            now: NOW,
        };
        DpopProof::verify(proof, &request)
    }

    /// T26
    #[test]
    fn a_proof_of_each_algorithm_is_accepted() {
        for algorithm in DpopProof::ALGORITHMS {
            let client = Client::new(algorithm);
            let proof = judged(&client.sign(&client.header, &client.claims)).unwrap();
            let jwk = client.key.public_jwk("x");
            assert_eq!(proof.thumbprint(), jwk.thumbprint());
            assert_eq!(proof.expires_at(), NOW + 61);
        }
    }

    /// T26
    #[test]
    fn an_escape_has_one_spelling() {
        for (path, spelling) in [
            ("/a%2fb", "/a%2Fb"),
            ("/%7Ea%2Eb%2d%5f", "/~a.b-_"),
            ("/%c3%a9", "/%C3%A9"),
            ("/100%/%zz/%+1/%2", "/100%/%zz/%+1/%2"),
            ("/%25%32%66", "/%252f"),
        ] {
            assert_eq!(normalized(path), spelling);
        }
    }

    /// J26: whatever is sent for a proof is answered, and never accepted.
    #[test]
    fn a_changed_proof_is_refused() {
        let client = Client::new(Algorithm::ES256);
        let good = client.sign(&client.header, &client.claims);
        assert!(judged(&good).is_ok());
        for at in 0..good.len() {
            assert!(judged(good.get(..at).unwrap()).is_err(), "cut at {at}");
            for letter in ["", ".", "=", "\0", "é", "A", "B"] {
                let (before, after) = good.split_at(at);
                let changed = format!("{before}{letter}{}", after.get(1..).unwrap());
                assert!(
                    changed == good || judged(&changed).is_err(),
                    "{at} {letter}"
                );
            }
        }
        let long = "A".repeat(1 << 20);
        for odd in [
            "",
            ".",
            "..",
            "....",
            "a.b.c",
            &long,
            &format!("{long}.{long}.{long}"),
        ] {
            assert!(judged(odd).is_err());
        }
    }

    /// T26
    #[test]
    fn a_proof_is_for_one_request_and_one_token() {
        let client = Client::new(Algorithm::ES256);
        let cases = [
            ("htm", json!("POST"), DpopError::WrongMethod),
            ("htm", json!("get"), DpopError::WrongMethod),
            ("htm", json!(1), DpopError::Claim("htm")),
            (
                "htu",
                json!("https://api.example.com/accounts/2"),
                DpopError::WrongUrl,
            ),
            (
                "htu",
                json!("http://api.example.com/accounts/1"),
                DpopError::WrongUrl,
            ),
            (
                "htu",
                json!("https://evil.example.com/accounts/1"),
                DpopError::WrongUrl,
            ),
            ("htu", json!("/accounts/1"), DpopError::WrongUrl),
            (
                "htu",
                json!("https://api.example.com/accounts%2F1"),
                DpopError::WrongUrl,
            ),
            ("iat", json!(NOW - 61), DpopError::WrongTime),
            ("iat", json!(NOW + 6), DpopError::WrongTime),
            ("iat", json!("now"), DpopError::Claim("iat")),
            ("ath", json!(sha256(b"other")), DpopError::WrongToken),
            ("jti", json!(""), DpopError::Claim("jti")),
            ("jti", json!(7), DpopError::Claim("jti")),
        ];
        for (name, value, refused) in cases {
            assert_eq!(
                client.with(name, value.clone()),
                Some(refused),
                "{name} {value}"
            );
        }
        for same in [
            "https://API.example.com:443/accounts/1",
            "https://api.example.com/accounts/1?other=1#x",
            "https://api.example.com/x/../accounts/1",
            "https://api.example.com/%61ccounts/%31",
        ] {
            assert_eq!(client.with("htu", json!(same)), None, "{same}");
        }
        for (name, missing) in [("ath", "ath"), ("iat", "iat"), ("htm", "htm")] {
            let mut claims = client.claims.clone();
            claims.as_object_mut().unwrap().remove(name);
            let refused = judged(&client.sign(&client.header, &claims)).unwrap_err();
            assert_eq!(refused, DpopError::Claim(missing));
        }
    }

    /// T26
    #[test]
    fn a_proof_is_of_the_key_in_its_header_and_of_no_other_kind() {
        let client = Client::new(Algorithm::ES256);
        assert_eq!(
            client.under("typ", json!("JWT")),
            Some(DpopError::WrongType)
        );
        assert_eq!(
            client.under("typ", json!("at+jwt")),
            Some(DpopError::WrongType)
        );
        for algorithm in ["HS256", "none", "ES512"] {
            let refused = client.under("alg", json!(algorithm));
            assert_eq!(refused, Some(DpopError::Algorithm), "{algorithm}");
        }
        assert_eq!(
            client.under("alg", json!("RS256")),
            Some(DpopError::Algorithm)
        );
        let other = Client::new(Algorithm::ES256);
        let refused = client.under("jwk", other.header["jwk"].clone());
        assert_eq!(refused, Some(DpopError::BadSignature));
        // a private key, a symmetric one, none, and what brings another key along
        let mut private = client.header["jwk"].clone();
        private["d"] = json!("AA");
        for (name, value) in [
            ("jwk", private),
            ("jwk", json!({ "kty": "oct", "k": "AA" })),
            ("jwk", json!("key")),
            ("crit", json!(["x"])),
            ("jku", json!("https://evil.example.com")),
            ("x5c", json!([])),
        ] {
            let refused = client.under(name, value.clone());
            assert_eq!(refused, Some(DpopError::Malformed), "{name} {value}");
        }
        let mut header = client.header.clone();
        header.as_object_mut().unwrap().remove("jwk");
        let refused = judged(&client.sign(&header, &client.claims)).unwrap_err();
        assert_eq!(refused, DpopError::Malformed);
    }

    /// T26
    #[test]
    fn a_nonce_must_be_good_when_one_is_asked_for() {
        let mut client = Client::new(Algorithm::ES256);
        let nonces = ["old".to_owned(), "new".to_owned()];
        let without = client.sign(&client.header, &client.claims);
        assert_eq!(judged_with(&without, &nonces), Err(DpopError::WrongNonce));
        client.claims["nonce"] = json!("new");
        let with = client.sign(&client.header, &client.claims);
        assert!(judged_with(&with, &nonces).is_ok());
        client.claims["nonce"] = json!("ancient");
        let with = client.sign(&client.header, &client.claims);
        assert_eq!(judged_with(&with, &nonces), Err(DpopError::WrongNonce));
    }

    /// T26
    #[test]
    fn a_replay_has_the_same_digest_and_nothing_else_has() {
        let client = Client::new(Algorithm::ES256);
        let digest = |client: &Client, jti: &str| {
            let mut claims = client.claims.clone();
            claims["jti"] = json!(jti);
            let proof = judged(&client.sign(&client.header, &claims)).unwrap();
            proof.digest().to_owned()
        };
        // ECDSA signs anew each time: the texts differ, the proof is the same
        assert_eq!(digest(&client, "1"), digest(&client, "1"));
        assert_ne!(digest(&client, "1"), digest(&client, "2"));
        let other = Client::new(Algorithm::ES256);
        assert_ne!(digest(&client, "1"), digest(&other, "1"));
    }
}
