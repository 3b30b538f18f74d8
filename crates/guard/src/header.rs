//! Headers: what a request must not bring, what it loses, what the upstream is told.

use std::collections::{BTreeSet, HashSet};

use airside_policy::{Kind, Principal};
use http::{
    HeaderMap, HeaderName, HeaderValue, Version,
    header::{
        AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, TRANSFER_ENCODING,
        UPGRADE,
    },
    request::Parts,
    uri::Authority,
};

use crate::Refusal;

/// What the upstream is told of the caller, by the names of the headers.
#[derive(Clone, Debug)]
pub struct IdentityHeaders {
    names: Vec<(HeaderName, String)>,
    /// All of them, and those that others use for the same, in one spelling.
    reserved: HashSet<String>,
}

impl IdentityHeaders {
    /// Tells each header's fact: `sub`, `client_id`, `scope`, `roles`, or the name of a claim.
    #[must_use]
    pub fn new(names: Vec<(HeaderName, String)>) -> Self {
        let own = names.iter().map(|(name, _)| spelling(name.as_str()));
        let reserved = own.chain(USED_BY_OTHERS.iter().map(|name| (*name).to_owned()));
        Self {
            reserved: reserved.collect(),
            names,
        }
    }

    /// The headers of a caller; none for a fact that the token does not have.
    pub fn of(&self, principal: &Principal) -> impl Iterator<Item = (&HeaderName, HeaderValue)> {
        self.names.iter().filter_map(|(name, fact)| {
            let text = fact_of(principal, fact)?;
            Some((name, HeaderValue::from_str(&visible(&text)).ok()?))
        })
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &HeaderName> {
        self.names.iter().map(|(name, _)| name)
    }

    fn is_reserved(&self, name: &HeaderName) -> bool {
        let name = name.as_str();
        match name.contains(['_', '.']) {
            true => self.reserved.contains(&spelling(name)),
            // a header name is in lower case already
            false => self.reserved.contains(name),
        }
    }
}

impl Default for IdentityHeaders {
    fn default() -> Self {
        let names = [
            ("airside-subject", "sub"),
            ("airside-client", "client_id"),
            ("airside-scope", "scope"),
            ("airside-roles", "roles"),
        ];
        let named = names.map(|(name, fact)| (HeaderName::from_static(name), fact.to_owned()));
        Self::new(named.into())
    }
}

fn fact_of(principal: &Principal, fact: &str) -> Option<String> {
    let joined = |set: &BTreeSet<String>| {
        let words: Vec<_> = set.iter().map(String::as_str).collect();
        (!words.is_empty()).then(|| words.join(" "))
    };
    match fact {
        // a machine is no person
        "sub" => (principal.kind == Kind::User).then(|| principal.subject.clone()),
        "client_id" => Some(principal.client_id.clone()),
        "scope" => joined(&principal.scopes),
        "roles" => joined(&principal.roles),
        claim => principal.claims.get(claim).cloned(),
    }
}

/// A text in visible ASCII: everything else percent-encoded.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' || byte == b' ' {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// One spelling of all that servers take for the same header.
fn spelling(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

/// Refuses headers that two servers could read differently.
///
/// # Errors
///
/// [`Refusal::Ambiguous`].
pub(crate) fn require_sane(headers: &HeaderMap, identity: &IdentityHeaders) -> Result<(), Refusal> {
    let ambiguous = |why| Err(Refusal::Ambiguous(why));
    for name in [
        HOST,
        AUTHORIZATION,
        CONTENT_LENGTH,
        CONTENT_TYPE,
        TRANSFER_ENCODING,
    ] {
        if headers.get_all(&name).iter().count() > 1 {
            return ambiguous("a header that counts is there twice");
        }
    }
    if headers.contains_key(TRANSFER_ENCODING) {
        if headers.contains_key(CONTENT_LENGTH) {
            return ambiguous("the body has two lengths");
        }
        let coding = headers.get(TRANSFER_ENCODING).map(HeaderValue::as_bytes);
        if !coding.is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked")) {
            return ambiguous("the transfer coding is not `chunked` alone");
        }
    }
    for name in nominated(headers) {
        let Ok(name) = HeaderName::try_from(name.as_str()) else {
            return ambiguous("`Connection` names no header");
        };
        // G03: it would be dropped on the way, after it was looked at
        if identity.is_reserved(&name) || [AUTHORIZATION, HOST, COOKIE].contains(&name) {
            return ambiguous("`Connection` names a header that counts");
        }
    }
    Ok(())
}

/// G11: one host, and no more than a host.
pub(crate) fn require_one_host(parts: &Parts) -> Result<(), Refusal> {
    let ambiguous = |why| Err(Refusal::Ambiguous(why));
    let header = parts.headers.get(HOST).map(HeaderValue::to_str);
    let header = match header {
        Some(Ok(host)) => Some(host),
        Some(Err(_)) => return ambiguous("the host is no text"),
        None => None,
    };
    let target = parts.uri.authority().map(Authority::as_str);
    let host = match (target, header) {
        (Some(_), _) if parts.version < Version::HTTP_2 => {
            return ambiguous("the target is no path");
        }
        (Some(one), Some(other)) if one != other => return ambiguous("there are two hosts"),
        (Some(one), _) | (None, Some(one)) => one,
        (None, None) => return ambiguous("there is no host"),
    };
    let parsed: Result<Authority, _> = host.parse();
    match parsed {
        Ok(authority) if !host.contains('@') && !authority.host().is_empty() => Ok(()),
        _ => ambiguous("the host is none"),
    }
}

/// Takes out what the upstream must not believe from a caller, and what ends at this hop.
pub(crate) fn strip(headers: &mut HeaderMap, identity: &IdentityHeaders) {
    let nominated = nominated(headers);
    let doomed: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            let text = name.as_str();
            identity.is_reserved(name)
                || HOP_BY_HOP.contains(&text)
                || nominated.iter().any(|one| one == text)
        })
        .cloned()
        .collect();
    for name in doomed {
        headers.remove(name);
    }
}

/// Takes out of an answer what ends at this hop.
pub(crate) fn strip_answer(headers: &mut HeaderMap) {
    for name in nominated(headers) {
        headers.remove(name.as_str());
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

/// The names in `Connection`, in lower case (RFC 9110 §7.6.1).
fn nominated(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(CONNECTION).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let names = lines.flat_map(|line| line.split(','));
    names
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| {
            !name.is_empty() && !matches!(name.as_str(), "close" | "keep-alive" | "upgrade")
        })
        .collect()
}

/// Whether it asks for a WebSocket (RFC 6455 §4.1).
pub(crate) fn is_websocket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).map(HeaderValue::as_bytes);
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case(b"websocket"))
}

const HOP_BY_HOP: [&str; 10] = [
    "connection",
    // the guard says itself that it goes on
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// By which other guards tell who calls, from where, and for what.
const USED_BY_OTHERS: [&str; 58] = [
    "client-cert",
    "client-cert-chain",
    "ssl-client-cert",
    "ssl-client-issuer-dn",
    "ssl-client-subject-dn",
    "ssl-client-verify",
    "x-arr-clientcert",
    "x-client-cert",
    "x-client-certificate",
    "x-forwarded-client-cert",
    "x-forwarded-tls-client-cert",
    "x-forwarded-tls-client-cert-info",
    "x-ssl-cert",
    "x-ssl-client-cert",
    "x-ssl-client-dn",
    "x-ssl-client-fingerprint",
    "x-ssl-client-s-dn",
    "x-ssl-client-verify",
    "forwarded",
    "remote-user",
    "remote-groups",
    "remote-email",
    "remote-name",
    "x-user",
    "x-user-id",
    "x-userid",
    "x-username",
    "x-email",
    "x-roles",
    "x-groups",
    "x-scopes",
    "x-remote-user",
    "x-auth-user",
    "x-auth-request-user",
    "x-auth-request-email",
    "x-auth-request-groups",
    "x-auth-request-preferred-username",
    "x-auth-request-access-token",
    "x-authenticated-user",
    "x-forwarded-user",
    "x-forwarded-email",
    "x-forwarded-groups",
    "x-forwarded-preferred-username",
    "x-forwarded-access-token",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-method",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-forwarded-uri",
    "x-original-method",
    "x-original-uri",
    "x-original-url",
    "x-rewrite-url",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let lines = lines.iter().map(|(name, value)| {
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        });
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, value);
        }
        headers
    }

    /// G01, G02, G07, T27
    #[test]
    fn no_caller_says_who_it_is() {
        let identity = IdentityHeaders::default();
        for name in [
            "Airside-Subject",
            "airside_subject",
            "AIRSIDE.SUBJECT",
            "airside-Scope",
            "X-User",
            "x_user",
            "Remote-User",
            "X-Forwarded-For",
            "X_Forwarded_Uri",
            "Forwarded",
            "X-Original-URL",
            "X-HTTP-Method-Override",
            "X-Auth-Request-Email",
            "Client-Cert",
            "X_SSL_Client_Cert",
            "X-Forwarded-Client-Cert",
        ] {
            let mut sent = headers(&[(name, "admin"), (name, "root"), ("accept", "*/*")]);
            strip(&mut sent, &identity);
            assert_eq!(
                sent.keys().map(HeaderName::as_str).collect::<Vec<_>>(),
                ["accept"],
                "{name}"
            );
        }
    }

    /// G03
    #[test]
    fn what_is_for_this_hop_ends_here_and_names_nothing_that_counts() {
        let identity = IdentityHeaders::default();
        let mut sent = headers(&[
            ("connection", "close, X-Mine"),
            ("x-mine", "1"),
            ("te", "trailers"),
            ("x-kept", "1"),
        ]);
        assert_eq!(require_sane(&sent, &identity), Ok(()));
        strip(&mut sent, &identity);
        assert_eq!(sent, headers(&[("x-kept", "1")]));
        for named in ["Airside-Subject", "authorization", "x_user", "Host", "a b"] {
            let sent = headers(&[("connection", named)]);
            assert!(require_sane(&sent, &identity).is_err(), "{named}");
        }
    }

    /// G09
    #[test]
    fn a_body_has_one_length() {
        let identity = IdentityHeaders::default();
        for lines in [
            [("content-length", "5"), ("transfer-encoding", "chunked")],
            [
                ("transfer-encoding", "chunked"),
                ("transfer-encoding", "identity"),
            ],
            [("transfer-encoding", "xchunked"), ("accept", "*/*")],
            [
                ("transfer-encoding", "chunked, identity"),
                ("accept", "*/*"),
            ],
            [("content-length", "5"), ("content-length", "5")],
            [("host", "a"), ("host", "b")],
            [("authorization", "Bearer a"), ("authorization", "Bearer b")],
        ] {
            assert!(
                require_sane(&headers(&lines), &identity).is_err(),
                "{lines:?}"
            );
        }
        let fine = headers(&[("transfer-encoding", "Chunked"), ("host", "a")]);
        assert_eq!(require_sane(&fine, &identity), Ok(()));
    }

    #[test]
    fn the_upstream_is_told_what_the_token_says() {
        let alice = Principal::user("alice \u{e9}%", "spa")
            .with_scopes("b a")
            .with_claim("org", "acme");
        let names = [
            ("x-sub", "sub"),
            ("x-scope", "scope"),
            ("x-roles", "roles"),
            ("x-org", "org"),
        ];
        let names = names.map(|(name, fact)| (HeaderName::from_static(name), fact.to_owned()));
        let identity = IdentityHeaders::new(names.into());
        let told: Vec<_> = identity
            .of(&alice)
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        assert_eq!(
            told,
            ["x-sub: alice %C3%A9%25", "x-scope: a b", "x-org: acme"]
        );
        let machine = Principal::client("billing");
        assert_eq!(identity.of(&machine).count(), 0);
    }
}
