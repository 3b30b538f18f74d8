//! A segment of an operation's path.

mod mixed;
mod parameter;

pub(crate) use self::parameter::Parameter;
pub use self::parameter::ParameterKind;
use self::{
    mixed::{MixedSegment, Shortened, decoded},
    parameter::of_a_framework,
};
use crate::{
    AmbiguityError,
    fold::{fold, stem},
};

/// A segment of an operation's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// A fixed text.
    Text(String),
    /// A parameter alone.
    Parameter(Parameter),
    /// Parameters with texts beside and between them.
    Mixed(MixedSegment),
}

impl Segment {
    /// Reads a segment with parameters in braces.
    ///
    /// # Errors
    ///
    /// Describes the problem, in words that follow `in the path`.
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

    /// Returns its fixed texts.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let (alone, mixed) = match self {
            Self::Text(text) => (Some(text.as_str()), None),
            Self::Parameter(_) => (None, None),
            Self::Mixed(mixed) => (None, Some(mixed.texts())),
        };
        alone.into_iter().chain(mixed.into_iter().flatten())
    }

    /// Returns the segment without case and width.
    pub(crate) fn lowered(&self) -> Self {
        match self {
            Self::Text(text) => Self::Text(fold(text).into_owned()),
            Self::Parameter(parameter) => Self::Parameter(parameter.clone()),
            Self::Mixed(mixed) => Self::Mixed(mixed.lowered()),
        }
    }

    /// Returns its texts and the kinds of its parameters.
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

    /// Tells whether some framework could match a folded segment with this lowered one. The kind of a
    /// parameter is ignored: most frameworks pass any text to the handler, which converts the beginning.
    pub(crate) fn is_like(&self, folded: &str) -> bool {
        match self {
            Self::Text(text) => text == folded,
            Self::Parameter(_) => true,
            Self::Mixed(mixed) => mixed.splits(folded).is_some(),
        }
    }

    /// Tells whether some framework that matches by the kind of a parameter would accept a segment.
    pub(crate) fn converts(&self, segment: &str) -> bool {
        match self {
            Self::Parameter(parameter) => {
                let mut readings = [Some(segment), stem(segment)].into_iter().flatten();
                readings.any(|reading| parameter.kind.is_like(&fold(reading)))
            }
            Self::Text(_) | Self::Mixed(_) => true,
        }
    }

    /// Returns the segment without the suffix that a framework may remove.
    pub(crate) fn without_suffix(&self) -> Option<Self> {
        match self {
            Self::Text(text) => Some(Self::Text(stem(text)?.to_owned())),
            Self::Parameter(_) => None,
            Self::Mixed(mixed) => Some(match mixed.without_suffix()? {
                Shortened::Parameter(parameter) => Self::Parameter(parameter),
                Shortened::Mixed(mixed) => Self::Mixed(mixed),
            }),
        }
    }

    /// Adds the values of its parameters in a matching segment.
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
                    return Err(TWO_WAYS);
                }
                let names = mixed.pieces.iter().map(|(one, _)| one.name.clone());
                values.extend(names.zip(parts.into_iter().map(str::to_owned)));
            }
        }
        Ok(())
    }

    /// Tells whether some framework could read a matching text as the other segment.
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

    /// Tells whether it is at least as specific as the other, regardless of kinds: no framework prefers
    /// the other.
    pub(crate) fn precedes(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Parameter(_)) => true,
            (own, other) => own.is_within(other),
        }
    }

    /// Tells whether the other matches everything that this one matches.
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

/// The error where two routers could read a segment differently.
const TWO_WAYS: AmbiguityError =
    AmbiguityError("a segment can be split into parameters in two ways");
