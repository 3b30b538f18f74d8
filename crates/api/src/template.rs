//! The path of an operation, with its parameters.

mod compare;
mod display;
mod lenient;

use crate::{
    AmbiguityError, Target,
    segment::{Parameter, ParameterKind, Segment},
    target::{push_encoded, stays},
};

/// The path of an operation, as OpenAPI 3.1 writes it: a parameter may be a part of a segment, a slash
/// at the end counts, and `{path*}` at the end takes the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The segments; the last one is an empty text if the path ends with a slash.
    segments: Vec<Segment>,
    /// The name of the parameter that takes the rest, one segment or more.
    rest: Option<String>,
}

/// The parameters of a path, by their names.
pub type Parameters = Vec<(String, String)>;

impl Template {
    /// Reads a path with parameters in braces. `{id:int}`, `{id:uuid}` and `{state:open|closed}` match
    /// only such values.
    ///
    /// # Errors
    ///
    /// Describes the problem.
    pub fn parse(path: &str) -> Result<Self, String> {
        let inner = path
            .strip_prefix('/')
            .ok_or_else(|| format!("the path `{path}` does not begin with `/`"))?;
        let (inner, rest) = match inner.rsplit_once('/').unwrap_or(("", inner)) {
            (before, last) if last.ends_with("*}") => (before, Some(rest_of(path, last)?)),
            _ => (inner, None),
        };
        let has_segments = rest.is_none() || inner.len() + 1 < path.len() && !inner.is_empty();
        let texts = inner.split('/').filter(|_| has_segments);
        let segments: Vec<_> = texts
            .map(|text| Segment::parse(text).map_err(|why| format!("in `{path}` {why}")))
            .collect::<Result<_, _>>()?;
        let template = Self { segments, rest };
        template.require_sound(path)?;
        Ok(template)
    }

    fn require_sound(&self, path: &str) -> Result<(), String> {
        let mut names: Vec<_> = self.parameters().collect();
        names.sort_unstable();
        if names
            .windows(2)
            .any(|pair| matches!(pair, [one, other] if one == other))
        {
            return Err(format!("in `{path}` two parameters have one name"));
        }
        let inner = self.segments.iter().rev().skip(1);
        let empty = inner.chain(self.segments.last().filter(|_| self.rest.is_some()));
        let mut empty = empty.filter(|one| matches!(one, Segment::Text(text) if text.is_empty()));
        match empty.next().is_none() && Target::parse(&self.example()).is_ok() {
            true => Ok(()),
            false => Err(format!("the path `{path}` is one that the guard refuses")),
        }
    }

    /// Returns a matching path, as far as texts go.
    fn example(&self) -> String {
        let segments = self.segments.iter().map(|segment| match segment {
            Segment::Text(text) => text.clone(),
            Segment::Parameter(_) => "x".to_owned(),
            Segment::Mixed(_) => segment.written(&|_| "x".to_owned()),
        });
        let mut path = String::new();
        for segment in segments.chain(self.rest.iter().cloned()) {
            path.push('/');
            push_encoded(&mut path, &segment);
        }
        path
    }

    /// Returns the names of its parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        let named = self
            .all_parameters()
            .map(|parameter| parameter.name.as_str());
        named.chain(self.rest.as_deref())
    }

    /// Tells whether a parameter is an integer.
    pub(crate) fn is_integer(&self, name: &str) -> bool {
        let mut named = self.all_parameters();
        named.any(|one| one.name == name && one.kind == ParameterKind::Integer)
    }

    fn all_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.segments.iter().flat_map(Segment::parameters)
    }

    /// Returns the segments before the rest.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Returns the path up to a segment.
    pub(crate) fn up_to(&self, segments: usize) -> Self {
        Self {
            segments: self.segments.iter().take(segments).cloned().collect(),
            rest: None,
        }
    }

    /// Tells whether it takes the rest of a path.
    #[must_use]
    pub fn takes_rest(&self) -> bool {
        self.rest.is_some()
    }

    /// Tells whether it matches every path.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.rest.is_some() && self.segments.is_empty()
    }

    /// Sets the kinds of parameters that may be anything.
    pub fn describe(&mut self, kind_of: impl Fn(&str) -> Option<ParameterKind>) {
        let parameters = self.segments.iter_mut().flat_map(Segment::parameters_mut);
        for parameter in parameters.filter(|parameter| parameter.kind == ParameterKind::Any) {
            if let Some(kind) = kind_of(&parameter.name) {
                parameter.kind = kind;
            }
        }
    }

    /// Copies the kinds of parameters from another template of the same path.
    pub fn describe_like(&mut self, other: &Self) {
        let kinds: Vec<_> = other.all_parameters().map(|one| one.kind.clone()).collect();
        let parameters = self.segments.iter_mut().flat_map(Segment::parameters_mut);
        for (parameter, kind) in parameters.zip(kinds) {
            if parameter.kind == ParameterKind::Any {
                parameter.kind = kind;
            }
        }
    }

    pub(crate) fn matches(&self, segments: &[String]) -> bool {
        let enough = match self.rest {
            Some(_) => segments.len() > self.segments.len(),
            None => segments.len() == self.segments.len(),
        };
        let mut pairs = self.segments.iter().zip(segments);
        enough && pairs.all(|(own, segment)| own.matches(segment))
    }

    /// Returns the values of its parameters in a matching path.
    ///
    /// # Errors
    ///
    /// [`AmbiguityError`] if a segment can be split in two ways.
    pub(crate) fn values(&self, segments: &[String]) -> Result<Parameters, AmbiguityError> {
        let mut values = Vec::new();
        for (own, segment) in self.segments.iter().zip(segments) {
            own.push_values(segment, &mut values)?;
        }
        if let Some(name) = &self.rest {
            let rest = segments.get(self.segments.len()..).unwrap_or_default();
            values.push((name.clone(), rest.join("/")));
        }
        Ok(values)
    }

    /// Returns the segments without the empty text of a trailing slash.
    pub(crate) fn before_slash(&self) -> &[Segment] {
        match self.segments.split_last() {
            Some((Segment::Text(text), before)) if text.is_empty() => before,
            _ => &self.segments,
        }
    }

    /// Returns the path without the suffix that a framework may remove.
    pub(crate) fn without_suffix(&self) -> Option<Self> {
        if self.rest.is_some() {
            return None;
        }
        let mut segments = self.before_slash().to_vec();
        let last = segments.last_mut()?;
        *last = last.without_suffix()?;
        Some(Self {
            segments,
            rest: None,
        })
    }

    /// Tells whether a framework that does not decode would misread one of its texts.
    pub(crate) fn has_escapes(&self) -> bool {
        let mut texts = self.segments.iter().flat_map(Segment::texts);
        texts.any(|text| !text.bytes().all(stays))
    }
}

/// Returns the name in `{name*}`.
fn rest_of(path: &str, segment: &str) -> Result<String, String> {
    let name = segment
        .strip_prefix('{')
        .and_then(|name| name.strip_suffix("*}"));
    match name.filter(|name| !name.is_empty() && !name.contains(['{', '}', '*'])) {
        Some(name) => Ok(name.to_owned()),
        None => Err(format!(
            "in `{path}` the segment `{segment}` stands for no rest: write `{{path*}}` alone, at the end"
        )),
    }
}

#[cfg(test)]
mod tests;
