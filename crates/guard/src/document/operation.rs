//! An operation of a document, beside those of `guard.toml`.

use airside_api::{Template, content::Bodies};
use http::Method;

use crate::operation::{Operation, Permission, UnreadOperation};

/// An operation of a document before `guard.toml` is applied.
#[derive(Debug)]
pub(crate) struct DocumentedOperation {
    /// Its method, path and place as written, and why no request can be matched to it.
    pub(super) written: UnreadOperation,
    /// `None` for the method of a path whose operations cannot be read.
    pub(super) method: Option<Method>,
    /// The path, as far as it can be read.
    pub(super) path: Template,
    /// True if requests can be matched to its method and path.
    pub(super) is_known: bool,
    pub(super) has_query: bool,
    pub(super) body: Bodies,
    pub(super) permission: Permission,
}

impl DocumentedOperation {
    /// Compares it with an operation of `guard.toml`.
    pub(super) fn likeness(&self, written: &Operation) -> Likeness {
        let is_method = self.method.as_ref() == Some(&written.method);
        let is_path = match (self.is_known, self.written.is_anywhere) {
            (true, _) => self.path.outline() == written.path.outline(),
            (false, true) => self.path.could_end(&written.path),
            // it was found by its rough path
            (false, false) => true,
        };
        match (is_method, self.method.is_none()) {
            _ if !is_path => Likeness::Other,
            (true, _) if self.is_known && self.path.shape() != written.path.shape() => {
                Likeness::OtherKinds
            }
            (true, _) => Likeness::Same,
            (false, true) => Likeness::SomeMethod,
            (false, false) => Likeness::Other,
        }
    }
}

/// The similarity of an operation of a document and one of `guard.toml`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// Method and path are the same.
    Same,
    /// Parameters of the path are of other kinds.
    OtherKinds,
    /// The path is the same, and its operations could not be read.
    SomeMethod,
    Other,
}
