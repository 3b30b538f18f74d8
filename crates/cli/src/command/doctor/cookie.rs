//! The cookies, as they arrive at browsers.

use http::header;

use super::{finding::Finding, outside::Outside};

/// Opens a page as a browser without cookies does.
pub async fn examine(outside: &Outside) -> Finding {
    let answer = match outside.get("/sign-out", None).await {
        Ok(answer) => answer,
        Err(why) => return Finding::unknown(COOKIES, format!("the page did not come: {why}")),
    };
    let lines = answer.headers().get_all(header::SET_COOKIE);
    let lines: Vec<_> = lines.iter().filter_map(|line| line.to_str().ok()).collect();
    judge(&lines, outside.is_https())
}

fn judge(lines: &[&str], https: bool) -> Finding {
    if lines.is_empty() {
        return Finding::problem(
            COOKIES,
            "a page that sets a cookie arrives without it: nobody can sign in",
            "have the proxy in front pass `Set-Cookie` on, and not answer pages from its cache",
        );
    }
    match lines.iter().find_map(|line| lacking(line, https)) {
        Some(lack) => Finding::problem(
            COOKIES,
            format!("a cookie arrives {lack}"),
            "have the proxy in front pass `Set-Cookie` on as it is (no rewriting of names, paths, domains or flags)",
        ),
        None if https => Finding::good(COOKIES, "for this host and https alone, not for scripts"),
        None => Finding::good(COOKIES, "not for scripts (http, on this machine)"),
    }
}

/// What a cookie should have and has not.
fn lacking(line: &str, https: bool) -> Option<&'static str> {
    let mut attributes = line.split(';').skip(1).map(str::trim);
    let has = |wanted: &str| {
        let mut attributes = attributes.clone();
        attributes.any(|one| one.eq_ignore_ascii_case(wanted))
    };
    if !has("HttpOnly") {
        return Some("without `HttpOnly`");
    }
    if !has("Path=/") {
        return Some("for another path than `/`");
    }
    if https && !has("Secure") {
        return Some("without `Secure`");
    }
    // RFC6265bis-4.1.3.2: the prefix is what keeps siblings on the domain from setting it
    if https && !line.starts_with("__Host-") {
        return Some("without the prefix `__Host-`");
    }
    let is_domain = |one: &str| one.to_ascii_lowercase().starts_with("domain=");
    attributes.any(is_domain).then_some("with a `Domain`")
}

const COOKIES: &str = "cookies";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_was_changed_on_its_way_is_found() {
        let own = "__Host-airside-browser-1=x; Path=/; HttpOnly; SameSite=Lax; Secure";
        assert!(!judge(&[own], true).is_open());
        let plain = "airside-browser-1=x; Path=/; HttpOnly; SameSite=Lax";
        assert!(!judge(&[plain], false).is_open());
        for changed in [
            own.replace("; Secure", ""),
            own.replace("; HttpOnly", ""),
            own.replace("__Host-", ""),
            own.replace("Path=/;", "Path=/id;"),
            format!("{own}; Domain=example.com"),
        ] {
            assert!(judge(&[own, &changed], true).is_open(), "{changed}");
        }
        assert!(judge(&[], true).is_open());
    }
}
