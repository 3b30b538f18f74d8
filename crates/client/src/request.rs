//! One HTTP request.

use std::fmt;

use bytes::Bytes;
use http::{Method, header};
use http_body_util::Full;
use serde_json::Value;

use crate::{error::Error, parameters::Parameters};

/// A request that can be shown before it is sent, and sent several times.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// The headers in order, without the content type that follows from the body.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

/// The body of a request.
#[derive(Clone)]
pub enum Body {
    /// No body, and no content type.
    Empty,
    /// `application/x-www-form-urlencoded`.
    Form(Parameters),
    /// `application/json`.
    Json(Value),
    /// Any bytes; the caller adds the content type.
    Bytes(Bytes),
}

impl Request {
    /// Reads `url`.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::GET, url, Body::Empty)
    }

    /// Submits a form to `url`.
    pub fn form(url: impl Into<String>, fields: impl Into<Parameters>) -> Self {
        Self::new(Method::POST, url, Body::Form(fields.into()))
    }

    /// Sends JSON to `url`.
    pub fn json(url: impl Into<String>, value: Value) -> Self {
        Self::new(Method::POST, url, Body::Json(value))
    }

    /// Sends any method and body to `url`.
    pub fn new(method: Method, url: impl Into<String>, body: Body) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds several headers.
    #[must_use]
    pub fn headers(self, headers: &[(&str, &str)]) -> Self {
        headers
            .iter()
            .fold(self, |request, (name, value)| request.header(name, *value))
    }

    /// Adds an `Authorization` header, such as [`basic`](crate::basic) returns.
    #[must_use]
    pub fn authorization(self, credentials: impl Into<String>) -> Self {
        self.header(header::AUTHORIZATION.as_str(), credentials)
    }

    /// Adds an access token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        // RFC6750-2.1: the token goes into the `Authorization` header
        self.authorization(format!("Bearer {token}"))
    }

    /// Encodes the request for hyper.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if HTTP does not allow the URL or a header.
    pub fn to_http(&self) -> Result<http::Request<Full<Bytes>>, Error> {
        let mut request = http::Request::builder()
            .method(self.method.clone())
            .uri(&self.url);
        let (content_type, body) = match &self.body {
            Body::Empty => (None, Bytes::new()),
            Body::Form(fields) => (Some(FORM), fields.encode().into()),
            Body::Json(value) => (Some(JSON), value.to_string().into()),
            Body::Bytes(bytes) => (None, bytes.clone()),
        };
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(Full::new(body)).map_err(Error::Request)
    }
}

/// Prints neither query, headers nor body, which may hold secrets.
impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.split('?').next().unwrap_or_default();
        write!(formatter, "{} {url}", self.method)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Body")
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_its_content_type_and_the_token_is_in_the_header() {
        // RFC6750-2.1
        let request = Request::form("http://127.0.0.1/x", [("a", "b c")]).bearer("t0ken");
        let request = request.to_http().unwrap();
        assert_eq!(request.headers()["content-type"], FORM);
        assert_eq!(request.headers()["authorization"], "Bearer t0ken");
        let bare = Request::get("http://127.0.0.1/x").to_http().unwrap();
        assert!(bare.headers().is_empty());
    }

    #[test]
    fn a_header_with_a_line_break_is_refused() {
        let request = Request::get("http://127.0.0.1/").header("x-a", "1\r\nx-b: 2");
        assert!(matches!(request.to_http(), Err(Error::Request(_))));
    }

    #[test]
    fn what_is_printed_holds_no_secret() {
        let fields = [("password", "hunter2")];
        let request = Request::form("http://127.0.0.1/sign-in?code=hunter2", fields);
        let request = request.header("cookie", "session=hunter2");
        let printed = format!("{request:?} {:?}", request.body);
        assert_eq!(printed, "POST http://127.0.0.1/sign-in Body");
        let printed = format!("{:?}", Parameters::from(fields));
        assert!(
            printed.contains("password") && !printed.contains("hunter2"),
            "{printed}"
        );
    }
}
