//! Differences between a redirect URI that was not registered and one that was.

use std::{cmp::Reverse, fmt};

use percent_encoding::percent_decode_str;

use super::{RedirectUri, parts::Parts};

/// The registered redirect URI that is most like `received`, and how they differ.
///
/// For the error page that teaches, once [`RedirectUri::matches`] has failed for all of them.
pub fn nearest<'a>(
    registered: &'a [RedirectUri],
    received: &str,
) -> Option<(&'a RedirectUri, Difference)> {
    registered
        .iter()
        .map(|uri| (uri, Difference::between(uri, received)))
        .min_by_key(|(uri, how)| (*how, Reverse(common(uri.as_str(), received))))
}

/// The difference between a received redirect URI and a registered one; the smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Difference {
    /// A slash at the end of the path.
    TrailingSlash,
    /// Upper and lower case in the path.
    PathCase,
    /// The same once percent-decoded.
    Encoding,
    /// A `#` and what follows.
    Fragment,
    /// A `?` and what follows.
    Query,
    /// The port.
    Port,
    /// `localhost` against `127.0.0.1` or `[::1]`.
    Localhost,
    /// `www.` before the host.
    Www,
    /// `http` against `https`, or another scheme.
    Scheme,
    /// The path.
    Path,
    /// The host.
    Host,
    /// Several of these, or something else.
    Other,
}

impl Difference {
    /// Names the difference in two or three words, to follow `differs:`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TrailingSlash => "trailing \"/\"",
            Self::PathCase => "upper and lower case in the path",
            Self::Encoding => "percent-encoding",
            Self::Fragment => "fragment",
            Self::Query => "query",
            Self::Port => "port",
            Self::Localhost => "localhost or its address",
            Self::Www => "www.",
            Self::Scheme => "scheme",
            Self::Path => "path",
            Self::Host => "host",
            Self::Other => "in several places",
        }
    }

    fn between(uri: &RedirectUri, received: &str) -> Self {
        let (own, other) = (uri.parts(), Parts::of(received));
        if let Some((before, _)) = received.split_once('#') {
            return if uri.matches(before) {
                Self::Fragment
            } else {
                Self::Other
            };
        }
        if decoded(uri.as_str()) == decoded(received) {
            return Self::Encoding;
        }
        let port = own.port != other.port && uri.any_port().is_none();
        let found = [
            (own.scheme != other.scheme).then_some(Self::Scheme),
            (own.host != other.host).then(|| host(own.host, other.host)),
            port.then_some(Self::Port),
            (own.path() != other.path()).then(|| path(own.path(), other.path())),
            (own.query() != other.query()).then_some(Self::Query),
        ];
        let mut found = found.into_iter().flatten();
        match (found.next(), found.next()) {
            (Some(only), None) => only,
            _ => Self::Other,
        }
    }
}

/// Says what differs and what to do about it, in one sentence for the developer.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TrailingSlash => "one has a slash at the end and the other has none",
            Self::PathCase => "the paths differ in upper and lower case, which counts",
            Self::Encoding => {
                "they mean the same, but one of them is percent-encoded, which counts"
            }
            Self::Fragment => "the received one has a fragment, which is never allowed",
            Self::Query => "the parameters after `?` differ, which count",
            Self::Port => {
                "the ports differ, which counts for every host except 127.0.0.1 and [::1]"
            }
            Self::Localhost => {
                "one says localhost and the other an address: they are different hosts"
            }
            Self::Www => "one host begins with `www.` and the other does not",
            Self::Scheme => "the schemes differ, as http and https do",
            Self::Path => "the paths differ",
            Self::Host => "the hosts differ",
            Self::Other => "they differ in several places",
        })
    }
}

fn host(own: &str, other: &str) -> Difference {
    let loopback = |host| matches!(host, "127.0.0.1" | "[::1]" | "localhost");
    if loopback(own) && loopback(other) {
        return Difference::Localhost;
    }
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    if bare(own) == bare(other) {
        Difference::Www
    } else {
        Difference::Host
    }
}

fn path(own: &str, other: &str) -> Difference {
    if own.strip_suffix('/') == Some(other) || other.strip_suffix('/') == Some(own) {
        return Difference::TrailingSlash;
    }
    if own.eq_ignore_ascii_case(other) {
        Difference::PathCase
    } else {
        Difference::Path
    }
}

fn decoded(text: &str) -> Vec<u8> {
    percent_decode_str(text).collect()
}

/// Returns the number of bytes that both texts begin with.
fn common(own: &str, other: &str) -> usize {
    own.bytes()
        .zip(other.bytes())
        .take_while(|(a, b)| a == b)
        .count()
}
