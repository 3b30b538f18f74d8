//! The guard as a client of the issuer: its endpoints, and the requests to them.

use std::{sync::Arc, time::Duration};

use airside_jose::json;
use airside_net::{FetchError, FetchPolicy, Fetched, Fetcher, Form, chain};
use airside_refresh::{FetchResult, Freshness, RefreshError, RefreshPolicy, Refreshed};
use airside_resource::{IssuerConnection, SetUpError, client_secret_basic, clock, discover};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

/// The issuer that browser mode signs people in at.
pub(super) struct Provider {
    issuer: String,
    authorization: HeaderValue,
    fetcher: Fetcher,
    endpoints: Refreshed<Arc<Endpoints>>,
}

/// The issuer's metadata (RFC 8414 §2, OpenID Connect Discovery), as far as it is used.
#[derive(Deserialize)]
pub(super) struct Endpoints {
    pub(super) authorization_endpoint: Url,
    token_endpoint: Url,
    userinfo_endpoint: Option<Url>,
    revocation_endpoint: Option<Url>,
    pub(super) end_session_endpoint: Option<Url>,
    /// RFC 9207 §3.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

/// A successful answer of the token endpoint (RFC 6749 §5.1).
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    token_type: String,
    pub(super) expires_in: Option<i64>,
    pub(super) refresh_token: Option<String>,
    pub(super) id_token: Option<String>,
}

/// The reasons for which the token endpoint gives no tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenError {
    /// The code or the refresh token is not valid any more: a retry does not help.
    Refused,
    /// There is no answer, or not one that the protocol knows: a retry may help.
    Unavailable,
}

impl Provider {
    pub(super) fn new(
        issuer: &str,
        connection: &IssuerConnection,
        client_id: &str,
        client_secret: &str,
    ) -> Result<Self, SetUpError> {
        let fetcher = connection.fetcher(FetchPolicy {
            timeout: TIMEOUT,
            max_concurrent: MAX_CONCURRENT,
            ..FetchPolicy::default()
        })?;
        Ok(Self {
            issuer: issuer.to_owned(),
            authorization: client_secret_basic(client_id, client_secret)?,
            fetcher,
            endpoints: Refreshed::new(
                RefreshPolicy::DEFAULT,
                Arc::new(|| clock::system()().as_i64()),
            ),
        })
    }

    /// Returns the endpoints that the issuer's metadata names; `None` if it cannot be read.
    pub(super) async fn endpoints(&self) -> Option<Arc<Endpoints>> {
        let fetch = || read_metadata(self.issuer.clone(), self.fetcher.clone());
        self.endpoints.get(fetch).await.ok()
    }

    /// Requests tokens (RFC 6749 §4.1.3, §6).
    pub(super) async fn tokens(&self, fields: &[(&str, &str)]) -> Result<Tokens, TokenError> {
        let endpoints = self.endpoints().await.ok_or(TokenError::Unavailable)?;
        let answer = self
            .fetcher
            .post(&endpoints.token_endpoint, self.form(fields));
        let answer = answer.await.map_err(|error| {
            tracing::warn!(error = chain(&error), "the token endpoint does not answer");
            TokenError::Unavailable
        })?;
        require_granted(&answer)?;
        let tokens: Tokens = json::parse(&answer.body).map_err(|_| TokenError::Unavailable)?;
        match tokens.token_type.eq_ignore_ascii_case("bearer") {
            true => Ok(tokens),
            false => Err(TokenError::Unavailable),
        }
    }

    /// Returns the claims of the UserInfo endpoint (OpenID Connect Core §5.3); none if it gives none, and
    /// then those of the ID token are used alone.
    pub(super) async fn user_info(&self, access_token: &str) -> Map<String, Value> {
        let endpoints = self.endpoints().await;
        let Some(endpoint) = endpoints.and_then(|it| it.userinfo_endpoint.clone()) else {
            return Map::new();
        };
        let Ok(mut authorization) = HeaderValue::from_str(&format!("Bearer {access_token}")) else {
            return Map::new();
        };
        authorization.set_sensitive(true);
        let form = Form {
            authorization,
            body: String::new(),
        };
        claims_of(self.fetcher.post(&endpoint, form).await)
    }

    /// Revokes a refresh token at the issuer (RFC 7009). A failure is only logged: the session at the guard
    /// ends all the same.
    pub(super) async fn revoke(&self, refresh_token: &str) {
        let endpoints = self.endpoints().await;
        let Some(endpoint) = endpoints.and_then(|it| it.revocation_endpoint.clone()) else {
            return;
        };
        let form = self.form(&[
            ("token", refresh_token),
            ("token_type_hint", "refresh_token"),
        ]);
        match self.fetcher.post(&endpoint, form).await {
            Ok(answer) if answer.status == StatusCode::OK => {}
            Ok(answer) => {
                tracing::warn!(status = %answer.status, "a refresh token could not be revoked");
            }
            Err(error) => {
                tracing::warn!(
                    error = chain(&error),
                    "a refresh token could not be revoked"
                );
            }
        }
    }

    fn form(&self, fields: &[(&str, &str)]) -> Form {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        Form {
            authorization: self.authorization.clone(),
            body,
        }
    }
}

fn require_granted(answer: &Fetched) -> Result<(), TokenError> {
    match answer.status {
        StatusCode::OK => Ok(()),
        StatusCode::BAD_REQUEST => {
            tracing::info!(
                error = error_code(&answer.body),
                "the token endpoint refused the request"
            );
            Err(TokenError::Refused)
        }
        status => {
            let error = error_code(&answer.body);
            tracing::warn!(%status, error, "the token endpoint answered with an unexpected status");
            Err(TokenError::Unavailable)
        }
    }
}

/// Returns the claims of a UserInfo answer; none if there is no such answer.
fn claims_of(answered: Result<Fetched, FetchError>) -> Map<String, Value> {
    match answered {
        Ok(answer) if answer.status == StatusCode::OK => {
            json::parse(&answer.body).unwrap_or_default()
        }
        Ok(answer) => {
            tracing::info!(status = %answer.status, "the UserInfo endpoint gave no claims");
            Map::new()
        }
        Err(error) => {
            tracing::warn!(
                error = chain(&error),
                "the UserInfo endpoint gave no claims"
            );
            Map::new()
        }
    }
}

/// Reads the metadata, which is fresh for an hour and used for a day more while it cannot be read.
async fn read_metadata(issuer: String, fetcher: Fetcher) -> FetchResult<Arc<Endpoints>> {
    let read = |metadata| serde_json::from_value(Value::Object(metadata)).ok();
    match discover(&issuer, &fetcher, read).await {
        Ok(endpoints) => {
            let freshness = Freshness::new(clock::system()().as_i64(), FRESH_SECONDS);
            Ok((Arc::new(endpoints), freshness.stale_for(STALE_SECONDS)))
        }
        Err(error) => {
            tracing::warn!(
                error = chain(&error),
                "the issuer's metadata cannot be read"
            );
            Err(RefreshError::new(error))
        }
    }
}

/// Returns the code of an error (RFC 6749 §5.2) for the log, without characters that no code has.
fn error_code(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Answer {
        error: String,
    }
    let answer = json::parse(body).ok();
    let code = answer
        .map(|answer: Answer| answer.error)
        .unwrap_or_default();
    let is_code = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    code.bytes()
        .take(64)
        .filter(|byte| is_code(*byte))
        .map(char::from)
        .collect()
}

const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_CONCURRENT: usize = 64;
const FRESH_SECONDS: i64 = 60 * 60;
const STALE_SECONDS: i64 = 24 * 60 * 60;

#[cfg(test)]
mod tests;
