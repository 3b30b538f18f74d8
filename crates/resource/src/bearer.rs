//! Finding the token: in the `Authorization` header and nowhere else; and the proof beside it.

use http::{HeaderMap, header::AUTHORIZATION};

use crate::Rejection;

/// Returns the bearer token of a request (RFC 6750 §2.1).
///
/// Tokens in the query or the body are not looked for: they end up in logs (RFC 9700 §4.3.2).
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
    // all of it, which is faster than up to the first
    let is_token = token
        .bytes()
        .fold(true, |is_token, byte| is_token & is_token_byte(byte));
    if token.is_empty() || !is_token {
        return Err(Rejection::Malformed("no token follows the scheme"));
    }
    Ok(token)
}

/// A token, and how it was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent<'a> {
    pub(crate) token: &'a str,
    /// The DPoP proof, if the scheme is `DPoP` (RFC 9449 §7.1).
    pub(crate) proof: Option<&'a str>,
}

/// Finds a token of either scheme. A proof beside a bearer token does not count: the scheme says what
/// the client means.
pub(crate) fn sent(headers: &HeaderMap) -> Result<Sent<'_>, Rejection> {
    let dpop = headers.get(AUTHORIZATION).is_some_and(|value| {
        let scheme = value.as_bytes().get(..5);
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"DPoP "))
    });
    let token = token_of(headers, if dpop { "dpop" } else { "bearer" })?;
    if !dpop {
        return Ok(Sent { token, proof: None });
    }
    let mut proofs = headers.get_all("dpop").iter();
    let (Some(proof), None) = (proofs.next(), proofs.next()) else {
        return Err(Rejection::BadProof("one `DPoP` header is needed"));
    };
    let proof = proof.to_str();
    let proof = proof.map_err(|_| Rejection::BadProof("the `DPoP` header is not ascii"))?;
    Ok(Sent {
        token,
        proof: Some(proof),
    })
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
