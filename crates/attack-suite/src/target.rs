//! The issuer: its endpoints, and requests to it that are bounded in number and time.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use airside_client::{Answer, Connection, Parameters, Request, Transport, basic, pkce};
use airside_net::tls;
use anyhow::{Context, ensure};
use serde_json::Value;
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};
use url::{Host, Url};

use crate::options::Options;

/// An issuer and the client that tries it.
pub struct Target {
    pub options: Options,
    metadata: Value,
    tls: TlsConnector,
    sent: AtomicUsize,
}

impl Target {
    /// Reads the issuer's metadata.
    pub async fn discover(options: Options) -> anyhow::Result<Self> {
        let tls = tls::trusting(options.authorities.as_deref())?;
        let issuer = options.issuer.as_str().trim_end_matches('/').to_owned();
        let mut target = Self {
            options,
            tls: TlsConnector::from(Arc::new(tls)),
            metadata: Value::Null,
            sent: AtomicUsize::new(0),
        };
        let document = format!("{issuer}/.well-known/openid-configuration");
        let answer = target.send(&Request::get(&document)).await?;
        ensure!(answer.status.is_success(), "{document}: {}", answer.status);
        target.metadata = serde_json::from_slice(&answer.body)?;
        let named = target.issuer().trim_end_matches('/');
        ensure!(
            named == issuer,
            "the metadata is of another issuer: `{named}`"
        );
        Ok(target)
    }

    /// Returns the issuer as its metadata names it.
    pub fn issuer(&self) -> &str {
        self.endpoint("issuer").unwrap_or_default()
    }

    /// Returns true if the metadata lists `value` under `name`.
    pub fn lists(&self, name: &str, value: &str) -> bool {
        let list = self.metadata.get(name).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|own| own == value))
    }

    /// Returns an endpoint of the metadata.
    pub fn endpoint(&self, name: &str) -> Option<&str> {
        self.metadata.get(name).and_then(Value::as_str)
    }

    fn needed(&self, name: &str) -> anyhow::Result<&str> {
        self.endpoint(name)
            .with_context(|| format!("the metadata has no `{name}`"))
    }

    /// Returns the authorization request of the honest client.
    pub fn request(&self) -> Parameters {
        let request = Parameters::from([
            ("response_type", "code"),
            ("client_id", &self.options.client_id),
            ("redirect_uri", &self.options.redirect_uri),
            ("scope", &self.options.scope),
            ("state", "st4te"),
            ("nonce", "n0nce"),
            ("code_challenge", pkce::EXAMPLE_CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let more = self.options.parameters.iter();
        more.fold(request, |request, (name, value)| request.with(name, value))
    }

    /// Returns the address of an authorization request.
    pub fn authorization(&self, request: &Parameters) -> String {
        let endpoint = self.endpoint("authorization_endpoint").unwrap_or_default();
        request.appended_to(endpoint)
    }

    /// Redeems a code as the honest client.
    pub async fn redeem(&self, code: &str) -> anyhow::Result<Answer> {
        self.token(&self.redemption(code)).await
    }

    /// Returns the fields with which the honest client redeems a code.
    pub fn redemption<'a>(&'a self, code: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.options.redirect_uri),
            ("code_verifier", pkce::EXAMPLE_VERIFIER),
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
        let url = self.needed(endpoint)?;
        let request = match self.credentials() {
            Some(credentials) => Request::form(url, fields).authorization(credentials),
            None => {
                let client_id = [("client_id", self.options.client_id.as_str())];
                Request::form(url, &*[&client_id[..], fields].concat())
            }
        };
        self.send(&request).await
    }

    /// Sends a form to the token endpoint, with the client authentication of `headers` and `fields`.
    pub async fn token_as(
        &self,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let url = self.needed("token_endpoint")?;
        self.send(&Request::form(url, fields).headers(headers))
            .await
    }

    /// Returns the honest client's `Authorization` header; a public client has none.
    pub fn credentials(&self) -> Option<String> {
        let secret = self.options.client_secret.as_deref()?;
        Some(basic(&self.options.client_id, secret))
    }

    /// Presents an access token to the userinfo endpoint; `None` if there is no such endpoint.
    pub async fn userinfo(&self, token: &str) -> anyhow::Result<Option<Answer>> {
        match self.endpoint("userinfo_endpoint") {
            Some(url) => self.send(&Request::get(url).bearer(token)).await.map(Some),
            None => Ok(None),
        }
    }

    /// Sends any request.
    pub async fn send(&self, request: &Request) -> anyhow::Result<Answer> {
        let url: Url = request.url.parse().with_context(|| request.url.clone())?;
        self.require_allowed(&url)?;
        let sent = self.sent.fetch_add(1, Ordering::Relaxed);
        ensure!(sent < MAX_REQUESTS, "more than {MAX_REQUESTS} requests");
        let request = request.to_http()?;
        let answer = async { anyhow::Ok(self.connect(&url).await?.send(request).await?) };
        let answer = tokio::time::timeout(MAX_WAIT, answer).await;
        answer.with_context(|| format!("{} did not answer in time", url.path()))?
    }

    async fn connect(&self, url: &Url) -> anyhow::Result<Connection> {
        if url.scheme() == "http" {
            return Ok(Connection::open(url).await?);
        }
        let stream = Connection::reach(url).await?;
        let stream = self.tls.connect(server_name(url)?, stream).await;
        let stream = stream.with_context(|| {
            let host = url.authority();
            format!(
                "no TLS with `{host}` (--ca names certificate authorities that are not the web's)"
            )
        })?;
        Ok(Connection::over(url, stream).await?)
    }

    /// Attacks are for machines of one's own.
    fn require_allowed(&self, url: &Url) -> anyhow::Result<()> {
        ensure!(
            matches!(url.scheme(), "http" | "https"),
            "`{}` is neither http nor https",
            url.scheme()
        );
        let host = url.host_str().unwrap_or_default();
        ensure!(
            is_loopback(url) || self.options.allowed_hosts.iter().any(|own| own == host),
            "`{host}` is not this machine: name it with --allow-host if it may be tried"
        );
        Ok(())
    }
}

/// Prints the issuer only.
impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuer = self.options.issuer.as_str();
        formatter.debug_tuple("Target").field(&issuer).finish()
    }
}

impl Transport for &Target {
    type Error = anyhow::Error;

    async fn send(&mut self, request: &Request) -> anyhow::Result<Answer> {
        Target::send(self, request).await
    }
}

/// Returns true if a URL names this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Returns the name that the certificate must have.
fn server_name(url: &Url) -> anyhow::Result<ServerName<'static>> {
    Ok(match url.host().context("the address names no host")? {
        Host::Domain(name) => ServerName::try_from(name.to_owned())?,
        Host::Ipv4(address) => std::net::IpAddr::from(address).into(),
        Host::Ipv6(address) => std::net::IpAddr::from(address).into(),
    })
}

const MAX_REQUESTS: usize = 1_000;
const MAX_WAIT: Duration = Duration::from_secs(20);
