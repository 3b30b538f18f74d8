//! The documents of the repository as pages, for `/docs` of a server in development mode.
//!
//! `docs/a/b.md` is at `/docs/a/b.md`, and a document beside `docs`, such as `README.md`, at
//! `/docs/project/README.md`.
//!
//! | module | holds |
//! |---|---|
//! | [`link`] | where a link of a document leads among the pages |
//! | [`render`] | Markdown as HTML, without what the policy of the pages forbids |

mod link;
mod render;

use std::borrow::Cow;

use airside_server::page::document::Document;

/// Returns the document at a path below `/docs/`.
pub fn find(path: &str) -> Option<Document> {
    let name = name(path);
    let text = text(&name)?;
    Some(render::render(&name, &text))
}

/// The path in the repository of the document at a path below `/docs/`.
fn name(path: &str) -> String {
    match path.strip_prefix(PROJECT) {
        Some(name) => name.to_owned(),
        None => format!("{DOCS}{path}"),
    }
}

/// The path below `/docs/` of the document with this path in the repository.
fn path(name: &str) -> String {
    match name.strip_prefix(DOCS) {
        Some(path) => path.to_owned(),
        None => format!("{PROJECT}{name}"),
    }
}

/// Returns the text of a document, by its path in the repository.
fn text(name: &str) -> Option<Cow<'static, str>> {
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

#[cfg(test)]
mod tests;
