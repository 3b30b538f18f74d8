//! The claims of a token about its bearer. Nothing is trusted because of them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::tree::text_of;

/// Returns the claims of a JWT that are texts, numbers or truth values; lists give each of their texts.
#[must_use]
pub fn of(token: &str) -> Vec<(String, String)> {
    let Some(Value::Object(claims)) = payload(token) else {
        return Vec::new();
    };
    let mut facts = Vec::new();
    for (name, value) in &claims {
        match value {
            Value::Array(items) => {
                facts.extend(
                    items
                        .iter()
                        .filter_map(text_of)
                        .map(|text| (name.clone(), text)),
                );
            }
            Value::Object(inner) => {
                let inner = inner.iter();
                facts.extend(
                    inner.filter_map(|(name, value)| Some((name.clone(), text_of(value)?))),
                );
            }
            value => facts.extend(text_of(value).map(|text| (name.clone(), text))),
        }
    }
    facts.retain(|(name, _)| !matches!(name.as_str(), "iat" | "nbf" | "jti" | "exp"));
    facts
}

/// Returns when a JWT expires, in seconds since 1970.
#[must_use]
pub fn expiry(token: &str) -> Option<i64> {
    payload(token)?.get("exp")?.as_i64()
}

fn payload(token: &str) -> Option<Value> {
    let token = token.rsplit(' ').next()?;
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_without_their_proof() {
        let payload =
            URL_SAFE_NO_PAD.encode(r#"{"sub":"7","roles":["user"],"exp":5,"user":{"id":3}}"#);
        let token = format!("e30.{payload}.x");
        let claims = of(&token);
        assert!(claims.contains(&("sub".to_owned(), "7".to_owned())));
        assert!(claims.contains(&("roles".to_owned(), "user".to_owned())));
        assert!(claims.contains(&("id".to_owned(), "3".to_owned())));
        assert_eq!(expiry(&token), Some(5));
        assert!(of("opaque").is_empty() && expiry("a.b.c").is_none());
    }
}
