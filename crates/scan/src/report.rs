//! Reports of a scan.
//!
//! | module | holds |
//! |---|---|
//! | [`model`] | the report as data, which every format is made of |
//! | [`curl`] | the lines that show a finding again |
//! | [`guard`] | the guard rules that close what is confirmed |
//! | [`text`] | for people at a terminal |
//! | [`json`] | the model as JSON, and its schema |
//! | [`sarif`] | SARIF 2.1.0, for code scanning |
//! | [`junit`] | JUnit XML, for the test pages of CI |
//! | [`html`] | one file for a browser |
//!
//! To add a format, write a module with `pub fn write(report: &Report) -> String`, add its line here, and
//! add it to [`Format`].

pub mod curl;
pub mod guard;
pub mod html;
pub mod json;
pub mod junit;
pub mod model;
pub mod sarif;
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
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML.
    Junit,
    /// One HTML file.
    Html,
}

/// Writes a report.
#[must_use]
pub fn write(report: &Report, format: Format) -> String {
    match format {
        Format::Text => text::write(report),
        Format::Json => json::write(report),
        Format::Sarif => sarif::write(report),
        Format::Junit => junit::write(report),
        Format::Html => html::write(report),
    }
}

#[cfg(test)]
pub(crate) mod fixture;
