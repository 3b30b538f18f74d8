//! What a person sees of the guard itself, and how a browser is sent elsewhere.

use aws_lc_rs::digest;
use http::{
    HeaderValue, Response, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
        RETRY_AFTER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};
use serde_json::Value;

use crate::body::{self, Body};

/// Why a sign-in did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The cookie of the beginning is not there, or too old.
    Stale,
    /// The person, or the issuer for them, said no.
    Denied,
    /// The issuer signed the person in by another way than was asked for.
    TooWeak,
    /// The issuer refused, or answered what cannot be believed.
    Failed,
    /// The issuer does not answer.
    Unavailable,
}

impl Trouble {
    fn status(self) -> StatusCode {
        match self {
            Self::Stale => StatusCode::BAD_REQUEST,
            Self::Denied | Self::TooWeak => StatusCode::FORBIDDEN,
            Self::Failed => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Stale => {
                "This sign-in was begun elsewhere, or too long ago. If it happens again, cookies may be blocked."
            }
            Self::Denied => "You were not signed in, because access was not allowed.",
            Self::TooWeak => {
                "What you opened needs a stronger sign-in than the sign-in service has made."
            }
            Self::Failed => "The sign-in service refused, or answered something unexpected.",
            Self::Unavailable => "The sign-in service does not answer just now.",
        }
    }

    /// A page that says so, and leads back to the beginning.
    pub(super) fn page(self, sign_in: &str) -> Response<Body> {
        let sentence = self.sentence();
        // INVARIANT: `sign_in` is a path of the configuration, which has nothing to escape
        let html = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>You are not signed in</title><style>{STYLE}</style></head>\n\
             <body><main><h1>You are not signed in</h1>\n<p>{sentence}</p>\n\
             <p><a id=\"sign-in\" href=\"{sign_in}\">Sign in</a></p></main></body></html>\n"
        );
        let mut response = Response::new(body::full(html));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        if let Ok(policy) = HeaderValue::from_str(&policy()) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        if self == Self::Unavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        guarded(response)
    }
}

/// Sends the browser elsewhere with `GET`, whatever it sent (RFC 9700 §4.12).
pub(super) fn see_other(location: &str) -> Response<Body> {
    let mut response = Response::new(body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    match HeaderValue::from_str(location) {
        Ok(location) => {
            response.headers_mut().insert(LOCATION, location);
        }
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    guarded(response)
}

pub(super) fn json(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(body::full(value.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    guarded(response)
}

/// What every answer of the guard's own to a browser says.
fn guarded(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Nothing but the page itself, and its one style by its digest (CSP 3).
fn policy() -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let style = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0;font:1rem/1.5 system-ui,sans-serif;background:light-dark(#f9fafc,#0c1015);color:light-dark(#171d26,#e9ebef)}\
main{max-inline-size:26rem;margin:12vh auto;padding:24px;background:light-dark(#fff,#15181f);border:1px solid light-dark(#dadee3,#292e36);border-radius:10px}\
h1{font-size:1.25rem;line-height:1.25;margin:0 0 16px}p{margin:0 0 16px}\
a{display:inline-block;padding:10px 16px;border-radius:6px;background:light-dark(#2460b7,#70aaf5);color:light-dark(#fff,#0a1018);text-decoration:none;font-weight:500}\
a:focus-visible{outline:2px solid light-dark(#2460b7,#70aaf5);outline-offset:2px}\
@media(max-width:30rem){main{margin:0;border:0;border-radius:0;min-block-size:100vh;box-sizing:border-box}}";
