//! Reports of a scan.
//!
//! | module | holds |
//! |---|---|
//! | [`model`] | the report as data, which every format is made of |
//! | [`curl`] | requests as `curl` lines, with shell variables for tokens |
//! | [`guard`] | the guard rules that close what is confirmed |
//! | [`text`] | for people at a terminal |
//! | [`json`] | the model as JSON, and its schema |
//!
//! To add a format, write a module with `pub fn write(report: &Report) -> String`, add its line here, and
//! add it to [`Format`].

pub mod curl;
pub mod guard;
pub mod json;
pub mod model;
pub mod text;

pub use model::Report;

/// A format of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// The model as JSON.
    Json,
}

/// Writes a report.
#[must_use]
pub fn write(report: &Report, format: Format) -> String {
    match format {
        Format::Text => text::write(report),
        Format::Json => json::write(report),
    }
}
