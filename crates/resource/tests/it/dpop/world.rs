//! An API that takes bound tokens, and clients that prove their key.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use airside_jose::{Algorithm, JwkSet, KeySet, Signer, SigningKey, Typ, base64url};
use airside_resource::{Builder, ResourceServer, UnixSeconds};
use http::{Request, request::Parts};
use serde_json::{Value, json};

use crate::bank::{AUDIENCE, ISSUER, NOW};

pub struct World {
    pub issuer: Signer,
    pub keys: KeySet,
    pub time: Arc<AtomicI64>,
}

/// A client with a key of its own.
pub struct Client {
    key: SigningKey,
    pub token: String,
}

impl World {
    pub fn new() -> Self {
        let key = SigningKey::generate(Algorithm::EdDSA).unwrap();
        let jwks = JwkSet {
            keys: vec![key.public_jwk("1")],
        };
        Self {
            issuer: Signer::new(key, "1"),
            keys: KeySet::from_jwks(&jwks),
            time: Arc::new(AtomicI64::new(NOW)),
        }
    }

    pub fn api(&self) -> Builder {
        let time = Arc::clone(&self.time);
        ResourceServer::trusting(ISSUER)
            .for_audience(AUDIENCE)
            .keys(self.keys.clone())
            .clock(Arc::new(move || {
                UnixSeconds::new(time.load(Ordering::SeqCst))
            }))
    }

    pub fn token(&self, cnf: Option<Value>) -> String {
        let mut claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "client_id": "app", "jti": "1",
            "iat": NOW, "exp": NOW + 900,
        });
        if let Some(cnf) = cnf {
            claims["cnf"] = cnf;
        }
        let payload = serde_json::to_vec(&claims).unwrap();
        self.issuer
            .sign_compact(Typ::AccessToken, &payload)
            .unwrap()
    }

    pub fn client(&self) -> Client {
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let token = self.token(Some(json!({ "jkt": key.public_jwk("x").thumbprint() })));
        Client { key, token }
    }

    pub fn now(&self) -> i64 {
        self.time.load(Ordering::SeqCst)
    }
}

impl Client {
    /// A proof for `GET /accounts/1` with a token.
    pub fn proof(&self, token: &str, jti: &str, at: i64, nonce: Option<&str>) -> String {
        let jwk: Value = serde_json::from_slice(&self.key.public_jwk("x").to_json()).unwrap();
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk });
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
        let mut claims = json!({
            "jti": jti, "htm": "GET", "htu": format!("{AUDIENCE}/accounts/1"), "iat": at,
            "ath": base64url::encode(hash),
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        let parts = [header, claims].map(|part| base64url::encode(part.to_string()));
        let input = parts.join(".");
        let signature = self.key.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", base64url::encode(signature))
    }
}

pub fn request(scheme: &str, token: &str, proofs: &[&str]) -> Parts {
    let mut request = Request::get("/accounts/1?page=2")
        .header("host", "evil.example.com")
        .header("authorization", format!("{scheme} {token}"));
    for proof in proofs {
        request = request.header("dpop", *proof);
    }
    request.body(()).unwrap().into_parts().0
}
