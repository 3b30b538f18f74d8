//! The one outgoing HTTP client.
//!
//! A URL or a DNS answer that an attacker chose must not reach the internal network: addresses are
//! checked between the DNS answer and the connection, and the connection goes to the checked address.

mod connect;
mod error;
mod fetched;
mod policy;

use std::{fmt, sync::Arc};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderValue, Method, Request, StatusCode,
    header::{
        ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT,
    },
    response::Parts,
};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::{sync::Semaphore, time::timeout};
use url::Url;

use self::{connect::Target, fetched::number};
pub use self::{error::FetchError, fetched::Fetched, policy::FetchPolicy};
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

/// The request that is sent to an address, and the part of the answer that is read.
enum Sending {
    /// A `GET`.
    Question,
    /// A form with credentials.
    Form(Form),
    /// A form without credentials, of whose answer only the status counts.
    Notice(String),
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
        self.send(url, Sending::Question).await
    }

    /// Submits a form (`application/x-www-form-urlencoded`).
    ///
    /// # Errors
    ///
    /// As [`Self::get`].
    pub async fn post(&self, url: &Url, form: Form) -> Result<Fetched, FetchError> {
        self.send(url, Sending::Form(form)).await
    }

    /// Submits a form without credentials, and returns the status of the answer. Nothing of its body is
    /// read, however large it is.
    ///
    /// # Errors
    ///
    /// As [`Self::get`], but for those about the body.
    pub async fn notify(&self, url: &Url, fields: String) -> Result<StatusCode, FetchError> {
        let answer = self.send(url, Sending::Notice(fields)).await?;
        Ok(answer.status)
    }

    /// Returns the rules and limits.
    #[must_use]
    pub fn policy(&self) -> FetchPolicy {
        self.policy
    }

    /// Makes a fetcher that trusts the same certificate authorities, and has rules and limits of its own.
    #[must_use]
    pub fn with_policy(&self, policy: FetchPolicy) -> Self {
        Self {
            tls: Arc::clone(&self.tls),
            places: Arc::new(Semaphore::new(policy.max_concurrent)),
            policy,
        }
    }

    async fn send(&self, url: &Url, sending: Sending) -> Result<Fetched, FetchError> {
        let target = Target::parse(url, &self.policy)?;
        let host = target.host.clone();
        timeout(self.policy.timeout, self.fetch(target, sending))
            .await
            .unwrap_or(Err(FetchError::Timeout(host)))
    }

    async fn fetch(&self, target: Target, sending: Sending) -> Result<Fetched, FetchError> {
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
        let only_status = matches!(sending, Sending::Notice(_));
        let request = target
            .request(sending)
            .map_err(|error| unreachable(error.into()))?;
        let exchange = async {
            let sent = sender.send_request(request).await;
            let (parts, body) = sent
                .map_err(|error| unreachable(error.into()))?
                .into_parts();
            match parts.status.is_redirection() {
                true => Err(FetchError::Redirected(target.host.clone())),
                false if only_status => Ok(Fetched::of(&parts, Bytes::new())),
                false => self.read(parts, body, &target.host).await,
            }
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

    async fn read(
        &self,
        parts: Parts,
        mut body: Incoming,
        host: &str,
    ) -> Result<Fetched, FetchError> {
        self.check_head(&parts, host)?;
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| FetchError::broken(host, error.into()))?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if bytes.len() + data.len() > self.policy.max_body {
                return Err(self.too_large(host));
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Fetched::of(&parts, bytes.freeze()))
    }

    /// Refuses an answer that is encoded, or announces more bytes than are read.
    fn check_head(&self, parts: &Parts, host: &str) -> Result<(), FetchError> {
        let encoding = parts.headers.get(CONTENT_ENCODING);
        if encoding.is_some_and(|coding| coding != "identity") {
            return Err(FetchError::Encoded(host.to_owned()));
        }
        let announced = number(&parts.headers, &CONTENT_LENGTH);
        match announced.is_some_and(|length| length > self.policy.max_body as u64) {
            true => Err(self.too_large(host)),
            false => Ok(()),
        }
    }

    fn too_large(&self, host: &str) -> FetchError {
        FetchError::TooLarge {
            host: host.to_owned(),
            max_body: self.policy.max_body,
        }
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
    fn request(&self, sending: Sending) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut request = Request::get(&self.path)
            .header(HOST, &self.authority)
            .header(
                ACCEPT,
                "application/json, application/statuslist+jwt, */*;q=0.1",
            )
            .header(USER_AGENT, "airside");
        let fields = match sending {
            Sending::Question => return request.body(Full::default()),
            Sending::Form(form) => {
                request = request.header(AUTHORIZATION, form.authorization);
                form.body
            }
            Sending::Notice(fields) => fields,
        };
        request
            .method(Method::POST)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(fields.into()))
    }
}

const HEADER_SIZE_BYTES: usize = 16 * 1024;
const HEADERS: usize = 64;

#[cfg(test)]
mod tests;
