//! Headers of requests: refused, dropped and forwarded ones.

mod identity;
mod list;
mod name;

use airside_net::host;
use http::{
    HeaderMap, HeaderName, HeaderValue, Version,
    header::{
        CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, Entry, HOST, TRANSFER_ENCODING, UPGRADE,
    },
    request::Parts,
};

pub(crate) use self::identity::IdentityHeaders;
use self::{
    list::{join, separator},
    name::{FoldedName, Meaning},
};
use crate::error::RequestError;

/// The outcome of admitting the headers of a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AdmittedHeaders {
    /// The headers that are not forwarded: they identify the caller, or are for this hop.
    pub(crate) ending: Vec<HeaderName>,
    /// The number of headers that were dropped because of their names.
    pub(crate) dropped: usize,
    /// True if one says who calls or for what: none of the guard's own, and more than an address.
    pub(crate) has_claim: bool,
}

/// Refuses headers that two servers could interpret differently, and drops those whose names are not
/// made of letters, digits and `-` alone: some servers drop such a name, others read it as another one.
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
    let mut admitted = AdmittedHeaders {
        ending: nominated(headers, identity)?,
        ..AdmittedHeaders::default()
    };
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
            meaning @ (Meaning::Identity | Meaning::HopByHop) => {
                let is_claim = meaning == Meaning::Identity && !folded.is_of_address();
                admitted.has_claim |= is_claim && !identity.is_own(name);
                admitted.ending.push(name.clone());
                continue;
            }
        }
        let is_repeated = || headers.get_all(name).iter().nth(1).is_some();
        if has_repeated && separator(name).is_none() && is_repeated() {
            return Err(RequestError::Ambiguous(
                "a header that is not a list is there twice",
            ));
        }
    }
    for name in &odd {
        tracing::debug!(%name, "a header with an odd name is dropped");
        headers.remove(name);
    }
    admitted.dropped = odd.len();
    Ok(admitted)
}

/// Requires the one spelling of a header that is read: servers disagree about `contenttype`.
fn is_spelled(name: &HeaderName, meaning: Meaning) -> bool {
    match meaning {
        Meaning::Read(spelled) => name == spelled,
        _ => true,
    }
}

/// Requires one length of the body, and writes it in its shortest form: parsers disagree about `010`.
fn require_one_length(headers: &mut HeaderMap) -> Result<(), RequestError> {
    if let Some(length) = headers.get_mut(CONTENT_LENGTH) {
        let number = length
            .to_str()
            .ok()
            .and_then(|text| text.parse::<u64>().ok());
        *length = number
            .map(HeaderValue::from)
            .ok_or(RequestError::Ambiguous(
                "the length of the body is not a number",
            ))?;
    }
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

/// Removes a `Content-Encoding` that names nothing, or says that nothing is encoded (RFC 9110 §8.4.1):
/// some frameworks refuse it.
fn drop_identity(headers: &mut HeaderMap) {
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let mut codings = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let is_nothing = |coding: &[u8]| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity");
    if codings.all(|coding| is_nothing(coding.trim_ascii())) {
        headers.remove(CONTENT_ENCODING);
    }
}

/// G03: headers that `Connection` names are dropped after they have been checked.
fn nominated(
    headers: &HeaderMap,
    identity: &IdentityHeaders,
) -> Result<Vec<HeaderName>, RequestError> {
    let mut lines = headers.get_all(CONNECTION).iter();
    if lines.any(|line| line.to_str().is_err()) {
        return Err(RequestError::Ambiguous("`Connection` names no header"));
    }
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

/// G11: requires one host, a name or address with at most a port, and a target that is a path.
pub(crate) fn require_one_host(parts: &Parts) -> Result<(), RequestError> {
    if parts.version < Version::HTTP_2 && parts.uri.authority().is_some() {
        return Err(RequestError::Ambiguous("the target is not a path"));
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

/// Removes the hop-by-hop headers of an answer.
pub(crate) fn strip_answer(headers: &mut HeaderMap) {
    let nominated = connection_options(headers).map(str::to_ascii_lowercase);
    let hop_by_hop = headers.keys().map(HeaderName::as_str);
    let hop_by_hop = hop_by_hop.filter(|name| HOP_BY_HOP.contains(name));
    let ending: Vec<_> = nominated.chain(hop_by_hop.map(str::to_owned)).collect();
    for name in ending {
        headers.remove(name);
    }
}

/// Returns the names of headers in `Connection` (RFC 9110 §7.6.1).
fn connection_options(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let is_of_protocol = |name: &str| {
        let words = ["", "close", "keep-alive", "upgrade"];
        words.iter().any(|word| name.eq_ignore_ascii_case(word))
    };
    connection_words(headers).filter(move |name| !is_of_protocol(name))
}

fn connection_words(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(CONNECTION).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// Tells whether a message switches to a WebSocket, or asks for it (RFC 6455 §4.1, RFC 9110 §7.8).
pub(crate) fn is_websocket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).map(HeaderValue::as_bytes);
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case(b"websocket"))
        && connection_words(headers).any(|word| word.eq_ignore_ascii_case("upgrade"))
}

/// The hop-by-hop headers of an answer.
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

#[cfg(test)]
mod tests;
