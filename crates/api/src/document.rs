//! The operations of an OpenAPI document (3.0 and 3.1), as the document describes them.
//!
//! | module | holds |
//! |---|---|
//! | `reference` | `$ref`, within the document and to files below its directory |
//! | `object` | a path item or an operation, with the fields beside its `$ref` |
//! | `version` | which documents are understood |
//! | `server` | the prefixes of an operation's paths |
//! | `parameter` | the kinds of the path's parameters |
//! | `security` | what an operation requires of its caller |
//! | `outline` | what is beside an operation's rule: its name, and where an owner could be |
//! | `walk` | from paths to operations |

mod object;
mod outline;
mod parameter;
mod reference;
mod security;
mod server;
mod version;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Template;
pub use outline::{Items, Outline};
pub use security::{
    Alternative, ExcludedAlternative, JudgedSecurity, Requirement, Scheme, Security,
};
pub(crate) use walk::before_query;

/// The files of a document by their paths below its directory, separated by `/`; the error says why one
/// cannot be read, in words that follow `which`.
pub type Files = BTreeMap<String, Result<Value, String>>;

/// One reading of a document.
#[derive(Debug)]
pub enum Reading {
    /// The document is read.
    Done(Document),
    /// It refers to these files, which are not among those given: read it again with them.
    Needs(BTreeSet<String>),
}

/// What a document describes.
#[derive(Debug, Default)]
pub struct Document {
    /// Its operations, one for each prefix of its servers.
    pub operations: Vec<DescribedOperation>,
    /// What its reader should know, in sentences.
    pub remarks: Vec<String>,
    /// The addresses of its servers, as they are written; only of an outlined one.
    pub servers: Vec<String>,
    /// The issuers that its OpenID Connect schemes name; only of an outlined one.
    pub issuers: Vec<String>,
}

/// An operation as a document describes it.
#[derive(Debug)]
pub struct DescribedOperation {
    /// Its method in capitals, or `?` if the operations of a path cannot be read.
    pub method: String,
    /// Its path as it is written, below the prefix of a server.
    pub path: String,
    /// Its path, or why no request is known by it.
    pub template: Result<Template, String>,
    /// It is beside operations that are read: its method is one that the path has not otherwise.
    pub is_beside: bool,
    /// It could be below any prefix.
    pub is_anywhere: bool,
    /// Its path is written with a query or a fragment, which are not among what tells requests apart.
    pub has_query: bool,
    /// What is required and declared, or why that is not understood.
    pub facts: Result<OperationFacts, String>,
    /// What is beside its rule; empty unless the document is outlined.
    pub outline: Outline,
}

/// What a document says of an operation.
#[derive(Clone, Debug)]
pub struct OperationFacts {
    /// The media types of its body.
    pub bodies: Vec<String>,
    /// What it requires of its caller.
    pub security: Security,
    /// The nearest `x-airside`: beside the operation, else beside its path, else at the root.
    pub extension: Option<Extension>,
    /// A part of it is in another file, whose content no message quotes.
    pub is_foreign: bool,
}

/// An `x-airside`.
#[derive(Clone, Debug)]
pub struct Extension {
    /// It is beside the operation itself.
    pub is_own: bool,
    /// What it says.
    pub value: Value,
    /// The names in it that do not count because they are not inherited.
    pub not_inherited: Vec<&'static str>,
}

/// Reads the document that is `root` among `files`. `path_prefix` is in place of what its servers say.
///
/// # Errors
///
/// Says why the whole document is not understood, in words that follow its name.
pub fn read(root: &str, files: &Files, path_prefix: Option<&str>) -> Result<Reading, String> {
    walk::Walk::new(root, files, path_prefix)?.finish()
}

/// Reads the same, and what is beside the operations' rules; files that only schemas refer to are read too.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_outlined(
    root: &str,
    files: &Files,
    path_prefix: Option<&str>,
) -> Result<Reading, String> {
    walk::Walk::new(root, files, path_prefix)?
        .outlined()
        .finish()
}

/// Returns a JSON value that can name something: a text, or a whole number.
#[must_use]
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
