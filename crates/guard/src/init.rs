//! A first `guard.toml` for an OpenAPI document.

use std::path::Path;

use airside_api::{
    document::{self, Files},
    draft,
};

pub use draft::Settings;

/// Writes the text of a `guard.toml` for the document at `path`; messages call it `name`.
///
/// # Errors
///
/// The reason why the whole document is not understood, as for a configuration that names it.
pub fn text(path: &Path, name: &str, settings: &Settings<'_>) -> Result<String, String> {
    let read = |root: &str, files: &Files| document::read_outlined(root, files, None);
    let document = crate::document::load(path, read).map_err(|why| format!("{name}: {why}"))?;
    Ok(draft::write(&document, settings))
}
