//! One segment of an operation's path.

use std::fmt;

use crate::{
    AmbiguityError,
    fold::{fold, is_like_integer, is_like_uuid, lower, stem},
};

/// One segment of an operation's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// A fixed text.
    Text(String),
    /// A parameter alone.
    Parameter(Parameter),
    /// Parameters with texts beside and between them.
    Mixed(MixedSegment),
}

/// A parameter of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) kind: ParameterKind,
}

/// What a parameter may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// Any text.
    Any,
    /// An integer of 64 bits in its one spelling: no sign before zero, no zero before digits.
    Integer,
    /// A UUID in its usual form (RFC 9562 §4), in either case.
    Uuid,
    /// One of these.
    OneOf(Vec<String>),
}

/// `{base}...{head}`: parameters that begin, and a text behind each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MixedSegment {
    before: String,
    pieces: Vec<(Parameter, String)>,
}

impl Segment {
    /// Reads a segment with parameters in braces.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words that follow `in the path`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.contains('*') {
            return Err(format!(
                "`{text}` stands for no parameter: write `{{id}}` for one segment, `{{path*}}` at the end for all that follow"
            ));
        }
        if let Some(why) = of_a_framework(text) {
            return Err(why);
        }
        let (before, mut rest) = match text.split_once('{') {
            Some((before, rest)) => (before, rest),
            None if text.contains('}') => return Err(format!("`{text}` closes no brace")),
            None => return Ok(Self::Text(decoded(text)?)),
        };
        let mut pieces: Vec<(Parameter, String)> = Vec::new();
        loop {
            let closed = rest.split_once('}');
            let (inner, behind) =
                closed.ok_or_else(|| format!("`{text}` does not close a brace"))?;
            let (between, next) = match behind.split_once('{') {
                Some((between, next)) => (between, Some(next)),
                None => (behind, None),
            };
            if between.is_empty() && next.is_some() {
                return Err(format!("two parameters of `{text}` touch"));
            }
            if between.contains('}') {
                return Err(format!("`{text}` closes no brace"));
            }
            pieces.push((Parameter::parse(inner)?, decoded(between)?));
            match next {
                Some(next) => rest = next,
                None => break,
            }
        }
        match (before, pieces.as_slice()) {
            ("", [(parameter, behind)]) if behind.is_empty() => {
                Ok(Self::Parameter(parameter.clone()))
            }
            _ => Ok(Self::Mixed(MixedSegment {
                before: decoded(before)?,
                pieces,
            })),
        }
    }

    pub(crate) fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        let (alone, mixed) = match self {
            Self::Text(_) => (None, None),
            Self::Parameter(parameter) => (Some(parameter), None),
            Self::Mixed(mixed) => (None, Some(mixed.pieces.iter().map(|(one, _)| one))),
        };
        alone.into_iter().chain(mixed.into_iter().flatten())
    }

    pub(crate) fn parameters_mut(&mut self) -> impl Iterator<Item = &mut Parameter> {
        let (alone, mixed) = match self {
            Self::Text(_) => (None, None),
            Self::Parameter(parameter) => (Some(parameter), None),
            Self::Mixed(mixed) => (None, Some(mixed.pieces.iter_mut().map(|(one, _)| one))),
        };
        alone.into_iter().chain(mixed.into_iter().flatten())
    }

    /// The fixed texts of it.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let (alone, mixed) = match self {
            Self::Text(text) => (Some(text.as_str()), None),
            Self::Parameter(_) => (None, None),
            Self::Mixed(mixed) => (None, Some(mixed.texts())),
        };
        alone.into_iter().chain(mixed.into_iter().flatten())
    }

    /// The same without case and width.
    pub(crate) fn lowered(&self) -> Self {
        match self {
            Self::Text(text) => Self::Text(fold(text).into_owned()),
            Self::Parameter(parameter) => Self::Parameter(parameter.clone()),
            Self::Mixed(mixed) => Self::Mixed(mixed.lowered()),
        }
    }

    /// Its texts and the kinds of its parameters.
    pub(crate) fn shape(&self) -> String {
        self.written(&|parameter| format!("{{{}}}", parameter.kind))
    }

    pub(crate) fn written(&self, parameter: &impl Fn(&Parameter) -> String) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Parameter(one) => parameter(one),
            Self::Mixed(mixed) => mixed.written(parameter),
        }
    }

    pub(crate) fn matches(&self, segment: &str) -> bool {
        match self {
            Self::Text(text) => text == segment,
            Self::Parameter(parameter) => parameter.kind.matches(segment),
            Self::Mixed(mixed) => mixed.matches(segment),
        }
    }

    /// Tells whether some framework could take a folded segment for it, which is lowered. What a parameter
    /// may be tells nothing: most frameworks hand any text to the handler, which converts the beginning.
    pub(crate) fn is_like(&self, folded: &str) -> bool {
        match self {
            Self::Text(text) => text == folded,
            Self::Parameter(_) => true,
            Self::Mixed(mixed) => mixed.splits(folded).is_some(),
        }
    }

    /// Tells whether some framework that chooses by what a parameter may be would take a segment for it.
    pub(crate) fn converts(&self, segment: &str) -> bool {
        match self {
            Self::Parameter(parameter) => {
                let mut readings = [Some(segment), stem(segment)].into_iter().flatten();
                readings.any(|reading| parameter.kind.is_like(&fold(reading)))
            }
            Self::Text(_) | Self::Mixed(_) => true,
        }
    }

    /// The same without the suffix that a framework may take off.
    pub(crate) fn without_suffix(&self) -> Option<Self> {
        match self {
            Self::Text(text) => Some(Self::Text(stem(text)?.to_owned())),
            Self::Parameter(_) => None,
            Self::Mixed(mixed) => mixed.without_suffix(),
        }
    }

    /// Adds the values of its parameters in a segment that it matches.
    pub(crate) fn push_values(
        &self,
        segment: &str,
        values: &mut Vec<(String, String)>,
    ) -> Result<(), AmbiguityError> {
        match self {
            Self::Text(_) => {}
            Self::Parameter(parameter) => {
                values.push((parameter.name.clone(), segment.to_owned()));
            }
            Self::Mixed(mixed) => {
                let (parts, late) = mixed.splits(segment).unwrap_or_default();
                if parts != late {
                    return Err(AmbiguityError(
                        "a segment can be split into parameters in two ways",
                    ));
                }
                let names = mixed.pieces.iter().map(|(one, _)| one.name.clone());
                values.extend(names.zip(parts.into_iter().map(str::to_owned)));
            }
        }
        Ok(())
    }

    /// Tells whether some framework could take something that it matches for the other.
    pub(crate) fn could_be(&self, other: &Self) -> bool {
        let is_plain = |text: &String| {
            text.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        match (self, other) {
            (Self::Text(own), Self::Text(other)) if is_plain(own) && is_plain(other) => {
                own == other
            }
            (Self::Text(text), other) => {
                let readings = [Some(text.as_str()), stem(text)];
                let mut readings = readings.into_iter().flatten().map(fold);
                readings.any(|reading| other.lowered().is_like(&reading))
            }
            (Self::Parameter(own), Self::Text(text)) => own.kind.matches(&fold(text)),
            (Self::Mixed(_), Self::Text(text)) => self.lowered().is_like(&fold(text)),
            (Self::Parameter(_) | Self::Mixed(_), _) => true,
        }
    }

    /// Tells whether it is at least as specific as the other, whatever parameters may be: no framework
    /// prefers the other.
    pub(crate) fn precedes(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Parameter(_)) => true,
            (own, other) => own.is_within(other),
        }
    }

    /// Tells whether all that it matches is matched by the other as well.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(text), Self::Parameter(other)) if text.is_empty() => {
                other.kind == ParameterKind::Any
            }
            (Self::Text(text), other) => other.matches(text),
            (Self::Parameter(own), Self::Parameter(other)) => own.kind.is_within(&other.kind),
            (Self::Mixed(_), Self::Parameter(other)) => other.kind == ParameterKind::Any,
            (Self::Mixed(own), Self::Mixed(other)) => own.is_within(other),
            (Self::Parameter(_) | Self::Mixed(_), _) => false,
        }
    }
}

impl Parameter {
    fn parse(inner: &str) -> Result<Self, String> {
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

/// Returns what is wrong with a segment in the spelling of a framework's router, which would be plain text
/// here and match no request: `:id` (Express, Rails), `<int:id>` (Django, Flask), `[id]` (Next.js), or a
/// regular expression.
fn of_a_framework(text: &str) -> Option<String> {
    let is_name = |name: &str| {
        let mut chars = name.trim_end_matches('?').chars();
        let is_start = |first: char| first.is_alphabetic() || first == '_';
        chars.next().is_some_and(is_start) && chars.all(|one| one.is_alphanumeric() || one == '_')
    };
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

/// Returns how a parameter is written that a framework writes as `int:id` or `id`.
fn meant(inner: &str) -> String {
    match inner.split_once(':') {
        Some((kind @ ("int" | "uuid"), name)) => format!("{{{name}:{kind}}}"),
        Some(("path", name)) => format!("{{{name}*}}"),
        Some((_, name)) => format!("{{{name}}}"),
        None => format!("{{{inner}}}"),
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

    /// Tells whether some framework could convert a folded text to it.
    fn is_like(&self, folded: &str) -> bool {
        match self {
            // Fastify and Falcon take nothing, too
            Self::Any => true,
            Self::Integer => is_like_integer(folded),
            Self::Uuid => is_like_uuid(folded),
            Self::OneOf(values) => values.iter().any(|one| fold(one) == folded),
        }
    }

    fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Any) => true,
            (Self::OneOf(values), other) => values.iter().all(|value| other.matches(value)),
            (own, other) => own == other,
        }
    }
}

impl MixedSegment {
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let behind = self.pieces.iter().map(|(_, text)| text.as_str());
        std::iter::once(self.before.as_str()).chain(behind)
    }

    fn written(&self, parameter: &impl Fn(&Parameter) -> String) -> String {
        let mut written = self.before.clone();
        for (one, text) in &self.pieces {
            written += &parameter(one);
            written += text;
        }
        written
    }

    /// The same without case and width.
    fn lowered(&self) -> Self {
        let pieces = self.pieces.iter();
        Self {
            before: lower(&self.before),
            pieces: pieces
                .map(|(one, text)| (one.clone(), lower(text)))
                .collect(),
        }
    }

    /// The values of its parameters in a segment, each text between them as early as it can be, and as
    /// late. `None` if there are none; if both are the same, there is only one way.
    fn splits<'s>(&self, segment: &'s str) -> Option<(Vec<&'s str>, Vec<&'s str>)> {
        let rest = segment.strip_prefix(self.before.as_str())?;
        let (_, last) = self.pieces.last()?;
        let rest = rest.strip_suffix(last.as_str())?;
        let texts = self
            .pieces
            .iter()
            .rev()
            .skip(1)
            .map(|(_, text)| text.as_str());
        let texts: Vec<_> = texts.rev().collect();
        Some((early(rest, &texts)?, late(rest, &texts)?))
    }

    fn matches(&self, segment: &str) -> bool {
        let kinds = self.pieces.iter().map(|(one, _)| &one.kind);
        match self.splits(segment) {
            // whether a framework takes it that way or another is not known
            Some((early, late)) if early != late => true,
            Some((values, _)) => kinds.zip(values).all(|(kind, value)| kind.matches(value)),
            None => false,
        }
    }

    /// The same without the suffix that a framework may take off.
    fn without_suffix(&self) -> Option<Segment> {
        let ((parameter, last), before) = self.pieces.split_last()?;
        let (kept, suffix) = last.rsplit_once('.')?;
        if suffix.is_empty() {
            return None;
        }
        if before.is_empty() && kept.is_empty() && self.before.is_empty() {
            return Some(Segment::Parameter(parameter.clone()));
        }
        let mut pieces = before.to_vec();
        pieces.push((parameter.clone(), kept.to_owned()));
        Some(Segment::Mixed(Self {
            before: self.before.clone(),
            pieces,
        }))
    }

    fn is_within(&self, other: &Self) -> bool {
        let last = |mixed: &Self| {
            mixed
                .pieces
                .last()
                .map_or_else(String::new, |(_, text)| text.clone())
        };
        let ends = self.before.starts_with(&other.before) && last(self).ends_with(&last(other));
        match other.pieces.len() {
            1 => ends,
            _ => {
                self.before == other.before && {
                    let own = self.pieces.iter().map(|(one, text)| (&one.kind, text));
                    own.eq(other.pieces.iter().map(|(one, text)| (&one.kind, text)))
                }
            }
        }
    }
}

/// Cuts at each of the texts, as early as possible; every part has one character at least.
fn early<'s>(mut rest: &'s str, texts: &[&str]) -> Option<Vec<&'s str>> {
    let mut parts = Vec::with_capacity(texts.len() + 1);
    for text in texts {
        let first = rest.chars().next()?.len_utf8();
        let at = first + rest.get(first..)?.find(text)?;
        parts.push(rest.get(..at)?);
        rest = rest.get(at + text.len()..)?;
    }
    parts.push(Some(rest).filter(|rest| !rest.is_empty())?);
    Some(parts)
}

/// Cuts at each of the texts, as late as possible.
fn late<'s>(mut rest: &'s str, texts: &[&str]) -> Option<Vec<&'s str>> {
    let mut parts = Vec::with_capacity(texts.len() + 1);
    for text in texts.iter().rev() {
        let last = rest.chars().next_back()?.len_utf8();
        let at = rest.get(..rest.len() - last)?.rfind(text)?;
        parts.push(rest.get(at + text.len()..)?);
        rest = rest.get(..at)?;
    }
    parts.push(Some(rest).filter(|rest| !rest.is_empty())?);
    parts.reverse();
    Some(parts)
}

/// A text of a template may be written with or without escapes.
fn decoded(text: &str) -> Result<String, String> {
    let mut written = String::new();
    for char in text.chars() {
        match char {
            '%' => written.push('%'),
            char => crate::target::push_encoded(&mut written, char.encode_utf8(&mut [0; 4])),
        }
    }
    crate::target::decode(&written, false).map_err(|AmbiguityError(why)| format!("`{text}`: {why}"))
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
