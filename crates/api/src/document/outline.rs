//! Hints of a document beside an operation's rule: its names, and where an owner could be.
//!
//! Nothing of it is judged by. What is not understood here is left out, and what is in another file is
//! quoted by nothing but the names of fields and parameters.

mod schema;

use serde_json::Value;

use super::{
    object::Object,
    reference::{Node, References},
};
pub use schema::Items;
use schema::Schemas;

/// Hints for a person who writes an operation's rule.
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
    /// The list in its answer whose items could have owners.
    pub items: Option<Items>,
    /// A JSON pointer to what could be the owner in its body.
    pub body_owner: Option<String>,
}

/// Reads the hints of an operation; `holders` are the operation and its path, the nearest first.
pub(super) fn read<'a>(holders: &[&Object<'a>], references: &References<'a>) -> Outline {
    let Some(operation) = holders.first() else {
        return Outline::default();
    };
    let schemas = Schemas::new(references);
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
        owner: answer.and_then(|schema| schemas.owner_in_answer(schema)),
        items: answer.and_then(|schema| schemas.items_in_answer(schema)),
        body_owner: body.and_then(|schema| schemas.owner_in_body(schema)),
    }
}

/// Returns the addresses of a document's servers, as written.
pub(super) fn servers(root: Node<'_>) -> Vec<String> {
    let servers = root.value.get("servers").and_then(Value::as_array);
    let urls = servers.into_iter().flatten().take(MAX_ADDRESSES);
    let urls = urls.filter_map(|server| server.get("url")?.as_str());
    urls.map(str::to_owned).collect()
}

/// Returns the issuers that OpenID Connect schemes name (OpenID Connect Discovery §4).
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

/// Returns a text of the document itself.
fn own_text<'a>(node: Node<'a>, references: &References<'a>) -> Option<String> {
    let text = node
        .value
        .as_str()
        .filter(|_| !references.is_foreign(node))?;
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// Returns the names of the query's parameters.
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

/// Returns the schema of the operation's successful answer.
fn answer<'a>(operation: &Object<'a>, references: &References<'a>) -> Option<Node<'a>> {
    let responses = references.follow(operation.member("responses")?).ok()?;
    let found = ["200", "2XX", "2xx", "default"];
    let response = found.iter().find_map(|status| responses.member(status))?;
    json_schema(response, references)
}

/// Returns the schema of the JSON in a body or an answer.
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

const MAX_ADDRESSES: usize = 5;

#[cfg(test)]
mod tests;
