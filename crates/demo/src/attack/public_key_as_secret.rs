//! A token signed with the public key as if it were a shared secret.

use airside_client::Request;
use airside_jose::{Signer, SigningKey, Typ, base64url};
use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::StatusCode;
use serde_json::Value;

use super::scene::{Cast, bank_refuses};
use crate::{stage::Stage, token::Decoded};

pub async fn play(stage: &mut Stage<'_>, cast: &Cast) -> Result<()> {
    stage
        .narrator
        .attack("HS256 with the public key", "RFC 8725 §2.1, §3.1");
    let jwks = Request::get(stage.world.at("/jwks"));
    let answer = stage
        .control("anybody may read the public keys at /jwks", &jwks)
        .await?;
    let jwks = answer.json().unwrap_or_default();
    let real = Decoded::read(&cast.alice.tokens.access)?;
    let kid = real
        .header
        .get("kid")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let pem = public_key_pem(&jwks, kid)?;
    stage.narrator.fact(
        "the thief has",
        "the issuer's public RSA key, used as the HMAC secret of a token with Bob's sub",
    );
    let signer = Signer::new(SigningKey::from_secret(pem.as_bytes())?, kid);
    let claims = real.claim("sub", &stage.world.bob.subject).claims;
    let forged =
        signer.sign_compact(Typ::AccessToken, Value::from(claims).to_string().as_bytes())?;
    stage
        .narrator
        .json("  ", &Decoded::read(&forged)?.header.into());
    let message = stage.bank("/api/v1/accounts/1002", &forged);
    let expected = (StatusCode::UNAUTHORIZED, "invalid_token");
    bank_refuses(
        stage,
        &message,
        expected,
        "the token's `alg` is not accepted here",
    )
    .await?;
    stage.narrator.refused(
        "a key has one algorithm: the issuer's key is for RS256, whatever the token says (RFC 8725 §3.1)",
        "invalid_token",
    );
    Ok(())
}

/// The key as a PEM file: what careless libraries were given as `the key`.
pub fn public_key_pem(jwks: &Value, kid: &str) -> Result<String> {
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
