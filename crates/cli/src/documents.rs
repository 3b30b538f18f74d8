//! The documents of the repository as pages, for `/docs` of a server in development mode.
//!
//! A document below `docs` is at its own path, and one beside `docs`, such as `README.md`, is below
//! `/docs/project/`.
//!
//! | module | holds |
//! |---|---|
//! | [`link`] | where a link of a document leads among the pages |
//! | [`source`] | the paths and the texts of the documents |
//! | [`render`] | Markdown as HTML, without what the policy of the pages forbids |

mod link;
mod render;
mod source;

use airside_server::document::Document;

/// Returns the document at a path below `/docs/`.
pub fn find(path: &str) -> Option<Document> {
    let name = source::name(path);
    let text = source::text(&name)?;
    Some(render::render(&name, &text))
}

#[cfg(test)]
mod tests;
