//! A captured session (HAR 1.2) in place of a document: its operations, and shapes learned from its entries.
//!
//! No credential of it is kept: neither tokens and passwords nor the values of headers and cookies.
//!
//! | module | holds |
//! |---|---|
//! | `entry` | the entries as they are written |
//! | `call` | calls of one API among them |
//! | `template` | paths with parameters in place of identifiers |
//! | `shape` | schemas of bodies and answers |

mod call;
mod entry;
mod shape;
mod template;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use url::Url;

use self::{call::Call, entry::File, template::Template};
use crate::document::{self, Api};

/// Reads a captured session; of several servers, that of `base` counts, else the one that most entries are of.
///
/// # Errors
///
/// The reason in words.
pub fn read(text: &str, base: &Url) -> Result<Api, String> {
    let document = document(text, base)?;
    let mut api = document::read(NAME, &[(NAME.to_owned(), Ok(document))].into())?;
    api.is_captured = true;
    for operation in &mut api.operations {
        // what a session did not send may be sent nevertheless
        operation.is_body_learned = true;
    }
    Ok(api)
}

/// Returns an OpenAPI document of a captured session.
fn document(text: &str, base: &Url) -> Result<Value, String> {
    let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let calls = Call::of(file, base);
    if calls.is_empty() {
        return Err("it has no request that was answered by an API with JSON".to_owned());
    }
    let known = template::known(&calls);
    let mut groups: Vec<Group<'_>> = Vec::new();
    for call in &calls {
        let template = Template::of(call, &known);
        let same = |one: &&mut Group<'_>| {
            one.first.method == call.method && one.template.is_same(&template)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.calls.push(call),
            None => groups.push(Group {
                template,
                first: call,
                calls: vec![call],
            }),
        }
    }
    let mut paths = Map::new();
    for group in &groups {
        let item = paths.entry(group.template.path()).or_insert(json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(group.first.method.to_lowercase(), group.operation());
        }
    }
    Ok(json!({
        "openapi": "3.0.3",
        "info": { "title": "a captured session", "version": "1" },
        "components": { "securitySchemes": { "token": scheme(&calls) } },
        "paths": paths,
    }))
}

/// Returns the security scheme by which the calls present their tokens.
fn scheme(calls: &[Call]) -> Value {
    let credentials = calls.iter().filter_map(|one| one.credential.as_ref());
    match credentials.into_iter().next() {
        Some((name, value)) => match value.split_once(' ').map(|(scheme, _)| scheme) {
            Some("Bearer" | "bearer") => json!({ "type": "http", "scheme": "bearer" }),
            Some("Basic" | "basic") => json!({ "type": "http", "scheme": "basic" }),
            _ => json!({ "type": "apiKey", "in": "header", "name": name }),
        },
        None => json!({ "type": "http", "scheme": "bearer" }),
    }
}

/// The calls of one operation.
struct Group<'a> {
    template: Template,
    first: &'a Call,
    calls: Vec<&'a Call>,
}

impl Group<'_> {
    fn operation(&self) -> Value {
        let mut operation = json!({
            "parameters": self.parameters(),
            "responses": { "200": { "description": "", "content": content("application/json", self.answers()) } },
            "security": match self.calls.iter().any(|one| one.credential.is_some()) {
                true => json!([{ "token": [] }]),
                false => json!([]),
            },
        });
        let bodies: Vec<&Value> = self
            .calls
            .iter()
            .filter_map(|one| one.body.as_ref())
            .collect();
        if let (Some(members), false) = (operation.as_object_mut(), bodies.is_empty()) {
            let schema = shape::schema(&bodies, shape::Examples::Shown);
            let media = self.first.media.as_str();
            members.insert(
                "requestBody".to_owned(),
                json!({ "content": content(media, schema) }),
            );
        }
        operation
    }

    fn answers(&self) -> Value {
        let answers: Vec<&Value> = self
            .calls
            .iter()
            .filter_map(|one| one.answer.as_ref())
            .collect();
        shape::schema(&answers, shape::Examples::Hidden)
    }

    fn parameters(&self) -> Vec<Value> {
        let path = self.template.names();
        let path =
            path.map(|name| json!({ "in": "path", "name": name, "required": true, "schema": {} }));
        let query = self.named("query", |call| &call.query);
        path.chain(query)
            .chain(self.named("header", |call| &call.headers))
            .collect()
    }

    /// Returns the parameters in a part of the requests; those that every request has are required.
    fn named(&self, place: &str, part: impl Fn(&Call) -> &Vec<(String, String)>) -> Vec<Value> {
        let all = self.calls.iter().flat_map(|one| part(one));
        let names: BTreeSet<&String> = all.map(|(name, _)| name).collect();
        let parameters = names.into_iter().map(|name| {
            let values = self.calls.iter().map(|one| {
                let own = part(one).iter().find(|(own, _)| own == name);
                own.map(|(_, value)| value)
            });
            let values: Vec<_> = values.collect();
            let example = values.iter().flatten().next();
            json!({
                "in": place,
                "name": name,
                "required": values.iter().all(Option::is_some),
                "schema": { "type": "string", "example": example },
            })
        });
        parameters.collect()
    }
}

fn content(media: &str, schema: Value) -> Value {
    json!({ media: { "schema": schema } })
}

const NAME: &str = "session.har";

#[cfg(test)]
mod tests;
