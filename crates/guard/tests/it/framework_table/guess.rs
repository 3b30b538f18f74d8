//! All values that a request could contain, cut at every separator.

use std::collections::BTreeSet;

use crate::wire::decoded;

/// Every piece of a request, as it stands, decoded, and without what surrounds it.
pub fn values(request: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(request);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let line = head.trim_start().lines().next().unwrap_or_default();
    let target = line.split(' ').nth(1).unwrap_or_default();
    let mut found = BTreeSet::new();
    let of_target = target.split(['/', '?', '&', '=', ';', '#']);
    let of_body = body.split(['&', '=', '"', '\r', '\n', ':', ',', '{', '}', '[', ']', ';']);
    // values of megabytes belong to nobody
    let pieces = of_target
        .chain(of_body)
        .filter(|piece| piece.len() <= 10_000);
    for piece in pieces {
        for one in [piece, &decoded(piece, true), &decoded(piece, false)] {
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
