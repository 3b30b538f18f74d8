//! What a request could say, by cutting it wherever anybody might.

use std::collections::BTreeSet;

/// Every piece of a request, as it stands, decoded, and without what surrounds it.
pub fn values(request: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(request);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let line = head.trim_start().lines().next().unwrap_or_default();
    let target = line.split(' ').nth(1).unwrap_or_default();
    let mut found = BTreeSet::new();
    for piece in target
        .split(['/', '?', '&', '=', ';', '#'])
        .chain(body.split(['&', '=', '"', '\r', '\n', ':', ',', '{', '}', '[', ']', ';']))
    {
        // values of megabytes belong to nobody
        if piece.len() > 10_000 {
            continue;
        }
        let decoded = decoded(piece, true);
        for one in [piece, &decoded, &self::decoded(piece, false)] {
            found.insert(one.to_owned());
            found.insert(one.trim().to_owned());
        }
        if let Ok(serde_json::Value::String(text)) = serde_json::from_str(&format!("\"{piece}\"")) {
            found.insert(text);
        }
    }
    if let Ok(document) = serde_json::from_str::<serde_json::Value>(body) {
        strings(&document, &mut found);
    }
    found
}

fn strings(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::String(text) if text.len() < 10_000 => {
            found.insert(text.clone());
        }
        serde_json::Value::Array(items) => items.iter().for_each(|one| strings(one, found)),
        serde_json::Value::Object(members) => members.values().for_each(|one| strings(one, found)),
        serde_json::Value::Number(number) => {
            found.insert(number.to_string());
        }
        _ => {}
    }
}

/// Percent signs decoded as far as they can be; `+` is a blank in queries and forms.
pub fn decoded(text: &str, plus: bool) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let octet = (*byte == b'%')
            .then(|| behind.get(..2))
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        rest = match octet {
            Some(octet) => {
                bytes.push(octet);
                &behind[2..]
            }
            None => {
                bytes.push(if plus && *byte == b'+' { b' ' } else { *byte });
                behind
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
