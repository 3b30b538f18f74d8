//! The operations of an OpenAPI document, with rules from its security requirements and `x-airside`.

mod apart;
mod file;
mod judge;
mod operation;
mod reader;
mod remark;
mod security;
mod shadow;

use std::{collections::HashMap, path::Path};

use airside_api::document::{self, Document, Files, Reading};
pub(crate) use apart::apart;
use file::Directory;
use operation::{DocumentedOperation, Likeness};
use remark::RemarkedOperations;
pub(crate) use shadow::shadowed;

use crate::operation::Operation;

/// The operations of a document.
#[derive(Debug, Default)]
pub(crate) struct DocumentOperations {
    /// `None` where `guard.toml` has taken the place of one.
    operations: Vec<Option<DocumentedOperation>>,
    /// The positions of operations by their rough paths.
    by_path: HashMap<Vec<String>, Vec<usize>>,
    /// The positions of operations that could be below any prefix.
    anywhere: Vec<usize>,
    /// Remarks for the operator, in sentences.
    pub(crate) remarks: Vec<String>,
}

/// Reads the document at `path` and the files that it refers to; messages call it `name`.
///
/// # Errors
///
/// The reason why the whole document is not understood.
pub(crate) fn read(
    path: &Path,
    name: &str,
    path_prefix: Option<&str>,
) -> Result<DocumentOperations, String> {
    let named = |why: String| format!("{name}: {why}");
    let read = |root: &str, files: &Files| document::read(root, files, path_prefix);
    let document = load(path, read).map_err(named)?;
    let (mut left_out, mut never_forwarded) =
        (RemarkedOperations::default(), RemarkedOperations::default());
    let mut documented = DocumentOperations::default();
    for one in document.operations {
        match NEVER_FORWARDED.contains(&one.method.as_str()) {
            true => never_forwarded.add(&one),
            false => documented.push(judge::documented(one, name, &mut left_out)),
        }
    }
    let more = left_out
        .remark(LEFT_OUT)
        .into_iter()
        .chain(never_forwarded.remark(NEVER));
    documented.remarks = document
        .remarks
        .into_iter()
        .chain(more)
        .map(named)
        .collect();
    Ok(documented)
}

/// Reads a document and the files that it refers to.
///
/// # Errors
///
/// The reason why the document is not understood, in words that follow its name.
pub fn load(
    path: &Path,
    read: impl Fn(&str, &Files) -> Result<Reading, String>,
) -> Result<Document, String> {
    let (mut directory, root) = Directory::of(path)?;
    loop {
        match read(&root, directory.files())? {
            Reading::Done(document) => return Ok(document),
            Reading::Needs(files) => directory.add(files)?,
        }
    }
}

impl DocumentOperations {
    fn push(&mut self, one: DocumentedOperation) {
        let at = self.operations.len();
        match one.written.is_anywhere {
            true => self.anywhere.push(at),
            false => self.by_path.entry(one.path.rough()).or_default().push(at),
        }
        self.operations.push(Some(one));
    }

    /// Returns the operations that `guard.toml` does not declare.
    pub(crate) fn left(self) -> Vec<DocumentedOperation> {
        self.operations.into_iter().flatten().collect()
    }

    /// Replaces the same operations of the document by one of `guard.toml`, which takes over their
    /// parameters and bodies.
    pub(crate) fn yield_to(&mut self, one: &mut Operation) {
        let here = self.by_path.get(&one.path.rough()).into_iter().flatten();
        let near: Vec<_> = here.chain(&self.anywhere).copied().collect();
        let like = |operations: &[Option<DocumentedOperation>], at: usize| {
            let other = operations.get(at).and_then(Option::as_ref);
            other.map_or(Likeness::Other, |other| other.likeness(one))
        };
        let is_there = near
            .iter()
            .any(|at| like(&self.operations, *at) == Likeness::Same);
        let mut same = Vec::new();
        for at in near {
            let likeness = like(&self.operations, at);
            let Some(place) = self.operations.get_mut(at) else {
                continue;
            };
            match likeness {
                Likeness::Same => same.extend(place.take()),
                Likeness::OtherKinds if !is_there => same.extend(place.take()),
                Likeness::SomeMethod => {
                    if let Some(other) = place {
                        other.written.is_settled = true;
                    }
                }
                Likeness::OtherKinds | Likeness::Other => {}
            }
        }
        inherit(one, &same);
    }
}

/// Adds what the document says of an operation's parameters and body.
fn inherit(one: &mut Operation, same: &[DocumentedOperation]) {
    let mut paths = same.iter().filter(|other| other.is_known);
    if let Some(first) = paths.next()
        && paths.all(|other| other.path.shape() == first.path.shape())
    {
        one.path.describe_like(&first.path);
    }
    let mut bodies = same.iter().map(|other| &other.body);
    match bodies.find(|body| !body.is_empty()) {
        Some(body) if one.body.is_empty() => one.body = body.clone(),
        _ => {}
    }
}

/// Requests by these methods are answered by the guard (RFC 9110 §9.3.8).
const NEVER_FORWARDED: [&str; 2] = ["TRACE", "QUERY"];

const LEFT_OUT: &str =
    "of the alternatives in `security` only those by access token count, others are refused";

const NEVER: &str = "TRACE and QUERY are not forwarded, whatever is said of them";

#[cfg(test)]
mod tests;
