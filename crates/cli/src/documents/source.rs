//! The documents of the repository: embedded in a release, read from the disk in a debug build.

use std::borrow::Cow;

/// Returns the path in the repository of the document at a path below `/docs/`.
pub(super) fn name(path: &str) -> String {
    match path.strip_prefix(PROJECT) {
        Some(name) => name.to_owned(),
        None => format!("{DOCS}{path}"),
    }
}

/// Returns the path below `/docs/` of the document with this path in the repository.
pub(super) fn path(name: &str) -> String {
    match name.strip_prefix(DOCS) {
        Some(path) => path.to_owned(),
        None => format!("{PROJECT}{name}"),
    }
}

/// Returns the text of a document, by its path in the repository.
pub(super) fn text(name: &str) -> Option<Cow<'static, str>> {
    if cfg!(debug_assertions) {
        return from_disk(name).map(Cow::Owned);
    }
    let found = EMBEDDED.binary_search_by_key(&name, |(name, _)| name);
    let (_, text) = EMBEDDED.get(found.ok()?)?;
    Some(Cow::Borrowed(text))
}

/// Reads a document of the repository that this binary was built in.
fn from_disk(name: &str) -> Option<String> {
    let is_inside = name
        .split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.'));
    let is_document = is_inside && name.ends_with(".md");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    is_document.then(|| std::fs::read_to_string(format!("{root}/{name}")).ok())?
}

include!(concat!(env!("OUT_DIR"), "/documents.rs"));

const DOCS: &str = "docs/";
const PROJECT: &str = "project/";
