//! The issuer: its endpoints, and requests to it that are bounded in number and time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use airside_jose::base64url;
use airside_net::tls;
use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, header};
use http_body_util::Full;
use serde_json::Value;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::Options;
use crate::connection::{Answer, Connection};

/// An issuer and the client that tries it.
pub struct Target {
    pub options: Options,
    metadata: Value,
    tls: TlsConnector,
    sent: AtomicUsize,
}

/// The parameters of an authorization request.
#[derive(Clone)]
pub struct Request(Vec<(String, String)>);

impl Request {
    /// The same with another value, or with one that was not there.
    pub fn with(&self, name: &str, value: &str) -> Self {
        self.without(name).also(name, value)
    }

    /// The same without a parameter.
    pub fn without(&self, name: &str) -> Self {
        let kept = self.0.iter().filter(|(own, _)| own != name);
        Self(kept.cloned().collect())
    }

    /// The same, and a parameter once more.
    pub fn also(&self, name: &str, value: &str) -> Self {
        let mut all = self.0.clone();
        all.push((name.to_owned(), value.to_owned()));
        Self(all)
    }
}

impl Target {
    /// Reads the issuer's metadata.
    pub async fn discover(options: Options) -> anyhow::Result<Self> {
        let tls = tls::trusting(options.authorities.as_deref())?;
        let mut target = Self {
            options,
            tls: TlsConnector::from(Arc::new(tls)),
            metadata: Value::Null,
            sent: AtomicUsize::new(0),
        };
        let issuer = target
            .options
            .issuer
            .as_str()
            .trim_end_matches('/')
            .to_owned();
        let document = format!("{issuer}/.well-known/openid-configuration");
        let answer = target.get(&document, &[]).await?;
        ensure!(answer.status.is_success(), "{document}: {}", answer.status);
        target.metadata = serde_json::from_slice(&answer.body)?;
        let named = target.metadata.get("issuer").and_then(Value::as_str);
        let named = named.unwrap_or_default().trim_end_matches('/');
        ensure!(
            named == issuer,
            "the metadata is of another issuer: `{named}`"
        );
        Ok(target)
    }

    /// The issuer as its metadata names it.
    pub fn issuer(&self) -> &str {
        self.metadata
            .get("issuer")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Whether the metadata lists `value` under `name`.
    pub fn lists(&self, name: &str, value: &str) -> bool {
        let list = self.metadata.get(name).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|own| own == value))
    }

    /// An endpoint of the metadata.
    pub fn endpoint(&self, name: &str) -> Option<&str> {
        self.metadata.get(name).and_then(Value::as_str)
    }

    fn needed(&self, name: &str) -> anyhow::Result<&str> {
        self.endpoint(name)
            .with_context(|| format!("the metadata has no `{name}`"))
    }

    /// The parameters of the honest client.
    pub fn request(&self) -> Request {
        let pairs = [
            ("response_type", "code"),
            ("client_id", &self.options.client_id),
            ("redirect_uri", &self.options.redirect_uri),
            ("scope", &self.options.scope),
            ("state", "st4te"),
            ("nonce", "n0nce"),
            ("code_challenge", CODE_CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let request = Request(
            pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        );
        let more = self.options.parameters.iter();
        more.fold(request, |request, (name, value)| request.with(name, value))
    }

    /// Its address.
    pub fn authorization(&self, request: &Request) -> String {
        let query = encoded(
            request
                .0
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let endpoint = self.endpoint("authorization_endpoint").unwrap_or_default();
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        format!("{endpoint}{separator}{query}")
    }

    /// Redeems a code as the honest client.
    pub async fn redeem(&self, code: &str) -> anyhow::Result<Answer> {
        self.token(&self.redemption(code)).await
    }

    /// The fields with which the honest client redeems a code.
    pub fn redemption<'a>(&'a self, code: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.options.redirect_uri),
            ("code_verifier", CODE_VERIFIER),
        ]
    }

    /// Refreshes as the honest client.
    pub async fn refresh(&self, token: &str) -> anyhow::Result<Answer> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.token(&fields).await
    }

    /// Sends a form to the token endpoint, as the honest client.
    pub async fn token(&self, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        self.back_channel("token_endpoint", fields).await
    }

    /// Sends a form to an endpoint, as the honest client.
    pub async fn back_channel(
        &self,
        endpoint: &str,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        match self.basic() {
            Some(basic) => {
                let headers = [("authorization", basic.as_str())];
                self.post(self.needed(endpoint)?, &headers, fields).await
            }
            None => {
                let mut all = vec![("client_id", self.options.client_id.as_str())];
                all.extend_from_slice(fields);
                self.post(self.needed(endpoint)?, &[], &all).await
            }
        }
    }

    /// Sends a form to the token endpoint, with nothing but what is said.
    pub async fn token_as(
        &self,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        self.post(self.needed("token_endpoint")?, headers, fields)
            .await
    }

    /// The honest client's credentials; a public client has none.
    pub fn basic(&self) -> Option<String> {
        let secret = self.options.client_secret.as_deref()?;
        Some(basic(&self.options.client_id, secret))
    }

    /// What an access token is worth at the userinfo endpoint; none if there is none.
    pub async fn userinfo(&self, token: &str) -> anyhow::Result<Option<Answer>> {
        let Some(endpoint) = self.endpoint("userinfo_endpoint") else {
            return Ok(None);
        };
        let bearer = format!("Bearer {token}");
        if HeaderValue::from_str(&bearer).is_err() {
            bail!("a token is no header value");
        }
        self.get(endpoint, &[("authorization", &bearer)])
            .await
            .map(Some)
    }

    /// Opens an address.
    pub async fn get(&self, url: &str, headers: &[(&str, &str)]) -> anyhow::Result<Answer> {
        self.send(Method::GET, url, headers, Bytes::new()).await
    }

    /// Submits a form.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send(
            Method::POST,
            url,
            &all,
            encoded(fields.iter().copied()).into(),
        )
        .await
    }

    /// Sends anything.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> anyhow::Result<Answer> {
        let url: Url = url.parse().with_context(|| url.to_owned())?;
        self.require_allowed(&url)?;
        let sent = self.sent.fetch_add(1, Ordering::Relaxed);
        ensure!(sent < MAX_REQUESTS, "more than {MAX_REQUESTS} requests");
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let mut request = http::Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(HeaderName::try_from(*name)?, HeaderValue::from_str(value)?);
        }
        let request = request.body(Full::new(body))?;
        let answer = async { self.connect(&url).await?.send(request).await };
        let answer = tokio::time::timeout(MAX_ANSWER, answer).await;
        answer.with_context(|| format!("{} did not answer in time", url.path()))?
    }

    async fn connect(&self, url: &Url) -> anyhow::Result<Connection> {
        match url.scheme() {
            "https" => Connection::open_with(url, &self.tls).await,
            _ => Connection::open(url).await,
        }
    }

    /// Attacks are for machines of one's own.
    fn require_allowed(&self, url: &Url) -> anyhow::Result<()> {
        ensure!(
            matches!(url.scheme(), "http" | "https"),
            "`{}` is neither http nor https",
            url.scheme()
        );
        let is_loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let host = url.host_str().unwrap_or_default();
        ensure!(
            is_loopback || self.options.allowed_hosts.iter().any(|own| own == host),
            "`{host}` is not this machine: name it with --allow-host if it may be tried"
        );
        Ok(())
    }
}

/// HTTP Basic credentials, form-encoded (RFC 6749 §2.3.1).
pub fn basic(client_id: &str, secret: &str) -> String {
    let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", part(client_id), part(secret));
    let mut encoded = base64url::encode(&pair).replace('-', "+").replace('_', "/");
    while encoded.len() % 4 != 0 {
        encoded.push('=');
    }
    format!("Basic {encoded}")
}

/// A text member of a JSON answer.
pub fn member(answer: &Answer, name: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    body.get(name)?.as_str().map(str::to_owned)
}

/// An answer in a few words: `400 invalid_grant`.
pub fn outcome(answer: &Answer) -> String {
    let error = member(answer, "error").unwrap_or_default();
    format!("{} {error}", answer.status.as_u16())
        .trim_end()
        .to_owned()
}

/// A header's text, or nothing.
pub fn header_of<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer
        .headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Where an answer leads.
pub fn location(answer: &Answer) -> Option<&str> {
    answer.headers.get(header::LOCATION)?.to_str().ok()
}

fn encoded<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

// the pair printed in RFC 7636, Appendix B: nothing here is secret
const CODE_VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CODE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const MAX_REQUESTS: usize = 1_000;
const MAX_ANSWER: Duration = Duration::from_secs(20);
