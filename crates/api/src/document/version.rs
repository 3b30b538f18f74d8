//! The supported versions of documents.

use serde_json::{Map, Value};

/// Requires an OpenAPI document of a supported version.
pub(super) fn require_understood(document: &Value) -> Result<&Map<String, Value>, String> {
    let root = match document {
        Value::Object(root) => root,
        Value::Null => return Err("the file is empty".to_owned()),
        _ => return Err(NOT_OPENAPI.to_owned()),
    };
    if root.contains_key("swagger") {
        return Err(
            "it is a Swagger 2.0 document: convert it to OpenAPI 3.0 or 3.1 first".to_owned(),
        );
    }
    match root.get("openapi") {
        None => Err(NOT_OPENAPI.to_owned()),
        Some(Value::String(version)) => require_version(version).map(|()| root),
        Some(Value::Number(version)) if !version.to_string().starts_with('3') => {
            require_version(&version.to_string()).map(|()| root)
        }
        Some(Value::Number(_)) => Err(
            "`openapi` is a number, and 3.10 would be 3.1: write the version in quotes, as in `openapi: \"3.1.0\"`"
                .to_owned(),
        ),
        Some(_) => Err("`openapi` is not a version, as in `openapi: \"3.1.0\"`".to_owned()),
    }
}

fn require_version(version: &str) -> Result<(), String> {
    let mut parts = version.split('.');
    match (parts.next(), parts.next()) {
        (Some("3"), Some("0" | "1")) => Ok(()),
        (Some("3"), Some(minor)) if minor.parse::<u32>().is_ok() => Err(format!(
            "it is an OpenAPI 3.{minor} document, which may say what is not understood here: write it as 3.1"
        )),
        _ => Err("it is a document of another version than OpenAPI 3.0 and 3.1".to_owned()),
    }
}

const NOT_OPENAPI: &str =
    "it is not an OpenAPI document: one begins with its version, as in `openapi: \"3.1.0\"`";
