//! Headers: what a request must not bring, what it loses, what the upstream is told.

mod name;

use std::{borrow::Cow, collections::BTreeSet};

use airside_net::host;
use airside_policy::{Kind, Principal};
use http::{
    HeaderMap, HeaderName, HeaderValue, Version,
    header::{
        CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, COOKIE, Entry, HOST, TRANSFER_ENCODING,
        UPGRADE,
    },
    request::Parts,
};

use self::name::{FoldedName, Meaning};
use crate::error::RequestError;

/// What the upstream is told of the caller, by the names of the headers.
#[derive(Clone, Debug)]
pub struct IdentityHeaders {
    names: Vec<(HeaderName, String)>,
    /// Those that no family has, folded.
    folded: Vec<Vec<u8>>,
}

impl IdentityHeaders {
    /// Tells each header's fact: `sub`, `client_id`, `scope`, `roles`, or the name of a claim.
    #[must_use]
    pub fn new(names: Vec<(HeaderName, String)>) -> Self {
        let folded = names.iter().map(|(name, _)| FoldedName::of(name.as_str()));
        let folded = folded.filter(|name| name.meaning() == Meaning::Ordinary);
        Self {
            folded: folded.map(|name| name.as_bytes().to_vec()).collect(),
            names,
        }
    }

    /// Tells whether an upstream can be told a fact by a header of this name: it is made of letters, digits
    /// and `-`, and means nothing else.
    #[must_use]
    pub fn is_usable(name: &str) -> bool {
        let folded = FoldedName::of(name);
        let is_free = matches!(folded.meaning(), Meaning::Ordinary | Meaning::Identity);
        is_free && folded.is_plain() && (1..=name::MAX_BYTES).contains(&name.len())
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

    fn meaning(&self, name: &FoldedName) -> Meaning {
        match name.meaning() {
            Meaning::Ordinary if self.folded.iter().any(|own| own == name.as_bytes()) => {
                Meaning::Identity
            }
            meaning => meaning,
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

fn fact_of<'a>(principal: &'a Principal, fact: &str) -> Option<Cow<'a, str>> {
    match fact {
        // a machine is no person
        "sub" => (principal.kind == Kind::User).then(|| principal.subject.as_str().into()),
        "client_id" => Some(principal.client_id.as_str().into()),
        "scope" => joined(&principal.scopes),
        "roles" => joined(&principal.roles),
        claim => principal.claims.get(claim).map(|text| text.as_str().into()),
    }
}

fn joined(words: &BTreeSet<String>) -> Option<Cow<'_, str>> {
    let mut each = words.iter();
    let mut all = Cow::Borrowed(each.next()?.as_str());
    for word in each {
        all.to_mut().push(' ');
        all.to_mut().push_str(word);
    }
    Some(all)
}

/// A text in visible ASCII: everything else percent-encoded.
fn visible(text: &str) -> Cow<'_, str> {
    let stays = |byte: u8| byte.is_ascii_graphic() && byte != b'%' || byte == b' ';
    if text.bytes().all(stays) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if stays(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(out)
}

/// What came of looking at the headers of a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AdmittedHeaders {
    /// Those that are not forwarded: they tell who calls, or are for this hop.
    pub(crate) ending: Vec<HeaderName>,
    /// How many were taken out for their odd names.
    pub(crate) dropped: usize,
}

/// Refuses headers that two servers could read differently, and takes out those whose names are not made of
/// letters, digits and `-` alone: some servers drop such a name, others read another one.
///
/// # Errors
///
/// [`RequestError::Ambiguous`].
pub(crate) fn admit(
    headers: &mut HeaderMap,
    identity: &IdentityHeaders,
) -> Result<AdmittedHeaders, RequestError> {
    require_one_length(headers)?;
    drop_identity(headers);
    let mut ending = nominated(headers, identity)?;
    let mut odd = Vec::new();
    let has_repeated = headers.len() > headers.keys_len();
    for name in headers.keys() {
        let folded = FoldedName::of(name.as_str());
        match identity.meaning(&folded) {
            Meaning::MethodOverride => {
                return Err(RequestError::Ambiguous("a header names another method"));
            }
            Meaning::Ordinary if !folded.is_plain() => {
                odd.push(name.clone());
                continue;
            }
            meaning if !folded.is_plain() || !is_spelled(name, meaning) => {
                return Err(RequestError::Ambiguous(
                    "a header that counts is there in another spelling",
                ));
            }
            Meaning::Ordinary | Meaning::Read(_) => {}
            Meaning::Identity | Meaning::HopByHop => {
                ending.push(name.clone());
                continue;
            }
        }
        let is_repeated = || headers.get_all(name).iter().nth(1).is_some();
        if has_repeated && separator(name).is_none() && is_repeated() {
            return Err(RequestError::Ambiguous(
                "a header that is no list is there twice",
            ));
        }
    }
    for name in &odd {
        tracing::debug!(%name, "a header with an odd name is dropped");
        headers.remove(name);
    }
    Ok(AdmittedHeaders {
        ending,
        dropped: odd.len(),
    })
}

/// A header that is read has one spelling: what `contenttype` is, servers do not agree on.
fn is_spelled(name: &HeaderName, meaning: Meaning) -> bool {
    match meaning {
        Meaning::Read(spelled) => name == spelled,
        _ => true,
    }
}

fn require_one_length(headers: &HeaderMap) -> Result<(), RequestError> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else {
        return Ok(());
    };
    if headers.contains_key(CONTENT_LENGTH) {
        return Err(RequestError::Ambiguous("the body has two lengths"));
    }
    match codings.next().is_none() && coding.as_bytes().eq_ignore_ascii_case(b"chunked") {
        true => Ok(()),
        false => Err(RequestError::Ambiguous(
            "the transfer coding is not `chunked` alone",
        )),
    }
}

/// Removes a `Content-Encoding` that says that nothing is encoded (RFC 9110 §8.4.1): some frameworks
/// refuse it.
fn drop_identity(headers: &mut HeaderMap) {
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let mut codings = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    if codings.all(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"identity")) {
        headers.remove(CONTENT_ENCODING);
    }
}

/// G03: what `Connection` names is dropped on the way, after it was looked at.
fn nominated(
    headers: &HeaderMap,
    identity: &IdentityHeaders,
) -> Result<Vec<HeaderName>, RequestError> {
    let mut names = Vec::new();
    for name in connection_options(headers) {
        let Ok(name) = HeaderName::try_from(name) else {
            return Err(RequestError::Ambiguous("`Connection` names no header"));
        };
        match identity.meaning(&FoldedName::of(name.as_str())) {
            Meaning::Ordinary | Meaning::HopByHop => names.push(name),
            _ => {
                return Err(RequestError::Ambiguous(
                    "`Connection` names a header that counts",
                ));
            }
        }
    }
    Ok(names)
}

/// Returns the headers to forward: the guard's `own` first, then those of the caller that do not end
/// here, each name in one line.
pub(crate) fn forwarded(own: HeaderMap, sent: HeaderMap, ending: &[HeaderName]) -> HeaderMap {
    let mut all = own;
    // the others of a name follow its first one without the name
    let mut current = None;
    for (name, value) in sent {
        match name {
            Some(name) if ending.contains(&name) => current = None,
            Some(name) => {
                current = match all.entry(name.clone()) {
                    Entry::Occupied(_) => None,
                    Entry::Vacant(place) => {
                        place.insert(value);
                        Some(name)
                    }
                };
            }
            None => {
                if let Some(name) = &current
                    && let Some(before) = all.get_mut(name)
                {
                    join(before, separator(name).unwrap_or(", "), &value);
                }
            }
        }
    }
    all
}

/// Adds a line of a header to its list (RFC 9110 §5.3).
fn join(before: &mut HeaderValue, separator: &str, value: &HeaderValue) {
    let joined = [before.as_bytes(), separator.as_bytes(), value.as_bytes()].concat();
    if let Ok(mut joined) = HeaderValue::from_bytes(&joined) {
        joined.set_sensitive(before.is_sensitive() || value.is_sensitive());
        *before = joined;
    }
}

/// Returns what stands between the members of a header that is a list; none if it is no list.
fn separator(name: &HeaderName) -> Option<&'static str> {
    if *name == COOKIE {
        // RFC9113-8.2.3: HTTP/2 sends one line for each pair
        return Some("; ");
    }
    LISTS.contains(&name.as_str()).then_some(", ")
}

/// G11: one host, a name or address with at most a port, and a target that is a path.
pub(crate) fn require_one_host(parts: &Parts) -> Result<(), RequestError> {
    if parts.version < Version::HTTP_2 && parts.uri.authority().is_some() {
        return Err(RequestError::Ambiguous("the target is no path"));
    }
    match host::named(parts.version, &parts.uri, &parts.headers) {
        // RFC9112-3.2: only HTTP/1.1 requires one
        Ok(_) => Ok(()),
        Err(error) => Err(RequestError::Ambiguous(error.reason())),
    }
}

/// Tells whether a request names its host.
pub(crate) fn has_host(parts: &Parts) -> bool {
    parts.uri.authority().is_some() || parts.headers.contains_key(HOST)
}

/// Takes out of an answer what ends at this hop.
pub(crate) fn strip_answer(headers: &mut HeaderMap) {
    let nominated = connection_options(headers).map(str::to_ascii_lowercase);
    let hop_by_hop = headers.keys().map(HeaderName::as_str);
    let hop_by_hop = hop_by_hop.filter(|name| HOP_BY_HOP.contains(name));
    let ending: Vec<_> = nominated.chain(hop_by_hop.map(str::to_owned)).collect();
    for name in ending {
        headers.remove(name);
    }
}

/// The names of headers in `Connection` (RFC 9110 §7.6.1).
fn connection_options(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(CONNECTION).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let names = lines.flat_map(|line| line.split(',')).map(str::trim);
    let is_of_protocol = |name: &str| {
        let words = ["", "close", "keep-alive", "upgrade"];
        words.iter().any(|word| name.eq_ignore_ascii_case(word))
    };
    names.filter(move |name| !is_of_protocol(name))
}

/// Whether it asks for a WebSocket (RFC 6455 §4.1).
pub(crate) fn is_websocket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).map(HeaderValue::as_bytes);
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case(b"websocket"))
}

/// Of an answer.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Lists and dictionaries (RFC 9110 §5.6.1, RFC 9651 §4.2), of which several lines are one.
const LISTS: [&str; 37] = [
    "a-im",
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "access-control-request-headers",
    "baggage",
    "cache-control",
    "cdn-loop",
    "content-digest",
    "content-language",
    "dav",
    "digest",
    "if-match",
    "if-none-match",
    "link",
    "pragma",
    "prefer",
    "priority",
    "repr-digest",
    "sec-ch-ua",
    "sec-ch-ua-form-factors",
    "sec-ch-ua-full-version-list",
    "sec-fetch-storage-access",
    "sec-purpose",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
    "signature",
    "signature-input",
    "tracestate",
    "vary",
    "via",
    "want-content-digest",
    "want-digest",
    "want-repr-digest",
    "warning",
    "x-datadog-tags",
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

    fn admitted(lines: &[(&str, &str)]) -> Result<usize, RequestError> {
        let admitted = admit(&mut headers(lines), &IdentityHeaders::default());
        admitted.map(|admitted| admitted.dropped)
    }

    /// The names and values that are forwarded behind the guard's own.
    fn passed(lines: &[(&str, &str)]) -> Vec<(String, String)> {
        let identity = IdentityHeaders::default();
        let mut sent = headers(lines);
        let admitted = admit(&mut sent, &identity).unwrap();
        let own = headers(&[("airside-subject", "alice")]);
        let all = forwarded(own, sent, &admitted.ending);
        let mut all = all
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        assert_eq!(all.next().unwrap().1, "alice");
        all.collect()
    }

    /// G01, G02, G07, T27
    #[test]
    fn no_caller_says_who_it_is() {
        for name in [
            "Airside-Subject",
            "airside-Scope",
            "Air-Side-Subject",
            "X-User",
            "Remote-User",
            "X-Forwarded-For",
            "Forwarded",
            "X-Original-URL",
            "X-Auth-Request-Email",
            "Client-Cert",
            "X-Forwarded-Client-Cert",
        ] {
            let left = passed(&[(name, "admin"), (name, "root"), ("accept", "*/*")]);
            assert_eq!(left, [("accept".to_owned(), "*/*".to_owned())], "{name}");
        }
    }

    /// G02, G07
    #[test]
    fn an_odd_spelling_of_a_name_that_counts_is_refused_and_any_other_odd_name_is_dropped() {
        for name in [
            "airside_subject",
            "airside~subject",
            "AIRSIDE.SUBJECT",
            "x_user",
            "x|forwarded|for",
            "content_type",
            "content_length",
            "contenttype",
            "content--type",
            "transfer_encoding",
            "ho_st",
            "cookie_",
            "author'ization",
            "sec_fetch_site",
            "X-HTTP-Method-Override",
            "x_http_method",
            "xmethodoverride",
        ] {
            assert!(admitted(&[(name, "x")]).is_err(), "{name}");
        }
        let odd = [("x_a", "1"), ("x.b", "2"), ("y~", "3"), ("y", "4")];
        assert_eq!(admitted(&odd), Ok(3));
        assert_eq!(passed(&odd), [("y".to_owned(), "4".to_owned())]);
        // a name of one's own counts too
        let names = vec![(HeaderName::from_static("x-org"), "org".to_owned())];
        let identity = IdentityHeaders::new(names);
        assert!(admit(&mut headers(&[("x_org", "1")]), &identity).is_err());
        let admitted = admit(&mut headers(&[("xorg", "1")]), &identity);
        assert_eq!(admitted.unwrap().ending, ["xorg"]);
    }

    #[test]
    fn a_list_is_one_line_and_nothing_else_is_there_twice() {
        let left = passed(&[
            ("accept", "a"),
            ("cookie", "a=1"),
            ("x-one", "1"),
            ("accept", "b"),
            ("cookie", "b=2"),
            ("accept", "c"),
        ]);
        let expected = [
            ("accept", "a, b, c"),
            ("cookie", "a=1; b=2"),
            ("x-one", "1"),
        ];
        assert_eq!(
            left,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        for name in [
            "x-one",
            "user-agent",
            "origin",
            "dpop",
            "content-type",
            "range",
        ] {
            assert!(admitted(&[(name, "1"), (name, "1")]).is_err(), "{name}");
            assert_eq!(admitted(&[(name, "1")]), Ok(0), "{name}");
        }
    }

    #[test]
    fn the_lists_are_sorted_and_read_alike() {
        assert!(LISTS.is_sorted());
    }

    /// G03
    #[test]
    fn what_is_for_this_hop_ends_here_and_names_nothing_that_counts() {
        let sent = [
            ("connection", "close, X-Mine"),
            ("x-mine", "1"),
            ("te", "trailers"),
            ("x-kept", "1"),
        ];
        assert_eq!(passed(&sent), [("x-kept".to_owned(), "1".to_owned())]);
        // as Java's client and curl ask for HTTP/2
        let upgrade = "Upgrade, HTTP2-Settings";
        assert_eq!(admitted(&[("connection", upgrade)]), Ok(0));
        for named in [
            "Airside-Subject",
            "authorization",
            "x_user",
            "Host",
            "a b",
            "content-type",
        ] {
            assert!(admitted(&[("connection", named)]).is_err(), "{named}");
        }
    }

    /// G09
    #[test]
    fn a_body_has_one_length() {
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
            assert!(admitted(&lines).is_err(), "{lines:?}");
        }
        let fine = [("transfer-encoding", "Chunked"), ("host", "a")];
        assert_eq!(admitted(&fine), Ok(0));
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
