//! The model of an API: its operations, and the one reading of a request. Nothing here does any I/O.
//!
//! | module | holds |
//! |---|---|
//! | [`target`] | the one reading of a request's path and query |
//! | [`name`] | when a framework could take one name of a parameter for another |
//! | [`content`] | what kind of body a request has, and which an operation declares |
//! | [`names`] | the names in a body, found while it passes |
//! | [`template`] | the path of an operation |
//! | [`operations`] | the operation of a request, and no other under any reading |

pub mod content;
pub mod name;
pub mod names;
pub mod operations;
mod parameters;
pub mod target;
pub mod template;

pub use operations::Operations;
pub use target::Target;
pub use template::Template;

/// A request that two frameworks could read differently; the text says what in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request is ambiguous: {0}")]
pub struct Ambiguous(pub &'static str);
