//! The kinds of the path's parameters.

use serde_json::Value;

use super::{
    object::Object,
    reference::{Node, References},
    scalar,
};
use crate::Kind;

/// The parameters of the path by their names; those of the operation come first and count.
pub(super) fn kinds(
    holders: &[&Object<'_>],
    references: &References<'_>,
) -> Result<Vec<(String, Kind)>, String> {
    let mut kinds = Vec::new();
    for list in holders
        .iter()
        .filter_map(|holder| holder.member("parameters"))
    {
        let values = list.value.as_array().ok_or("`parameters` is not a list")?;
        for value in values {
            references.charge(1)?;
            let parameter = references.follow(Node { value, ..list })?;
            if parameter.text("in") != Some("path") {
                continue;
            }
            // `n`, `on` and `yes` without quotes are no texts in YAML 1.1
            let name = parameter.text("name");
            let name =
                name.ok_or("the `name` of a parameter of the path is not a text: quote it")?;
            kinds.push((name.to_owned(), kind(parameter, references)?));
        }
    }
    Ok(kinds)
}

/// The kind of a parameter, by its schema.
fn kind(parameter: Node<'_>, references: &References<'_>) -> Result<Kind, String> {
    let Some(schema) = parameter.member("schema") else {
        return Ok(Kind::Any);
    };
    let schema = references.follow(schema)?;
    if let Some(values) = schema.value.get("enum").and_then(Value::as_array) {
        references.charge(values.len())?;
        let values: Option<Vec<_>> = values.iter().map(scalar).collect();
        let values = values.filter(|values| !values.is_empty());
        let unread = "the `enum` of a parameter of the path has what is neither a text nor an integer: quote it";
        return Ok(Kind::OneOf(values.ok_or(unread)?));
    }
    Ok(match (schema.text("type"), schema.text("format")) {
        (Some("integer"), _) => Kind::Integer,
        (Some("string"), Some("uuid")) => Kind::Uuid,
        _ => Kind::Any,
    })
}
