//! Versions of records: a request names the version that it changes (RFC 9110 §13.1.1).

use airside_policy::{Predicate, Value};
use http::{HeaderMap, header::IF_MATCH};

use crate::{Record, Rejection, entity_tag};

/// The version of a new record.
pub(crate) const FIRST_VERSION: i64 = 1;

/// The version of a record that was loaded, and the versions that the request names.
#[derive(Clone, Debug)]
pub(crate) struct SeenVersion {
    /// `None` if the kind of record has none.
    version: Option<i64>,
    if_match: IfMatch,
}

/// The header `If-Match`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum IfMatch {
    Missing,
    /// The header is about another record, which the path names.
    OtherRecord,
    /// `*`: any version.
    Any,
    /// Entity tags, as they are written.
    Tags(Vec<String>),
}

/// Returns the version of a record; `None` if its kind has none.
fn of<T: Record>(record: &T) -> Option<i64> {
    entity_tag::version(&record.column(T::VERSION?))
}

impl SeenVersion {
    pub(crate) fn of<T: Record>(record: &T, headers: &HeaderMap) -> Self {
        Self {
            version: of(record),
            if_match: IfMatch::read(headers),
        }
    }

    /// Returns the version of a record that the path does not name.
    pub(crate) fn of_another<T: Record>(record: &T) -> Self {
        Self {
            version: of(record),
            if_match: IfMatch::OtherRecord,
        }
    }

    pub(crate) fn reload<T: Record>(&mut self, record: &T) {
        self.version = of(record);
    }

    /// Requires that the record has one of the versions that the request names.
    pub(crate) fn require(&self) -> Result<(), Rejection> {
        // RFC9110-13.1.1: the tags are compared strongly, so `W/"7"` matches nothing
        let matches = match (self.version, &self.if_match) {
            (None, _) | (_, IfMatch::Missing | IfMatch::OtherRecord | IfMatch::Any) => true,
            (Some(version), IfMatch::Tags(tags)) => tags.contains(&format!("\"{version}\"")),
        };
        matches.then_some(()).ok_or(Rejection::PreconditionFailed)
    }

    /// Requires that the request names a version.
    pub(crate) fn require_named(&self) -> Result<(), Rejection> {
        match (self.version, &self.if_match) {
            (None, _) | (_, IfMatch::OtherRecord) => Err(Rejection::Misused(
                "`If-Match` is required of a record without a version, or that the path does not name",
            )),
            (_, IfMatch::Missing) => Err(Rejection::PreconditionRequired),
            (_, IfMatch::Any | IfMatch::Tags(_)) => Ok(()),
        }
    }

    /// Returns the condition that the record was not changed since it was loaded.
    pub(crate) fn is_still_there<T: Record>(&self) -> Predicate {
        match (T::VERSION, self.version) {
            (Some(column), Some(version)) => Predicate::equal(column, version),
            (Some(_), None) => Predicate::Always(false),
            (None, _) => Predicate::Always(true),
        }
    }

    /// Returns the column that a change sets.
    pub(crate) fn next<T: Record>(&self) -> Option<(&'static str, Value)> {
        Some((T::VERSION?, self.version?.checked_add(1)?.into()))
    }

    /// Returns the answer to a change that finds no record.
    pub(crate) fn gone(&self) -> Rejection {
        match (self.version, &self.if_match) {
            (None, _) => Rejection::NotFound,
            (Some(_), IfMatch::Tags(_)) => Rejection::PreconditionFailed,
            (Some(_), _) => Rejection::Conflict,
        }
    }
}

impl IfMatch {
    /// Reads the header. A value that is not a list of entity tags names no version.
    fn read(headers: &HeaderMap) -> Self {
        let mut lines = headers.get_all(IF_MATCH).iter().peekable();
        if lines.peek().is_none() {
            return Self::Missing;
        }
        let texts = lines.filter_map(|line| line.to_str().ok());
        // a tag may have a comma in it: ours have none, so that no part of one is ours
        let tags = texts.flat_map(|line| line.split(',')).map(str::trim);
        let tags: Vec<_> = tags.map(str::to_owned).collect();
        match tags.as_slice() {
            [only] if only == "*" => Self::Any,
            _ => Self::Tags(tags),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(lines: &[&'static str]) -> IfMatch {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_MATCH, HeaderValue::from_static(line));
        }
        IfMatch::read(&headers)
    }

    fn is_met(version: i64, lines: &[&'static str]) -> bool {
        let seen = SeenVersion {
            version: Some(version),
            if_match: read(lines),
        };
        seen.require().is_ok()
    }

    #[test]
    fn a_version_is_one_of_those_that_the_request_names() {
        // RFC9110-13.1.1
        for lines in [
            &[][..],
            &["*"],
            &["\"7\""],
            &["\"6\", \"7\""],
            &["\"6\"", "\"7\""],
        ] {
            assert!(is_met(7, lines), "{lines:?}");
        }
        for lines in [
            &["\"6\""][..],
            &["W/\"7\""],
            &["7"],
            &[""],
            &["\"77\""],
            &["\"6\", *"],
        ] {
            assert!(!is_met(7, lines), "{lines:?}");
        }
    }
}
