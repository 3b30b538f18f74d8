//! The operations of an OpenAPI document (3.0 and 3.1), as the document describes them.
//!
//! | module | holds |
//! |---|---|
//! | `file`, `reference` | `$ref`, within the document and to files below its directory |
//! | `object` | a path item or an operation, with the fields beside its `$ref` |
//! | `version` | which documents are understood |
//! | `server` | the prefixes of an operation's paths |
//! | `parameter` | the kinds of the path's parameters |
//! | `security` | what an operation requires of its caller |
//! | `outline` | what is beside an operation's rule: its name, and where an owner could be |
//! | `detail`, `schema` | parameters, bodies and answers, for programs that make requests |
//! | `description` | what is read: a document and its operations |
//! | `walk`, `fact`, `spelling` | from paths to operations |

mod description;
mod detail;
mod fact;
mod file;
mod object;
mod outline;
mod parameter;
mod reference;
mod scalar;
mod schema;
mod security;
mod server;
mod spelling;
mod version;
mod walk;

pub use description::{DescribedOperation, Document, Extension, OperationFacts, Reading};
pub use detail::{BodyDetail, Detail, ParameterDetail, SchemeDetail};
pub use file::Files;
pub use outline::{Items, Outline};
pub use reference::MAX_NODES;
pub use scalar::scalar;
pub use schema::Schema;
pub use security::{
    Alternative, ExcludedAlternative, JudgedSecurity, Requirement, Scheme, Security,
};
pub(crate) use walk::before_query;

/// Reads the document that is `root` among `files`. `path_prefix` replaces the prefixes of its servers.
///
/// # Errors
///
/// Says why the whole document is not understood, in words that follow its name.
pub fn read(root: &str, files: &Files, path_prefix: Option<&str>) -> Result<Reading, String> {
    walk::Walk::new(root, files, path_prefix)?.finish()
}

/// Reads the document with hints for writing rules; files that only schemas refer to are read too.
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

/// Reads the document with all that a program needs to make requests.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_detailed(
    root: &str,
    files: &Files,
    path_prefix: Option<&str>,
) -> Result<Reading, String> {
    walk::Walk::new(root, files, path_prefix)?
        .outlined()
        .detailed()
        .finish()
}

#[cfg(test)]
mod tests;
