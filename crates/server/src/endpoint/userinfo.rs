//! `/userinfo` (OIDC Core §5.3), asked with a token by one of the ways of RFC 6750 §2.

use airside_jose::{Compact, VerifiedToken, VerifyError, base64url, json::parse};
use airside_oauth::{
    error::{OAuthError, RefusalCause},
    id::UserId,
    refusal::RefusalReason,
    token::{
        presented::{access_token_keys, grant_id, invalid_because},
        userinfo::{self, Asking},
    },
};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;

use crate::{
    input::{self, BodyError},
    refusal::{Refusal, RefusedRequest},
    request_context::RequestContext,
    respond::{EndpointError, json},
};

/// Answers with the claims that the presented access token releases.
pub async fn handle(
    context: RequestContext,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match answer(&context, &method, &headers, body).await {
        Ok(answer) => answer,
        Err(refused) => refused.respond(&context, &headers),
    }
}

async fn answer(
    context: &RequestContext,
    method: &Method,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let in_form = form_token(method, headers, body).await?;
    if in_form.is_some() && headers.contains_key(header::AUTHORIZATION) {
        // RFC6750-3.1: more than one way to send a token is an invalid request
        let error = OAuthError::invalid_request(
            "the token is in the body, and there is an Authorization header",
        );
        return Err(Refused::request(
            error.because(RefusalReason::AccessTokenRepeated),
        ));
    }
    let text = in_form.as_deref().or_else(|| bearer(headers));
    let text = text.ok_or_else(Refused::without_token)?;
    let issuer = &context.issuer;
    let profile = issuer.profile();
    let token = issuer.keys().access_token(text, &profile, issuer.now());
    let token = token.map_err(|error| Refused::unverified(&error, text))?;
    let facts = issuer.store.look(&access_token_keys(&token)).await;
    let facts = facts.map_err(|cause| Refused::Failed(cause.into()))?;
    if let Some(reason) = invalid_because(&token, &facts) {
        return Err(Refused::token(reason, "the token was revoked").of(&token));
    }
    if !token.has_scope("openid") {
        return Err(Refused::without_openid().of(&token));
    }
    let user = facts.user.as_ref().ok_or_else(|| {
        let reason = RefusalReason::AccessTokenWithoutPerson;
        Refused::token(reason, "the token is not about a person").of(&token)
    })?;
    let client = token.client_id().parse().ok();
    let client = client.and_then(|id| issuer.client(&id));
    let asking = Asking {
        client: client.as_deref(),
        grant: facts.grant.as_ref(),
    };
    let claims = userinfo::claims(&token, user, asking, &profile);
    let client = client.as_deref();
    let algorithm = client.and_then(|client| client.settings.userinfo_signed_response_alg);
    let (Some(client), Some(algorithm)) = (client, algorithm) else {
        return Ok(json(StatusCode::OK, &claims));
    };
    let registered = (&client.client_id, algorithm);
    userinfo::sign_claims(
        claims,
        registered,
        &profile,
        &issuer.keys().keyring,
        issuer.now(),
    )
    .map(jwt)
    .map_err(|cause| Refused::Failed(EndpointError::Bug(cause.to_string())))
}

/// A request that is not answered with claims.
enum Refused {
    /// It is challenged (RFC 6750 §3).
    Challenged(Box<Challenged>),
    /// It failed in a way that has nothing to do with tokens.
    Failed(EndpointError),
}

struct Challenged {
    status: StatusCode,
    /// The code of RFC 6750 §3.1; empty if no token was sent.
    code: &'static str,
    description: String,
    /// The parameters of the challenge after the realm.
    parameters: String,
    cause: RefusalCause,
    /// The client that the token says it was issued to.
    client_id: Option<String>,
}

impl Refused {
    fn challenged(status: StatusCode, code: &'static str, error: OAuthError) -> Self {
        Self::Challenged(Box::new(Challenged {
            status,
            code,
            parameters: parameters(code, &error.description),
            cause: error.cause().clone(),
            description: error.description,
            client_id: None,
        }))
    }

    fn request(error: OAuthError) -> Self {
        Self::challenged(StatusCode::BAD_REQUEST, "invalid_request", error)
    }

    fn token(reason: RefusalReason, why: &str) -> Self {
        let error = OAuthError::invalid_request(why).because(reason);
        Self::challenged(StatusCode::UNAUTHORIZED, "invalid_token", error)
    }

    fn unverified(error: &VerifyError, text: &str) -> Self {
        let reason = match error {
            VerifyError::Expired => RefusalReason::AccessTokenExpired,
            VerifyError::UnknownKey => RefusalReason::AccessTokenUnknownKey,
            VerifyError::BadSignature => RefusalReason::AccessTokenSignatureWrong,
            _ => RefusalReason::AccessTokenMalformed,
        };
        let mut refused = Self::token(reason, &error.to_string());
        refused.set(|challenged| challenged.client_id = unverified_client_id(text));
        refused
    }

    /// RFC6750-3.1: a request without a token is told no error
    fn without_token() -> Self {
        let error = OAuthError::invalid_request("").because(RefusalReason::AccessTokenMissing);
        Self::challenged(StatusCode::UNAUTHORIZED, "", error)
    }

    /// OIDC-Core-5.3.1: the token must have been issued for an OpenID request
    fn without_openid() -> Self {
        let error =
            OAuthError::invalid_request("").because(RefusalReason::AccessTokenWithoutOpenid);
        let mut refused = Self::challenged(StatusCode::FORBIDDEN, "insufficient_scope", error);
        refused.set(|challenged| challenged.parameters.push_str(", scope=\"openid\""));
        refused
    }

    fn set(&mut self, change: impl FnOnce(&mut Challenged)) {
        if let Self::Challenged(challenged) = self {
            change(challenged);
        }
    }

    fn of(mut self, token: &VerifiedToken) -> Self {
        self.set(|challenged| {
            challenged.cause.user = token.subject().parse::<UserId>().ok();
            challenged.cause.grant = grant_id(token);
            challenged.client_id = Some(token.client_id().to_owned());
        });
        self
    }

    fn respond(self, context: &RequestContext, headers: &HeaderMap) -> Response {
        let challenged = match self {
            Self::Challenged(challenged) => challenged,
            Self::Failed(error) => {
                let request = RefusedRequest::from(ENDPOINT, headers, None);
                return error.respond(context, &request);
            }
        };
        let refusal = Refusal {
            code: challenged.code,
            description: &challenged.description,
            cause: &challenged.cause,
        };
        context.report(
            &RefusedRequest::from(ENDPOINT, headers, challenged.client_id),
            refusal,
        );
        challenge(challenged.status, &challenged.parameters)
    }
}

impl From<BodyError> for Refused {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Malformed(error) => Self::request(error),
            error => Self::Failed(error.into()),
        }
    }
}

/// OIDC-Core-5.3.2: the type of a signed answer.
fn jwt(signed: String) -> Response {
    let mut response = Response::new(Body::from(signed));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/jwt"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// RFC6750-2.2: a POST may carry the token in a form; a GET may not, and a query (§2.3) is never read.
async fn form_token(
    method: &Method,
    headers: &HeaderMap,
    body: Body,
) -> Result<Option<String>, BodyError> {
    if method != Method::POST || !input::is_form(headers) {
        return Ok(None);
    }
    let form = input::form(headers, body, &[]).await?;
    Ok(form.one("access_token").map(str::to_owned))
}

/// Returns the client that a token says it was issued to, before anything of it is proved: for the log.
fn unverified_client_id(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Unverified {
        client_id: String,
    }
    // INVARIANT: bounds the size before anything is decoded
    Compact::parse(text).ok()?;
    let payload = base64url::decode(text.split('.').nth(1)?).ok()?;
    let claims = parse::<Unverified>(&payload).ok()?;
    Some(claims.client_id)
}

/// RFC6750-2.1: one `Authorization` header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next()?.to_str().ok()?;
    let (scheme, token) = line.split_once(' ')?;
    let single = lines.next().is_none() && scheme.eq_ignore_ascii_case("bearer");
    single.then(|| token.trim_start_matches(' '))
}

/// Renders the parameters of RFC 6750 §3 after the realm; those that are empty are left out.
fn parameters(code: &str, why: &str) -> String {
    let why: String = why
        .chars()
        .filter(|c| !matches!(c, '"' | '\\') && !c.is_control())
        .collect();
    match (code, why.as_str()) {
        ("", _) => String::new(),
        (code, "") => format!(", error=\"{code}\""),
        (code, why) => format!(", error=\"{code}\", error_description=\"{why}\""),
    }
}

const ENDPOINT: &str = "/userinfo";

/// RFC6750-3: what is wrong, and nothing when no token was sent.
fn challenge(status: StatusCode, parameters: &str) -> Response {
    let value = HeaderValue::from_str(&format!("Bearer realm=\"airside\"{parameters}"));
    let mut response = status.into_response();
    let fallback = HeaderValue::from_static("Bearer");
    let headers = response.headers_mut();
    headers.insert(header::WWW_AUTHENTICATE, value.unwrap_or(fallback));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
