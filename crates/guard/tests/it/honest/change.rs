//! The differences between a request that was sent and what arrived.

use std::collections::{BTreeMap, BTreeSet};

use crate::wire::Message;

/// Returns the differences between a request as sent and as received.
pub(super) fn changes(sent: &Message, arrived: &Message) -> Vec<String> {
    let mut changes = Vec::new();
    let mut compare = |what: &str, sent: String, arrived: String| {
        if sent != arrived {
            changes.push(format!("{what} was {sent}, is {arrived}"));
        }
    };
    compare("the method", sent.method.clone(), arrived.method.clone());
    let path = |message: &Message| format!("{:?}", message.segments());
    compare("the path", path(sent), path(arrived));
    let query = |message: &Message| format!("{:?}", message.query());
    compare("the query", query(sent), query(arrived));
    if sent.method == "OPTIONS" {
        // a preflight is asked again
        for name in [
            "origin",
            "access-control-request-method",
            "access-control-request-headers",
        ] {
            compare(name, sent.joined(name), arrived.joined(name));
        }
        return changes;
    }
    let body = |message: &Message| message.body.escape_ascii().to_string();
    compare("the body", body(sent), body(arrived));
    let media = |message: &Message| media_type(&message.joined("content-type"));
    compare(
        "the type",
        format!("{:?}", media(sent)),
        format!("{:?}", media(arrived)),
    );
    let nominated = sent.joined("connection").to_ascii_lowercase();
    let nominated: Vec<_> = nominated.split(',').map(str::trim).collect();
    let names: BTreeSet<_> = sent.headers.iter().map(|(name, _)| name.as_str()).collect();
    for name in names {
        if !NOT_END_TO_END.contains(&name) && !nominated.contains(&name) {
            compare(name, sent.joined(name), arrived.joined(name));
        }
    }
    changes
}

/// Headers that a connection, a guard and an upstream each have their own of.
const NOT_END_TO_END: [&str; 15] = [
    "authorization",
    "connection",
    "content-length",
    // compared by its meaning
    "content-type",
    // the guard's own sessions, which no API sees
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-forwarded-for",
];

/// A media type and its parameters, without those that change nothing.
fn media_type(text: &str) -> (String, BTreeMap<String, String>) {
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let parameters = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim_matches('"').to_owned();
        Some((name.to_ascii_lowercase(), value))
    });
    let mut parameters: BTreeMap<_, _> = parameters.collect();
    // JSON is UTF-8 in any case (RFC 8259 §8.1)
    if essence.ends_with("json") {
        parameters.remove("charset");
    }
    (essence, parameters)
}
