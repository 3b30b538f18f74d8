//! Paths with parameters in place of identifiers.

use std::collections::{BTreeMap, BTreeSet};

use super::call::Call;
use crate::{
    tree::leaves,
    tree::text_of,
    word::{folded, is_admin_segment, is_verb, singular},
};

/// The values of identifying members in answers, with the names of these members.
pub(super) type Known = BTreeMap<String, BTreeSet<String>>;

/// Collects the values by which answers identify objects.
pub(super) fn known(calls: &[Call]) -> Known {
    let mut known = Known::new();
    for json in calls.iter().filter_map(|one| one.answer.as_ref()) {
        for leaf in leaves(json).values() {
            if let Some(text) = text_of(leaf.value).filter(|text| !text.is_empty()) {
                known.entry(text).or_default().insert(leaf.name.to_owned());
            }
        }
    }
    known
}

/// A path with parameters.
pub(super) struct Template(Vec<Part>);

enum Part {
    Fixed(String),
    Parameter(String),
}

impl Template {
    /// Finds the identifiers in the path of a call.
    pub(super) fn of(call: &Call, known: &Known) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for segment in &call.segments {
            let before = match parts.last() {
                Some(Part::Fixed(before)) => Some(singular(&folded(before))),
                _ => None,
            };
            let member = member(segment, before.as_deref(), known);
            let part = match (member, looks_like_id(segment), before) {
                (Some(name), ..) => Part::Parameter(name),
                (None, true, Some(before)) => Part::Parameter(format!("{before}_id")),
                (None, true, None) => Part::Parameter("id".to_owned()),
                (None, false, _) => Part::Fixed(segment.clone()),
            };
            parts.push(part);
        }
        Self(unique(parts))
    }

    /// Returns true if two paths differ in the names of their parameters at most.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(&other.0);
        self.0.len() == other.0.len()
            && pairs.all(|pair| match pair {
                (Part::Fixed(own), Part::Fixed(other)) => own == other,
                (Part::Parameter(_), Part::Parameter(_)) => true,
                _ => false,
            })
    }

    /// Writes it as documents do.
    pub(super) fn path(&self) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Fixed(text) => format!("/{text}"),
            Part::Parameter(name) => format!("/{{{name}}}"),
        });
        let path: String = parts.collect();
        match path.is_empty() {
            true => "/".to_owned(),
            false => path,
        }
    }

    /// Returns the names of its parameters.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.0.iter().filter_map(|part| match part {
            Part::Parameter(name) => Some(name),
            Part::Fixed(_) => None,
        })
    }
}

/// Numbers parameters that have the name of one before.
fn unique(parts: Vec<Part>) -> Vec<Part> {
    let mut names = BTreeSet::new();
    let mut numbered = |name: String| match names.insert(name.clone()) {
        true => name,
        false => format!("{name}{}", names.len()),
    };
    let parts = parts.into_iter().map(|part| match part {
        Part::Parameter(name) => Part::Parameter(numbered(name)),
        fixed => fixed,
    });
    parts.collect()
}

/// Returns the name of a parameter for a segment that is the value of an identifying member in an answer: behind
/// the name of a collection only.
fn member(segment: &str, before: Option<&str>, known: &Known) -> Option<String> {
    let before = before.filter(|one| !is_verb(one))?;
    if is_verb(segment) || is_admin_segment(segment) || is_number(segment) {
        return None;
    }
    let names = known.get(segment)?.iter();
    let mut names = names.filter(|name| {
        let name = folded(name);
        name == before || IDENTIFYING.contains(&name.as_str())
    });
    let found = names.next()?;
    Some(found.clone())
}

fn is_number(segment: &str) -> bool {
    !segment.is_empty() && segment.chars().all(|sign| sign.is_ascii_digit())
}

/// Returns true if a segment of a path is an identifier by its form: a number, a UUID, or letters and digits in
/// no word's order.
fn looks_like_id(segment: &str) -> bool {
    let digits = segment.chars().filter(char::is_ascii_digit).count();
    let is_plain = segment
        .chars()
        .all(|sign| sign.is_ascii_alphanumeric() || sign == '-' || sign == '_');
    let is_version = segment.len() <= 3 && segment.starts_with('v');
    let is_mixed = segment.len() >= 8 && digits >= 3;
    is_number(segment) || is_plain && is_mixed && !is_version
}

/// Names of members by which objects are found in paths.
const IDENTIFYING: [&str; 10] = [
    "username", "slug", "title", "number", "name", "code", "email", "handle", "key", "login",
];
