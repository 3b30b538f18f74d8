//! Cookies that a browser sent.

use http::{HeaderMap, header::COOKIE};

/// Returns the value of the cookie `name`; none if the browser sent none, or two: a second one was set
/// by another site of the domain, and the two cannot be told apart.
///
/// Values are octets, not text: what another app on the host set may be in any encoding.
#[must_use]
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    let lines = headers.get_all(COOKIE).iter();
    let mut values = lines
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| {
            let value = pair.trim_ascii().strip_prefix(name.as_bytes())?;
            value.strip_prefix(b"=")
        });
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_cookie_has_one_value_or_none() {
        let read = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(COOKIE, HeaderValue::from_str(line).unwrap());
            }
            super::read(&headers, "a").map(<[u8]>::to_vec)
        };
        assert_eq!(read(&["b=1; a=2;c=\u{e9}"]), Some(b"2".to_vec()));
        assert_eq!(read(&["aa=1; ba=2; A=3"]), None);
        assert_eq!(read(&["a=1; a=2"]), None);
        assert_eq!(read(&["a=1", "a=1"]), None);
        assert_eq!(read(&[]), None);
    }
}
