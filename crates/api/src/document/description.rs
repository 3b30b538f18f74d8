//! The operations of a document, as it describes them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{outline::Outline, security::Security};
use crate::Template;

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
