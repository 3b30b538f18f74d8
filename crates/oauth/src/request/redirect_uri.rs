//! Redirect URIs: what may be registered, and what is the same (RFC 6749 §3.1.2, RFC 8252 §7).

mod difference;
pub mod origin;
mod parts;
mod rule;

pub use difference::{Difference, nearest};
pub use rule::RedirectUriError;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use parts::Parts;

/// A redirect URI that a client may register.
///
/// It is `https`; or `http` to `127.0.0.1`, `[::1]` or `localhost`; or has a private-use scheme
/// with a dot (RFC 8252 §7.1). It has at most 512 bytes of ASCII, no user name and no fragment, its
/// scheme and host are in lower case, and it has no `*`. It is kept and compared as it was written,
/// never normalised.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Takes a URI that is registered already: it may have a `*`, which earlier releases took.
    ///
    /// # Errors
    ///
    /// [`RedirectUriError`] if it breaks a rule that held at all times.
    pub fn stored(text: &str) -> Result<Self, RedirectUriError> {
        rule::check(text)?;
        Ok(Self(text.to_owned()))
    }

    /// The URI as it was registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the receiver of answers: the host, IPv6 in brackets, or a private-use scheme.
    pub fn host(&self) -> &str {
        let parts = self.parts();
        if self.is_private_scheme() {
            parts.scheme
        } else {
            parts.host
        }
    }

    /// The origin as a browser writes it (RFC 6454 §6.2), for CORS and for `form-action`.
    ///
    /// A private-use scheme has none; `scheme:` replaces it, as in a content security policy.
    pub fn origin(&self) -> String {
        let Parts {
            scheme, host, port, ..
        } = self.parts();
        match port {
            _ if self.is_private_scheme() => format!("{scheme}:"),
            Some(port) if !is_default(scheme, port) => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        }
    }

    /// Returns true if it leads back to the person's own machine, where any program may listen.
    pub fn is_loopback(&self) -> bool {
        matches!(self.parts().host, "127.0.0.1" | "[::1]" | "localhost")
    }

    /// Returns true if the operating system chooses the program that answers (RFC 8252 §7.1).
    pub fn is_private_scheme(&self) -> bool {
        !matches!(self.parts().scheme, "https" | "http")
    }

    /// Returns true if `received`, form-decoded once, is this redirect URI.
    ///
    /// Compares byte for byte. The one exception: `http://127.0.0.1` and `http://[::1]` match with
    /// any port from 1 to 65535, whatever port was registered; `localhost` is an ordinary host.
    ///
    /// Implements [RFC 9700 §2.1](https://www.rfc-editor.org/rfc/rfc9700#section-2.1) and
    /// [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3).
    pub fn matches(&self, received: &str) -> bool {
        // RFC9700-2.1: exact string matching; RFC8252-7.3: except for the port of a loopback address
        received == self.0
            || self
                .any_port()
                .is_some_and(|base| with_port(received, base, self.parts().rest))
    }

    /// Returns the same without its port, if every port is as good: what a developer registers.
    #[must_use]
    pub fn for_any_port(&self) -> Self {
        match self.any_port() {
            Some(base) => Self(format!("{base}{}", self.parts().rest)),
            None => self.clone(),
        }
    }

    /// Scheme and address, if every port is as good as the registered one.
    fn any_port(&self) -> Option<&'static str> {
        let Parts { scheme, host, .. } = self.parts();
        match (scheme, host) {
            ("http", "127.0.0.1") => Some("http://127.0.0.1"),
            ("http", "[::1]") => Some("http://[::1]"),
            _ => None,
        }
    }

    fn parts(&self) -> Parts<'_> {
        Parts::of(&self.0)
    }
}

impl FromStr for RedirectUri {
    type Err = RedirectUriError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        rule::check_new(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = RedirectUriError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::stored(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedirectUri({})", self.0)
    }
}

/// Returns true if `received` is `base`, perhaps a port, and `rest`: judged on the text alone.
fn with_port(received: &str, base: &str, rest: &str) -> bool {
    let Some(after) = received.strip_prefix(base) else {
        return false;
    };
    after == rest
        || after
            .strip_prefix(':')
            .and_then(|after| after.strip_suffix(rest))
            .is_some_and(rule::is_port)
}

fn is_default(scheme: &str, port: &str) -> bool {
    matches!((scheme, port), ("https", "443") | ("http", "80"))
}

#[cfg(test)]
mod tests;
