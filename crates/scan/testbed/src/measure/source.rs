//! The source by which an API is known: a document, or a captured session.

use airside_scan::{
    document::{self, Api},
    probe::BaseUrl,
};
use serde_json::Value;

use super::ScanError;

/// The source by which an API is known.
pub(super) enum Source {
    Document(String),
    Session(String),
}

impl Source {
    /// Reads it.
    pub(super) fn api(&self, base: &BaseUrl) -> Result<Api, ScanError> {
        let document = match self {
            Self::Session(har) => {
                return airside_scan::har::read(har, base.url()).map_err(ScanError::Input);
            }
            Self::Document(text) => text,
        };
        // JSON is YAML
        let document: Value = serde_saphyr::from_str(document)
            .map_err(|error| ScanError::Input(error.to_string()))?;
        let files = [(DOCUMENT.to_owned(), Ok(document))].into();
        document::read(DOCUMENT, &files).map_err(ScanError::Input)
    }
}

const DOCUMENT: &str = "openapi";
