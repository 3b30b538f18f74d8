//! A refused request in the log and the audit trail: the only place where its true reason is written.
//!
//! Nothing here depends on a secret, and an unknown client takes the same work as a known one.

mod fix;
mod product;
mod trail;

pub use trail::RefusalTrail;

use std::sync::Arc;

use airside_oauth::{
    client::{Client, client_auth::claimed_client_id},
    error::{OAuthError, RefusalCause},
    refusal::RefusalReason,
    request::form::Params,
    state::event::{Event, EventKind},
};
use http::{HeaderMap, header};

use self::product::Product;
use crate::request_context::RequestContext;

/// The request that is refused, as far as it can be told without a proof.
#[derive(Debug, Default)]
pub struct RefusedRequest<'a> {
    /// The path of the endpoint.
    pub endpoint: &'static str,
    /// The client that the request claims to come from.
    pub client_id: Option<String>,
    /// The redirect URI, if it is one that the client registered.
    pub redirect_uri: Option<&'a str>,
    /// The `User-Agent` of a back-channel request.
    pub user_agent: Option<&'a str>,
}

impl<'a> RefusedRequest<'a> {
    /// Returns what a back-channel request says about itself; it is read only once it is refused.
    pub fn of(endpoint: &'static str, headers: &'a HeaderMap, form: Option<&Params>) -> Self {
        let lines = headers.get_all(header::AUTHORIZATION).iter();
        let lines: Vec<&[u8]> = lines.map(|value| value.as_bytes()).collect();
        Self {
            client_id: claimed_client_id(&lines, form),
            ..Self::from(endpoint, headers, None)
        }
    }

    /// Returns a back-channel request that claims to come from this client.
    pub fn from(endpoint: &'static str, headers: &'a HeaderMap, client_id: Option<String>) -> Self {
        let user_agent = headers.get(header::USER_AGENT);
        Self {
            endpoint,
            client_id,
            redirect_uri: None,
            user_agent: user_agent.and_then(|value| value.to_str().ok()),
        }
    }
}

/// The answer to a refused request, and its cause.
#[derive(Clone, Copy, Debug)]
pub struct Refusal<'a> {
    /// The code that the client is told.
    pub code: &'a str,
    /// The text that the client is told.
    pub description: &'a str,
    /// The cause, which it is not told.
    pub cause: &'a RefusalCause,
}

impl<'a> From<&'a OAuthError> for Refusal<'a> {
    fn from(error: &'a OAuthError) -> Self {
        Self {
            code: error.code.as_str(),
            description: &error.description,
            cause: error.cause(),
        }
    }
}

impl RequestContext {
    /// Writes the line of a refused request; if its client is registered, the audit trail tells it too.
    pub fn report(&self, request: &RefusedRequest<'_>, refusal: Refusal<'_>) {
        let claimed = request.client_id.as_deref().unwrap_or_default();
        let id = claimed.parse().ok();
        let client: Option<Arc<Client>> = id.and_then(|id| self.issuer.registration(&id));
        let reason = true_reason(refusal.cause.reason, client.as_deref());
        let detail = printable(&refusal.cause.detail, MAX_DETAIL);
        let because = match detail.as_str() {
            "" => reason.as_str().to_owned(),
            detail => format!("{reason}: {detail}"),
        };
        let product = Product::of(request.redirect_uri, request.user_agent);
        write(&Line {
            reason,
            endpoint: request.endpoint,
            client: &printable(claimed, MAX_CLIENT_ID),
            is_known: client.is_some(),
            code: refusal.code,
            because: &because,
            description: &printable(refusal.description, MAX_DETAIL),
            product: product.map(|product| product.name),
            fix: fix::fix(reason, &detail, client.as_deref(), product),
            trace_id: &self.origin.trace_id,
        });
        let event = Event {
            client: client.map(|client| client.client_id.clone()),
            user: refusal.cause.user,
            grant: refusal.cause.grant,
            detail: format!("{} {}: {because}", request.endpoint, refusal.code),
            ..self.event(EventKind::TokenRefused)
        };
        let told = self.issuer.refusals.admit(reason, event);
        told.into_iter()
            .for_each(|event| self.issuer.audit_buffer.note(event));
    }
}

/// A disabled client is answered as one that does not exist; here it is not.
fn true_reason(reason: RefusalReason, client: Option<&Client>) -> RefusalReason {
    match (reason, client) {
        (RefusalReason::ClientUnknown, Some(client)) if client.disabled => {
            RefusalReason::ClientDisabled
        }
        _ => reason,
    }
}

/// The content of a refused request's line.
struct Line<'a> {
    reason: RefusalReason,
    endpoint: &'static str,
    client: &'a str,
    is_known: bool,
    code: &'a str,
    because: &'a str,
    description: &'a str,
    product: Option<&'static str>,
    fix: Option<String>,
    trace_id: &'a str,
}

macro_rules! lines {
    ($($reason:ident)*) => {
        /// Each reason has a place of its own in the code, so that the log's limit for one place lets no
        /// flood of one reason hide the others.
        fn write(line: &Line<'_>) {
            match line.reason {
                $(RefusalReason::$reason => tracing::info!(
                    endpoint = line.endpoint,
                    client = line.client,
                    known_client = line.is_known,
                    error = line.code,
                    reason = line.because,
                    error_description = line.description,
                    product = line.product,
                    fix = line.fix,
                    trace_id = line.trace_id,
                    "request refused: {}", RefusalReason::$reason
                ),)*
            }
        }
    };
}

airside_oauth::for_each_refusal_reason!(lines);

/// Returns the beginning of a text as visible ASCII; nothing of one that may hold a secret, such as a
/// token that was sent as a `client_id`.
pub(crate) fn printable(text: &str, max_chars: usize) -> String {
    if SECRET_MARKS.iter().any(|mark| text.contains(mark)) {
        return "(not shown: it looks like a secret)".to_owned();
    }
    let mut shown = String::new();
    for c in text.chars().take(max_chars) {
        match c {
            ' '..='~' => shown.push(c),
            _ => shown.extend(c.escape_unicode()),
        }
    }
    if text.chars().nth(max_chars).is_some() {
        shown.push_str("...");
    }
    shown
}

/// The beginnings of codes, refresh tokens, client secrets and JWTs of this issuer.
const SECRET_MARKS: [&str; 4] = ["airside_ac_", "airside_rt_", "airside_cs_", "eyJ"];
const MAX_CLIENT_ID: usize = 255;
/// The longest text of a stranger in a line.
pub(crate) const MAX_DETAIL: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_send_is_shown_in_part_and_as_visible_ascii() {
        // A32
        assert_eq!(printable("billing", 64), "billing");
        assert_eq!(printable("a\r\n\u{202e}b", 64), r"a\u{d}\u{a}\u{202e}b");
        assert_eq!(
            printable(&"x".repeat(100), 64),
            format!("{}...", "x".repeat(64))
        );
        for secret in ["airside_cs_0123", "x airside_rt_0123", "eyJhbGciOi"] {
            assert!(!printable(secret, 64).contains("0123"), "{secret}");
            assert!(!printable(secret, 64).contains("hbGci"), "{secret}");
        }
    }
}
