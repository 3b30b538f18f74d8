//! The facts of one operation.

use serde_json::Value;

use super::{
    description::{Extension, OperationFacts},
    object::Object,
    reference::{Node, References},
    security::{self, Security},
    spelling::{EXTENSION, SECURITY, require_spelt},
};

/// Reads the facts of operations; an operation inherits from the root of the document.
pub(super) struct FactReader<'r, 'a> {
    pub(super) references: &'r References<'a>,
    pub(super) root: Node<'a>,
    pub(super) schemes: &'r Result<Option<Node<'a>>, String>,
}

impl<'a> FactReader<'_, 'a> {
    pub(super) fn facts(
        &self,
        item: &Object<'a>,
        operation: &Object<'a>,
    ) -> Result<OperationFacts, String> {
        if item.member(SECURITY).is_some() {
            return Err(
                "`security` is not read beside a path: write it beside each operation".to_owned(),
            );
        }
        require_spelt(operation.members().chain(item.members()))?;
        self.require_fields(operation)?;
        self.require_own(item, operation)?;
        let mut nodes: Vec<_> = item
            .layers()
            .iter()
            .chain(operation.layers())
            .copied()
            .collect();
        let security = operation
            .member(SECURITY)
            .or_else(|| self.root.member(SECURITY));
        let security = security::read(security, self.schemes, self.references)?;
        let body = operation.member("requestBody");
        let body = body.map(|body| self.references.follow(body)).transpose()?;
        let bodies = body.map_or(Ok(Vec::new()), |body| self.bodies(body))?;
        nodes.extend(body);
        Ok(OperationFacts {
            bodies,
            security,
            extension: self.extension(item, operation)?,
            is_foreign: nodes.iter().any(|node| self.references.is_foreign(*node)),
        })
    }

    /// Requires that each field of an operation is understood.
    fn require_fields(&self, operation: &Object<'a>) -> Result<(), String> {
        for (name, member) in operation.members() {
            if !is_extension(name) && !FIELDS.contains(&name) {
                return Err(match self.references.is_foreign(member) {
                    false => format!("`{name}` is not a field of an operation"),
                    true => "one of its fields is not a field of an operation".to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Returns the media types of a body.
    fn bodies(&self, body: Node<'a>) -> Result<Vec<String>, String> {
        let content = body.value.get("content").and_then(Value::as_object);
        let content = content.ok_or("the body has no `content` that is an object")?;
        self.references.charge(content.len())?;
        Ok(content.keys().cloned().collect())
    }

    /// Requires that an operation of another document is complete: the root of that document is not
    /// inherited.
    fn require_own(&self, item: &Object<'a>, operation: &Object<'a>) -> Result<(), String> {
        let layers = item.layers().iter().chain(operation.layers());
        for layer in layers.filter(|layer| self.references.is_foreign(**layer)) {
            let root = self.references.root_of(*layer);
            let root = root.filter(|root| root.value.get("openapi").is_some());
            let says = |name: &str| root.is_some_and(|root| root.member(name).is_some());
            for name in [SECURITY, EXTENSION] {
                if says(name) && operation.member(name).is_none() {
                    return Err(format!(
                        "it is of another document, whose `{name}` at the root does not count here: write `{name}` beside the operation"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Returns the nearest `x-airside`, which replaces the others.
    fn extension(
        &self,
        item: &Object<'a>,
        operation: &Object<'a>,
    ) -> Result<Option<Extension>, String> {
        let own = operation.member(EXTENSION);
        let inherited = item
            .member(EXTENSION)
            .or_else(|| self.root.member(EXTENSION));
        let Some(node) = own.or(inherited) else {
            return Ok(None);
        };
        let members = node.value.as_object();
        let mut members = members.ok_or("`x-airside` is not an object")?.clone();
        let mut not_inherited = Vec::new();
        if own.is_none() {
            not_inherited = vec!["public", "any_object"];
            not_inherited.retain(|name| members.remove(*name).is_some());
        }
        Ok(Some(Extension {
            value: Value::Object(members),
            is_own: own.is_some(),
            not_inherited,
        }))
    }
}

/// Returns the number of values that are copied with an operation.
pub(super) fn weight(facts: &Result<OperationFacts, String>) -> usize {
    fn size(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
            Value::Object(members) => 1 + members.values().map(size).sum::<usize>(),
            _ => 1,
        }
    }
    let Ok(facts) = facts else { return 0 };
    let extension = facts.extension.as_ref();
    let alternatives = match &facts.security {
        Security::Alternatives(all) => all.iter().flatten().map(|one| 1 + one.scopes.len()).sum(),
        _ => 0_usize,
    };
    facts.bodies.len() + alternatives + extension.map_or(0, |extension| size(&extension.value))
}

pub(super) fn is_extension(name: &str) -> bool {
    name.starts_with("x-")
}

/// The fields of an operation (OpenAPI 3.1 §4.8.10), and those of Swagger 2.0 that documents have kept
/// and that do not concern its caller.
const FIELDS: [&str; 16] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    SECURITY,
    "servers",
    "consumes",
    "produces",
    "schemes",
    "id",
];
