//! The issuer's address: who answers there, with which certificate and which time.

use std::time::{Duration, SystemTime};

use airside_net::tls::presented;
use airside_server::clock::{Clock as _, SystemClock};
use bytes::Bytes;
use http::{Response, header};
use serde_json::Value;

use super::{
    clock,
    finding::Finding,
    outside::{Outside, text},
};
use crate::socket::unreached;

pub async fn examine(outside: &Outside) -> Vec<Finding> {
    let mut findings = Vec::new();
    if outside.is_https() {
        let certificate = certificate(outside).await;
        let is_open = certificate.is_open();
        findings.push(certificate);
        if is_open {
            return findings;
        }
    }
    match outside.get(METADATA, None).await {
        Err(why) => findings.push(Finding::problem(
            ISSUER,
            format!("no client can reach `{}`: {why}", outside.issuer),
            "start the server with `airside serve`, and lead the name and port to it or to the proxy in front",
        )),
        Ok(answer) => {
            findings.push(metadata(&outside.issuer, &answer));
            findings.extend(date(&answer));
        }
    }
    findings
}

fn metadata(issuer: &str, answer: &Response<Bytes>) -> Finding {
    let fix = "lead this address to this server, with path and `Host` as they were sent";
    if !answer.status().is_success() {
        let status = answer.status();
        return Finding::problem(
            ISSUER,
            format!("`{issuer}{METADATA}` answers {status}"),
            fix,
        );
    }
    let body = serde_json::from_slice::<Value>(answer.body()).unwrap_or_default();
    // RFC8414-3.3: the issuer of the metadata is the one that was asked
    match text(&body, "issuer") {
        Some(named) if named == issuer => {
            Finding::good(ISSUER, format!("`{issuer}` answers as clients expect"))
        }
        Some(other) => Finding::problem(
            ISSUER,
            format!("at `{issuer}` answers the issuer `{other}`"),
            fix,
        ),
        None => Finding::problem(ISSUER, format!("at `{issuer}` answers no issuer"), fix),
    }
}

fn date(answer: &Response<Bytes>) -> Option<Finding> {
    let date = answer.headers().get(header::DATE)?.to_str().ok()?;
    let now = jiff::Timestamp::from_millisecond(SystemClock.now().as_millis());
    clock::compared(date, now.ok()?)
}

async fn certificate(outside: &Outside) -> Finding {
    let host = outside.url.host_str().unwrap_or_default();
    let port = outside.url.port_or_known_default().unwrap_or(443);
    match presented(host, port, outside.trusted.clone()).await {
        Err(error) => Finding::problem(
            CERTIFICATE,
            format!(
                "the certificate at `{host}:{port}` could not be verified: {}",
                unreached(&error)
            ),
            "serve the whole chain of a certificate for this name from an authority that clients trust (`--ca FILE` for one of your own)",
        ),
        Ok(found) => {
            let left = found.not_after.duration_since(now());
            lifetime(&found.names.join(", "), left.unwrap_or_default())
        }
    }
}

fn now() -> SystemTime {
    let millis = u64::try_from(SystemClock.now().as_millis());
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis.unwrap_or_default())
}

fn lifetime(names: &str, left: Duration) -> Finding {
    let days = left.as_secs() / DAY;
    let message = format!("for {names}, {days} days left");
    match days {
        days if days < RENEWED_BEFORE => Finding::problem(
            CERTIFICATE,
            message,
            "renew it, and look why it was not renewed by itself; a server with `[tls]` takes the new files over within seconds",
        ),
        _ => Finding::good(CERTIFICATE, message),
    }
}

const ISSUER: &str = "issuer";
const CERTIFICATE: &str = "certificate";
const METADATA: &str = "/.well-known/openid-configuration";
const DAY: u64 = 86_400;
/// Days: the usual renewals come a month before the end.
const RENEWED_BEFORE: u64 = 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_where_something_else_answers_is_a_problem() {
        let own = r#"{"issuer":"https://id.example"}"#;
        for (status, body, said) in [
            (200, own, "answers as clients expect"),
            (502, own, "answers 502 Bad Gateway"),
            (
                200,
                r#"{"issuer":"https://id.example/"}"#,
                "answers the issuer `https://id.example/`",
            ),
            (200, "<html>", "answers no issuer"),
            (200, r#"{"issuer":7}"#, "answers no issuer"),
        ] {
            let answer = Response::builder().status(status);
            let found = metadata("https://id.example", &answer.body(body.into()).unwrap());
            assert!(found.lines()[0].contains(said), "{found:?}");
            assert_eq!(found.is_open(), (status, body) != (200, own), "{found:?}");
        }
    }

    #[test]
    fn a_certificate_with_less_than_two_weeks_is_a_problem() {
        for (days, is_open) in [(0, true), (13, true), (14, false), (90, false)] {
            let found = lifetime("id.example", Duration::from_secs(days * DAY));
            assert_eq!(found.is_open(), is_open, "{found:?}");
        }
    }
}
