//! The model of an API: its operations, and the one reading of a request. Nothing here does any I/O.
//!
//! | module | holds |
//! |---|---|
//! | [`target`] | the one reading of a request's path and query |
//! | [`name`] | when a framework could take one name of a parameter for another |
//! | [`content`] | what kind of body a request has, and which an operation declares |
//! | [`names`] | the names in a body, found while it passes |
//! | `parameters` | the parameters of a header's value |
//! | [`template`], `segment` | the path of an operation |
//! | `fold`, `tree` | the spellings of a path that frameworks treat as the same, and a tree of them |
//! | `owner_name` | names by which people call the owner of an object |
//! | [`url_template`] | an address with values of a request in it |
//! | [`json_reader`] | JSON that is read once, and copied without the parts that are left out |
//! | [`document`] | the operations of an OpenAPI document |
//! | [`draft`] | a first `guard.toml` for a document |
//! | [`plain`] | texts of others in TOML and on a terminal |
//! | [`operations`] | the operation of a request, and no other under any reading |
//! | [`mistakable`] | the operations that a framework could take a request for another one for |

pub mod content;
pub mod document;
pub mod draft;
mod fold;
pub mod json_reader;
pub mod mistakable;
pub mod name;
pub mod names;
pub mod operations;
mod owner_name;
mod parameters;
pub mod plain;
mod segment;
pub mod target;
pub mod template;
mod tree;
pub mod url_template;

pub use operations::Operations;
pub use segment::ParameterKind;
pub use target::Target;
pub use template::Template;
pub use url_template::UrlTemplate;

/// A request that two frameworks could read differently; the text says what in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request is ambiguous: {0}")]
pub struct AmbiguityError(pub &'static str);
