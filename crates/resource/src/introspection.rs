//! Asks the issuer about each token (RFC 7662): for tokens that are not JWTs, or where a revocation must
//! count without delay.

use std::{fmt, sync::Arc};

use airside_jose::{UnixSeconds, base64url, is_role, json};
use airside_net::{FetchPolicy, Fetcher, Form, chain};
use airside_policy::Principal;
use http::{HeaderValue, request::Parts};
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use crate::{
    IssuerConnection, Rejection, SetUpError,
    bearer::bearer_token,
    caller::text_claim,
    clock::{self, Clock},
};

/// Asks one issuer about tokens for one API. Every token costs a request: answers are not cached.
#[derive(Clone)]
pub struct Introspector {
    shared: Arc<Shared>,
}

struct Shared {
    endpoint: Url,
    issuer: String,
    audience: String,
    authorization: HeaderValue,
    fetcher: Fetcher,
    clock: Clock,
}

/// The introspection endpoint of an issuer, and the API's credentials there.
#[derive(Clone)]
pub struct IntrospectionOptions {
    /// The issuer's identifier.
    pub issuer: String,
    /// The API's own, which must be in the token's `aud`.
    pub audience: String,
    /// The issuer's introspection endpoint.
    pub endpoint: Url,
    /// The client that the API is to the issuer; it authenticates by `client_secret_basic`.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The requirements of the connection to the issuer.
    pub connection: IssuerConnection,
}

/// A token that is active by the issuer's answer, for this API and now.
#[derive(Clone, PartialEq)]
pub struct IntrospectedToken {
    claims: Map<String, Value>,
}

impl Introspector {
    /// Sets up introspection.
    ///
    /// # Errors
    ///
    /// [`SetUpError`] if TLS cannot be set up.
    pub fn new(options: IntrospectionOptions) -> Result<Self, SetUpError> {
        Self::with_clock(options, clock::system())
    }

    /// Does the same with another clock than the system's.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn with_clock(options: IntrospectionOptions, clock: Clock) -> Result<Self, SetUpError> {
        let fetcher = options.connection.fetcher(FetchPolicy::default())?;
        Ok(Self {
            shared: Arc::new(Shared {
                endpoint: options.endpoint,
                issuer: options.issuer,
                audience: options.audience,
                authorization: client_secret_basic(&options.client_id, &options.client_secret)?,
                fetcher,
                clock,
            }),
        })
    }

    /// Asks about the bearer token of a request.
    ///
    /// # Errors
    ///
    /// [`Rejection`]: no token, one that is not active, not for this API or bound to a key, or no
    /// answer.
    pub async fn verify(&self, request: &Parts) -> Result<IntrospectedToken, Rejection> {
        self.verify_token(bearer_token(&request.headers)?).await
    }

    /// Asks about a token that was found elsewhere.
    ///
    /// # Errors
    ///
    /// As [`Self::verify`].
    pub async fn verify_token(&self, token: &str) -> Result<IntrospectedToken, Rejection> {
        let shared = &self.shared;
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let form = Form {
            authorization: shared.authorization.clone(),
            body,
        };
        let answer = shared.fetcher.post(&shared.endpoint, form).await;
        let answer = answer.map_err(|error| {
            tracing::warn!(error = chain(&error), "the introspection request failed");
            Rejection::Unavailable
        })?;
        if answer.status != 200 {
            tracing::warn!(status = %answer.status, "the introspection endpoint answered with an error");
            return Err(Rejection::Unavailable);
        }
        let claims = json::parse(&answer.body).map_err(|_| Rejection::Unavailable)?;
        shared.judge(claims)
    }
}

/// Makes the header by which a client authenticates with its secret (RFC 6749 §2.3.1).
///
/// # Errors
///
/// [`SetUpError::Credentials`] if they cannot be sent in a header.
pub fn client_secret_basic(
    client_id: &str,
    client_secret: &str,
) -> Result<HeaderValue, SetUpError> {
    // RFC6749-2.3.1: both parts are form-encoded before they are joined
    let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", part(client_id), part(client_secret));
    let mut authorization = HeaderValue::from_str(&format!("Basic {}", base64(&pair)))
        .map_err(|_| SetUpError::Credentials)?;
    authorization.set_sensitive(true);
    Ok(authorization)
}

impl Shared {
    fn judge(&self, claims: Map<String, Value>) -> Result<IntrospectedToken, Rejection> {
        let refused = |cause: &str| Err(Rejection::InvalidToken(cause.to_owned()));
        // RFC7662-2.2: `active` is required; nothing but `true` is
        if claims.get("active") != Some(&Value::Bool(true)) {
            return refused("the issuer says that the token is not active");
        }
        if claims.get("iss").is_some_and(|iss| *iss != self.issuer) {
            return refused("the token is of another issuer");
        }
        let names_us = match claims.get("aud") {
            Some(Value::String(one)) => *one == self.audience,
            Some(Value::Array(many)) => many.iter().any(|one| *one == self.audience),
            _ => false,
        };
        // RFC7662-4: an API must not take a token that was meant for another
        if !names_us {
            return refused("the token's `aud` does not name this audience");
        }
        let now = (self.clock)();
        let expired = claims
            .get("exp")
            .map(|exp| exp.as_i64().is_none_or(|exp| UnixSeconds::new(exp) <= now));
        if expired == Some(true) {
            return refused("the token has expired");
        }
        if claims.contains_key("cnf") {
            return refused("the token is bound to a key, and no proof is checked here");
        }
        Ok(IntrospectedToken { claims })
    }
}

impl IntrospectedToken {
    /// Returns all that the issuer said.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Returns the facts that rules decide on; a token without a subject owns nothing.
    #[must_use]
    pub fn principal(&self) -> Principal {
        let text = |name| {
            self.claims
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (subject, client) = (text("sub"), text("client_id"));
        let principal = match subject == client {
            true => Principal::client(client),
            false => Principal::user(subject, client),
        };
        let mut principal = principal.with_scopes(text("scope"));
        let roles = self.claims.get("roles").and_then(Value::as_array);
        let roles = roles.into_iter().flatten().filter_map(Value::as_str);
        let roles = roles.filter(|role| is_role(role));
        principal.roles.extend(roles.map(str::to_owned));
        let texts = self.claims.iter();
        let texts = texts.filter_map(text_claim);
        principal.claims.extend(texts);
        principal
    }
}

/// RFC7617-2: ordinary base64, with padding.
fn base64(text: &str) -> String {
    let url = base64url::encode(text);
    let padding = "=".repeat((4 - url.len() % 4) % 4);
    url.replace('-', "+").replace('_', "/") + &padding
}

impl fmt::Debug for Introspector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Introspector")
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for IntrospectionOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("IntrospectionOptions");
        debug.field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl fmt::Debug for IntrospectedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IntrospectedToken")
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
