//! A parameter of a path, and what it may be.

use std::fmt;

use crate::fold::{fold, is_like_integer, is_like_uuid};

/// A parameter of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) kind: ParameterKind,
}

/// The values of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// Any text.
    Any,
    /// An integer of 64 bits in its one spelling: no sign before zero, no zero before digits.
    Integer,
    /// A UUID in its usual form (RFC 9562 §4), in either case.
    Uuid,
    /// One of these values.
    OneOf(Vec<String>),
}

impl Parameter {
    pub(super) fn parse(inner: &str) -> Result<Self, String> {
        let (name, kind) = match inner.split_once(':') {
            None => (inner, ParameterKind::Any),
            Some((name, "int")) => (name, ParameterKind::Integer),
            Some((name, "uuid")) => (name, ParameterKind::Uuid),
            Some((name, values)) if values.contains('|') => (
                name,
                ParameterKind::OneOf(values.split('|').map(str::to_owned).collect()),
            ),
            // Django and Starlette write them the other way round
            Some(("int" | "uuid" | "str" | "slug" | "path", name)) => {
                let means = meant(inner);
                return Err(format!(
                    "`{{{inner}}}` has no kind `{name}`: write `{means}`, the name first"
                ));
            }
            Some((name, kind)) => {
                return Err(format!(
                    "`{{{inner}}}` has no kind `{kind}`: write `{{{name}:int}}`, `{{{name}:uuid}}` or `{{{name}:one|other}}`"
                ));
            }
        };
        let is_part = |char: char| char.is_alphanumeric() || "-_.~$[]@".contains(char);
        let odd = name.is_empty() || name.ends_with('.') || !name.chars().all(is_part);
        match odd {
            true => Err(format!(
                "`{{{inner}}}` names no parameter: write `{{id}}` for one segment, `{{path*}}` at the end for all that follow"
            )),
            false => Ok(Self {
                name: name.to_owned(),
                kind,
            }),
        }
    }
}

impl ParameterKind {
    /// Tells whether a value is of this kind.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match self {
            Self::Any => !value.is_empty(),
            Self::Integer => {
                let signed = value.parse::<i64>().map(|int| int.to_string());
                let unsigned = value.parse::<u64>().map(|int| int.to_string());
                [signed, unsigned].iter().flatten().any(|int| int == value)
            }
            Self::Uuid => {
                value.len() == 36 && is_like_uuid(&value.to_ascii_lowercase()) && {
                    let mut groups = value.split('-').map(str::len);
                    [8, 4, 4, 4, 12]
                        .iter()
                        .all(|length| groups.next() == Some(*length))
                }
            }
            Self::OneOf(values) => values.iter().any(|one| one == value),
        }
    }

    /// Tells whether some framework could convert a folded text to this kind.
    pub(super) fn is_like(&self, folded: &str) -> bool {
        match self {
            // Fastify and Falcon take nothing, too
            Self::Any => true,
            Self::Integer => is_like_integer(folded),
            Self::Uuid => is_like_uuid(folded),
            Self::OneOf(values) => values.iter().any(|one| fold(one) == folded),
        }
    }

    pub(super) fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Any) => true,
            (Self::OneOf(values), other) => values.iter().all(|value| other.matches(value)),
            (own, other) => own == other,
        }
    }
}

impl fmt::Display for ParameterKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => Ok(()),
            Self::Integer => formatter.write_str("int"),
            Self::Uuid => formatter.write_str("uuid"),
            Self::OneOf(values) => formatter.write_str(&values.join("|")),
        }
    }
}

/// Returns the error for a segment in the spelling of a framework's router, which would be plain text
/// here and match no request: `:id` (Express, Rails), `<int:id>` (Django, Flask), `[id]` (Next.js), or a
/// regular expression.
pub(super) fn of_a_framework(text: &str) -> Option<String> {
    let within = |open: char, close: char| {
        let inner = text.strip_prefix(open)?.strip_suffix(close)?;
        Some(inner.trim_start_matches("..."))
    };
    let named = text.strip_prefix(':').filter(|name| is_name(name));
    let named = named
        .or_else(|| within('<', '>'))
        .or_else(|| within('[', ']'));
    if let Some(name) = named {
        let means = meant(name.trim_end_matches('?'));
        return Some(format!("`{text}` is not a parameter here: write `{means}`"));
    }
    // RFC3986-3.3: none of them is in a path unless it is escaped
    let odd = text
        .split('{')
        .next()?
        .find(['<', '>', '[', ']', '^', '|', '\\', '"', '`']);
    odd.map(|_| format!("`{text}` has a character that a path does not have: write `{{id}}` for a parameter, and `%5B` for `[`"))
}

fn is_name(name: &str) -> bool {
    let mut chars = name.trim_end_matches('?').chars();
    let is_start = |first: char| first.is_alphabetic() || first == '_';
    chars.next().is_some_and(is_start) && chars.all(|one| one.is_alphanumeric() || one == '_')
}

/// Returns the spelling of a parameter that a framework writes as `int:id` or `id`.
fn meant(inner: &str) -> String {
    match inner.split_once(':') {
        Some((kind @ ("int" | "uuid"), name)) => format!("{{{name}:{kind}}}"),
        Some(("path", name)) => format!("{{{name}*}}"),
        Some((_, name)) => format!("{{{name}}}"),
        None => format!("{{{inner}}}"),
    }
}
