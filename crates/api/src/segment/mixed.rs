//! A segment of parameters with texts beside and between them.

use super::parameter::Parameter;
use crate::{
    AmbiguityError,
    fold::lower,
    target::{decode, push_encoded},
};

/// Parameters with fixed texts, as in `{base}...{head}`: each parameter is followed by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MixedSegment {
    pub(super) before: String,
    pub(super) pieces: Vec<(Parameter, String)>,
}

impl MixedSegment {
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let behind = self.pieces.iter().map(|(_, text)| text.as_str());
        std::iter::once(self.before.as_str()).chain(behind)
    }

    pub(super) fn written(&self, parameter: &impl Fn(&Parameter) -> String) -> String {
        let mut written = self.before.clone();
        for (one, text) in &self.pieces {
            written += &parameter(one);
            written += text;
        }
        written
    }

    /// Returns the segment without case and width.
    pub(super) fn lowered(&self) -> Self {
        let pieces = self.pieces.iter();
        Self {
            before: lower(&self.before),
            pieces: pieces
                .map(|(one, text)| (one.clone(), lower(text)))
                .collect(),
        }
    }

    /// Splits a segment into the values of its parameters, with each text as early as possible, and as
    /// late. `None` if it does not match; if both are equal, there is only one way.
    pub(super) fn splits<'s>(&self, segment: &'s str) -> Option<(Vec<&'s str>, Vec<&'s str>)> {
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

    pub(super) fn matches(&self, segment: &str) -> bool {
        let kinds = self.pieces.iter().map(|(one, _)| &one.kind);
        match self.splits(segment) {
            // whether a framework takes it that way or another is not known
            Some((early, late)) if early != late => true,
            Some((values, _)) => kinds.zip(values).all(|(kind, value)| kind.matches(value)),
            None => false,
        }
    }

    /// Returns the segment without the suffix that a framework may remove.
    pub(super) fn without_suffix(&self) -> Option<Shortened> {
        let ((parameter, last), before) = self.pieces.split_last()?;
        let (kept, suffix) = last.rsplit_once('.')?;
        if suffix.is_empty() {
            return None;
        }
        if before.is_empty() && kept.is_empty() && self.before.is_empty() {
            return Some(Shortened::Parameter(parameter.clone()));
        }
        let mut pieces = before.to_vec();
        pieces.push((parameter.clone(), kept.to_owned()));
        Some(Shortened::Mixed(Self {
            before: self.before.clone(),
            pieces,
        }))
    }

    pub(super) fn is_within(&self, other: &Self) -> bool {
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

/// Decodes a text of a template, which may be written with or without escapes.
pub(super) fn decoded(text: &str) -> Result<String, String> {
    let mut written = String::new();
    for char in text.chars() {
        match char {
            '%' => written.push('%'),
            char => push_encoded(&mut written, char.encode_utf8(&mut [0; 4])),
        }
    }
    decode(&written, false).map_err(|AmbiguityError(why)| format!("`{text}`: {why}"))
}

/// A segment without its suffix.
pub(super) enum Shortened {
    Parameter(Parameter),
    Mixed(MixedSegment),
}
