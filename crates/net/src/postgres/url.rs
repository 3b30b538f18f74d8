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
    parameters.client = client_certificate(certificate, key)?;
    parameters.check = checked_against(&parameters.roots, parameters.check, mode)?;
    let others = others.join("&");
    let separator = if others.is_empty() { "" } else { "?" };
    Ok(SplitUrl {
        rest: format!("{address}{separator}{others}"),
        mode,
        parameters,
    })
}

fn client_certificate(
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
) -> Result<Option<(PathBuf, PathBuf)>, TargetError> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
        (None, None) => Ok(None),
        _ => Err(TargetError::TlsParameters(
            "`sslcert` and `sslkey` go together",
        )),
    }
}

/// Returns the check of the server's certificate as libpq makes it: `require` with a root certificate is
/// `verify-ca`, and `system` is only for `verify-full`.
fn checked_against(roots: &Roots, check: Check, mode: SslMode) -> Result<Check, TargetError> {
    match (roots, check) {
        (Roots::None, Check::Chain | Check::ChainAndName) => Err(TargetError::TlsParameters(
            "`verify-ca` and `verify-full` need `sslrootcert`",
        )),
        (Roots::System, Check::Nothing | Check::Chain) => Err(TargetError::TlsParameters(
            "`sslrootcert=system` needs `sslmode=verify-full`",
        )),
        (Roots::File(_), Check::Nothing) if mode == SslMode::Require => Ok(Check::Chain),
        _ => Ok(check),
    }
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
mod tests;
