//! What a document says of an operation beside its rule: how people call it, and where an owner could be.
//!
//! Nothing of it is judged by. What is not understood here is left out, and what is in another file is
//! quoted by nothing but the names of fields and parameters.

use std::cell::Cell;

use serde_json::Value;

use super::{
    object::Object,
    reference::{Node, References},
};
use crate::owner_name::{is_id, owner_rank};

/// What helps a person to write an operation's rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The first of its tags.
    pub tag: Option<String>,
    /// Its summary, or its `operationId`.
    pub summary: Option<String>,
    /// The names of its query's parameters; `None` if one cannot be read.
    pub query: Option<Vec<String>>,
    /// A JSON pointer to what could be the owner in its answer.
    pub owner: Option<String>,
    /// Where its answer has a list whose items could have owners.
    pub items: Option<Items>,
    /// A JSON pointer to what could be the owner in its body.
    pub body_owner: Option<String>,
}

/// A list in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items {
    /// A JSON pointer to the list.
    pub list: String,
    /// A JSON pointer to the owner in an item.
    pub field: String,
}

/// Reads what is beside an operation; `holders` are the operation and its path, the nearest first.
pub(super) fn read<'a>(holders: &[&Object<'a>], references: &References<'a>) -> Outline {
    let Some(operation) = holders.first() else {
        return Outline::default();
    };
    let schemas = Schemas {
        references,
        left: Cell::new(MAX_SCHEMAS),
    };
    let answer = answer(operation, references);
    let body = operation.member("requestBody");
    let body = body.and_then(|body| json_schema(body, references));
    let own = |name| own_text(operation.member(name)?, references);
    let tags = operation.member("tags");
    let tag = tags.and_then(|tags| {
        let value = tags.value.as_array()?.first()?;
        own_text(Node { value, ..tags }, references)
    });
    Outline {
        tag,
        summary: own("summary").or_else(|| own("operationId")),
        query: query(holders, references),
        owner: answer.and_then(|schema| schemas.owner(schema, MAX_WRAPPERS)),
        items: answer.and_then(|schema| schemas.items(schema, MAX_WRAPPERS)),
        body_owner: body.and_then(|schema| schemas.owner(schema, 0)),
    }
}

/// The addresses of a document's servers, as they are written.
pub(super) fn servers(root: Node<'_>) -> Vec<String> {
    let servers = root.value.get("servers").and_then(Value::as_array);
    let urls = servers.into_iter().flatten().take(MAX_ADDRESSES);
    let urls = urls.filter_map(|server| server.get("url")?.as_str());
    urls.map(str::to_owned).collect()
}

/// The issuers that OpenID Connect schemes name (OpenID Connect Discovery §4).
pub(super) fn issuers<'a>(schemes: Node<'a>, references: &References<'a>) -> Vec<String> {
    let all = schemes.value.as_object().into_iter().flatten();
    let issuers = all.filter_map(|(_, value)| {
        let scheme = references.follow(Node { value, ..schemes });
        let url = own_text(scheme.ok()?.member("openIdConnectUrl")?, references)?;
        let issuer = url.strip_suffix("/.well-known/openid-configuration");
        issuer.map(str::to_owned)
    });
    issuers.take(MAX_ADDRESSES).collect()
}

/// A text of the document itself.
fn own_text<'a>(node: Node<'a>, references: &References<'a>) -> Option<String> {
    let text = node
        .value
        .as_str()
        .filter(|_| !references.is_foreign(node))?;
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// The names of the query's parameters.
fn query<'a>(holders: &[&Object<'a>], references: &References<'a>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let lists = holders
        .iter()
        .filter_map(|holder| holder.member("parameters"));
    for list in lists {
        for value in list.value.as_array()? {
            let parameter = references.follow(Node { value, ..list }).ok()?;
            if parameter.text("in")? == "query" {
                let name = parameter.text("name")?.to_owned();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    Some(names)
}

/// The schema of what the operation answers when it has done its work.
fn answer<'a>(operation: &Object<'a>, references: &References<'a>) -> Option<Node<'a>> {
    let responses = references.follow(operation.member("responses")?).ok()?;
    let found = ["200", "2XX", "2xx", "default"];
    let response = found.iter().find_map(|status| responses.member(status))?;
    json_schema(response, references)
}

/// The schema of the JSON in a body or an answer.
fn json_schema<'a>(holder: Node<'a>, references: &References<'a>) -> Option<Node<'a>> {
    let content = references.follow(holder).ok()?.member("content")?;
    let types = content.value.as_object()?;
    let is_json = |name: &&String| {
        let kind = name.split(';').next().unwrap_or_default().trim();
        let kind = kind.to_ascii_lowercase();
        kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
    };
    let name = types.keys().find(is_json)?;
    content.member(name)?.member("schema")
}

/// The schemas of one operation, of which only so many are looked at.
struct Schemas<'r, 'a> {
    references: &'r References<'a>,
    left: Cell<usize>,
}

/// What the value of a schema is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A text or an integer.
    Name,
    Object,
    List,
    Other,
}

impl<'a> Schemas<'_, 'a> {
    /// Where the owner is in an object; `wrappers` are the objects around it that may be.
    fn owner(&self, schema: Node<'a>, wrappers: usize) -> Option<String> {
        let members = self.members(schema);
        let ranked = members.iter().filter_map(|(name, member)| {
            let rank = owner_rank(name)?;
            Some((rank, self.name_in(name, *member)?))
        });
        if let Some((_, pointer)) = ranked.min() {
            return Some(pointer);
        }
        let rest = wrappers.checked_sub(1)?;
        self.wrapped(&members, |name, member| {
            let inner = self.owner(member, rest)?;
            Some(format!("{}{inner}", pointer(name)))
        })
    }

    /// Where a list is whose items have owners.
    fn items(&self, schema: Node<'a>, wrappers: usize) -> Option<Items> {
        if let Some(field) = self.field_of_items(schema) {
            let list = String::new();
            return Some(Items { list, field });
        }
        let members = self.members(schema);
        if members.iter().any(|(name, _)| is_id(name)) {
            return None;
        }
        let lists = members.iter();
        let mut found = lists.filter_map(|(name, member)| {
            let field = self.field_of_items(*member)?;
            let list = pointer(name);
            Some(Items { list, field })
        });
        if let Some(items) = found.next() {
            return Some(items);
        }
        let rest = wrappers.checked_sub(1)?;
        self.wrapped(&members, |name, member| {
            let Items { list, field } = self.items(member, rest)?;
            let list = format!("{}{list}", pointer(name));
            Some(Items { list, field })
        })
    }

    /// Finds something in one of the objects that these members are, unless they are an object themselves.
    fn wrapped<T>(
        &self,
        members: &[(&'a str, Node<'a>)],
        find: impl Fn(&str, Node<'a>) -> Option<T>,
    ) -> Option<T> {
        if members.iter().any(|(name, _)| is_id(name)) {
            return None;
        }
        let objects = members.iter();
        let mut objects = objects.filter(|(_, member)| self.shape(*member) == Shape::Object);
        objects.find_map(|(name, member)| find(name, *member))
    }

    /// Where the owner is in the items of a list.
    fn field_of_items(&self, schema: Node<'a>) -> Option<String> {
        let schema = self.follow(schema)?;
        if self.shape(schema) != Shape::List {
            return None;
        }
        self.owner(schema.member("items")?, 0)
    }

    /// A pointer to the name that a member is, or to the one in it.
    fn name_in(&self, name: &str, member: Node<'a>) -> Option<String> {
        match self.shape(member) {
            Shape::Name => Some(pointer(name)),
            Shape::Object => {
                let members = self.members(member);
                let mut members = members.iter();
                let (id, _) = members
                    .find(|(name, member)| is_id(name) && self.shape(*member) == Shape::Name)?;
                Some(format!("{}{}", pointer(name), pointer(id)))
            }
            Shape::List | Shape::Other => None,
        }
    }

    /// The members of an object, those of its parts too.
    fn members(&self, schema: Node<'a>) -> Vec<(&'a str, Node<'a>)> {
        let mut members = Vec::new();
        let mut schemas = vec![schema];
        while let Some(schema) = schemas.pop() {
            let Some(schema) = self.follow(schema) else {
                continue;
            };
            if let Some(node) = schema.member("properties") {
                let own = node.value.as_object().into_iter().flatten();
                let own = own.take(self.left.get());
                let before = members.len();
                members.extend(own.map(|(name, value)| (name.as_str(), Node { value, ..node })));
                self.charge(members.len() - before);
            }
            schemas.extend(parts(schema));
        }
        members
    }

    fn shape(&self, schema: Node<'a>) -> Shape {
        self.shape_of(schema, MAX_PARTS)
    }

    /// The shape of a schema whose parts have at most `depth` levels.
    fn shape_of(&self, schema: Node<'a>, depth: usize) -> Shape {
        let (Some(schema), Some(depth)) = (self.follow(schema), depth.checked_sub(1)) else {
            return Shape::Other;
        };
        let kind = match schema.value.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().find(|kind| **kind != "null"),
            kind => kind,
        };
        match kind.and_then(Value::as_str) {
            Some("string" | "integer") => Shape::Name,
            Some("array") => Shape::List,
            Some("object") => Shape::Object,
            Some(_) => Shape::Other,
            None if schema.value.get("properties").is_some() => Shape::Object,
            None if schema.value.get("items").is_some() => Shape::List,
            None => {
                let parts = parts(schema).into_iter();
                let mut shapes = parts.map(|part| self.shape_of(part, depth));
                shapes
                    .find(|shape| *shape != Shape::Other)
                    .unwrap_or(Shape::Other)
            }
        }
    }

    fn follow(&self, schema: Node<'a>) -> Option<Node<'a>> {
        if self.left.get() == 0 {
            return None;
        }
        self.charge(1);
        self.references.charge(1).ok()?;
        self.references.follow(schema).ok()
    }

    fn charge(&self, schemas: usize) {
        self.left.set(self.left.get().saturating_sub(schemas));
    }
}

/// The schemas that a schema consists of: all of `allOf`, and the one of `anyOf` or `oneOf` beside null.
fn parts(schema: Node<'_>) -> Vec<Node<'_>> {
    let list = |name: &str| {
        let list = schema.value.get(name).and_then(Value::as_array);
        list.map_or(&[][..], Vec::as_slice)
    };
    let mut parts: Vec<_> = list("allOf").iter().collect();
    for name in ["anyOf", "oneOf"] {
        let is_some = |value: &&Value| value.get("type").is_none_or(|kind| kind != "null");
        let others: Vec<_> = list(name).iter().filter(is_some).collect();
        if let [one] = others.as_slice() {
            parts.push(*one);
        }
    }
    let parts = parts.into_iter();
    parts.map(|value| Node { value, ..schema }).collect()
}

/// A JSON pointer to a member (RFC 6901 §3).
fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Of one operation.
const MAX_SCHEMAS: usize = 2_000;

/// Levels of `allOf` and its like.
const MAX_PARTS: usize = 10;

/// Objects around an object, such as `data`.
const MAX_WRAPPERS: usize = 2;

const MAX_ADDRESSES: usize = 5;

#[cfg(test)]
mod tests;
