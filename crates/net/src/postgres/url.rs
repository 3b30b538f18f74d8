//! The address of a database, with the parameters of libpq.

use std::{borrow::Cow, fmt, net::IpAddr, path::PathBuf, time::Duration};

use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode,
};

use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    DatabaseAddress,
    target_error::TargetError,
    tls,
    tls_parameters::{Check, Roots, TlsParameters},
};
use crate::chain;

/// The address of a database, and how to speak to it.
#[derive(Clone)]
pub struct Target {
    /// Hosts, user, database and what else the driver knows.
    pub config: Config,
    /// TLS, with the checks that `sslmode` names.
    pub tls: MakeRustlsConnect,
    check: Check,
}

impl Target {
    /// Reads `postgres://user:password@host:port/database` with the parameters of libpq: `sslmode`
    /// (`disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`), `sslrootcert` (a file,
    /// or `system`), `sslcert`, `sslkey`, `target_session_attrs`, `connect_timeout` (3 seconds unless
    /// given) and others. Several hosts may be named, separated by commas.
    ///
    /// # Errors
    ///
    /// [`TargetError`] says which parameter or file.
    pub fn parse(url: &str) -> Result<Self, TargetError> {
        require_encoded(url)?;
        let SplitUrl {
            rest,
            mode,
            parameters,
        } = split(url)?;
        let mut config: Config = rest.parse().map_err(|error: tokio_postgres::Error| {
            let hint = if url.contains('@') { HINT } else { "" };
            TargetError::Malformed(format!("{}{hint}", chain(&error)))
        })?;
        config.ssl_mode(mode);
        if config.get_application_name().is_none() {
            config.application_name("airside");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(3));
        }
        config.keepalives_idle(Duration::from_secs(30));
        config.tcp_user_timeout(Duration::from_secs(10));
        let tls = MakeRustlsConnect::new(tls::config(&parameters)?);
        Ok(Self {
            config,
            tls,
            check: parameters.check,
        })
    }

    /// Returns the hosts, the user and the name of the database, for messages.
    #[must_use]
    pub fn address(&self) -> DatabaseAddress {
        DatabaseAddress::of(&self.config)
    }

    /// Returns true if a machine on the way could impersonate the database: a host is reached over a
    /// network, and its certificate is not verified.
    #[must_use]
    pub fn is_unverified(&self) -> bool {
        let is_far = |host: &Host| match host {
            Host::Tcp(name) => name != "localhost" && !name.parse().is_ok_and(is_loopback),
            #[cfg(unix)]
            Host::Unix(_) => false,
        };
        self.check == Check::Nothing && self.config.get_hosts().iter().any(is_far)
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Refuses an address whose user or password has a character that separates parts of an address.
fn require_encoded(url: &str) -> Result<(), TargetError> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = rest.split('?').next().unwrap_or_default();
    if authority.matches('@').count() > 1 {
        return Err(TargetError::NotEncoded(
            "there is more than one `@`: in a user or a password, write `@` as `%40`",
        ));
    }
    if path.contains('@') {
        return Err(TargetError::NotEncoded(
            "there is a `/` before the `@`: in a user or a password, write `/` as `%2F`",
        ));
    }
    Ok(())
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Target")
    }
}

const HINT: &str = "; in a user or a password, write `@` as `%40`, `:` as `%3A`, `/` as `%2F`, `?` as `%3F`, `#` as `%23` and `%` as `%25`";

/// An address without its TLS parameters, which are read.
struct SplitUrl {
    rest: String,
    mode: SslMode,
    parameters: TlsParameters,
}

/// Takes the TLS parameters out of `url`.
fn split(url: &str) -> Result<SplitUrl, TargetError> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let mut mode = SslMode::Prefer;
    let mut parameters = TlsParameters::default();
    let (mut certificate, mut key) = (None, None);
    let mut others = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name), decoded(value));
        match name.as_ref() {
            "sslmode" => (mode, parameters.check) = ssl_mode(&value)?,
            "sslrootcert" if value == "system" => parameters.roots = Roots::System,
            "sslrootcert" => parameters.roots = Roots::File(PathBuf::from(value.as_ref())),
            "sslcert" => certificate = Some(PathBuf::from(value.as_ref())),
            "sslkey" => key = Some(PathBuf::from(value.as_ref())),
            _ => others.push(format!("{}={}", encoded(&name), encoded(&value))),
        }
    }
    parameters.client = match (certificate, key) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => {
            return Err(TargetError::TlsParameters(
                "`sslcert` and `sslkey` go together",
            ));
        }
    };
    // libpq: `require` with a root certificate is `verify-ca`, `system` is only for `verify-full`
    match (&parameters.roots, parameters.check) {
        (Roots::None, Check::Chain | Check::ChainAndName) => {
            return Err(TargetError::TlsParameters(
                "`verify-ca` and `verify-full` need `sslrootcert`",
            ));
        }
        (Roots::System, Check::Nothing | Check::Chain) => {
            return Err(TargetError::TlsParameters(
                "`sslrootcert=system` needs `sslmode=verify-full`",
            ));
        }
        (Roots::File(_), Check::Nothing) if mode == SslMode::Require => {
            parameters.check = Check::Chain;
        }
        _ => {}
    }
    let others = others.join("&");
    let separator = if others.is_empty() { "" } else { "?" };
    Ok(SplitUrl {
        rest: format!("{address}{separator}{others}"),
        mode,
        parameters,
    })
}

/// Decodes a name or a value as libpq does: unlike in a form, `+` stays a plus sign.
fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, UNRESERVED)
}

/// Encodes all but the unreserved characters (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn ssl_mode(text: &str) -> Result<(SslMode, Check), TargetError> {
    Ok(match text {
        "disable" => (SslMode::Disable, Check::Nothing),
        "allow" | "prefer" => (SslMode::Prefer, Check::Nothing),
        "require" => (SslMode::Require, Check::Nothing),
        "verify-ca" => (SslMode::Require, Check::Chain),
        "verify-full" => (SslMode::Require, Check::ChainAndName),
        _ => {
            return Err(TargetError::TlsParameters(
                "`sslmode` is one of disable, allow, prefer, require, verify-ca and verify-full",
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modes_are_those_of_libpq() {
        for (query, mode, check) in [
            ("", SslMode::Prefer, Check::Nothing),
            ("sslmode=disable", SslMode::Disable, Check::Nothing),
            ("sslmode=allow", SslMode::Prefer, Check::Nothing),
            ("sslmode=require", SslMode::Require, Check::Nothing),
            (
                "sslmode=require&sslrootcert=r",
                SslMode::Require,
                Check::Chain,
            ),
            (
                "sslmode=verify-ca&sslrootcert=r",
                SslMode::Require,
                Check::Chain,
            ),
            (
                "sslmode=verify-full&sslrootcert=system",
                SslMode::Require,
                Check::ChainAndName,
            ),
        ] {
            let url = format!("postgres://u:p@h/d?{query}&connect_timeout=1");
            let found = split(&url).unwrap();
            assert_eq!(
                (found.mode, found.parameters.check),
                (mode, check),
                "{query}"
            );
            assert_eq!(found.rest, "postgres://u:p@h/d?connect_timeout=1");
        }
    }

    #[test]
    fn every_character_of_a_parameter_reaches_the_database() {
        let printable: String = (' '..='~').chain(['ä', '€']).collect();
        for text in printable
            .chars()
            .map(|c| format!("-c a={c}b"))
            .chain([printable.clone()])
        {
            let url = format!(
                "postgres://u:p@h/d?options={}&sslmode=require",
                encoded(&text)
            );
            let target = Target::parse(&url).unwrap();
            assert_eq!(target.config.get_options(), Some(text.as_str()), "{url}");
        }
        // as people write them; these three separate or encode
        let bare = printable.replace(['&', '%', '@'], "");
        let url = format!("postgres://u:p@h/d?application_name={bare}&options=-c a=b -c c=d");
        let target = Target::parse(&url).unwrap();
        assert_eq!(target.config.get_application_name(), Some(bare.as_str()));
        assert_eq!(target.config.get_options(), Some("-c a=b -c c=d"));
    }

    #[test]
    fn what_cannot_be_kept_is_refused_and_no_password_is_quoted() {
        for query in [
            "sslmode=no",
            "sslmode=verify-full",
            "sslmode=verify-ca&sslrootcert=system",
            "sslcert=a",
            "sslkey=a",
            "sslmode=verify-full&sslrootcert=/nowhere/at/all",
            "unknown=1",
        ] {
            let url = format!("postgres://u:hunter2@h/d?{query}");
            let refused = Target::parse(&url).err().unwrap();
            assert!(
                !format!("{refused} {refused:?}").contains("hunter2"),
                "{query}"
            );
        }
    }

    #[test]
    fn a_character_that_must_be_encoded_is_named_and_the_password_is_not() {
        for (password, encoded) in [
            ("hun@ter2", "%40"),
            ("@hunter2", "%40"),
            ("hun/ter2", "%2F"),
            ("1/hunter2", "%2F"),
            ("hun?ter2", "%3F"),
        ] {
            let url = format!("postgres://u:{password}@h/d");
            let refused = Target::parse(&url).err().unwrap().to_string();
            assert!(refused.contains(encoded), "{refused}");
            assert!(!refused.contains("ter2"), "{refused}");
        }
        // control: encoded, and where it separates nothing
        for url in [
            "postgres://u:hun%40ter2@h/d",
            "postgres://u:hunter2@h/d?application_name=a@b",
            "postgres://u@h/d",
            "postgres:///d?host=/run/postgresql&user=u",
        ] {
            assert!(Target::parse(url).is_ok(), "{url}");
        }
        let target = Target::parse("postgres://u:hun%40ter2@h/d").unwrap();
        assert_eq!(target.config.get_password(), Some(&b"hun@ter2"[..]));
    }

    #[test]
    fn only_a_verified_certificate_or_this_machine_keeps_others_from_answering() {
        for (url, expected) in [
            ("postgres://u@h/d", true),
            ("postgres://u@h/d?sslmode=require", true),
            ("postgres://u@localhost,h/d", true),
            (
                "postgres://u@h/d?sslmode=verify-full&sslrootcert=system",
                false,
            ),
            ("postgres://u@localhost/d", false),
            ("postgres://u@127.0.0.1/d?sslmode=disable", false),
            ("postgres://u@[::1]/d", false),
            ("postgres://u@%2Frun/d", false),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!(target.is_unverified(), expected, "{url}");
        }
    }
}
