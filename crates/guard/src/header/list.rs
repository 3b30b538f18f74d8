//! Headers that are lists.

use http::{HeaderName, HeaderValue, header::COOKIE};

/// Adds a line of a header to its list (RFC 9110 §5.3).
pub(super) fn join(before: &mut HeaderValue, separator: &str, value: &HeaderValue) {
    let joined = [before.as_bytes(), separator.as_bytes(), value.as_bytes()].concat();
    if let Ok(mut joined) = HeaderValue::from_bytes(&joined) {
        joined.set_sensitive(before.is_sensitive() || value.is_sensitive());
        *before = joined;
    }
}

/// Returns the separator between the members of a header that is a list; `None` for other headers.
pub(super) fn separator(name: &HeaderName) -> Option<&'static str> {
    if *name == COOKIE {
        // RFC9113-8.2.3: HTTP/2 sends one line for each pair
        return Some("; ");
    }
    LISTS.contains(&name.as_str()).then_some(", ")
}

/// Headers that are lists or dictionaries (RFC 9110 §5.6.1, RFC 9651 §4.2), whose lines are joined.
pub(super) const LISTS: [&str; 37] = [
    "a-im",
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "access-control-request-headers",
    "baggage",
    "cache-control",
    "cdn-loop",
    "content-digest",
    "content-language",
    "dav",
    "digest",
    "if-match",
    "if-none-match",
    "link",
    "pragma",
    "prefer",
    "priority",
    "repr-digest",
    "sec-ch-ua",
    "sec-ch-ua-form-factors",
    "sec-ch-ua-full-version-list",
    "sec-fetch-storage-access",
    "sec-purpose",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
    "signature",
    "signature-input",
    "tracestate",
    "vary",
    "via",
    "want-content-digest",
    "want-digest",
    "want-repr-digest",
    "warning",
    "x-datadog-tags",
];
