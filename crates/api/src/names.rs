//! The names in a request's body, found while it passes: nothing here holds a body.
//!
//! | module | finds |
//! |---|---|
//! | `form` | the names of a form (`application/x-www-form-urlencoded`) |
//! | `json` | the members of a JSON object |
//! | `multipart` | the names of parts, with `disposition` for their headers |
//! | `xml` | the names of elements |

mod disposition;
mod form;
mod json;
mod multipart;
mod xml;

use crate::{
    AmbiguityError,
    content::BodyKind,
    name::{MAX_NAMES, is_alike, overrides_method},
};

/// A name that a rule reads elsewhere than in the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedName {
    /// The name.
    pub name: String,
    /// The value with which the body may repeat it, in this spelling alone; none if it must not.
    pub value: Option<String>,
}

impl WatchedName {
    /// Returns true if a rule reads the name from the query, which a body must not repeat at all.
    #[must_use]
    pub fn is_in_query(&self) -> bool {
        self.value.is_none()
    }
}

/// Reads a body piece by piece, and fails at the first name that must not be in it: a name that a rule
/// reads elsewhere, or one that overrides the method.
#[derive(Debug)]
pub struct Scanner(Vec<BodyReader>);

#[derive(Debug)]
enum BodyReader {
    Form(form::Form),
    Json(json::Json),
    Multipart(multipart::Multipart),
    Xml(xml::Xml),
}

impl Scanner {
    /// A scanner for a kind of body; `None` is a body that does not say its kind, which some
    /// frameworks read as a form and others as JSON.
    ///
    /// Bottle reads a body of any type as a form, and many handlers ask for JSON whatever the type is:
    /// where a rule reads a name from the query, the other types are searched for it too, and JSON is
    /// searched as a form.
    #[must_use]
    pub fn new(kind: Option<&BodyKind>, watched: &[WatchedName]) -> Self {
        let in_query = watched.iter().filter(|one| one.is_in_query()).cloned();
        let in_query: Vec<_> = in_query.collect();
        let form = |watched: &[WatchedName], syntax| {
            BodyReader::Form(form::Form::new(Names::new(watched, syntax), syntax))
        };
        let json = |watched: &[WatchedName], syntax| {
            BodyReader::Json(json::Json::new(Names::new(watched, syntax), syntax))
        };
        let own = match kind {
            Some(BodyKind::Form) => Some(form(watched, Syntax::Strict)),
            Some(BodyKind::Json) => Some(json(watched, Syntax::Strict)),
            Some(BodyKind::MaybeJson) => Some(json(watched, Syntax::Lax)),
            Some(BodyKind::Multipart(boundary)) => {
                let names = Names::new(watched, Syntax::Strict);
                // nothing else begins with a boundary
                return Self(vec![BodyReader::Multipart(multipart::Multipart::new(
                    names, boundary,
                ))]);
            }
            Some(BodyKind::Xml | BodyKind::Other) => None,
            None => {
                return Self(vec![form(watched, Syntax::Lax), json(watched, Syntax::Lax)]);
            }
        };
        let mut readings = Vec::from_iter(own);
        if in_query.is_empty() {
            return Self(readings);
        }
        if kind != Some(&BodyKind::Form) {
            readings.push(form(&in_query, Syntax::Lax));
        }
        if matches!(kind, Some(BodyKind::Form | BodyKind::Xml | BodyKind::Other)) {
            readings.push(json(&in_query, Syntax::Lax));
        }
        if kind == Some(&BodyKind::Xml) {
            // Slim merges the elements of XML with the query
            let names = Names::new(&in_query, Syntax::Lax);
            readings.push(BodyReader::Xml(xml::Xml::new(names)));
        }
        Self(readings)
    }

    /// Returns true if nothing in the body matters.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the next piece.
    ///
    /// # Errors
    ///
    /// [`AmbiguityError`] for a name that must not be in the body, and for what frameworks read
    /// differently.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), AmbiguityError> {
        self.0.iter_mut().try_for_each(|reading| match reading {
            BodyReader::Form(form) => form.push(bytes),
            BodyReader::Json(json) => json.push(bytes),
            BodyReader::Multipart(multipart) => multipart.push(bytes),
            BodyReader::Xml(xml) => xml.push(bytes),
        })
    }

    /// Reads the end.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn finish(&mut self) -> Result<(), AmbiguityError> {
        self.0.iter_mut().try_for_each(|reading| match reading {
            BodyReader::Form(form) => form.finish(),
            BodyReader::Json(json) => json.finish(),
            BodyReader::Multipart(multipart) => multipart.finish(),
            // what is no tag yet is none
            BodyReader::Xml(_) => Ok(()),
        })
    }
}

/// How a body is taken that is not what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Syntax {
    /// It is refused where two frameworks could read it differently.
    Strict,
    /// It is not looked at any further, unless it begins as no other kind does: it never said that it is
    /// of this kind.
    Lax,
}

/// The names that a body must not have.
#[derive(Debug)]
struct Names {
    watched: Vec<WatchedName>,
    /// How many more are read.
    left: usize,
}

impl Names {
    fn new(watched: &[WatchedName], syntax: Syntax) -> Self {
        Self {
            watched: watched.to_vec(),
            left: match syntax {
                Syntax::Strict => MAX_NAMES,
                // what is not a form has no number of names
                Syntax::Lax => usize::MAX,
            },
        }
    }

    /// Refuses a name that some framework could find where others do not.
    fn require_absent(&self, name: &str) -> Result<(), AmbiguityError> {
        match overrides_method(name) || self.watched.iter().any(|one| is_alike(name, &one.name)) {
            true => Err(AmbiguityError(
                "a name that a rule reads elsewhere, or that overrides the method, is in a value",
            )),
            false => Ok(()),
        }
    }

    /// Judges a name; returns the value that it must have, if it must have one.
    fn judge(&mut self, name: &str) -> Result<Option<String>, AmbiguityError> {
        if overrides_method(name) {
            return Err(AmbiguityError("the body overrides the method"));
        }
        if self.watched.is_empty() {
            return Ok(None);
        }
        let left = self.left.checked_sub(1);
        self.left = left.ok_or(AmbiguityError("the body has too many names"))?;
        let alike = self.watched.iter().filter(|one| is_alike(name, &one.name));
        let mut expected = None;
        for one in alike {
            match &one.value {
                // another spelling may be another thing: `id[$ne]` is to Express
                Some(value) if one.name == name && expected.is_none() => {
                    expected = Some(value.clone());
                }
                _ => return Err(ELSEWHERE),
            }
        }
        Ok(expected)
    }
}

const ELSEWHERE: AmbiguityError = AmbiguityError(
    "a name that a rule reads elsewhere is in the body too, with another value or in another spelling",
);
/// What is longer is judged by its beginning, in bytes.
const MAX_NAME: usize = 8 * 1024;

#[cfg(test)]
mod tests;
