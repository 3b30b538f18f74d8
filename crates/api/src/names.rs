//! The names in a request's body, found while it passes: nothing here holds a body.
//!
//! | module | finds |
//! |---|---|
//! | `form` | the names of a form (`application/x-www-form-urlencoded`) |
//! | `json` | the members of a JSON object |
//! | `multipart` | the names of parts, with `disposition` for their headers |

mod disposition;
mod form;
mod json;
mod multipart;

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
    /// The value with which the body may repeat it; none if it must not.
    pub value: Option<String>,
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
}

impl Scanner {
    /// A scanner for a kind of body; `None` is a body that does not say its kind, which some
    /// frameworks read as a form and others as JSON.
    #[must_use]
    pub fn new(kind: Option<&Kind>, watched: &[Watched]) -> Self {
        let names = || Names::new(watched.to_vec());
        let readings = match kind {
            Some(Kind::Form) => vec![Reading::Form(form::Form::new(names(), Syntax::Strict))],
            Some(Kind::Json) => vec![Reading::Json(json::Json::new(names(), Syntax::Strict))],
            Some(Kind::MaybeJson) => vec![Reading::Json(json::Json::new(names(), Syntax::Lax))],
            Some(Kind::Multipart(boundary)) => {
                vec![Reading::Multipart(multipart::Multipart::new(
                    names(),
                    boundary,
                ))]
            }
            Some(Kind::Other) => Vec::new(),
            None => vec![
                Reading::Form(form::Form::new(names(), Syntax::Lax)),
                Reading::Json(json::Json::new(names(), Syntax::Lax)),
            ],
        };
        Self(readings)
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
        })
    }
}

/// How a body is taken that is not what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Syntax {
    /// It is refused where two frameworks could read it differently.
    Strict,
    /// It is not looked at any further: it never said that it is of this kind.
    Lax,
}

/// The names that a body must not have.
#[derive(Debug)]
struct Names {
    watched: Vec<Watched>,
    count: usize,
}

impl Names {
    fn new(watched: Vec<Watched>) -> Self {
        Self { watched, count: 0 }
    }

    /// Judges a name; returns the value that it must have, if it must have one.
    fn judge(&mut self, name: &str) -> Result<Option<String>, Ambiguous> {
        if overrides_method(name) {
            return Err(Ambiguous("the body overrides the method"));
        }
        if self.watched.is_empty() {
            return Ok(None);
        }
        self.count += 1;
        if self.count > MAX_NAMES {
            return Err(Ambiguous("the body has too many names"));
        }
        let mut alike = self.watched.iter().filter(|one| is_alike(name, &one.name));
        match (alike.next(), alike.next()) {
            (None, _) => Ok(None),
            (
                Some(Watched {
                    value: Some(value), ..
                }),
                None,
            ) => Ok(Some(value.clone())),
            _ => Err(ELSEWHERE),
        }
    }
}

const ELSEWHERE: Ambiguous =
    Ambiguous("a name that a rule reads elsewhere is in the body too, with another value");
/// What is longer is judged by its beginning, in bytes.
const MAX_NAME: usize = 8 * 1024;

#[cfg(test)]
mod tests;
