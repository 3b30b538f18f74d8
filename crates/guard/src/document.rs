//! Operations from an OpenAPI document (3.0 or 3.1), by its security requirements and `x-airside`.

use airside_api::{Kind, Template, content::Bodies};
use http::Method;
use serde_json::{Map, Value};

use crate::{
    operation::{Operation, scalar},
    rule::RuleText,
};

/// Reads a document in JSON or YAML; `name` is its file's.
///
/// # Errors
///
/// Everything that is wrong with it, a line each.
pub(crate) fn read(text: &str, name: &str) -> Result<Vec<Operation>, Vec<String>> {
    let document: Value = match serde_saphyr::from_str(text) {
        Ok(document) => document,
        Err(error) => return Err(vec![format!("{name}: {error}")]),
    };
    let version = document.get("openapi").and_then(Value::as_str);
    if !version.is_some_and(|version| version.starts_with("3.0") || version.starts_with("3.1")) {
        return Err(vec![format!(
            "{name}: it is no OpenAPI 3.0 or 3.1 document"
        )]);
    }
    let base = base_path(&document);
    let mut operations = Vec::new();
    let mut problems = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        if item.get("$ref").is_some() {
            problems.push(format!(
                "{name}: `{path}` is a `$ref`, which is not followed"
            ));
            continue;
        }
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Some(method) = method_of(method) else {
                continue;
            };
            match read_operation(
                &document,
                (item, operation),
                &method,
                &format!("{base}{path}"),
            ) {
                Ok((path, body, permission)) => operations.push(Operation {
                    place: format!("{name}: {method} {path}"),
                    method,
                    path,
                    body,
                    permission,
                }),
                Err(why) => problems.push(format!("{name}: {method} {path}: {why}")),
            }
        }
    }
    match problems.is_empty() {
        true => Ok(operations),
        false => Err(problems),
    }
}

fn read_operation(
    document: &Value,
    (item, operation): (&Value, &Value),
    method: &Method,
    path: &str,
) -> Result<(Template, Bodies, crate::operation::Permission), String> {
    let mut path = Template::parse(path)?;
    path.describe(|name| kind_of(document, &[operation, item], name));
    let mut rule = match operation.get("x-airside") {
        None => RuleText::default(),
        Some(text) => {
            RuleText::deserialize_from(text).map_err(|error| format!("`x-airside`: {error}"))?
        }
    };
    if rule.matches.is_some() {
        return Err("`x-airside.match` is for `guard.toml`: here the place says it".to_owned());
    }
    let security = operation
        .get("security")
        .or_else(|| document.get("security"));
    if let Some(security) = security {
        add_security(&mut rule, document, security)?;
    }
    let permission = rule.permission(method, &path)?;
    if rule.body.is_empty() {
        rule.body.extend(body_types(document, operation));
    }
    Ok((path, rule.bodies()?, permission))
}

/// The media types of a request's body, also of one that stands elsewhere in the document.
fn body_types(document: &Value, operation: &Value) -> Vec<String> {
    let body = operation.get("requestBody");
    let body = body.map(|body| followed(document, body));
    let types = body.and_then(|body| body.get("content")?.as_object());
    types.into_iter().flat_map(Map::keys).cloned().collect()
}

/// What a parameter of the path may be, by its schema.
fn kind_of(document: &Value, holders: &[&Value], name: &str) -> Option<Kind> {
    let lists = holders
        .iter()
        .filter_map(|holder| holder.get("parameters")?.as_array());
    let mut parameters = lists
        .flatten()
        .map(|parameter| followed(document, parameter));
    let parameter = parameters.find(|parameter| {
        let text = |key: &str| parameter.get(key).and_then(Value::as_str);
        text("in") == Some("path") && text("name") == Some(name)
    })?;
    let schema = followed(document, parameter.get("schema")?);
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values: Option<Vec<_>> = values.iter().map(scalar).collect();
        return values.filter(|values| !values.is_empty()).map(Kind::OneOf);
    }
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    match (text("type"), text("format")) {
        (Some("integer"), _) => Some(Kind::Integer),
        (Some("string"), Some("uuid")) => Some(Kind::Uuid),
        _ => None,
    }
}

/// Follows references inside the document, a few.
fn followed<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    for _ in 0..MAX_REFERENCES {
        let reference = value.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|text| document.pointer(text.strip_prefix('#')?));
        match target {
            Some(target) => value = target,
            None => break,
        }
    }
    value
}

const MAX_REFERENCES: usize = 8;

/// What a security requirement asks for: all schemes of one alternative.
fn add_security(rule: &mut RuleText, document: &Value, security: &Value) -> Result<(), String> {
    let alternatives = security.as_array().ok_or("`security` is no list")?;
    let required = match alternatives.as_slice() {
        [] if rule.public.is_some() => return Ok(()),
        [] => {
            rule.public = Some("the document requires no security".to_owned());
            return Ok(());
        }
        [one] => one
            .as_object()
            .ok_or("a security requirement is no object")?,
        _ => {
            return Err(
                "`security` has alternatives: say in `x-airside` which scopes are required, and leave one"
                    .to_owned(),
            );
        }
    };
    if required.is_empty() {
        return Err("`security: [{}]` lets everybody in: write `[]` if it is meant".to_owned());
    }
    for (name, scopes) in required {
        let scheme = document.pointer("/components/securitySchemes");
        let scheme = scheme.and_then(|schemes| schemes.get(name));
        require_bearer(name, scheme.and_then(Value::as_object))?;
        let scopes = scopes.as_array().into_iter().flatten();
        let scopes = scopes.filter_map(Value::as_str).map(str::to_owned);
        rule.scope.extend(scopes);
    }
    rule.any_token = true;
    Ok(())
}

/// Only access tokens are verified here.
fn require_bearer(name: &str, scheme: Option<&Map<String, Value>>) -> Result<(), String> {
    let scheme = scheme.ok_or_else(|| format!("the security scheme `{name}` is not declared"))?;
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    match (text("type"), text("scheme").to_ascii_lowercase().as_str()) {
        ("oauth2" | "openIdConnect", _) | ("http", "bearer" | "dpop") => Ok(()),
        (kind, _) => Err(format!(
            "the security scheme `{name}` is `{kind}`: the guard verifies access tokens"
        )),
    }
}

/// The path of the first server's address, before every path.
fn base_path(document: &Value) -> String {
    let url = document.pointer("/servers/0/url").and_then(Value::as_str);
    let path = url.map(|url| match url::Url::parse(url) {
        Ok(url) => url.path().to_owned(),
        Err(_) => url.to_owned(),
    });
    path.unwrap_or_default().trim_end_matches('/').to_owned()
}

fn method_of(name: &str) -> Option<Method> {
    let known = ["get", "put", "post", "delete", "options", "head", "patch"];
    let known = known.contains(&name).then(|| name.to_ascii_uppercase());
    known?.parse().ok()
}

impl RuleText {
    fn deserialize_from(value: &Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Class;

    const DOCUMENT: &str = "
openapi: 3.1.0
servers: [{ url: 'https://api.example.com/api/v1/' }]
security: [{ oauth: [accounts:read] }]
components:
  securitySchemes:
    oauth: { type: oauth2 }
    key: { type: apiKey }
paths:
  /accounts/{id}:
    summary: an account
    parameters: []
    get:
      x-airside:
        owner: { response: /owner, equals: sub }
        query_fields: [fields]
        show: [/id, { field: /ssn, scope: pii }]
    delete:
      x-airside: { role: admin, any_object: true }
    put:
      x-airside: { owner: { path: id, equals: org }, body_fields: [/name, /tags/*] }
    patch: {}
  /accounts:
    get: {}
  /health:
    get: { security: [] }
";

    fn classes(text: &str) -> Vec<String> {
        let all = read(text, "openapi.yaml").unwrap();
        let all = all.iter();
        all.map(|one| {
            format!(
                "{} {} {}: {}",
                one.method,
                one.path,
                one.permission.class(),
                one.permission.rule()
            )
        })
        .collect()
    }

    #[test]
    fn security_requirements_and_extensions_are_rules() {
        let mut lines = classes(DOCUMENT);
        lines.sort();
        assert_eq!(
            lines,
            [
                "DELETE /api/v1/accounts/{id} sound: scope `accounts:read` and role `admin`",
                "GET /api/v1/accounts sound: scope `accounts:read`",
                "GET /api/v1/accounts/{id} sound: scope `accounts:read` and `/owner` of the answer = sub, of the query only `fields`, of the answer only `/id`, with scope `pii` also `/ssn`",
                "GET /api/v1/health public: public: the document requires no security",
                "PATCH /api/v1/accounts/{id} undeclared: whose `id` a caller may touch is not said: add `owner`, or `any_object = true`",
                "PUT /api/v1/accounts/{id} sound: scope `accounts:read` and `id` in the path = org, of the body only `/name`, `/tags/*`, of the query nothing else",
            ]
        );
        let json = serde_json::to_string(&serde_saphyr::from_str::<Value>(DOCUMENT).unwrap());
        assert_eq!(classes(&json.unwrap()).len(), 6);
    }

    #[test]
    fn the_media_types_of_a_body_are_declared() {
        let text = "
openapi: 3.1.0
components:
  requestBodies:
    upload: { content: { multipart/form-data: {} } }
    same: { $ref: '#/components/requestBodies/upload' }
    circle: { $ref: '#/components/requestBodies/circle' }
paths:
  /a:
    post: { requestBody: { content: { Application/JSON: {}, 'text/plain; charset=utf-8': {} } } }
    put: { requestBody: { $ref: '#/components/requestBodies/same' } }
    patch: { requestBody: { $ref: '#/components/requestBodies/circle' } }
    delete: { x-airside: { body: '*/*' }, requestBody: { content: { a/b: {} } } }
";
        for one in read(text, "a.yaml").unwrap() {
            let takes = |essence| one.body.takes(essence);
            match one.method.as_str() {
                "POST" => assert!(takes("application/json") && takes("text/plain")),
                "PUT" => assert!(takes("multipart/form-data") && !takes("application/json")),
                "PATCH" => assert!(one.body.is_empty()),
                _ => assert!(one.body.takes_any()),
            }
        }
    }

    #[test]
    fn without_security_nothing_is_declared() {
        let bare = "openapi: 3.0.3\npaths: { /a: { get: {} } }";
        let all = read(bare, "a.yaml").unwrap();
        assert_eq!(
            all.iter()
                .map(|one| one.permission.class())
                .collect::<Vec<_>>(),
            [Class::Undeclared]
        );
    }

    #[test]
    fn what_cannot_be_kept_is_said() {
        for (document, said) in [
            ("openapi: 2.0.0", "no OpenAPI 3.0 or 3.1"),
            ("- 1", "no OpenAPI"),
            ("a: [", "a.yaml"),
            ("openapi: 3.1.0\nopenapi: 3.1.0", "a.yaml"),
            (
                &DOCUMENT.replace("security: []", "security: [{ key: [] }]"),
                "apiKey",
            ),
            (
                &DOCUMENT.replace("security: []", "security: [{ oauth: [] }, {}]"),
                "alternatives",
            ),
            (
                &DOCUMENT.replace("security: []", "security: [{ none: [] }]"),
                "not declared",
            ),
            (&DOCUMENT.replace("role: admin,", "rol: admin,"), "rol"),
            (
                &DOCUMENT.replace(
                    "role: admin,",
                    "hide: [{ field: /ssn, unless_scope: pii }],",
                ),
                "write `show =",
            ),
            (
                &DOCUMENT.replace("delete:", "post:").replace(
                    "role: admin, any_object: true",
                    "owner: { response: /owner, equals: sub }",
                ),
                "for GET only",
            ),
        ] {
            let problems = read(document, "a.yaml").unwrap_err().join("\n");
            assert!(problems.contains(said), "{said}: {problems}");
        }
    }
}
