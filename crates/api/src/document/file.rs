//! The files of a document.

use std::collections::BTreeMap;

use serde_json::Value;

/// The files of a document by their paths below its directory, separated by `/`; the error says why one
/// cannot be read, in words that follow `which`.
pub type Files = BTreeMap<String, Result<Value, String>>;
