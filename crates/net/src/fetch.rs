//! The one outgoing HTTP client.
//!
//! A URL or a DNS answer that an attacker chose must not reach the internal network: addresses are
//! checked between the DNS answer and the connection, and the connection goes to the checked address.

mod connect;
mod error;
mod policy;

use std::{fmt, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{
        ACCEPT, AGE, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE,
        ETAG, HOST, USER_AGENT,
    },
};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::{sync::Semaphore, time::timeout};
use url::Url;

use self::connect::Target;
pub use self::{error::FetchError, policy::FetchPolicy};
use crate::tls;

/// The one outgoing HTTP client: `GET`, and forms by `POST`, over https to global addresses, and
/// nothing else.
///
/// It follows no redirect, keeps no cookie, decompresses nothing. Clones share the bound on fetches
/// at the same time.
#[derive(Clone)]
pub struct Fetcher {
    policy: FetchPolicy,
    tls: Arc<ClientConfig>,
    places: Arc<Semaphore>,
}

/// A form to submit, with the credentials of its sender.
pub struct Form {
    /// The `Authorization` header.
    pub authorization: HeaderValue,
    /// The encoded fields.
    pub body: String,
}

impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Form")
    }
}

/// A complete answer.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The status, never a redirect.
    pub status: StatusCode,
    /// The body, at most [`FetchPolicy::max_body`] bytes.
    pub body: Bytes,
    /// The time for which the answer may still be reused; `None` if the other side does not say.
    pub max_age: Option<Duration>,
    /// The entity tag, as sent.
    pub etag: Option<String>,
}

impl Fetcher {
    /// Makes a fetcher that trusts the web's certificate authorities.
    ///
    /// # Errors
    ///
    /// [`FetchError::Unsupported`] if the TLS library refuses its own defaults.
    pub fn new(policy: FetchPolicy) -> Result<Self, FetchError> {
        let config = tls::trusting_the_web().map_err(FetchError::Unsupported)?;
        Ok(Self::with_tls(policy, config))
    }

    /// Makes a fetcher that trusts whom `config` trusts; see [`tls::trusting`].
    #[must_use]
    pub fn with_tls(policy: FetchPolicy, mut config: ClientConfig) -> Self {
        // one request a connection
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self {
            tls: Arc::new(config),
            places: Arc::new(Semaphore::new(policy.max_concurrent)),
            policy,
        }
    }

    /// Fetches a URL.
    ///
    /// Any status but a redirect is an answer; the caller judges it.
    ///
    /// # Errors
    ///
    /// [`FetchError`]; the URL's query and fragment appear in none.
    pub async fn get(&self, url: &Url) -> Result<Fetched, FetchError> {
        self.send(url, None).await
    }

    /// Submits a form (`application/x-www-form-urlencoded`).
    ///
    /// # Errors
    ///
    /// As [`Self::get`].
    pub async fn post(&self, url: &Url, form: Form) -> Result<Fetched, FetchError> {
        self.send(url, Some(form)).await
    }

    async fn send(&self, url: &Url, form: Option<Form>) -> Result<Fetched, FetchError> {
        let target = Target::parse(url, &self.policy)?;
        let host = target.host.clone();
        timeout(self.policy.timeout, self.fetch(target, form))
            .await
            .unwrap_or(Err(FetchError::Timeout(host)))
    }

    async fn fetch(&self, target: Target, form: Option<Form>) -> Result<Fetched, FetchError> {
        let unreachable = |source| FetchError::broken(&target.host, source);
        let place = self.places.acquire().await;
        let _place = place.map_err(|error| unreachable(error.into()))?;
        let stream = target.connect(&self.tls).await?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(HEADER_SIZE_BYTES)
            .max_headers(HEADERS)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| unreachable(error.into()))?;
        let request = target
            .request(form)
            .map_err(|error| unreachable(error.into()))?;
        let exchange = async {
            let response = sender
                .send_request(request)
                .await
                .map_err(|error| unreachable(error.into()))?;
            self.read(response, &target.host).await
        };
        tokio::pin!(connection, exchange);
        // The connection lives no longer than the exchange: nothing is left behind.
        tokio::select! {
            biased;
            fetched = exchange.as_mut() => fetched,
            ended = connection.as_mut() => match ended {
                Ok(()) => exchange.await,
                Err(error) => Err(unreachable(error.into())),
            },
        }
    }

    async fn read(&self, response: Response<Incoming>, host: &str) -> Result<Fetched, FetchError> {
        let (parts, mut body) = response.into_parts();
        if parts.status.is_redirection() {
            return Err(FetchError::Redirected(host.to_owned()));
        }
        if parts
            .headers
            .get(CONTENT_ENCODING)
            .is_some_and(|coding| coding != "identity")
        {
            return Err(FetchError::Encoded(host.to_owned()));
        }
        let too_large = || FetchError::TooLarge {
            host: host.to_owned(),
            max_body: self.policy.max_body,
        };
        let announced = number(&parts.headers, &CONTENT_LENGTH);
        if announced.is_some_and(|length| length > self.policy.max_body as u64) {
            return Err(too_large());
        }
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| FetchError::broken(host, error.into()))?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if bytes.len() + data.len() > self.policy.max_body {
                return Err(too_large());
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Fetched {
            status: parts.status,
            body: bytes.freeze(),
            max_age: max_age(&parts.headers),
            etag: text(&parts.headers, &ETAG),
        })
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Fetcher")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl Target {
    fn request(&self, form: Option<Form>) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut request = Request::get(&self.path)
            .header(HOST, &self.authority)
            .header(
                ACCEPT,
                "application/json, application/statuslist+jwt, */*;q=0.1",
            )
            .header(USER_AGENT, "airside");
        let mut body = Bytes::new();
        if let Some(form) = form {
            request = request
                .method(Method::POST)
                .header(AUTHORIZATION, form.authorization)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            body = form.body.into();
        }
        request.body(Full::new(body))
    }
}

/// Reads how much longer an answer is fresh (RFC 9111 §4.2): `max-age` less `Age`.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let mut seconds = None;
    for value in headers.get_all(CACHE_CONTROL) {
        for directive in value.to_str().ok()?.split(',') {
            let directive = directive.trim().to_ascii_lowercase();
            if directive == "no-store" || directive == "no-cache" {
                return Some(Duration::ZERO);
            }
            if let Some(given) = directive.strip_prefix("max-age=") {
                seconds = given.trim_matches('"').parse::<u64>().ok();
            }
        }
    }
    let age = number(headers, &AGE).unwrap_or(0);
    seconds.map(|seconds| Duration::from_secs(seconds.saturating_sub(age)))
}

fn number(headers: &HeaderMap, name: &http::HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn text(headers: &HeaderMap, name: &http::HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

const HEADER_SIZE_BYTES: usize = 16 * 1024;
const HEADERS: usize = 64;

#[cfg(test)]
mod tests;
