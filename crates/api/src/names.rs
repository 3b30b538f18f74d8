//! The names in a request's body, found while it passes: nothing here holds a body.
//!
//! | module | finds |
//! |---|---|
//! | `form` | the names of a form (`application/x-www-form-urlencoded`) |
//! | `json` | the members of a JSON object |
//! | `multipart` | the names of parts, with `disposition` for their headers |
//! | `watched` | whether a name may be in a body |
//! | `xml` | the names of elements |

mod disposition;
mod form;
mod json;
mod multipart;
mod watched;
mod xml;

pub use self::watched::WatchedName;
use self::watched::{Names, Syntax};
use crate::{AmbiguityError, content::BodyKind};

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
    /// Returns a scanner for a kind of body; `None` is a body without a type, which some frameworks read
    /// as a form and others as JSON.
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
            // what is not yet a tag is none
            BodyReader::Xml(_) => Ok(()),
        })
    }
}

#[cfg(test)]
mod tests;
