//! `Via`: a request that passes the same guard twice goes in a circle (RFC 9110 §7.6.3).

use aws_lc_rs::rand;
use http::{HeaderMap, HeaderValue, Version, header::VIA};

/// The pseudonym of a guard in `Via`.
#[derive(Clone, Debug)]
pub(crate) struct Via {
    pseudonym: String,
}

impl Via {
    /// Generates a random pseudonym, which reveals nothing of the guard.
    ///
    /// # Errors
    ///
    /// Fails if the system has no randomness.
    pub(crate) fn draw() -> Result<Self, aws_lc_rs::error::Unspecified> {
        let mut bytes = [0; 8];
        rand::fill(&mut bytes)?;
        Ok(Self {
            pseudonym: format!("airside-{:016x}", u64::from_be_bytes(bytes)),
        })
    }

    /// Tells whether a request has passed this guard.
    pub(crate) fn is_in(&self, headers: &HeaderMap) -> bool {
        let lines = headers.get_all(VIA).iter();
        let mut members = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        members.any(|member| {
            let mut words = member.split(|byte| byte.is_ascii_whitespace());
            words.any(|word| word == self.pseudonym.as_bytes())
        })
    }

    /// Returns the value of `Via` with this guard appended.
    pub(crate) fn append(&self, headers: &HeaderMap, received: Version) -> Option<HeaderValue> {
        let protocol = match received {
            Version::HTTP_2 => "2.0",
            Version::HTTP_10 => "1.0",
            _ => "1.1",
        };
        let mut text = Vec::with_capacity(self.pseudonym.len() + protocol.len() + 1);
        for line in headers.get_all(VIA) {
            text.extend_from_slice(line.as_bytes());
            text.extend_from_slice(b", ");
        }
        text.extend_from_slice(protocol.as_bytes());
        text.push(b' ');
        text.extend_from_slice(self.pseudonym.as_bytes());
        HeaderValue::from_bytes(&text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G22
    #[test]
    fn a_guard_knows_its_own_name_and_no_others() {
        let (one, other) = (Via::draw().unwrap(), Via::draw().unwrap());
        let mut headers = HeaderMap::new();
        headers.append(
            VIA,
            HeaderValue::from_static("1.0 fred, 1.1 airside-1 (a, b)"),
        );
        let value = one.append(&headers, Version::HTTP_2).unwrap();
        let text = value.to_str().unwrap();
        assert!(text.starts_with("1.0 fred, 1.1 airside-1 (a, b), 2.0 airside-"));
        assert!(!one.is_in(&headers));
        headers.insert(VIA, value);
        assert!(one.is_in(&headers) && !other.is_in(&headers));
        headers.append(
            VIA,
            other.append(&HeaderMap::new(), Version::HTTP_11).unwrap(),
        );
        assert!(one.is_in(&headers) && other.is_in(&headers));
    }
}
