//! The report as JSON: the model as it is, with the schema that documents it.

use schemars::{Schema, generate::SchemaSettings};

use super::model::Report;

/// Writes a report.
#[must_use]
pub fn write(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report);
    text.unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
}

/// Returns the JSON schema of reports (draft 2020-12).
#[must_use]
pub fn schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Report>();
    schema.insert("title".to_owned(), "The report of airside scan".into());
    schema
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_schema_is_the_documented_one() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = root.join("../../docs/reference/scan-report.schema.json");
        let read = |path| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            serde_json::from_str::<serde_json::Value>(&text).unwrap_or_default()
        };
        // as values: the order of members depends on what else is built
        let schema = serde_json::to_value(schema()).unwrap();
        if std::env::var_os("UPDATE_REFERENCE").is_some() && read(&path) != schema {
            let text = serde_json::to_string_pretty(&schema).unwrap();
            std::fs::write(&path, format!("{text}\n")).unwrap();
        }
        let is_written = read(&path) == schema;
        assert!(
            is_written,
            "run this test with UPDATE_REFERENCE=1 and review the change"
        );
    }

    #[test]
    fn every_member_of_a_report_is_documented() {
        let report: serde_json::Value = serde_json::from_str(&write(&fixture::report())).unwrap();
        let schema = serde_json::to_value(schema()).unwrap();
        let required = schema["required"].as_array().unwrap();
        let members = report.as_object().unwrap();
        assert_eq!(required.len(), members.len());
        for name in members.keys() {
            let described = &schema["properties"][name];
            assert!(described["description"].is_string(), "{name}");
            assert!(required.iter().any(|one| one == name), "{name}");
        }
    }
}
