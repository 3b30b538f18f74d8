//! Finding the token: in the `Authorization` header and nowhere else.

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
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Rejection::NoToken)?;
    if values.next().is_some() {
        return Err(Rejection::Malformed("it is there twice"));
    }
    let value = value
        .to_str()
        .map_err(|_| Rejection::Malformed("it is not ascii"))?;
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    // RFC9110-11.1: the scheme is case-insensitive
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Rejection::NoToken);
    }
    let token = rest.trim_start_matches(' ');
    if token.is_empty() || !token.bytes().all(is_token_byte) {
        return Err(Rejection::Malformed("no token follows `Bearer`"));
    }
    Ok(token)
}

/// RFC6750-2.1: `b64token`
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
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
