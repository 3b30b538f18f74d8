//! Requests that no service sees, and what is answered to them.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode, Version,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use http_body_util::Full;

use super::{Peer, body::close};

/// A request that the server has refused before a service saw it: it cannot be parsed, has no valid
/// host, or a header that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RejectedRequest {
    /// The other end of the connection.
    pub peer: Peer,
    /// The status of the answer: 400, 414 or 431.
    pub status: StatusCode,
    /// The reason, as the `error_description` of the answer.
    pub reason: &'static str,
}

/// A hook for each request that no service sees.
#[derive(Clone, Default)]
pub(super) struct OnRejected(Option<Arc<Hook>>);

type Hook = dyn Fn(&RejectedRequest) + Send + Sync;

impl OnRejected {
    pub(super) fn new(hook: impl Fn(&RejectedRequest) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }
}

/// The rejected requests of one connection.
#[derive(Clone)]
pub(super) struct Rejections {
    peer: Peer,
    hook: OnRejected,
}

impl Rejections {
    pub(super) fn new(peer: Peer, hook: OnRejected) -> Self {
        Self { peer, hook }
    }

    /// Logs a request and calls the hook, before the answer is written.
    pub(super) fn tell(&self, status: StatusCode, reason: &'static str) {
        tracing::debug!(status = status.as_u16(), reason, "request rejected");
        if let Some(hook) = &self.hook.0 {
            hook(&RejectedRequest {
                peer: self.peer,
                status,
                reason,
            });
        }
    }
}

impl fmt::Debug for OnRejected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OnRejected").finish_non_exhaustive()
    }
}

/// Returns an answer of the server's own; a connection with HTTP/1 ends with it.
pub(super) fn answer(status: StatusCode, reason: &str, version: Version) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body(reason)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    close(headers, version);
    response
}

/// The bare answer that hyper gives to an HTTP/1 request that it cannot parse, with the reason.
pub(super) struct ParserAnswer {
    pub(super) status: StatusCode,
    pub(super) reason: &'static str,
    /// The answer that the peer gets in its place.
    pub(super) bytes: Vec<u8>,
}

impl ParserAnswer {
    /// Reads such an answer; `None` if it is not one.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let status = text.strip_prefix("HTTP/1.1 ")?.get(..3)?;
        let status = StatusCode::from_bytes(status.as_bytes()).ok()?;
        let reason = match status {
            StatusCode::BAD_REQUEST => MALFORMED,
            StatusCode::URI_TOO_LONG => "the target of the request is too long",
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                "the header of the request is too large or has too many lines"
            }
            _ => return None,
        };
        let (before, after) = text.split_once("content-length: 0\r\n")?;
        if !text.ends_with("\r\n\r\n") {
            return None;
        }
        let body = body(reason);
        let bytes = format!(
            "{before}content-type: application/json\r\ncache-control: no-store\r\n\
             content-length: {}\r\n{after}{body}",
            body.len(),
        );
        Some(Self {
            status,
            reason,
            bytes: bytes.into_bytes(),
        })
    }
}

fn body(reason: &str) -> String {
    format!(r#"{{"error":"invalid_request","error_description":"{reason}"}}"#)
}

pub(super) const MALFORMED: &str = "the request is malformed";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_the_parser_gets_a_body() {
        let bare = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\ndate: now\r\n\r\n";
        let answer = ParserAnswer::parse(bare).unwrap();
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(
            String::from_utf8(answer.bytes).unwrap(),
            "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/json\r\n\
             cache-control: no-store\r\ncontent-length: 74\r\ndate: now\r\n\r\n\
             {\"error\":\"invalid_request\",\"error_description\":\"the request is malformed\"}"
        );
    }

    #[test]
    fn any_other_answer_is_left_alone() {
        for other in [
            &b"HTTP/1.1 100 Continue\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 4\r\n\r\nbody",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n",
            b"\0\0\x12\x04",
            b"",
        ] {
            assert!(ParserAnswer::parse(other).is_none(), "{other:?}");
        }
    }
}
