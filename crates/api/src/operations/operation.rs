//! An operation and its permission.

use http::Method;

use crate::{Template, content::Bodies};

/// An operation: a method, a path and a permission.
#[derive(Clone, Debug)]
pub struct Operation<P> {
    /// Its method.
    pub method: Method,
    /// Its path, with its parameters in braces.
    pub path: Template,
    /// The media types that are declared for its body.
    pub body: Bodies,
    /// The permission.
    pub permission: P,
    /// The place where it is declared.
    pub place: String,
}

/// The callers of an operation: equal permissions allow the same callers.
pub trait Permission: PartialEq {
    /// Tells whether everybody may call.
    fn is_open(&self) -> bool;
}

impl<P> Operation<P> {
    /// Returns its method and path.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}
