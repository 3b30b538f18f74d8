//! The formats of texts, as far as OpenID Connect Core §5.1 fixes them.

use url::Url;

/// Tells an absolute URL of a page or an image. A page must not run a script because somebody follows
/// it.
pub(super) fn is_url(text: &str) -> bool {
    let has_gap = text.chars().any(|c| c.is_whitespace() || c.is_control());
    let url = Url::parse(text).ok().filter(|_| !has_gap);
    url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Tells an `addr-spec` (RFC 5322 §3.4.1, RFC 6532 §3.2) without comments and obsolete forms.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_literal = domain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let domain = match is_literal {
        Some(literal) => !literal.is_empty() && literal.chars().all(is_domain_text),
        None => is_dot_atom(domain),
    };
    text.len() <= MAX_EMAIL_BYTES && domain && (is_dot_atom(local) || is_quoted(local))
}

fn is_dot_atom(text: &str) -> bool {
    let is_atom = |atom: &str| !atom.is_empty() && atom.chars().all(is_atom_text);
    text.split('.').all(is_atom)
}

fn is_atom_text(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c),
        false => !c.is_whitespace() && !c.is_control(),
    }
}

const fn is_domain_text(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '[' | ']' | '\\')
}

/// Tells a `quoted-string`: a quotation mark or a backslash in it has a backslash before it.
fn is_quoted(text: &str) -> bool {
    let inner = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner else {
        return false;
    };
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        let legal = match c {
            '"' => false,
            '\\' => chars.next().is_some_and(|c| !c.is_control()),
            c => !c.is_control(),
        };
        if !legal {
            return false;
        }
    }
    true
}

/// Tells what can be dialled: E.164 is only recommended, and the examples of §5.1 have spaces,
/// brackets and extensions (RFC 3966 §3).
pub(super) fn is_phone(text: &str) -> bool {
    let (number, extension) = match text.split_once(";ext=") {
        Some((number, extension)) => (number, Some(extension)),
        None => (text, None),
    };
    let dialled = |text: &str| {
        let is_legal = |c: char| c.is_ascii_digit() || " -.()".contains(c);
        text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(is_legal)
    };
    dialled(number.strip_prefix('+').unwrap_or(number)) && extension.is_none_or(dialled)
}

/// Tells `YYYY-MM-DD` and `YYYY`. The year may be `0000`, which says that it is not told.
pub(super) fn is_birthdate(text: &str) -> bool {
    let number = |text: &str, length: usize| {
        let digits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|_| digits)
    };
    let mut parts = text.split('-');
    let year = parts.next().and_then(|year| number(year, 4));
    let (month, day) = (parts.next(), parts.next());
    match (year, month, day, parts.next()) {
        (Some(_), None, None, None) => true,
        (Some(year), Some(month), Some(day), None) => {
            let month = number(month, 2).unwrap_or(0);
            number(day, 2).is_some_and(|day| (1..=days(year, month)).contains(&day))
        }
        _ => false,
    }
}

const fn days(year: u16, month: u16) -> u16 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// Tells what could be a name of the time zone database, which grows: `Etc/GMT+5`, `UTC`.
pub(super) fn is_time_zone(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_+-".contains(c))
    };
    text.split('/').all(is_part)
}

/// Tells a language tag; an underscore is taken for a hyphen, as §5.1 advises.
pub(super) fn is_locale(text: &str) -> bool {
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let mut parts = text.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    let is_language = (2..=8).contains(&language.len()) || ["i", "x"].contains(&language);
    is_language && language.chars().all(|c| c.is_ascii_alphabetic()) && parts.all(is_subtag)
}

/// RFC 5321 §4.5.3.1.3, less the angle brackets.
const MAX_EMAIL_BYTES: usize = 254;
