//! Answers that a browser shows or follows: pages, pictures and redirects.

use airside_page::{content_security_policy, content_security_policy_with_script};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

/// A page. Its forms, if it has any, stay with this issuer.
pub fn page(status: StatusCode, html: String) -> Response {
    html_answer(status, html, Some("'self'"))
}

/// A page whose form can end at a client.
///
/// Browsers check `form-action` at every redirect that follows a submit, also at those of the client's
/// own pages, which are not known here: such a page goes without. Its form's address is written here,
/// and a submit is answered by 303 only, so the form leads nowhere else.
pub fn form_page(status: StatusCode, html: String) -> Response {
    html_answer(status, html, None)
}

/// A page whose only script, allowed by its hash, submits its form to a client; like [`form_page`], it
/// goes without `form-action`.
pub fn submitting_page(html: String, script: &str) -> Response {
    let mut response = html_answer(StatusCode::OK, html, Some("'none'"));
    let csp = content_security_policy_with_script(script);
    // a value that is none leaves the stricter policy: the button and the script then do nothing
    if let Ok(csp) = HeaderValue::from_str(&csp) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, csp);
    }
    response
}

fn html_answer(status: StatusCode, html: String, form_action: Option<&str>) -> Response {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    guard(&mut response, form_action);
    response
}

/// Adds what keeps a browser from doing more with an answer than showing it.
pub(super) fn guard(response: &mut Response, form_action: Option<&str>) {
    let csp = content_security_policy(form_action);
    let headers = response.headers_mut();
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let none =
        HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_str(&csp).unwrap_or(none),
    );
}

/// A picture that is part of this program (SVG), for a day.
pub fn picture(svg: &'static [u8]) -> Response {
    let mut response = Response::new(Body::from(svg));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Sends the browser on with GET, whatever it came with (RFC 9700 §4.12: never 307).
pub fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}
