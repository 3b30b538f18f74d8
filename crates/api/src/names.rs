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
    Ambiguous,
    content::Kind,
    name::{MAX_NAMES, is_alike, overrides_method},
};

/// A name that a rule reads elsewhere than in the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The name.
    pub name: String,
    /// The value with which the body may repeat it, in this spelling alone; none if it must not.
    pub value: Option<String>,
}

impl Watched {
    /// Returns true if a rule reads the name from the query, which a body must not repeat at all.
    #[must_use]
    pub fn is_in_query(&self) -> bool {
        self.value.is_none()
    }
}

/// Reads a body piece by piece, and fails at the first name that must not be in it: a name that a rule
/// reads elsewhere, or one that overrides the method.
#[derive(Debug)]
pub struct Scanner(Vec<Reading>);

#[derive(Debug)]
enum Reading {
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
    pub fn new(kind: Option<&Kind>, watched: &[Watched]) -> Self {
        let in_query = watched.iter().filter(|one| one.is_in_query()).cloned();
        let in_query: Vec<_> = in_query.collect();
        let form = |watched: &[Watched], syntax| {
            Reading::Form(form::Form::new(Names::new(watched, syntax), syntax))
        };
        let json = |watched: &[Watched], syntax| {
            Reading::Json(json::Json::new(Names::new(watched, syntax), syntax))
        };
        let own = match kind {
            Some(Kind::Form) => Some(form(watched, Syntax::Strict)),
            Some(Kind::Json) => Some(json(watched, Syntax::Strict)),
            Some(Kind::MaybeJson) => Some(json(watched, Syntax::Lax)),
            Some(Kind::Multipart(boundary)) => {
                let names = Names::new(watched, Syntax::Strict);
                // nothing else begins with a boundary
                return Self(vec![Reading::Multipart(multipart::Multipart::new(
                    names, boundary,
                ))]);
            }
            Some(Kind::Xml | Kind::Other) => None,
            None => {
                return Self(vec![form(watched, Syntax::Lax), json(watched, Syntax::Lax)]);
            }
        };
        let mut readings = Vec::from_iter(own);
        if in_query.is_empty() {
            return Self(readings);
        }
        if kind != Some(&Kind::Form) {
            readings.push(form(&in_query, Syntax::Lax));
        }
        if matches!(kind, Some(Kind::Form | Kind::Xml | Kind::Other)) {
            readings.push(json(&in_query, Syntax::Lax));
        }
        if kind == Some(&Kind::Xml) {
            // Slim merges the elements of XML with the query
            let names = Names::new(&in_query, Syntax::Lax);
            readings.push(Reading::Xml(xml::Xml::new(names)));
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
    /// [`Ambiguous`] for a name that must not be in the body, and for what frameworks read
    /// differently.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Ambiguous> {
        self.0.iter_mut().try_for_each(|reading| match reading {
            Reading::Form(form) => form.push(bytes),
            Reading::Json(json) => json.push(bytes),
            Reading::Multipart(multipart) => multipart.push(bytes),
            Reading::Xml(xml) => xml.push(bytes),
        })
    }

    /// Reads the end.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn finish(&mut self) -> Result<(), Ambiguous> {
        self.0.iter_mut().try_for_each(|reading| match reading {
            Reading::Form(form) => form.finish(),
            Reading::Json(json) => json.finish(),
            Reading::Multipart(multipart) => multipart.finish(),
            // what is no tag yet is none
            Reading::Xml(_) => Ok(()),
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
    watched: Vec<Watched>,
    /// How many more are read.
    left: usize,
}

impl Names {
    fn new(watched: &[Watched], syntax: Syntax) -> Self {
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
    fn require_absent(&self, name: &str) -> Result<(), Ambiguous> {
        match overrides_method(name) || self.watched.iter().any(|one| is_alike(name, &one.name)) {
            true => Err(Ambiguous(
                "a name that a rule reads elsewhere, or that overrides the method, is in a value",
            )),
            false => Ok(()),
        }
    }

    /// Judges a name; returns the value that it must have, if it must have one.
    fn judge(&mut self, name: &str) -> Result<Option<String>, Ambiguous> {
        if overrides_method(name) {
            return Err(Ambiguous("the body overrides the method"));
        }
        if self.watched.is_empty() {
            return Ok(None);
        }
        let left = self.left.checked_sub(1);
        self.left = left.ok_or(Ambiguous("the body has too many names"))?;
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

const ELSEWHERE: Ambiguous = Ambiguous(
    "a name that a rule reads elsewhere is in the body too, with another value or in another spelling",
);
/// What is longer is judged by its beginning, in bytes.
const MAX_NAME: usize = 8 * 1024;

#[cfg(test)]
mod tests;
