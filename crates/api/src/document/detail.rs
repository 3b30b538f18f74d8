//! Parameters, bodies and answers of an operation, for programs that make requests.
//!
//! Anything that is not understood is left out: an operation may lack a parameter here that its API requires.

use serde_json::Value;

use super::{
    object::Object,
    reference::{Node, References},
    schema::{self, Schema},
};

/// The request and the answers of an operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    /// Its `operationId`.
    pub operation_id: Option<String>,
    /// Its summary.
    pub summary: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The roles that an extension such as `x-roles` names, beside the operation or its path.
    pub roles: Vec<String>,
    /// Its parameters; those of the operation come before those of its path.
    pub parameters: Vec<ParameterDetail>,
    /// Its body: the JSON one if there is one, else the form.
    pub body: Option<BodyDetail>,
    /// The answers by their statuses, as they are written; `None` for one without JSON.
    pub answers: Vec<(String, Option<Schema>)>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterDetail {
    /// Its name.
    pub name: String,
    /// Its place: `path`, `query`, `header` or `cookie`.
    pub place: String,
    /// True if a request must have it.
    pub is_required: bool,
    /// The schema of its value.
    pub schema: Schema,
    /// An example of its value.
    pub example: Option<Value>,
    /// True if a list is one value with commas in it, and not a parameter for each item.
    pub is_joined: bool,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct BodyDetail {
    /// Its media type.
    pub media_type: String,
    /// Its schema.
    pub schema: Schema,
    /// An example of it.
    pub example: Option<Value>,
    /// True if a request must have it.
    pub is_required: bool,
}

/// A security scheme, as far as a credential can be presented by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemeDetail {
    /// Its name among the components.
    pub name: String,
    /// Its `type`.
    pub kind: String,
    /// The `scheme` of an `http` one, in small letters.
    pub http_scheme: Option<String>,
    /// The place and name of an `apiKey`.
    pub parameter: Option<(String, String)>,
}

/// Reads the detail of an operation; `holders` are the operation and its path, the nearest first.
pub(super) fn read<'a>(holders: &[&Object<'a>], references: &References<'a>) -> Detail {
    let Some(operation) = holders.first() else {
        return Detail::default();
    };
    let text = |name| {
        let text = operation.member(name)?.value.as_str()?;
        Some(text.to_owned())
    };
    let tags = operation
        .member("tags")
        .and_then(|tags| tags.value.as_array());
    let tags = tags.into_iter().flatten().filter_map(Value::as_str);
    Detail {
        operation_id: text("operationId"),
        summary: text("summary"),
        description: text("description"),
        tags: tags.map(str::to_owned).collect(),
        roles: roles(holders),
        parameters: parameters(holders, references),
        body: operation
            .member("requestBody")
            .and_then(|body| self::body(body, references)),
        answers: answers(operation, references),
    }
}

/// Reads the roles of the nearest extension that names some.
fn roles(holders: &[&Object<'_>]) -> Vec<String> {
    let found = holders.iter().find_map(|holder| {
        let mut names = ROLES.iter();
        names.find_map(|name| holder.member(name))
    });
    let texts = match found.map(|node| node.value) {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.split([',', ' ']).collect(),
        _ => Vec::new(),
    };
    let named = texts.into_iter().filter(|text| !text.is_empty());
    named.map(str::to_owned).collect()
}

/// Reads the descriptions of the tags of a document.
pub(super) fn tags(root: Node<'_>) -> Vec<(String, String)> {
    let all = root.member("tags").and_then(|tags| tags.value.as_array());
    let described = all.into_iter().flatten().filter_map(|tag| {
        let text = |name| tag.get(name).and_then(Value::as_str);
        Some((text("name")?.to_owned(), text("description")?.to_owned()))
    });
    described.collect()
}

/// Reads the security schemes of a document.
pub(super) fn schemes<'a>(schemes: Node<'a>, references: &References<'a>) -> Vec<SchemeDetail> {
    let all = schemes.value.as_object().into_iter().flatten();
    let read = all.filter_map(|(name, value)| {
        let scheme = references.follow(Node { value, ..schemes }).ok()?;
        let place = scheme.text("in").zip(scheme.text("name"));
        Some(SchemeDetail {
            name: name.clone(),
            kind: scheme.text("type")?.to_owned(),
            http_scheme: scheme.text("scheme").map(str::to_ascii_lowercase),
            parameter: place.map(|(place, name)| (place.to_owned(), name.to_owned())),
        })
    });
    read.collect()
}

fn parameters<'a>(holders: &[&Object<'a>], references: &References<'a>) -> Vec<ParameterDetail> {
    let mut read: Vec<ParameterDetail> = Vec::new();
    let lists = holders
        .iter()
        .filter_map(|holder| holder.member("parameters"));
    for list in lists {
        for value in list.value.as_array().into_iter().flatten() {
            let Some(one) = parameter(Node { value, ..list }, references) else {
                continue;
            };
            let is_same =
                |other: &ParameterDetail| other.name == one.name && other.place == one.place;
            if !read.iter().any(is_same) {
                read.push(one);
            }
        }
    }
    read
}

fn parameter<'a>(node: Node<'a>, references: &References<'a>) -> Option<ParameterDetail> {
    let node = references.follow(node).ok()?;
    let place = node.text("in")?.to_owned();
    let schema = node.member("schema").or_else(|| {
        let content = node.member("content")?;
        let first = content.value.as_object()?.keys().next()?;
        content.member(first)?.member("schema")
    });
    Some(ParameterDetail {
        name: node.text("name")?.to_owned(),
        is_required: place == "path" || node.value.get("required") == Some(&Value::Bool(true)),
        place,
        schema: schema
            .map(|schema| schema::read(schema, references))
            .unwrap_or_default(),
        example: schema::example(node.value),
        is_joined: node.value.get("explode") == Some(&Value::Bool(false)),
    })
}

fn body<'a>(node: Node<'a>, references: &References<'a>) -> Option<BodyDetail> {
    let node = references.follow(node).ok()?;
    let content = node.member("content")?;
    let types = content.value.as_object()?;
    let ranked = types.keys().min_by_key(|name| rank(name))?;
    let media = content.member(ranked)?;
    let schema = media.member("schema");
    Some(BodyDetail {
        media_type: ranked.clone(),
        schema: schema
            .map(|schema| schema::read(schema, references))
            .unwrap_or_default(),
        example: schema::example(media.value),
        is_required: node.value.get("required") == Some(&Value::Bool(true)),
    })
}

fn answers<'a>(
    operation: &Object<'a>,
    references: &References<'a>,
) -> Vec<(String, Option<Schema>)> {
    let responses = operation.member("responses");
    let Some(responses) = responses.and_then(|node| references.follow(node).ok()) else {
        return Vec::new();
    };
    let all = responses.value.as_object().into_iter().flatten();
    let read = all.map(|(status, value)| {
        let response = references.follow(Node { value, ..responses }).ok();
        let content = response.and_then(|response| response.member("content"));
        let schema = content.and_then(|content| {
            let types = content.value.as_object()?;
            let name = types.keys().find(|name| rank(name) == 0)?;
            let schema = content.member(name)?.member("schema")?;
            Some(schema::read(schema, references))
        });
        (status.clone(), schema)
    });
    read.collect()
}

/// Returns the preference for a media type: 0 is JSON.
fn rank(media_type: &str) -> usize {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    if essence == "application/json" || essence.ends_with("+json") || essence == "*/*" {
        return 0;
    }
    match essence.as_str() {
        "application/x-www-form-urlencoded" => 1,
        "multipart/form-data" => 2,
        _ => 3,
    }
}

/// Extensions that name the roles of an operation's callers.
const ROLES: [&str; 6] = [
    "x-roles",
    "x-role",
    "x-required-roles",
    "x-required-role",
    "x-allowed-roles",
    "x-permissions",
];
