//! Protection against cross-site request forgery.

use http::{HeaderMap, Method, header::ORIGIN, request::Parts};

/// The requests that a route accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// Requests of our own pages, and those by which a person opens a page: no other page uses the
    /// cookie.
    OwnPages,
    /// Requests by which a person opens a page, from any site, and those of our own pages.
    Navigation,
}

impl Gate {
    /// Tells whether a request passes, where our own pages are those of `origins`.
    ///
    /// `Sec-Fetch-*` are set by the browser alone (Fetch Metadata). A person who follows a
    /// link or types an address sees the answer, and no other page can read it: that counts for `GET`.
    /// A browser that sends none of them must send its `Origin`, or a header that a foreign page cannot
    /// add without being asked first (CORS); to open a page, it sends nothing.
    pub(super) fn admits(self, parts: &Parts, origins: &[String]) -> bool {
        let headers = &parts.headers;
        let is_own_origin = text(headers, ORIGIN.as_str())
            .is_some_and(|sent| origins.iter().any(|origin| origin == sent));
        match text(headers, "sec-fetch-site") {
            Some("same-origin") => true,
            Some(_) => {
                let opens = parts.method == Method::GET && is_navigation(headers);
                // the first origin is the guard's: a page there is of the same one
                let is_ally = is_own_origin && text(headers, ORIGIN.as_str()) != first(origins);
                opens || is_ally
            }
            None if headers.contains_key(ORIGIN) => is_own_origin,
            None => self == Self::Navigation || headers.contains_key("x-csrf"),
        }
    }
}

fn first(origins: &[String]) -> Option<&str> {
    origins.first().map(String::as_str)
}

/// Tells whether a person opens a page in a tab of its own, as opposed to a frame or a script.
pub(super) fn is_navigation(headers: &HeaderMap) -> bool {
    text(headers, "sec-fetch-mode") == Some("navigate")
        && text(headers, "sec-fetch-dest") == Some("document")
}

/// Tells whether a page of the same origin made the request.
pub(super) fn is_same_origin(headers: &HeaderMap) -> bool {
    text(headers, "sec-fetch-site") == Some("same-origin")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().unwrap_or("?");
    // two contradict each other
    if values.next().is_some() {
        return Some("?");
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn counts(method: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let origins = ["https://app.example.com", "https://ally.example.com"];
        Gate::OwnPages.admits(&parts, &origins.map(str::to_owned))
    }

    #[test]
    fn an_ally_uses_the_cookie_by_its_origin() {
        let from = |origin| [("sec-fetch-site", "same-site"), ("origin", origin)];
        assert!(counts("POST", &from("https://ally.example.com")));
        assert!(!counts("POST", &from("https://evil.example.com")));
        assert!(!counts("POST", &[("sec-fetch-site", "same-site")]));
        // a page of the guard's own origin is never of the same site alone
        assert!(!counts("POST", &from("https://app.example.com")));
    }

    #[test]
    fn a_person_opens_a_page_from_wherever_and_no_frame_or_script_does() {
        let admits = |headers: &[(&str, &str)]| {
            let mut request = Request::get("/auth/sign-in");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            Gate::Navigation.admits(&parts, &["https://app.example.com".to_owned()])
        };
        let of = |dest| {
            [
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", dest),
            ]
        };
        assert!(admits(&[]) && admits(&of("document")));
        assert!(!admits(&of("iframe")) && !admits(&[("sec-fetch-site", "cross-site")]));
        assert!(!admits(&[("origin", "https://evil.example")]));
    }

    /// A20
    #[test]
    fn only_our_own_pages_and_people_use_the_cookie() {
        let navigation = [
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        let of = |site| [&[("sec-fetch-site", site)][..], &navigation].concat();
        assert!(counts("POST", &[("sec-fetch-site", "same-origin")]));
        assert!(counts("GET", &of("none")));
        assert!(counts("GET", &of("cross-site")));
        assert!(counts("POST", &[("origin", "https://app.example.com")]));
        assert!(counts("POST", &[("x-csrf", "1")]));

        assert!(!counts("POST", &of("cross-site")));
        assert!(!counts("POST", &of("none")));
        assert!(!counts("HEAD", &of("cross-site")));
        for site in [
            "cross-site",
            "same-site",
            "none",
            "",
            "Same-Origin",
            "same-origin, none",
        ] {
            assert!(!counts("GET", &[("sec-fetch-site", site)]), "{site}");
            let framed = [
                ("sec-fetch-site", site),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "iframe"),
            ];
            assert!(!counts("GET", &framed), "{site}");
            // what a page could add does not help
            let added = [
                ("sec-fetch-site", site),
                ("x-csrf", "1"),
                ("origin", "https://app.example.com"),
            ];
            assert!(!counts("POST", &added), "{site}");
        }
        for origin in [
            "null",
            "https://app.example.com.evil.example",
            "http://app.example.com",
        ] {
            assert!(
                !counts("POST", &[("origin", origin), ("x-csrf", "1")]),
                "{origin}"
            );
        }
        assert!(!counts("GET", &[]));
        let twice = [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "cross-site"),
        ];
        assert!(!counts("POST", &twice));
    }
}
