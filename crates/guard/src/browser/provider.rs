//! The issuer, as the guard's own client sees it: where its endpoints are, and what it answers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use airside_jose::json;
use airside_net::{FetchPolicy, Fetcher, Form, chain};
use airside_resource::{
    DiscoveryError, IssuerConnection, SetUpError, client_secret_basic, discover,
};
use arc_swap::ArcSwapOption;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

/// The issuer of a guard's browsers.
pub(super) struct Provider {
    issuer: String,
    authorization: HeaderValue,
    fetcher: Fetcher,
    known: ArcSwapOption<Known>,
    /// When the issuer last did not say, in seconds since 1970.
    failed_at: AtomicI64,
}

struct Known {
    endpoints: Endpoints,
    /// Seconds since 1970.
    until: i64,
}

/// What the issuer's metadata says (RFC 8414 §2, OpenID Connect Discovery).
#[derive(Clone, Deserialize)]
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

/// A good answer of the token endpoint (RFC 6749 §5.1).
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    token_type: String,
    pub(super) expires_in: Option<i64>,
    pub(super) refresh_token: Option<String>,
    pub(super) id_token: Option<String>,
}

/// Why there are no tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoTokens {
    /// The code or the refresh token is of no use any more: asking again does not help.
    Refused,
    /// Nobody answered as they must: asking again may help.
    Unavailable,
}

impl Provider {
    pub(super) fn new(
        issuer: &str,
        reach: &IssuerConnection,
        client_id: &str,
        client_secret: &str,
    ) -> Result<Self, SetUpError> {
        let fetcher = reach.fetcher(FetchPolicy {
            timeout: PATIENCE,
            max_concurrent: AT_ONCE,
            ..FetchPolicy::default()
        })?;
        Ok(Self {
            issuer: issuer.to_owned(),
            authorization: client_secret_basic(client_id, client_secret)?,
            fetcher,
            known: ArcSwapOption::empty(),
            failed_at: AtomicI64::new(i64::MIN),
        })
    }

    /// Where the endpoints are, as of an hour ago at most; older while the issuer does not say.
    pub(super) async fn endpoints(&self, now: i64) -> Option<Endpoints> {
        let known = self.known.load_full();
        if let Some(known) = known.as_ref().filter(|known| now < known.until) {
            return Some(known.endpoints.clone());
        }
        // whoever opens the page may not make the guard ask as often as that
        let failed_at = self.failed_at.load(Ordering::Relaxed);
        if (0..COOLDOWN_SECONDS).contains(&now.saturating_sub(failed_at)) {
            return known.map(|known| known.endpoints.clone());
        }
        match self.discover().await {
            Ok(endpoints) => {
                let until = now.saturating_add(KNOWN_SECONDS);
                let known = Known {
                    endpoints: endpoints.clone(),
                    until,
                };
                self.known.store(Some(Arc::new(known)));
                Some(endpoints)
            }
            Err(error) => {
                self.failed_at.store(now, Ordering::Relaxed);
                tracing::warn!(error = %chain(&error), "the issuer's metadata is not to be had");
                known.map(|known| known.endpoints.clone())
            }
        }
    }

    async fn discover(&self) -> Result<Endpoints, DiscoveryError> {
        let read = |metadata| serde_json::from_value(Value::Object(metadata)).ok();
        discover(&self.issuer, &self.fetcher, read).await
    }

    /// Asks for tokens (RFC 6749 §4.1.3, §6).
    pub(super) async fn tokens(
        &self,
        fields: &[(&str, &str)],
        now: i64,
    ) -> Result<Tokens, NoTokens> {
        let endpoints = self.endpoints(now).await.ok_or(NoTokens::Unavailable)?;
        let answer = self
            .fetcher
            .post(&endpoints.token_endpoint, self.form(fields));
        let answer = answer.await.map_err(|error| {
            tracing::warn!(error = chain(&error), "the token endpoint does not answer");
            NoTokens::Unavailable
        })?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::BAD_REQUEST => {
                tracing::info!(error = error_code(&answer.body), "no tokens are given");
                return Err(NoTokens::Refused);
            }
            status => {
                let error = error_code(&answer.body);
                tracing::warn!(%status, error, "the token endpoint does not give tokens");
                return Err(NoTokens::Unavailable);
            }
        }
        let tokens: Tokens = json::parse(&answer.body).map_err(|_| NoTokens::Unavailable)?;
        match tokens.token_type.eq_ignore_ascii_case("bearer") {
            true => Ok(tokens),
            false => Err(NoTokens::Unavailable),
        }
    }

    /// What the issuer says of a person (OpenID Connect Core §5.3); nothing if it does not say: then
    /// the ID token must do.
    pub(super) async fn user_info(&self, access_token: &str, now: i64) -> Map<String, Value> {
        let endpoint = self.endpoints(now).await;
        let Some(endpoint) = endpoint.and_then(|one| one.userinfo_endpoint) else {
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
        match self.fetcher.post(&endpoint, form).await {
            Ok(answer) if answer.status == StatusCode::OK => {
                json::parse(&answer.body).unwrap_or_default()
            }
            Ok(answer) => {
                tracing::info!(status = %answer.status, "the issuer says nothing of a person");
                Map::new()
            }
            Err(error) => {
                tracing::warn!(error = chain(&error), "the issuer says nothing of a person");
                Map::new()
            }
        }
    }

    /// Tells the issuer that a refresh token is not needed any more (RFC 7009). That it could not be
    /// told is in the log: whoever signs out is signed out here all the same.
    pub(super) async fn revoke(&self, refresh_token: &str, now: i64) {
        let endpoint = self.endpoints(now).await;
        let Some(endpoint) = endpoint.and_then(|one| one.revocation_endpoint) else {
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

/// The code of an error (RFC 6749 §5.2), for the log: one of its own words, or nothing.
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

const PATIENCE: Duration = Duration::from_secs(10);
const AT_ONCE: usize = 64;
const KNOWN_SECONDS: i64 = 60 * 60;
const COOLDOWN_SECONDS: i64 = 2;
