//! Tokens that are altered or forged.

use airside_jose::base64url;
use serde_json::{Value, json};

/// Returns texts that differ a little from `token`.
pub fn alterations(token: &str) -> Vec<String> {
    let last = token.chars().last().unwrap_or_default();
    let cut = token
        .get(..token.len().saturating_sub(last.len_utf8()))
        .unwrap_or_default();
    let other = if last == 'A' { 'B' } else { 'A' };
    let first = cut.get(1..).unwrap_or_default();
    let all = [
        cut.to_owned(),
        format!("{cut}{other}{other}"),
        format!("{token}="),
        format!("{token}."),
        format!("{other}{first}{last}"),
        token.to_ascii_uppercase(),
    ];
    all.into_iter().filter(|altered| altered != token).collect()
}

/// Returns the claims of a JWT without verifying it.
pub fn claims(token: &str) -> Option<Value> {
    part(token, 1)
}

fn part(token: &str, index: usize) -> Option<Value> {
    let text = token.split('.').nth(index)?;
    serde_json::from_slice(&base64url::decode(text).ok()?).ok()
}

/// A token that was not issued.
pub struct Forgery {
    /// The row of the catalogue.
    pub row: &'static str,
    /// A description in a few words.
    pub tried: &'static str,
    pub token: String,
}

/// Returns tokens forged from an issued one; `None` if it is not a JWT.
pub fn forgeries(token: &str) -> Option<Vec<Forgery>> {
    let (head, claims) = (part(token, 0)?, claims(token)?);
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let with = |name, value| format!("{}.{payload}.", changed(&head, name, value));
    let signed_with = |name, value| with(name, value) + signature;
    let mut all = Vec::new();
    let mut add = |row, tried, token| all.push(Forgery { row, tried, token });
    for alg in ["none", "None", "NONE", ""] {
        add(
            "J01",
            "alg none, without a signature",
            with("alg", alg.into()),
        );
        let token = signed_with("alg", alg.into());
        add("J01", "alg none, with a signature", token);
    }
    add("J01", "no signature", format!("{signed}."));
    add("J02", "alg HS256", signed_with("alg", "HS256".into()));
    let key = json!({ "kty": "oct", "k": "AAAA" });
    add("J05", "a key of its own", signed_with("jwk", key));
    let critical = signed_with("crit", json!(["x"]));
    add("J06", "a critical extension", critical);
    let other = changed(&claims, "sub", "somebody-else".into());
    let other = format!("{header}.{other}.{signature}");
    add("J11", "other claims under the same signature", other);
    add("J11", "padding", format!("{token}=="));
    add("J11", "a fourth part", format!("{token}.{signature}"));
    let long = format!("{signed}.{}", "A".repeat(12 * 1024));
    add("J18", "a token of 12 KiB", long);
    Some(all)
}

/// Encodes an object with one member added or replaced.
fn changed(object: &Value, name: &str, value: Value) -> String {
    let mut object = object.clone();
    if let Some(member) = object.as_object_mut() {
        member.insert(name.to_owned(), value);
    }
    base64url::encode(object.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forgery_differs_from_the_token_and_is_made_only_of_a_jwt() {
        let encode = |value: Value| base64url::encode(value.to_string());
        let head = encode(json!({ "alg": "ES256" }));
        let token = format!("{head}.{}.c2ln", encode(json!({ "sub": "alice" })));
        let forgeries = forgeries(&token).expect("a JWT");
        assert_eq!(forgeries.len(), 16);
        assert!(forgeries.iter().all(|forgery| forgery.token != token));
        assert!(super::forgeries("opaque").is_none());
    }

    #[test]
    fn an_alteration_differs_from_the_token() {
        for token in ["abcA", "ABC", "A"] {
            let altered = alterations(token);
            assert!(altered.len() >= 4, "{token}");
            assert!(altered.iter().all(|other| other != token), "{token}");
        }
    }
}
