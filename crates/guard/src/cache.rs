//! Keeping a person's answers out of shared caches.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CACHE_CONTROL, VARY},
};

/// Restricts an answer to its caller's own cache (RFC 9111 §5.2.2.7), whatever the API allows shared
/// caches. The API's directives about freshness stay.
///
/// `credential` is the header that said who calls: `Vary` names it, which keeps a browser from giving
/// one person's answer to the next who signs in there.
pub(crate) fn keep_private(headers: &mut HeaderMap, credential: &HeaderName) {
    let kept = match headers.contains_key(CACHE_CONTROL) {
        true => kept_private(headers),
        false => HeaderValue::from_static("private"),
    };
    headers.insert(CACHE_CONTROL, kept);
    let shared: Vec<_> = headers
        .keys()
        .filter(|name| is_for_shared(name))
        .cloned()
        .collect();
    for name in shared {
        headers.remove(name);
    }
    if !varies_by(headers, credential) {
        headers.append(VARY, HeaderValue::from(credential.clone()));
    }
}

/// Returns the directives for a private cache.
fn kept_private(headers: &HeaderMap) -> HeaderValue {
    let lines = headers.get_all(CACHE_CONTROL).iter();
    let lines: Result<Vec<_>, _> = lines.map(HeaderValue::to_str).collect();
    let said = lines.ok().map(|lines| lines.join(","));
    let kept = said.as_deref().and_then(private_directives);
    let kept = kept.and_then(|kept| HeaderValue::from_str(&kept).ok());
    // what cannot be read may forbid keeping
    kept.unwrap_or(HeaderValue::from_static("private, no-store"))
}

/// The directives of `Cache-Control` that mean something to a private cache, behind `private`; `None`
/// if a quote is not closed.
fn private_directives(said: &str) -> Option<String> {
    let mut kept = String::from("private");
    for directive in directives(said)? {
        let name = directive.split('=').next().unwrap_or_default().trim();
        if FOR_PRIVATE.iter().any(|one| name.eq_ignore_ascii_case(one)) {
            kept.push_str(", ");
            kept.push_str(directive);
        }
    }
    Some(kept)
}

/// Takes a list apart at the commas that are not in quotes (RFC 9110 §5.6).
fn directives(said: &str) -> Option<Vec<&str>> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let separators = |one: char| {
        match one {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ',' => return !is_quoted,
            _ => {}
        }
        false
    };
    let all = said.split(separators).map(str::trim).collect();
    (!is_quoted).then_some(all)
}

/// Tells whether a header addresses shared caches alone and takes precedence over `Cache-Control` there:
/// the fields of RFC 9213, and their older names.
fn is_for_shared(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.ends_with("-cache-control")
        || matches!(
            name,
            "surrogate-control" | "edge-control" | "x-accel-expires"
        )
}

fn varies_by(headers: &HeaderMap, credential: &HeaderName) -> bool {
    let lines = headers.get_all(VARY).iter();
    let mut names = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    names.any(|name| {
        matches!(name.trim(), "*") || name.trim().eq_ignore_ascii_case(credential.as_str())
    })
}

/// RFC 9111 §5.2.2, RFC 8246, RFC 5861. All others are dropped: `public` and `s-maxage` let shared
/// caches keep an answer, and what is unknown may.
const FOR_PRIVATE: [&str; 9] = [
    "max-age",
    "no-cache",
    "no-store",
    "no-transform",
    "must-revalidate",
    "must-understand",
    "immutable",
    "stale-while-revalidate",
    "stale-if-error",
];

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::*;

    fn kept(said: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in said {
            headers.append(CACHE_CONTROL, HeaderValue::from_str(line).unwrap());
        }
        keep_private(&mut headers, &COOKIE);
        assert_eq!(headers.get_all(CACHE_CONTROL).iter().count(), 1);
        headers[CACHE_CONTROL].to_str().unwrap().to_owned()
    }

    #[test]
    fn no_shared_cache_may_keep_an_answer_to_a_cookie() {
        for (said, expected) in PRIVATE {
            assert_eq!(kept(said), expected, "{said:?}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_bytes(b"no-store, \xff").unwrap(),
        );
        keep_private(&mut headers, &COOKIE);
        assert_eq!(headers[CACHE_CONTROL], "private, no-store");
    }

    #[test]
    fn fields_for_shared_caches_alone_are_dropped() {
        let mut headers = HeaderMap::new();
        for name in [
            "cdn-cache-control",
            "cloudflare-cdn-cache-control",
            "surrogate-control",
            "edge-control",
            "x-accel-expires",
            "expires",
        ] {
            headers.insert(name, HeaderValue::from_static("600"));
        }
        keep_private(&mut headers, &COOKIE);
        let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["cache-control", "expires", "vary"]);
    }

    #[test]
    fn an_answer_varies_by_the_cookie_once() {
        for (said, lines) in [
            (&[][..], &["cookie"][..]),
            (&["Accept-Encoding"], &["Accept-Encoding", "cookie"]),
            (&["accept, COOKIE"], &["accept, COOKIE"]),
            (&["*"], &["*"]),
        ] {
            let mut headers = HeaderMap::new();
            for line in said {
                headers.append(VARY, HeaderValue::from_str(line).unwrap());
            }
            keep_private(&mut headers, &COOKIE);
            let found: Vec<_> = headers.get_all(VARY).iter().collect();
            assert_eq!(found, lines, "{said:?}");
        }
    }

    /// `Cache-Control` of the API, and what goes on.
    const PRIVATE: [(&[&str], &str); 13] = [
        (&[], "private"),
        (&["public"], "private"),
        (&["public, max-age=60"], "private, max-age=60"),
        (&["Public,S-MaxAge=600 , max-age=60"], "private, max-age=60"),
        (&["public", "s-maxage=600"], "private"),
        (
            &["private=\"x-a, public\", max-age=1"],
            "private, max-age=1",
        ),
        (&["ext=\"a\\\", no-store\", s-maxage=1"], "private"),
        (&["proxy-revalidate, unknown=1, , "], "private"),
        // the controls: what a private cache obeys stays
        (&["no-store"], "private, no-store"),
        (&["private, no-cache"], "private, no-cache"),
        (
            &["no-cache=\"set-cookie, x\""],
            "private, no-cache=\"set-cookie, x\"",
        ),
        (
            &["max-age=1, must-revalidate", "immutable, stale-if-error=5"],
            "private, max-age=1, must-revalidate, immutable, stale-if-error=5",
        ),
        // what cannot be read
        (&["ext=\"a, no-store"], "private, no-store"),
    ];
}
