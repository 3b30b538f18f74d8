//! The kinds of the path's parameters.

use super::{
    object::Object,
    reference::{Node, References},
    scalar::scalar,
};
use crate::ParameterKind;

/// Requires that every parameter is understood.
pub(super) fn require_understood(
    holders: &[&Object<'_>],
    references: &References<'_>,
) -> Result<(), String> {
    kinds(holders, references).map(drop)
}

/// Returns the parameters of the path by their names; those of the operation come first and take
/// precedence.
pub(super) fn kinds(
    holders: &[&Object<'_>],
    references: &References<'_>,
) -> Result<Vec<(String, ParameterKind)>, String> {
    let mut kinds = Vec::new();
    for list in holders
        .iter()
        .filter_map(|holder| holder.member("parameters"))
    {
        let values = list.value.as_array().ok_or("`parameters` is not a list")?;
        for value in values {
            references.charge(1)?;
            let parameter = references.follow(Node { value, ..list })?;
            if let Some(name) = name_in_path(parameter)? {
                kinds.push((name.to_owned(), kind(parameter, references)?));
            }
        }
    }
    Ok(kinds)
}

/// Returns the name of a parameter of the path; `None` for one in another place.
fn name_in_path(parameter: Node<'_>) -> Result<Option<&str>, String> {
    match parameter.text("in") {
        Some("path") => {}
        // those of Swagger 2.0 are bodies
        Some("query" | "header" | "cookie" | "body" | "formData") => return Ok(None),
        _ => return Err("a parameter is in no place that is understood: its `in` is `path`, `query`, `header` or `cookie`".to_owned()),
    }
    // `n`, `on` and `yes` without quotes are not texts in YAML 1.1
    let name = parameter.text("name");
    let name = name.ok_or("the `name` of a parameter of the path is not a text: quote it")?;
    Ok(Some(name))
}

/// Returns the kind of a parameter, by its schema.
fn kind(parameter: Node<'_>, references: &References<'_>) -> Result<ParameterKind, String> {
    let Some(schema) = parameter.member("schema") else {
        return Ok(ParameterKind::Any);
    };
    let schema = references.follow(schema)?;
    if !schema.value.is_object() && !schema.value.is_boolean() {
        return Err("the `schema` of a parameter of the path is not an object".to_owned());
    }
    if let Some(values) = schema.value.get("enum") {
        let values = values.as_array().filter(|values| !values.is_empty());
        let values = values.ok_or("the `enum` of a parameter of the path has no list of values")?;
        references.charge(values.len())?;
        let values: Option<Vec<_>> = values.iter().map(scalar).collect();
        let unread = "the `enum` of a parameter of the path has what is neither a text nor an integer: quote it";
        return Ok(ParameterKind::OneOf(values.ok_or(unread)?));
    }
    Ok(match (schema.text("type"), schema.text("format")) {
        (Some("integer"), _) => ParameterKind::Integer,
        (Some("string"), Some("uuid")) => ParameterKind::Uuid,
        _ => ParameterKind::Any,
    })
}
