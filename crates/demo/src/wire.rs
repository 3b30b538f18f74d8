//! One message and its answer.

use airside_net::Client;
use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::Full;
use serde_json::Value;

/// Name and value, in order.
pub type Pairs = Vec<(String, String)>;

/// What is sent.
#[derive(Clone)]
pub struct Message {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(header::HeaderName, String)>,
    pub body: Body,
}

/// A message's body.
#[derive(Clone)]
pub enum Body {
    Empty,
    Form(Pairs),
    Json(Value),
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Message {
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::GET, url.into(), Body::Empty)
    }

    pub fn form(url: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        let fields = fields
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Self::new(Method::POST, url.into(), Body::Form(fields.collect()))
    }

    pub fn json(url: impl Into<String>, value: Value) -> Self {
        Self::new(Method::POST, url.into(), Body::Json(value))
    }

    fn new(method: Method, url: String, body: Body) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body,
        }
    }

    pub fn with(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// RFC6750-2.1: the token goes into the `Authorization` header
    pub fn bearer(self, token: &str) -> Self {
        self.with(header::AUTHORIZATION, format!("Bearer {token}"))
    }

    pub fn basic(self, client_id: &str, secret: &str) -> Self {
        let credentials = STANDARD.encode(format!("{client_id}:{secret}"));
        self.with(header::AUTHORIZATION, format!("Basic {credentials}"))
    }

    /// Sends it and reads the whole answer.
    pub async fn send(&self, client: &Client) -> Result<Answer> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let (kind, body) = match &self.body {
            Body::Empty => (None, String::new()),
            Body::Form(fields) => (Some(FORM), encode(fields)),
            Body::Json(value) => (Some(JSON), value.to_string()),
        };
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request = request.body(Full::new(Bytes::from(body)))?;
        let sent = client.send(request).await;
        let (head, body) = sent
            .with_context(|| format!("no answer to {} {}", self.method, bare(&self.url)))?
            .into_parts();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}

impl Answer {
    /// A header as text.
    pub fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A text member of the JSON body.
    pub fn member(&self, name: &str) -> Result<String> {
        let json = self.json();
        let member = json.as_ref().and_then(|json| json.get(name)?.as_str());
        let member = member.with_context(|| {
            format!(
                "expected `{name}` in the answer, got {} without it",
                self.status
            )
        })?;
        Ok(member.to_owned())
    }

    /// The error code: of the JSON body, or of the challenge (RFC 6750 §3).
    pub fn error_code(&self) -> Option<String> {
        let json = self.json();
        if let Some(code) = json.as_ref().and_then(|json| json.get("error")?.as_str()) {
            return Some(code.to_owned());
        }
        let challenge = self.header(header::WWW_AUTHENTICATE)?;
        let (_, rest) = challenge.split_once("error=\"")?;
        rest.split_once('"').map(|(code, _)| code.to_owned())
    }
}

/// Form-encodes pairs.
pub fn encode(pairs: &Pairs) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs).finish()
}

/// The pairs of an address's query.
pub fn query(url: &str) -> Pairs {
    let (_, query) = url.split_once('?').unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

/// An address without its query.
pub fn bare(url: &str) -> &str {
    url.split_once('?').map_or(url, |(bare, _)| bare)
}

/// The value of the one pair with this name.
pub fn one(pairs: &Pairs, name: &str) -> Result<String> {
    let mut values = pairs.iter().filter(|(key, _)| key == name);
    let value = values.next().map(|(_, value)| value.clone());
    value
        .filter(|_| values.next().is_none())
        .with_context(|| format!("expected `{name}` once, got it otherwise"))
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
