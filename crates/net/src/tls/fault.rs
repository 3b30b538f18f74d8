//! The reason why a TLS connection failed, in words that an operator can act on.

use std::{error::Error, fmt, io};

use rustls::{CertificateError, pki_types::UnixTime};

/// The reason why a TLS connection failed: a sentence that says what is wrong and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFault(String);

impl TlsFault {
    /// Returns the fault that an error is or was caused by; `None` if TLS was not the cause.
    #[must_use]
    pub fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(cause) = next {
            if let Some(fault) = Self::of_this(cause) {
                return Some(fault);
            }
            next = cause.source();
        }
        None
    }

    /// Returns the fault with `setting` as the place where the file of an authority is named.
    #[must_use]
    pub(crate) fn naming(self, setting: &str) -> Self {
        match self.0 == unknown_issuer(GUARD_SETTINGS) {
            true => Self(unknown_issuer(setting)),
            false => self,
        }
    }

    /// Returns the fault that an error is itself, its causes left aside.
    pub(crate) fn of_this(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(error) = error.downcast_ref() {
            return Some(Self(sentence(error)));
        }
        // an `io::Error` does not name what it wraps as its source, but the source of that
        let wrapped = error.downcast_ref::<io::Error>()?.get_ref()?;
        Self::of_this(wrapped)
    }
}

fn sentence(error: &rustls::Error) -> String {
    use rustls::Error;
    match error {
        Error::InvalidCertificate(error) => of_certificate(error),
        Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType) => {
            "what listens there does not speak TLS: check the port, and whether the address should begin with `http://`".to_owned()
        }
        Error::AlertReceived(alert) => format!(
            "the server refused the TLS connection with the alert {alert:?}: its own log says why"
        ),
        Error::PeerIncompatible(_) | Error::NoApplicationProtocol => {
            format!("the server offers no TLS that is safe enough ({error}): enable TLS 1.2 or 1.3 there")
        }
        other => format!("the TLS connection failed: {other}"),
    }
}

fn of_certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => unknown_issuer(GUARD_SETTINGS),
        CertificateError::Expired => format!("the server's certificate has expired: {RENEW}"),
        CertificateError::ExpiredContext { time, not_after } => {
            let ago = span(*not_after, *time);
            format!("the server's certificate expired {ago} ago: {RENEW}")
        }
        CertificateError::NotValidYet => {
            format!("the server's certificate is not valid yet: {CLOCKS}")
        }
        CertificateError::NotValidYetContext { time, not_before } => {
            let ahead = span(*time, *not_before);
            format!("the server's certificate becomes valid in {ahead}: {CLOCKS}")
        }
        CertificateError::NotValidForName => {
            format!("the server's certificate is for another name: {NAME}")
        }
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => {
            let expected = expected.to_str();
            match names(presented) {
                None => format!("the server's certificate names no host (`subjectAltName`) and so not `{expected}`: {NAME}"),
                Some(names) => {
                    format!("the server's certificate is for {names} and not for `{expected}`: {NAME}")
                }
            }
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the server's certificate is not for servers (`extendedKeyUsage` lacks `serverAuth`): issue one that is".to_owned()
        }
        CertificateError::Revoked => {
            "the server's certificate is revoked: replace it there".to_owned()
        }
        CertificateError::BadSignature => {
            "the server's certificate is not signed by the authority of that name: check that the trusted file holds the authority's current certificate".to_owned()
        }
        CertificateError::Other(other) => of_path(&other.0.to_string()),
        other => format!("the server's certificate is refused ({other}): replace it there"),
    }
}

fn unknown_issuer(setting: &str) -> String {
    format!(
        "the server's certificate is signed by an authority that is not trusted here: name the file with the certificate of that authority ({setting}), and let the server send its intermediate certificates"
    )
}

/// The message for errors that the verifier of certificate paths only names.
fn of_path(name: &str) -> String {
    match name {
        "CaUsedAsEndEntity" => CA_AS_SERVER.to_owned(),
        "EndEntityUsedAsCa" => {
            "the server's certificate is signed by a certificate that is not an authority's (`CA:FALSE`): have an authority sign it".to_owned()
        }
        "UnsupportedCertVersion" => {
            "the server's certificate is of an old version of X.509: issue one of version 3, with `subjectAltName`".to_owned()
        }
        "NameConstraintViolation" => {
            "the authority of the server's certificate may not sign for that name: have another one sign it".to_owned()
        }
        other => format!("the server's certificate is refused ({other}): replace it there"),
    }
}

/// The names of a certificate, of which the server chose the text.
fn names(presented: &[String]) -> Option<String> {
    let shown = presented.iter().take(MAX_NAMES).map(|name| {
        let quoted = name.split_once('(').map_or(name.as_str(), |(_, rest)| rest);
        let bare = quoted.trim_end_matches(')').trim_matches('"');
        let printable = bare.chars().filter(char::is_ascii_graphic);
        format!("`{}`", printable.take(MAX_NAME_CHARS).collect::<String>())
    });
    let shown: Vec<_> = shown.collect();
    match (shown.is_empty(), presented.len() > MAX_NAMES) {
        (true, _) => None,
        (false, false) => Some(shown.join(", ")),
        (false, true) => Some(format!("{} and others", shown.join(", "))),
    }
}

pub(super) fn span(from: UnixTime, to: UnixTime) -> String {
    let seconds = to.as_secs().saturating_sub(from.as_secs());
    let (count, unit) = match seconds {
        0..120 => (seconds, "s"),
        120..7200 => (seconds / 60, "minutes"),
        7200..172_800 => (seconds / 3600, "hours"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{count} {unit}")
}

impl fmt::Display for TlsFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for TlsFault {}

/// The settings of the guard, in which most of these connections are configured.
pub(crate) const GUARD_SETTINGS: &str = "`issuer_ca` or `upstream_ca` in guard.toml";
const CA_AS_SERVER: &str = "the server's certificate is an authority's (`CA:TRUE`, as `openssl req -x509` makes it), which a server cannot present as its own: make it with `-addext basicConstraints=critical,CA:FALSE`, or have an authority sign another one";
const RENEW: &str = "renew it there, and check this machine's clock";
const CLOCKS: &str = "check the clocks of both machines";
const NAME: &str = "use a name of the certificate in the address, or issue one for this name";
const MAX_NAMES: usize = 3;
const MAX_NAME_CHARS: usize = 100;

#[cfg(test)]
mod tests;
