//! Requests to the issuer's address, as its clients send them.

use std::path::Path;

use airside_net::{Client, tls::ClientConfig};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::Value;
use url::Url;

use crate::{
    exit::CommandError,
    socket::{http_client, trusted, unreached},
};

/// The issuer as others see it.
pub struct Outside {
    /// Its name.
    pub issuer: String,
    /// The same, parsed.
    pub url: Url,
    /// The TLS configuration of its clients, with the certificate authorities that they trust.
    pub trusted: ClientConfig,
    http: Client,
}

impl Outside {
    /// # Errors
    ///
    /// `issuer` is not an address, or `ca` is not a file of certificate authorities.
    pub fn new(issuer: &str, ca: Option<&Path>) -> Result<Self, CommandError> {
        let url = Url::parse(issuer);
        let url = url.map_err(|error| CommandError::usage(format!("`{issuer}`: {error}")))?;
        Ok(Self {
            issuer: issuer.to_owned(),
            url,
            trusted: trusted(ca)?,
            http: http_client(ca)?,
        })
    }

    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Gets what is at `path` below the issuer, with one more header if there is one.
    ///
    /// # Errors
    ///
    /// The reason why there is no answer.
    pub async fn get(
        &self,
        path: &str,
        header: Option<(&str, &str)>,
    ) -> Result<Response<Bytes>, String> {
        let mut request = Request::get(format!("{}{path}", self.issuer));
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let request = request.body(Full::default());
        let sent = self.http.send(request.map_err(|error| error.to_string())?);
        sent.await.map_err(|error| unreached(&error))
    }
}

/// The member of an answer that is text.
pub fn text<'a>(answer: &'a Value, member: &str) -> Option<&'a str> {
    answer.get(member).and_then(Value::as_str)
}
