//! The operations of a document, as it describes them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    detail::{Detail, SchemeDetail},
    outline::Outline,
    security::Security,
};
use crate::Template;

/// The outcome of reading a document.
#[derive(Debug)]
pub enum Reading {
    /// The document is read.
    Done(Document),
    /// It refers to these files, which are missing: read it again with them.
    Needs(BTreeSet<String>),
}

/// The description of an API.
#[derive(Debug, Default)]
pub struct Document {
    /// Its operations, one for each prefix of its servers.
    pub operations: Vec<DescribedOperation>,
    /// Remarks for the operator, in sentences.
    pub remarks: Vec<String>,
    /// The addresses of its servers, as they are written; only of an outlined one.
    pub servers: Vec<String>,
    /// The issuers that its OpenID Connect schemes name; only of an outlined one.
    pub issuers: Vec<String>,
    /// Its security schemes; only of a detailed one.
    pub schemes: Vec<SchemeDetail>,
    /// Its tags that have a description, with it; only of a detailed one.
    pub tags: Vec<(String, String)>,
}

/// An operation as a document describes it.
#[derive(Debug)]
pub struct DescribedOperation {
    /// Its method in capitals, or `?` if the operations of a path cannot be read.
    pub method: String,
    /// Its path as it is written, below the prefix of a server.
    pub path: String,
    /// Its path, or why no request can be matched to it.
    pub template: Result<Template, String>,
    /// True if its method is none of the other methods of the path.
    pub is_beside: bool,
    /// True if it could be below any prefix.
    pub is_anywhere: bool,
    /// True if its path has a query or a fragment, by which requests are not told apart.
    pub has_query: bool,
    /// The requirements and declarations, or why they are not understood.
    pub facts: Result<OperationFacts, String>,
    /// Hints beside its rule; empty unless the document is outlined.
    pub outline: Outline,
    /// Its request and answers; only of a detailed document.
    pub detail: Option<Box<Detail>>,
}

/// The facts of a document about an operation.
#[derive(Clone, Debug)]
pub struct OperationFacts {
    /// The media types of its body.
    pub bodies: Vec<String>,
    /// The requirements on its caller.
    pub security: Security,
    /// The nearest `x-airside`: beside the operation, else beside its path, else at the root.
    pub extension: Option<Extension>,
    /// True if a part of it is in another file, whose content no message quotes.
    pub is_foreign: bool,
}

/// An `x-airside`.
#[derive(Clone, Debug)]
pub struct Extension {
    /// True if it is beside the operation itself.
    pub is_own: bool,
    /// Its content.
    pub value: Value,
    /// The names in it that are ignored because they are not inherited.
    pub not_inherited: Vec<&'static str>,
}
