//! Cross-origin access (Fetch, CORS protocol) as the guard's configuration allows it, in place of the
//! API's own answers.

pub(crate) mod setting;

use std::time::Duration;

use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, VARY,
    },
};

use crate::{
    body::{self, Body},
    error::RequestError,
};

/// `[cors]`: the sites, by their origins.
#[derive(Clone, Debug)]
pub(crate) struct Cors {
    /// The origins in the spelling that browsers send.
    pub origins: Vec<String>,
    /// True if browsers send cookies.
    pub credentials: bool,
    /// The time for which browsers cache the answer to a preflight.
    pub max_age: Duration,
    /// The value of `Access-Control-Expose-Headers`: the headers of answers that scripts may read.
    pub expose: HeaderValue,
}

/// A preflight.
pub(crate) struct PreflightRequest<'a> {
    pub(crate) origin: Option<&'a HeaderValue>,
    /// The headers that the script wants to send.
    pub(crate) headers: Option<&'a HeaderValue>,
    /// The methods of the path.
    pub(crate) methods: &'a str,
}

impl Cors {
    /// Returns the sites whose pages may use a browser's session.
    pub(crate) fn allies(&self) -> &[String] {
        match self.credentials {
            true => &self.origins,
            false => &[],
        }
    }

    /// Answers a preflight; [`Self::say`] adds what every answer says.
    ///
    /// # Errors
    ///
    /// [`RequestError::CrossSite`] for another site, and [`RequestError::Ambiguous`] if what is asked for is no
    /// list of names.
    pub(crate) fn preflight(
        &self,
        asked: &PreflightRequest<'_>,
    ) -> Result<Response<Body>, RequestError> {
        if self.allowed(asked.origin).is_none() {
            return Err(RequestError::CrossSite);
        }
        let mut response = Response::new(body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        if let Ok(methods) = HeaderValue::from_str(asked.methods) {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
        if let Some(names) = asked.headers {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names_of(names)?);
        }
        headers.insert(ACCESS_CONTROL_MAX_AGE, self.max_age.as_secs().into());
        let by = "Access-Control-Request-Method, Access-Control-Request-Headers";
        headers.insert(VARY, HeaderValue::from_static(by));
        Ok(response)
    }

    /// Removes the CORS headers of the API from an answer.
    pub(crate) fn scrub(headers: &mut HeaderMap) {
        let said = headers.keys();
        let said = said.filter(|name| name.as_str().starts_with("access-control-"));
        for name in said.cloned().collect::<Vec<_>>() {
            headers.remove(name);
        }
    }

    /// Adds the CORS headers of an answer.
    pub(crate) fn say(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        // also where it is not allowed: a cache must not give the answer to somebody else
        headers.append(VARY, HeaderValue::from_static("Origin"));
        let Some(origin) = self.allowed(origin) else {
            return;
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if self.credentials {
            let allowed = HeaderValue::from_static("true");
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, allowed);
        }
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, self.expose.clone());
    }

    fn allowed<'a>(&self, origin: Option<&'a HeaderValue>) -> Option<&'a HeaderValue> {
        let is_allowed = |sent: &&HeaderValue| {
            let mut origins = self.origins.iter();
            origins.any(|origin| origin.as_bytes() == sent.as_bytes())
        };
        origin.filter(is_allowed)
    }
}

/// Returns the header names that a preflight asks for, one by one; `*` is refused.
fn names_of(asked: &HeaderValue) -> Result<HeaderValue, RequestError> {
    const MALFORMED: RequestError =
        RequestError::Ambiguous("a preflight asks for a name that is not a header");
    let text = asked.to_str().map_err(|_| MALFORMED)?;
    let names = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let names = names.map(|name| match name {
        "*" => Err(MALFORMED),
        name => HeaderName::try_from(name).map_err(|_| MALFORMED),
    });
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let names: Vec<_> = names.iter().map(HeaderName::as_str).collect();
    HeaderValue::from_str(&names.join(", ")).map_err(|_| MALFORMED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(credentials: bool) -> Cors {
        Cors {
            origins: vec!["https://app.example".to_owned()],
            credentials,
            max_age: Duration::from_secs(600),
            expose: HeaderValue::from_static("etag"),
        }
    }

    fn asked(origin: &'static str, headers: &'static str) -> Result<Response<Body>, RequestError> {
        cors(false).preflight(&PreflightRequest {
            origin: Some(&HeaderValue::from_static(origin)),
            headers: Some(&HeaderValue::from_static(headers)),
            methods: "GET, POST",
        })
    }

    #[test]
    fn a_preflight_of_a_known_site_is_told_what_it_asked() {
        let answer = asked("https://app.example", "authorization, X-A").unwrap();
        assert_eq!(answer.status(), 204);
        let said = |name: HeaderName| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(said(ACCESS_CONTROL_ALLOW_METHODS), "GET, POST");
        assert_eq!(said(ACCESS_CONTROL_ALLOW_HEADERS), "authorization, x-a");
        assert_eq!(said(ACCESS_CONTROL_MAX_AGE), "600");
    }

    #[test]
    fn a_preflight_of_another_site_or_for_no_header_is_refused() {
        for origin in [
            "https://evil.example",
            "null",
            "https://app.example:444",
            "http://app.example",
            "https://app.example.evil.example",
            "https://app.example, https://evil.example",
        ] {
            assert_eq!(
                asked(origin, "x-a").unwrap_err(),
                RequestError::CrossSite,
                "{origin}"
            );
        }
        for headers in ["*", "x-a, *", "a b"] {
            assert!(asked("https://app.example", headers).is_err(), "{headers}");
        }
    }

    /// The headers, sorted, as they are written.
    fn lines(headers: &HeaderMap) -> Vec<String> {
        let lines = headers.iter();
        let lines = lines.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
        let mut lines: Vec<_> = lines.collect();
        lines.sort();
        lines
    }

    #[test]
    fn an_answer_says_what_the_configuration_does_and_nothing_of_the_api() {
        let said = |origin: Option<&'static str>, credentials| {
            let mut headers = HeaderMap::new();
            for name in [ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_ALLOW_METHODS] {
                headers.insert(name, HeaderValue::from_static("*"));
            }
            Cors::scrub(&mut headers);
            let origin = origin.map(HeaderValue::from_static);
            cors(credentials).say(origin.as_ref(), &mut headers);
            assert_eq!(headers.remove(VARY).unwrap(), "Origin");
            lines(&headers)
        };
        assert!(said(None, true).is_empty() && said(Some("https://evil.example"), true).is_empty());
        let own = "access-control-allow-origin: https://app.example";
        let expose = "access-control-expose-headers: etag";
        assert_eq!(said(Some("https://app.example"), false), [own, expose]);
        let credentials = "access-control-allow-credentials: true";
        let expected = [credentials, own, expose];
        assert_eq!(said(Some("https://app.example"), true), expected);
    }
}
