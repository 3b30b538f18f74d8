//! The names that a body must not have.

use crate::{
    AmbiguityError,
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

/// The strictness of a scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// Ambiguous text is an error.
    Strict,
    /// Text of another kind is ignored, unless its beginning is unmistakable, because the body is not
    /// announced as this kind.
    Lax,
}

/// The names that a body must not have.
#[derive(Debug)]
pub(super) struct Names {
    watched: Vec<WatchedName>,
    /// The number of names that may still be read.
    left: usize,
}

impl Names {
    pub(super) fn new(watched: &[WatchedName], syntax: Syntax) -> Self {
        Self {
            watched: watched.to_vec(),
            left: match syntax {
                Syntax::Strict => MAX_NAMES,
                // what is not a form has no number of names
                Syntax::Lax => usize::MAX,
            },
        }
    }

    /// Refuses a name that only some frameworks could find.
    pub(super) fn require_absent(&self, name: &str) -> Result<(), AmbiguityError> {
        match overrides_method(name) || self.watched.iter().any(|one| is_alike(name, &one.name)) {
            true => Err(AmbiguityError(
                "a name that a rule reads elsewhere, or that overrides the method, is in a value",
            )),
            false => Ok(()),
        }
    }

    /// Judges a name; returns the value that it must have, if it must have one.
    pub(super) fn judge(&mut self, name: &str) -> Result<Option<String>, AmbiguityError> {
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

pub(super) const ELSEWHERE: AmbiguityError = AmbiguityError(
    "a name that a rule reads elsewhere is in the body too, with another value or in another spelling",
);

/// The maximum length in bytes; a longer name is judged by its beginning.
pub(super) const MAX_NAME: usize = 8 * 1024;
