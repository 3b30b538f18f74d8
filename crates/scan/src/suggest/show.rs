//! The line of a rule with the members that an answer keeps.

use airside_api::{document::Schema, plain::toml_string};

use crate::{
    document::Operation,
    word::{is_privileged, is_sensitive, says_owner_only},
};

/// Returns the line with the members that an answer keeps, however deep: those that the document describes for
/// everybody.
pub(super) fn show(operation: &Operation) -> String {
    let answers = operation.detail.answers.iter();
    let answers = answers.filter(|(status, _)| status.starts_with('2'));
    let schema = answers.filter_map(|(_, schema)| schema.as_ref()).next();
    let mut kept = Vec::new();
    if let Some(schema) = schema {
        add_kept(schema, "", &mut kept);
    }
    let kept: Vec<_> = kept.iter().map(|pointer| toml_string(pointer)).collect();
    format!("show = [{}]", kept.join(", "))
}

fn add_kept(schema: &Schema, pointer: &str, kept: &mut Vec<String>) {
    if let Some(items) = &schema.items {
        add_kept(items, &format!("{pointer}/*"), kept);
    }
    for (name, member) in &schema.properties {
        let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        if is_withheld(name, member) {
            continue;
        }
        match holds_withheld(member) {
            true => add_kept(member, &below, kept),
            false => kept.push(below),
        }
    }
}

/// Returns true if only the owner should see a member, or its value gives rights.
fn is_withheld(name: &str, member: &Schema) -> bool {
    let description = member.description.as_deref();
    is_sensitive(name) || is_privileged(name) || description.is_some_and(says_owner_only)
}

/// Returns true if something below a member is withheld.
fn holds_withheld(member: &Schema) -> bool {
    let mut own = member.properties.iter();
    let items = member.items.as_deref();
    own.any(|(name, one)| is_withheld(name, one) || holds_withheld(one))
        || items.is_some_and(holds_withheld)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::document::tests::api_of;

    fn line(schema: &Value) -> String {
        let content = json!({"application/json": {"schema": schema}});
        let responses = json!({"200": {"description": "", "content": content}});
        show(&api_of(json!({"/people": {"get": {"responses": responses}}})).operations[0])
    }

    #[test]
    fn members_are_kept_however_deep_they_are() {
        let contact = json!({"properties": {
            "office": {"type": "string"}, "phone": {"type": "string"},
            "hobby": {"type": "string", "description": "Only for the owner."}}});
        let person = json!({"properties": {"name": {"type": "string"}, "contact": contact}});
        let list = json!({"type": "array", "items": person});
        let kept = line(&json!({"properties": {"people": list, "count": {"type": "integer"}}}));
        for pointer in ["/people/*/name", "/people/*/contact/office", "/count"] {
            assert!(kept.contains(&format!("\"{pointer}\"")), "{kept}");
        }
        assert!(!kept.contains("phone") && !kept.contains("hobby"), "{kept}");
        // the control: what holds nothing that is withheld is kept whole
        let whole = line(&json!({"properties": {"place": {"properties": {"town": {}}}}}));
        assert_eq!(whole, r#"show = ["/place"]"#);
    }
}
