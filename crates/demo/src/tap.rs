//! A tap on the messages between browser, app, authorization server and API.
//!
//! It is a listener before each server that passes every request on as it came and keeps a copy of it and
//! of its answer. It exists in the demonstration only: `airside serve` and `airside guard` have no part of it.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use airside_oauth::time::Time;
use airside_server::clock::{Clock, SystemClock};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri, Version, header, request::Parts, uri};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{
    person::Person,
    wire::{self, Exchange, WireServer},
};

/// The header that names the play to which a message belongs; it is not shown.
pub const PLAY: &str = "airside-demo-play";
/// The play of the seven steps.
pub const STEPS: &str = "steps";
/// Everything else that the demonstration sends.
pub const ACT: &str = "act";

/// Messages that passed. Clones share everything.
#[derive(Clone)]
pub struct Tap(Arc<Inside>);

struct Inside {
    client: Client<HttpConnector, Full<Bytes>>,
    kept: Mutex<Kept>,
    /// The person whose password is filled in.
    known: OnceLock<Person>,
    passages: UnboundedSender<Passage>,
}

/// A message that the live log may tell of.
#[derive(Clone, Debug)]
pub struct Passage {
    pub at: Time,
    pub what: Passed,
}

/// The kind of such a message.
#[derive(Clone, Debug)]
pub enum Passed {
    /// The answer to a request for tokens, after which the audit trail may have more.
    TokenRequest,
    /// Revocations, told to the guard.
    Revocations(usize),
    /// A refusal by the guard, with its status and error code.
    Refusal(String),
}

#[derive(Default)]
struct Kept {
    /// Of the play that the demonstration sends itself.
    played: Vec<Exchange>,
    /// Of the person at the browser, since the last `GET /authorize`.
    own: Vec<Exchange>,
    /// The number of requests at the issuer, without those for revocations.
    at_issuer: u64,
}

impl Tap {
    /// Returns a tap, and what passes it for the live log.
    pub fn new() -> (Self, UnboundedReceiver<Passage>) {
        let (passages, receiver) = unbounded_channel();
        let inside = Inside {
            client: Client::builder(TokioExecutor::new()).build_http(),
            kept: Mutex::default(),
            known: OnceLock::new(),
            passages,
        };
        (Self(Arc::new(inside)), receiver)
    }

    /// Returns the router that passes requests on to a server.
    pub fn router(&self, server: WireServer, address: SocketAddr) -> Router {
        let relay = Relay {
            tap: self.clone(),
            server,
            address,
        };
        Router::new().fallback(pass).with_state(relay)
    }

    /// Fills in the password on the sign-in page of this person, as a password manager does.
    pub fn fill_in(&self, person: &Person) {
        // the first one stays
        drop(self.0.known.set(person.clone()));
    }

    /// Takes the messages of the play.
    pub fn take_played(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.kept().played)
    }

    /// Returns the messages of the person at the browser.
    pub fn own(&self) -> Vec<Exchange> {
        self.kept().own.clone()
    }

    /// Returns the number of requests that reached the issuer.
    pub fn requests_at_issuer(&self) -> u64 {
        self.kept().at_issuer
    }

    fn keep(&self, headers: &HeaderMap, mut exchange: Exchange) {
        let now = SystemClock.now();
        exchange.at_ms = now.as_millis();
        if let Some(what) = Passed::of(headers, &exchange) {
            // the log has ended when the servers end
            drop(self.0.passages.send(Passage { at: now, what }));
        }
        let mut kept = self.kept();
        if exchange.server == WireServer::Issuer && exchange.path() != "/revocations" {
            kept.at_issuer += 1;
        }
        if headers.get(PLAY).is_some_and(|play| play == STEPS) {
            kept.played.push(exchange);
        } else if is_of_a_browser(headers) && exchange.method != "OPTIONS" {
            let is_first = exchange.server == WireServer::Issuer
                && exchange.path() == "/authorize"
                && headers
                    .get("sec-fetch-site")
                    .is_none_or(|site| site != "same-origin");
            if is_first || kept.own.len() >= MAX_KEPT {
                kept.own.clear();
            }
            kept.own.push(exchange);
        }
    }

    fn filled_in(&self, page: Bytes) -> Bytes {
        let Some(person) = self.0.known.get() else {
            return page;
        };
        let text = String::from_utf8_lossy(&page);
        if !text.contains(&format!("value=\"{}\"", person.username)) {
            return page;
        }
        let field = "<input id=\"password\"";
        let value = person.password.expose();
        let filled = text.replace(field, &format!("{field} value=\"{value}\""));
        filled.into_bytes().into()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Passed {
    fn of(headers: &HeaderMap, exchange: &Exchange) -> Option<Self> {
        let is_told = headers.get(PLAY).is_some_and(|play| play == ACT) || is_of_a_browser(headers);
        match (exchange.server, exchange.path()) {
            (WireServer::Issuer, "/token") => Some(Self::TokenRequest),
            (WireServer::Issuer, "/revocations") => {
                let answer: Value = serde_json::from_str(&exchange.got_body).ok()?;
                let count = answer.get("revocations")?.as_array()?.len();
                Some(Self::Revocations(count)).filter(|_| count > 0)
            }
            (WireServer::Guarded, _) if is_told && exchange.status.is_client_error() => {
                Some(Self::Refusal(exchange.outcome()))
            }
            _ => None,
        }
    }
}

/// A person's browser says where a request comes from (Fetch Metadata); servers and the demonstration do not.
fn is_of_a_browser(headers: &HeaderMap) -> bool {
    headers.contains_key("sec-fetch-site") && !headers.contains_key(PLAY)
}

#[derive(Clone)]
struct Relay {
    tap: Tap,
    server: WireServer,
    address: SocketAddr,
}

/// Passes a request on, and its answer back.
async fn pass(State(relay): State<Relay>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(sent) = to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    match relay.forward(&parts, sent.clone()).await {
        Some((mut answer, mut got)) => {
            let exchange = relay.exchange(&parts, &sent, (&answer, &got));
            let is_sign_in = exchange.path() == "/sign-in" && is_of_a_browser(&parts.headers);
            relay.tap.keep(&parts.headers, exchange);
            if is_sign_in {
                got = relay.tap.filled_in(got);
                answer.headers.remove(header::CONTENT_LENGTH);
            }
            Response::from_parts(answer, Body::from(got))
        }
        None => StatusCode::BAD_GATEWAY.into_response(),
    }
}

impl Relay {
    async fn forward(&self, parts: &Parts, body: Bytes) -> Option<(http::response::Parts, Bytes)> {
        let mut uri = uri::Parts::default();
        uri.scheme = Some(uri::Scheme::HTTP);
        uri.authority = Some(self.address.to_string().parse().ok()?);
        uri.path_and_query = parts.uri.path_and_query().cloned();
        let mut request = http::Request::new(Full::new(body));
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = Uri::from_parts(uri).ok()?;
        *request.version_mut() = Version::HTTP_11;
        *request.headers_mut() = end_to_end(&parts.headers);
        let answer = self.tap.0.client.request(request).await.ok()?;
        let (mut answer, body) = answer.into_parts();
        answer.headers = end_to_end(&answer.headers);
        Some((answer, body.collect().await.ok()?.to_bytes()))
    }

    fn exchange(
        &self,
        parts: &Parts,
        sent: &Bytes,
        (answer, got): (&http::response::Parts, &Bytes),
    ) -> Exchange {
        let mut headers = wire::headers(&parts.headers);
        headers.retain(|(name, _)| name != PLAY);
        let target = parts.uri.path_and_query();
        Exchange {
            server: self.server,
            method: parts.method.to_string(),
            target: target.map_or("/", |target| target.as_str()).to_owned(),
            sent: headers,
            sent_body: String::from_utf8_lossy(sent).into_owned(),
            status: answer.status,
            got: wire::headers(&answer.headers),
            got_body: String::from_utf8_lossy(got).into_owned(),
            at_ms: 0,
        }
    }
}

/// The headers that are not of one connection (RFC 9110 §7.6.1).
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut passed = headers.clone();
    for name in [header::CONNECTION, header::TRANSFER_ENCODING] {
        passed.remove(name);
    }
    passed
}

/// Bytes of a body.
const MAX_BODY: usize = 1 << 20;
const MAX_KEPT: usize = 40;
