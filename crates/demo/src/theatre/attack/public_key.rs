//! The public key in the form in which careless libraries were given it as `the key`.

use airside_jose::base64url;
use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

/// Returns the key with this id as a PEM file.
pub fn pem(jwks: &Value, kid: &str) -> Result<String> {
    let keys = jwks.get("keys").and_then(Value::as_array);
    let mut keys = keys.into_iter().flatten();
    let key = keys.find(|key| key.get("kid").and_then(Value::as_str) == Some(kid));
    let modulus = key.and_then(|key| key.get("n")?.as_str());
    let modulus = base64url::decode(modulus.context("expected the token's key in the JWKS")?)?;
    ensure!(modulus.len() == 256, "expected an RSA key of 2048 bits");
    let der = [&SPKI_HEAD, modulus.as_slice(), &SPKI_TAIL].concat();
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (position, letter) in STANDARD.encode(der).chars().enumerate() {
        // RFC7468-2: lines of 64 characters
        if position > 0 && position % 64 == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push_str("\n-----END PUBLIC KEY-----\n");
    Ok(pem)
}

/// SubjectPublicKeyInfo (RFC 5280 §4.1) of an RSA key of 2048 bits, up to its modulus.
const SPKI_HEAD: [u8; 33] = [
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01,
    0x00,
];
/// The exponent 65537.
const SPKI_TAIL: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];
