//! Messages as they went over the wire.

use airside_client::{Answer, Body, Request};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::redact;

/// One request and its answer, as they were sent.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub server: WireServer,
    pub method: String,
    /// Path and query.
    pub target: String,
    pub sent: Vec<(String, String)>,
    pub sent_body: String,
    pub status: StatusCode,
    pub got: Vec<(String, String)>,
    pub got_body: String,
    /// The time of the answer in milliseconds since 1970.
    pub at_ms: i64,
}

/// The server that answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireServer {
    /// The authorization server.
    Issuer,
    /// The app's own server.
    App,
    /// The bank's API behind the guard.
    Guarded,
    /// The same API without the guard.
    Bare,
    /// The thief's server.
    Thief,
}

impl Exchange {
    /// Joins a request and its answer.
    pub fn of(server: WireServer, request: &Request, answer: &Answer) -> Self {
        let (origin, target) = split(&request.url);
        let mut sent = vec![("host".to_owned(), host(origin).to_owned())];
        sent.extend(request.headers.iter().cloned());
        let (kind, sent_body) = match &request.body {
            Body::Empty => (None, String::new()),
            Body::Form(fields) => (Some("application/x-www-form-urlencoded"), fields.encode()),
            Body::Json(value) => (Some("application/json"), value.to_string()),
            Body::Bytes(bytes) => (None, String::from_utf8_lossy(bytes).into_owned()),
        };
        sent.extend(kind.map(|kind| ("content-type".to_owned(), kind.to_owned())));
        Self {
            server,
            method: request.method.to_string(),
            target: target.to_owned(),
            sent,
            sent_body,
            status: answer.status,
            got: headers(&answer.headers),
            got_body: answer.text(),
            at_ms: 0,
        }
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        let target = &self.target;
        target.split_once('?').map_or(target, |(path, _)| path)
    }

    /// The body of the request, if it is JSON.
    pub fn sent_json(&self) -> Option<Value> {
        let kind = self.sent("content-type")?;
        let is_json = kind.starts_with("application/json");
        serde_json::from_str(&self.sent_body)
            .ok()
            .filter(|_| is_json)
    }

    /// A header of the request.
    pub fn sent(&self, name: &str) -> Option<&str> {
        find(&self.sent, name)
    }

    /// A header of the answer.
    pub fn got(&self, name: &str) -> Option<&str> {
        find(&self.got, name)
    }

    /// The request as text, without passwords and without the values of cookies.
    pub fn raw_request(&self) -> String {
        let head = format!("{} {} HTTP/1.1\n", self.method, self.target);
        let is_form = self
            .sent("content-type")
            .is_some_and(|kind| kind.contains("urlencoded"));
        let body = match is_form {
            true => without_secrets(&self.sent_body),
            false => self.sent_body.clone(),
        };
        text(head, &self.sent, &SENT, &body)
    }

    /// The answer as text; a page is named only.
    pub fn raw_answer(&self) -> String {
        let status = self.status;
        let reason = status.canonical_reason().unwrap_or_default();
        let head = format!("HTTP/1.1 {} {reason}\n", status.as_u16());
        let body = match title(&self.got_body) {
            Some(title) => format!("(a page of {} bytes: “{title}”)", self.got_body.len()),
            None => self.got_body.clone(),
        };
        text(head, &self.got, &GOT, &body)
    }

    /// The status and the error code: `400 invalid_grant`.
    pub fn outcome(&self) -> String {
        let status = self.status.as_u16();
        match self.error() {
            Some(error) => format!("{status} {error}"),
            None => format!(
                "{status} {}",
                self.status.canonical_reason().unwrap_or_default()
            ),
        }
    }

    /// The error code of the body or of the challenge.
    pub fn error(&self) -> Option<String> {
        let json = serde_json::from_str::<serde_json::Value>(&self.got_body).ok();
        let member = json.and_then(|json| Some(json.get("error")?.as_str()?.to_owned()));
        member.or_else(|| {
            let (_, rest) = self.got("www-authenticate")?.split_once("error=\"")?;
            rest.split_once('"').map(|(code, _)| code.to_owned())
        })
    }
}

/// Shortens long values, such as tokens and codes: first and last characters stay.
pub fn shortened(text: &str) -> String {
    let is_of_value = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let mut short = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match is_of_value(first) {
            true => rest
                .find(|letter| !is_of_value(letter))
                .unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (value, behind) = rest.split_at(length);
        match length > MAX_VALUE {
            true => short.push_str(&redact::shorten(value)),
            false => short.push_str(value),
        }
        rest = behind;
    }
    short
}

/// Returns the headers that are text.
pub fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    let text = map.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    text.collect()
}

/// Returns the title of a page.
pub fn title(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("<title>")?;
    rest.split_once("</title>").map(|(title, _)| title)
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = headers.iter().filter(|(one, _)| one == name);
    found.next().map(|(_, value)| value.as_str())
}

fn text(head: String, headers: &[(String, String)], shown: &[&str], body: &str) -> String {
    let mut text = head;
    let mut left_out = 0;
    for (name, value) in headers {
        if !shown.contains(&name.as_str()) {
            left_out += 1;
            continue;
        }
        let value = match name.as_str() {
            "cookie" | "set-cookie" => redact::cookie(value),
            "authorization" if !value.starts_with("Bearer ") => redact::authorization(value),
            _ => value.clone(),
        };
        text.push_str(&format!("{name}: {value}\n"));
    }
    match left_out {
        0 => {}
        1 => text.push_str("(and 1 header that plays no part here)\n"),
        more => text.push_str(&format!("(and {more} headers that play no part here)\n")),
    }
    if !body.is_empty() {
        text.push('\n');
        text.push_str(body);
    }
    text
}

/// Hides the values of a form that are never shown.
fn without_secrets(body: &str) -> String {
    let fields = body.split('&').map(|field| match field.split_once('=') {
        Some((name @ ("password" | "client_secret"), _)) => format!("{name}=(not shown)"),
        _ => field.to_owned(),
    });
    fields.collect::<Vec<_>>().join("&")
}

fn split(url: &str) -> (&str, &str) {
    let after = url.find("://").map_or(0, |at| at + 3);
    let slash = url.get(after..).and_then(|rest| rest.find('/'));
    match slash {
        Some(slash) => url.split_at(after + slash),
        None => (url, "/"),
    }
}

fn host(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

/// Characters of a value that are shown whole.
const MAX_VALUE: usize = 100;
/// The headers of a request that are shown.
const SENT: [&str; 6] = [
    "host",
    "authorization",
    "content-type",
    "cookie",
    "origin",
    "accept",
];
/// The headers of an answer that are shown.
const GOT: [&str; 6] = [
    "location",
    "set-cookie",
    "www-authenticate",
    "cache-control",
    "content-type",
    "access-control-allow-origin",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_shortened_and_the_rest_stays() {
        let token = format!("{}.{}", "a".repeat(80), "b".repeat(80));
        let text = format!("authorization: Bearer {token}\nhost: 127.0.0.1:8080 „é“");
        let expected = "authorization: Bearer aaaaaaaaaaaa…bbbbbb\nhost: 127.0.0.1:8080 „é“";
        assert_eq!(shortened(&text), expected);
    }

    #[test]
    fn a_password_and_the_value_of_a_cookie_are_not_shown() {
        let cookie = format!("airside-session-1={}", "c".repeat(64));
        let exchange = Exchange {
            server: WireServer::Issuer,
            method: "POST".to_owned(),
            target: "/sign-in".to_owned(),
            sent: vec![
                (
                    "content-type".to_owned(),
                    "application/x-www-form-urlencoded".to_owned(),
                ),
                ("cookie".to_owned(), cookie.clone()),
                ("authorization".to_owned(), "Basic YTpi".to_owned()),
            ],
            sent_body: "username=alice&password=hunter2".to_owned(),
            status: StatusCode::SEE_OTHER,
            got: vec![("set-cookie".to_owned(), cookie)],
            got_body: String::new(),
            at_ms: 0,
        };
        let shown = format!("{}{}", exchange.raw_request(), exchange.raw_answer());
        for hidden in ["hunter2", "YTpi", &"c".repeat(20)] {
            assert!(!shown.contains(hidden), "{shown}");
        }
        assert!(shown.contains("username=alice"));
    }
}
