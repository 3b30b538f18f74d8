//! The cookies, as they arrive at browsers.

use airside_oauth::client::{Client, GrantType};
use bytes::Bytes;
use form_urlencoded::Serializer;
use http::{Response, StatusCode, header};

use super::{finding::Finding, outside::Outside};

/// Begins a sign-in, as a browser without cookies does, and goes no further.
pub async fn examine(outside: &Outside, clients: &[&Client]) -> Finding {
    let Some(path) = clients.iter().find_map(|client| sign_in(client)) else {
        return Finding::unknown(COOKIES, "no client signs people in yet");
    };
    let answer = match outside.get(&path, None).await {
        Ok(answer) => answer,
        Err(why) => return Finding::unknown(COOKIES, format!("the page did not come: {why}")),
    };
    arrived(&answer, outside.is_https())
}

/// Judges the answer that should lead to the sign-in page.
fn arrived(answer: &Response<Bytes>, https: bool) -> Finding {
    let to = answer.headers().get(header::LOCATION);
    let to = to.and_then(|to| to.to_str().ok()).unwrap_or_default();
    if answer.status() == StatusCode::MISDIRECTED_REQUEST {
        return Finding::problem(
            COOKIES,
            "the sign-in page answers 421: it was asked for by another `Host`",
            "have the proxy in front pass `Host` on as it came, with its port",
        );
    }
    if !to.contains("/sign-in?") {
        let status = answer.status();
        return Finding::unknown(COOKIES, format!("a sign-in did not begin: {status}"));
    }
    let lines = answer.headers().get_all(header::SET_COOKIE);
    let lines: Vec<_> = lines.iter().filter_map(|line| line.to_str().ok()).collect();
    judge(&lines, https)
}

/// The request of a client that leads to the sign-in page.
fn sign_in(client: &Client) -> Option<String> {
    let is_usable = client.allows(GrantType::AuthorizationCode) && !client.disabled;
    let redirect_uri = client.redirect_uris.first().filter(|_| is_usable)?;
    let query = Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", client.client_id.as_str())
        .append_pair("redirect_uri", redirect_uri.as_str())
        .append_pair("scope", client.scope.iter().next()?)
        .append_pair("state", "doctor")
        .append_pair("nonce", "doctor")
        .append_pair("code_challenge", CHALLENGE)
        .append_pair("code_challenge_method", "S256")
        .finish();
    Some(format!("/authorize?{query}"))
}

fn judge(lines: &[&str], https: bool) -> Finding {
    if lines.is_empty() {
        return Finding::problem(
            COOKIES,
            "the sign-in page arrives without its cookie: nobody can sign in",
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

/// Returns the first property that a cookie should have and lacks.
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
/// RFC 7636, appendix B: no code is ever issued for it.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_leads_nowhere_is_not_judged_by_its_cookies() {
        for (status, to, verdict) in [
            (303, "https://id.example/sign-in?request=x", "problem"),
            (
                303,
                "https://app.example/cb?error=temporarily_unavailable",
                "unknown",
            ),
            (200, "", "unknown"),
            (421, "", "problem"),
        ] {
            let answer = Response::builder().status(status);
            let answer = answer.header(header::LOCATION, to).body(Bytes::new());
            let found = arrived(&answer.unwrap(), true);
            assert!(found.lines()[0].starts_with(verdict), "{to}: {found:?}");
        }
    }

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
