//! Rules of the redirect URIs that may be registered.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::parts::Parts;
use crate::request::form::has_whole_escapes;

/// The reason why a text may not be registered as a redirect URI: `invalid_redirect_uri` (RFC 7591 §3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectUriError {
    /// It contains a space, a control character, a backslash or another character no URI has.
    #[error("contains a character that must be percent-encoded in a URI")]
    Character,
    /// It has a fragment.
    #[error("has a fragment: leave out the `#` and what follows")]
    Fragment,
    /// Its host is missing, not in lower case, or can be read in two ways.
    #[error("has no host, or one that is not a lower-case name or a plain IP address")]
    Host,
    /// It is longer than 512 bytes.
    #[error("is longer than 512 bytes")]
    Length,
    /// It is `http` to another host than the loopback ones.
    #[error("is http: use https, or the host 127.0.0.1, [::1] or localhost")]
    Plaintext,
    /// Its port is not a number from 1 to 65535.
    #[error("has a port that is not a number from 1 to 65535")]
    Port,
    /// It is relative.
    #[error("is not absolute: it must begin with a scheme such as https://")]
    Relative,
    /// Its scheme could run code, read files, or belong to any program.
    #[error(
        "has a scheme that is neither https nor a lower-case one with a dot, as in com.example.app:/"
    )]
    Scheme,
    /// It has a user name or password.
    #[error("has a user name before an `@`")]
    UserInfo,
    /// It has a `*`, which reads like a pattern and would match nothing but itself.
    #[error(
        "has a `*`: there are no patterns, because a redirect URI is compared character by character; register each address"
    )]
    Wildcard,
}

/// Checks that `text` may be registered.
pub(super) fn check_new(text: &str) -> Result<(), RedirectUriError> {
    // RFC9700-2.1: exact string matching, so that a pattern can never be meant
    if text.contains('*') {
        return Err(RedirectUriError::Wildcard);
    }
    check(text)
}

/// Checks what every registered URI has in common, that of an earlier release included.
pub(super) fn check(text: &str) -> Result<(), RedirectUriError> {
    use RedirectUriError as Error;
    if text.len() > MAX_BYTES {
        return Err(Error::Length);
    }
    if !text.bytes().all(is_uri_character) || !has_whole_escapes(text.as_bytes()) {
        return Err(Error::Character);
    }
    // RFC6749-3.1.2: the redirection endpoint URI must not include a fragment
    if text.contains('#') {
        return Err(Error::Fragment);
    }
    // RFC6749-3.1.2: it must be an absolute URI
    let parts = Parts::of(text);
    if parts.scheme.is_empty() || text.starts_with('/') {
        return Err(Error::Relative);
    }
    if parts.host.contains('@') || parts.port.is_some_and(|port| port.contains('@')) {
        return Err(Error::UserInfo);
    }
    match parts.scheme {
        "https" => check_authority(&parts),
        "http" => check_loopback(&parts),
        _ => check_private(text, &parts),
    }
}

/// RFC3986-3.2.3: digits; written in one way only, so that it is compared in one way only.
pub(super) fn is_port(text: &str) -> bool {
    let digits = text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && !text.starts_with('0') && text.parse::<u16>().is_ok()
}

fn check_authority(parts: &Parts<'_>) -> Result<(), RedirectUriError> {
    if !parts.port.is_none_or(is_port) {
        return Err(RedirectUriError::Port);
    }
    if !is_host(parts.host) {
        return Err(RedirectUriError::Host);
    }
    Ok(())
}

fn check_loopback(parts: &Parts<'_>) -> Result<(), RedirectUriError> {
    // RFC8252-7.3, RFC8252-8.3: http only where the answer does not leave the machine
    if !matches!(parts.host, "127.0.0.1" | "[::1]" | "localhost") {
        return Err(RedirectUriError::Plaintext);
    }
    check_authority(parts)
}

fn check_private(text: &str, parts: &Parts<'_>) -> Result<(), RedirectUriError> {
    let scheme = parts.scheme;
    let characters = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+')
    };
    // RFC8252-7.1: a scheme that is a domain name under its owner's control, so it has a dot;
    // javascript, data, vbscript, file, about and blob have none
    let named = scheme.contains('.') && scheme.bytes().all(characters);
    if !named || !scheme.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(RedirectUriError::Scheme);
    }
    let rest = text
        .strip_prefix(scheme)
        .and_then(|rest| rest.strip_prefix(':'));
    if !rest.is_some_and(|rest| rest.starts_with('/')) {
        return Err(RedirectUriError::Relative);
    }
    Ok(())
}

/// RFC3986-2: everything else must be escaped, and means different things to different readers.
fn is_uri_character(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
        )
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        return address
            .parse::<Ipv6Addr>()
            .is_ok_and(|parsed| parsed.to_string() == address);
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.starts_with(|first: char| first.is_ascii_digit()) {
        // 127.1, 2130706433 and 0x7f.1 are names to some readers and addresses to others
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.len() <= 253 && host.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let characters = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
    };
    (1..=63).contains(&label.len()) && label.bytes().all(characters)
}

/// A code, which carries the redirect URI, must fit into a URL itself.
const MAX_BYTES: usize = 512;
