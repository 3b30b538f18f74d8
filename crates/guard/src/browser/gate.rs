//! Whether a request that carries our cookie was made by our own pages (cross-site request forgery).

use http::{HeaderMap, Method, header::ORIGIN, request::Parts};

/// Whether the cookie of a request counts, at `origin`.
///
/// `Sec-Fetch-*` are set by the browser and by nobody else (Fetch Metadata). A person who follows a
/// link or types an address sees the answer, and no other page can read it: that counts for `GET`. A
/// browser that sends none of them must send its `Origin`, or a header that a foreign page cannot add
/// without being asked first (CORS).
pub(super) fn is_ours(parts: &Parts, origin: &str) -> bool {
    let headers = &parts.headers;
    match text(headers, "sec-fetch-site") {
        Some("same-origin") => true,
        Some(_) => parts.method == Method::GET && is_navigation(headers),
        None => match headers.get(ORIGIN) {
            Some(sent) => sent.as_bytes() == origin.as_bytes(),
            None => headers.contains_key("x-csrf"),
        },
    }
}

/// Whether a person opens a page in a tab of its own: no frame, no script.
pub(super) fn is_navigation(headers: &HeaderMap) -> bool {
    text(headers, "sec-fetch-mode") == Some("navigate")
        && text(headers, "sec-fetch-dest") == Some("document")
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
        is_ours(&parts, "https://app.example.com")
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
