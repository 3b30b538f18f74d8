//! Checks what the proxies in front make of a request: a marked one is sent, and looked for at the server.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    net::IpAddr,
    path::Path,
    time::Duration,
};

use airside_net::{X_REQUEST_ID, address::Network};
use airside_oauth::key::entropy::Random as _;
use airside_server::clock::SystemRandom;
use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::Value;
use tokio::time::sleep;

use super::{
    finding::Finding,
    outside::{Outside, text},
};
use crate::config::Config;

pub async fn examine(outside: &Outside, config: &Config, log: Option<&Path>) -> Vec<Finding> {
    let trace = trace_id();
    let parent = format!("00-{trace}-{}-01", trace.get(..16).unwrap_or_default());
    let answer = match outside.get("/jwks", Some(("traceparent", &parent))).await {
        Ok(answer) => answer,
        Err(why) => return vec![Finding::unknown(PROXIES, format!("no answer: {why}"))],
    };
    let mut findings = vec![trusted(&answer, &trace, Expected::of(config))];
    if !config.trusted_proxies.is_empty() {
        findings.extend(local(outside).await);
    }
    if let Some(log) = log {
        // the server's own name for the request, which is ours if a trusted proxy handed it on
        let id = header_text(&answer, X_REQUEST_ID).unwrap_or(&trace);
        findings.push(seen(log, id, config).await);
    }
    findings
}

/// The proxies that are in front according to the configuration.
#[derive(Clone, Copy)]
enum Expected {
    Nothing,
    Proxies,
    /// They name the client before the first byte, and read no header.
    ProxyProtocol,
}

impl Expected {
    fn of(config: &Config) -> Self {
        match config.trusted_proxies.is_empty() {
            true => Self::Nothing,
            false if config.proxy_protocol => Self::ProxyProtocol,
            false => Self::Proxies,
        }
    }
}

/// The server takes the trace over from trusted proxies alone, and names it in its answer.
fn trusted(answer: &Response<Bytes>, trace: &str, expected: Expected) -> Finding {
    let via = header_text(answer, header::VIA.as_str());
    let is_handed_on = header_text(answer, X_REQUEST_ID) == Some(trace);
    match (expected, via) {
        (Expected::Nothing, Some(via)) => Finding::problem(
            PROXIES,
            format!(
                "a proxy answers (`Via: {via}`) and `trusted_proxies` is empty: all callers have its address, and share its limits"
            ),
            "name the proxy's address in `trusted_proxies`, and have it set `X-Forwarded-For`",
        ),
        (Expected::Nothing, None) => {
            Finding::good(PROXIES, "none is trusted, and none shows itself")
        }
        (Expected::ProxyProtocol, _) => Finding::unknown(
            PROXIES,
            "they speak the PROXY protocol: `--log FILE` shows what the server saw",
        ),
        (Expected::Proxies, _) if is_handed_on => Finding::good(
            PROXIES,
            "a request through them comes from one of `trusted_proxies`",
        ),
        (Expected::Proxies, _) => Finding::problem(
            PROXIES,
            "a request to the issuer did not come from one of `trusted_proxies`, or lost its `traceparent` on the way",
            "name in `trusted_proxies` the address from which the proxy connects, as the server's log shows it, and have it pass `traceparent` on",
        ),
    }
}

/// `/metrics` is answered to callers of the server's machine that came through no proxy.
async fn local(outside: &Outside) -> Option<Finding> {
    let answer = outside.get("/metrics", None).await.ok()?;
    (answer.status() == StatusCode::OK).then(|| {
        Finding::problem(
            PROXIES,
            "the proxy adds no header, so that everybody is taken for a caller on the server's machine",
            "have the proxy set `X-Forwarded-For` to the address of its peer, as deploy/nginx.conf does",
        )
    })
}

/// Finds the request in the server's log, which may lag a little behind.
async fn seen(log: &Path, id: &str, config: &Config) -> Finding {
    for _ in 0..TRIES {
        match line_of(log, id) {
            Ok(Some(line)) => return named(&line, &config.trusted_proxies),
            Ok(None) => sleep(BETWEEN).await,
            Err(error) => {
                return Finding::unknown(PROXIES, format!("`{}`: {error}", log.display()));
            }
        }
    }
    Finding::unknown(
        PROXIES,
        format!(
            "`{}` has no line about the request `{id}`: is it this server's, at level `info`?",
            log.display()
        ),
    )
}

/// The line of a request among the last ones.
fn line_of(log: &Path, id: &str) -> io::Result<Option<String>> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LAST)))?;
    let mut bytes = Vec::new();
    file.take(LAST).read_to_end(&mut bytes)?;
    let lines = String::from_utf8_lossy(&bytes);
    let found = lines.lines().find(|line| line.contains(id));
    Ok(found.map(str::to_owned))
}

/// Whose request the server took it for.
fn named(line: &str, proxies: &[String]) -> Finding {
    let json = serde_json::from_str::<Value>(line).unwrap_or_default();
    let word = line
        .split_whitespace()
        .find_map(|word| word.strip_prefix("client="));
    let client = text(&json, "client")
        .or(word)
        .and_then(|text| text.parse::<IpAddr>().ok());
    let fix = "have the proxy set `X-Forwarded-For` to the address of its peer, as deploy/nginx.conf does";
    let Some(client) = client else {
        return Finding::problem(
            PROXIES,
            "the proxy names no client: limits by address do not apply",
            fix,
        );
    };
    let networks = proxies.iter().filter_map(|text| Network::parse(text));
    // a caller on the proxy's own machine has its address all the same
    let is_proxy =
        networks.clone().any(|network| network.contains(client)) && !client.is_loopback();
    match is_proxy {
        true => Finding::problem(
            PROXIES,
            format!("the server took the proxy {client} for the client"),
            fix,
        ),
        false => Finding::good(PROXIES, format!("the server saw a request of {client}")),
    }
}

fn header_text<'a>(answer: &'a Response<Bytes>, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

/// 32 hexadecimal digits (W3C Trace Context §3.2.2.3).
fn trace_id() -> String {
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const PROXIES: &str = "proxies";
const TRIES: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(100);
/// Bytes at the end of the log that are searched.
const LAST: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_tells_whom_the_server_took_for_the_client() {
        let proxies = ["10.0.0.0/8".to_owned()];
        for (line, is_open) in [
            (r#"{"client":"192.0.2.7","trace_id":"x"}"#, false),
            ("INFO access: request client=192.0.2.7 trace_id=x", false),
            (r#"{"client":"10.0.0.5","trace_id":"x"}"#, true),
            (r#"{"trace_id":"x"}"#, true),
        ] {
            assert_eq!(named(line, &proxies).is_open(), is_open, "{line}");
        }
    }

    #[test]
    fn an_answer_tells_whether_the_proxies_are_the_ones_that_are_expected() {
        let handed_on = (X_REQUEST_ID, "ours");
        let via = ("via", "1.1 cache");
        for (expected, header, verdict) in [
            (Expected::Nothing, None, "good"),
            (Expected::Nothing, Some(handed_on), "good"),
            (Expected::Nothing, Some(via), "problem"),
            (Expected::Proxies, Some(handed_on), "good"),
            (
                Expected::Proxies,
                Some((X_REQUEST_ID, "another")),
                "problem",
            ),
            (Expected::Proxies, Some(via), "problem"),
            (Expected::ProxyProtocol, None, "unknown"),
        ] {
            let mut answer = Response::builder();
            if let Some((name, value)) = header {
                answer = answer.header(name, value);
            }
            let found = trusted(&answer.body(Bytes::new()).unwrap(), "ours", expected);
            assert!(
                found.lines()[0].starts_with(verdict),
                "{header:?}: {found:?}"
            );
        }
    }

    #[test]
    fn the_line_of_a_request_is_found_among_the_last_of_a_log() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("log");
        assert!(line_of(&log, "x").is_err());
        std::fs::write(&log, "trace_id=w\ntrace_id=x client=::1\n").unwrap();
        assert_eq!(line_of(&log, "y").unwrap(), None);
        let found = line_of(&log, "trace_id=x").unwrap();
        assert_eq!(found.as_deref(), Some("trace_id=x client=::1"));
    }

    #[test]
    fn a_trace_id_is_one_that_a_server_reads() {
        let id = trace_id();
        let mut headers = http::HeaderMap::new();
        let parent = format!("00-{id}-{}-01", &id[..16]);
        headers.insert("traceparent", parent.parse().unwrap());
        assert_eq!(airside_net::trace_id(&headers), Some(&*id));
    }
}
