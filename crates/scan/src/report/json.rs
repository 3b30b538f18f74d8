//! The report as JSON: the model as it is, with the schema that documents it.

use super::model::Report;

/// Writes a report.
#[must_use]
pub fn write(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report);
    text.unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
}
