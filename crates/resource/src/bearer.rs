//! Finds the token in the `Authorization` header and nowhere else, and the DPoP proof beside it.

use http::{HeaderMap, HeaderName, HeaderValue, Request, header::AUTHORIZATION, request::Parts};

use crate::Rejection;

/// Returns the bearer token of a request (RFC 6750 §2.1).
///
/// Tokens in the query or the body are ignored: they end up in logs (RFC 9700 §4.3.2).
///
/// # Errors
///
/// [`Rejection::NoToken`] without the header or with another scheme, [`Rejection::Malformed`] if it
/// is there twice or holds no token.
pub fn bearer_token(headers: &HeaderMap) -> Result<&str, Rejection> {
    token_of(headers, "bearer")
}

fn token_of<'a>(headers: &'a HeaderMap, expected: &str) -> Result<&'a str, Rejection> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Rejection::NoToken)?;
    if values.next().is_some() {
        return Err(Rejection::Malformed("it is there twice"));
    }
    let value = str::from_utf8(value.as_bytes());
    let value = value.map_err(|_| Rejection::Malformed("it is not ascii"))?;
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    // RFC9110-11.1: the scheme is case-insensitive
    if !scheme.eq_ignore_ascii_case(expected) {
        return Err(Rejection::NoToken);
    }
    let token = rest.trim_start_matches(' ');
    match is_token(token) {
        true => Ok(token),
        false => Err(Rejection::Malformed("no token follows the scheme")),
    }
}

fn is_token(text: &str) -> bool {
    // all of it, which is faster than up to the first
    let is_ascii = |is_token: bool, byte: u8| is_token & is_token_byte(byte);
    !text.is_empty() && text.bytes().fold(true, is_ascii)
}

/// A token, and how it was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SentToken<'a> {
    pub(crate) token: &'a str,
    /// The DPoP proof, if the scheme is `DPoP` (RFC 9449 §7.1).
    pub(crate) proof: Option<&'a str>,
}

/// Finds a token of either scheme. A proof beside a bearer token does not count: the scheme says what
/// the client means.
pub(crate) fn sent_token(headers: &HeaderMap) -> Result<SentToken<'_>, Rejection> {
    let dpop = headers.get(AUTHORIZATION).is_some_and(|value| {
        let scheme = value.as_bytes().get(..5);
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"DPoP "))
    });
    let token = token_of(headers, if dpop { "dpop" } else { "bearer" })?;
    if !dpop {
        return Ok(SentToken { token, proof: None });
    }
    let mut proofs = headers.get_all("dpop").iter();
    let (Some(proof), None) = (proofs.next(), proofs.next()) else {
        return Err(Rejection::BadProof("one `DPoP` header is needed"));
    };
    let proof = proof.to_str();
    let proof = proof.map_err(|_| Rejection::BadProof("the `DPoP` header is not ascii"))?;
    Ok(SentToken {
        token,
        proof: Some(proof),
    })
}

/// Makes the head of a request, with only those headers that authenticate it.
pub(crate) fn head<'a>(
    method: &str,
    uri: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<Parts, Rejection> {
    const DPOP: HeaderName = HeaderName::from_static("dpop");
    let malformed = || Rejection::Malformed("the request is not one of HTTP");
    let (mut head, ()) = Request::new(()).into_parts();
    head.method = method.parse().map_err(|_| malformed())?;
    head.uri = uri.parse().map_err(|_| malformed())?;
    for (name, value) in headers {
        let names = [AUTHORIZATION, DPOP];
        let mut names = names.into_iter();
        if let Some(name) = names.find(|known| name.eq_ignore_ascii_case(known.as_str())) {
            let value = HeaderValue::from_bytes(value).map_err(|_| malformed())?;
            head.headers.append(name, value);
        }
    }
    Ok(head)
}

/// RFC6750-2.1: `b64token`
const fn is_token_byte(byte: u8) -> bool {
    let is_sign = matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
    byte.is_ascii_alphanumeric() | is_sign
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(values: &[&str]) -> Result<String, Rejection> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().unwrap());
        }
        bearer_token(&headers).map(str::to_owned)
    }

    #[test]
    fn the_scheme_is_case_insensitive() {
        for value in [
            "Bearer a.b.c",
            "bearer a.b.c",
            "BEARER a.b.c",
            "Bearer  a.b.c",
        ] {
            assert_eq!(token(&[value]).as_deref(), Ok("a.b.c"), "{value}");
        }
    }

    #[test]
    fn another_scheme_is_no_token() {
        assert_eq!(token(&[]), Err(Rejection::NoToken));
        assert_eq!(token(&["Basic YTpi"]), Err(Rejection::NoToken));
        assert_eq!(token(&["Bearera.b.c"]), Err(Rejection::NoToken));
    }

    #[test]
    fn a_head_keeps_every_header_that_counts() {
        let headers = [
            ("Authorization", "DPoP a".as_bytes()),
            ("x-other", &[0]),
            ("DPoP", b"proof"),
            ("dpop", b"second"),
        ];
        let kept = head("GET", "/accounts?a=b", headers).unwrap();
        assert_eq!(
            (kept.method.as_str(), kept.uri.to_string().as_str()),
            ("GET", "/accounts?a=b")
        );
        assert_eq!(kept.headers.get_all(AUTHORIZATION).iter().count(), 1);
        assert_eq!(kept.headers.get_all("dpop").iter().count(), 2);
        assert_eq!(kept.headers.len(), 3);
        for (method, uri, value) in [("G T", "/", "a"), ("GET", "/ /", "a"), ("GET", "/", "a\n")] {
            let refused = head(method, uri, [("authorization", value.as_bytes())]);
            assert!(matches!(refused, Err(Rejection::Malformed(_))), "{value:?}");
        }
    }

    #[test]
    fn a_malformed_or_duplicated_header_is_a_bad_request() {
        for values in [
            &["Bearer a", "Bearer a"][..],
            &["Bearer a", "Basic b"],
            &["Bearer"],
            &["Bearer "],
            &["Bearer a b"],
            &["Bearer a,Bearer b"],
            &["Bearer \"a\""],
        ] {
            let rejected = token(values);
            assert!(
                matches!(rejected, Err(Rejection::Malformed(_))),
                "{values:?}"
            );
        }
    }
}
