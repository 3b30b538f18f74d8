//! The whole response to a request.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;

use crate::{form, parameters::Parameters};

/// A response that was read to its end.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, without a limit on its size.
    pub body: Bytes,
}

impl Answer {
    pub(crate) async fn read(response: http::Response<Incoming>) -> Result<Self, hyper::Error> {
        let (head, body) = response.into_parts();
        Ok(Self::new(head, body.collect().await?.to_bytes()))
    }

    /// Joins a head and a body.
    #[must_use]
    pub fn new(head: response::Parts, body: Bytes) -> Self {
        Self {
            status: head.status,
            headers: head.headers,
            body,
        }
    }

    /// Returns the first value of a header, unless it is not text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the body as text, with a replacement character for each byte that is not UTF-8.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body, if it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Returns a text member of a JSON object.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<String> {
        Some(self.json()?.get(name)?.as_str()?.to_owned())
    }

    /// Returns the value of a field that the first form with such a field holds already.
    #[must_use]
    pub fn hidden(&self, name: &str) -> Option<String> {
        form::value(&self.text(), name)
    }

    /// Returns a parameter of the query to which the response redirects.
    #[must_use]
    pub fn returned(&self, name: &str) -> Option<String> {
        let location = self.header(header::LOCATION.as_str())?;
        Parameters::of_url(location).get(name).map(str::to_owned)
    }

    /// Returns the OAuth error code of a JSON body, or of a redirect (RFC 6749 §4.1.2.1, §5.2).
    #[must_use]
    pub fn error_code(&self) -> Option<String> {
        match self.json() {
            Some(_) => self.member("error"),
            None => self.returned("error"),
        }
    }

    /// Returns the error code of a `WWW-Authenticate` header (RFC 6750 §3).
    #[must_use]
    pub fn challenged_error(&self) -> Option<&str> {
        let challenge = self.header(header::WWW_AUTHENTICATE.as_str())?;
        let (_, rest) = challenge.split_once("error=\"")?;
        rest.split_once('"').map(|(code, _)| code)
    }

    /// Returns the status and the error code: `400 invalid_grant`.
    #[must_use]
    pub fn outcome(&self) -> String {
        let status = self.status.as_u16();
        match self.error_code() {
            Some(error) => format!("{status} {error}"),
            None => status.to_string(),
        }
    }
}

/// Prints the status only: headers and body may hold secrets.
impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Answer").field(&self.status).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&'static str, &str)], body: &'static str) -> Answer {
        let mut response = http::Response::builder().status(400);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let (head, ()) = response.body(()).unwrap().into_parts();
        Answer::new(head, Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn an_error_code_is_found_in_the_body_in_the_redirect_and_in_the_challenge() {
        let body = answer(&[], r#"{"error":"invalid_grant"}"#);
        assert_eq!(body.outcome(), "400 invalid_grant");
        let location = [("location", "https://app.example/cb?error=access_denied")];
        assert_eq!(answer(&location, "").outcome(), "400 access_denied");
        let challenge = [("www-authenticate", r#"Bearer error="invalid_token""#)];
        let challenged = answer(&challenge, "");
        assert_eq!(challenged.challenged_error(), Some("invalid_token"));
        assert_eq!(challenged.outcome(), "400");
    }

    #[test]
    fn a_member_is_returned_only_if_it_is_text() {
        let json = answer(&[], r#"{"access_token":"a","expires_in":900}"#);
        assert_eq!(json.member("access_token").as_deref(), Some("a"));
        assert_eq!(json.member("expires_in"), None);
        assert_eq!(answer(&[], "<p>").json(), None);
    }

    #[test]
    fn what_is_printed_holds_no_secret() {
        let json = answer(&[("set-cookie", "s=hunter2")], "hunter2");
        assert_eq!(format!("{json:?}"), "Answer(400)");
    }
}
