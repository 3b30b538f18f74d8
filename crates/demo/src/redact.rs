//! Shortens and hides secrets.

use serde_json::Value;

/// A parameter's value as it may be printed.
pub fn parameter(name: &str, value: &str) -> String {
    match name {
        "password" | "client_secret" => HIDDEN.to_owned(),
        name if SECRETS.contains(&name) => shorten(value),
        _ => value.to_owned(),
    }
}

/// An `Authorization` header as it may be printed.
pub fn authorization(value: &str) -> String {
    match value.split_once(' ') {
        Some(("Bearer", token)) => format!("Bearer {}", shorten(token)),
        Some((scheme, _)) => format!("{scheme} {HIDDEN}"),
        None => HIDDEN.to_owned(),
    }
}

/// A `Cookie` or `Set-Cookie` header as it may be printed: values shortened, attributes kept.
pub fn cookie(line: &str) -> String {
    let parts = line.split("; ").map(|part| match part.split_once('=') {
        Some((name, value)) if name.starts_with("airside-") => {
            format!("{name}={}", shorten(value))
        }
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// A JSON body as it may be printed.
pub fn json(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let shown = members.iter().map(|(name, value)| {
                let shown = match value {
                    Value::String(text) => Value::String(parameter(name, text)),
                    other => json(other),
                };
                (name.clone(), shown)
            });
            Value::Object(shown.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(json).collect()),
        other => other.clone(),
    }
}

/// The first 12 and the last 6 characters; all of a short text.
pub fn shorten(text: &str) -> String {
    let count = text.chars().count();
    if count <= KEPT_FIRST + KEPT_LAST + 6 {
        return text.to_owned();
    }
    let first: String = text.chars().take(KEPT_FIRST).collect();
    let last: String = text.chars().skip(count - KEPT_LAST).collect();
    format!("{first}…{last}")
}

const HIDDEN: &str = "(not shown)";
const SECRETS: [&str; 6] = [
    "access_token",
    "code",
    "id_token",
    "interaction",
    "refresh_token",
    "token",
];
const KEPT_FIRST: usize = 12;
const KEPT_LAST: usize = 6;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_password_is_never_shown_and_a_token_is_shortened() {
        assert_eq!(parameter("password", "hunter2"), "(not shown)");
        let token = "a".repeat(200);
        assert_eq!(parameter("code", &token), "aaaaaaaaaaaa…aaaaaa");
        assert_eq!(parameter("code_verifier", &token), token);
    }

    #[test]
    fn credentials_in_headers_are_hidden() {
        assert_eq!(authorization("Basic YTpi"), "Basic (not shown)");
        let cookie_line = format!("airside-session-1={}; Path=/", "b".repeat(64));
        assert_eq!(
            cookie(&cookie_line),
            "airside-session-1=bbbbbbbbbbbb…bbbbbb; Path=/"
        );
    }

    #[test]
    fn tokens_in_json_are_shortened_at_every_depth() {
        let body = json!({ "a": [{ "access_token": "c".repeat(99) }], "scope": "openid" });
        let shown = json!({ "a": [{ "access_token": "cccccccccccc…cccccc" }], "scope": "openid" });
        assert_eq!(super::json(&body), shown);
    }
}
