//! The rules in an OpenAPI document, for a guard before the API, a scanner, and people who write clients.

use std::collections::BTreeSet;

use airside_policy::FunctionCondition;
use serde_json::{Map, Value, json};

use super::{Route, Router};
use crate::{ResourceServer, action::DeclarationKind};

/// The reason why the rules cannot be written into a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenApiError {
    /// The document describes what no route answers, so that no rule is known for it.
    #[error("the document has `{method} {path}`, and no route answers it")]
    NoRoute {
        /// The method, in capitals.
        method: String,
        /// The path.
        path: String,
    },
    /// A part of the document is not an object, or refers to another part.
    #[error("`{0}` of the document is not an object, or refers to another one by `$ref`")]
    Malformed(String),
}

impl<S: Clone + Send + Sync + 'static> Router<S> {
    /// Writes the rules into an OpenAPI document (3.0 or 3.1), such as one that utoipa or aide makes of an
    /// API's types; an empty one makes a new document. Operations that it lacks are added.
    ///
    /// `security` has the scopes of each operation (none: public), `x-airside` the other conditions on the
    /// token, as `airside guard` reads them, and `x-airside-rule` the whole rule in words. Object-level rules
    /// are left to this API, as `any_object` declares. Other members of `x-airside`, about bodies, queries and
    /// answers, stay.
    ///
    /// ```
    /// # use airside_resource::{Authorized, ResourceServer, Router, doc::{Account, ReadAccount, State}};
    /// # async fn account(_: Authorized<Account, ReadAccount>) {}
    /// # let server = ResourceServer::trusting("https://id.example").for_audience("https://api.example").build().unwrap();
    /// let routes = Router::<State>::new().get("/accounts/{id}", account);
    /// let document = routes.openapi(serde_json::json!({}), &server)?;
    /// let operation = &document["paths"]["/accounts/{id}"]["get"];
    /// assert_eq!(operation["security"][0]["airside"][0], "accounts:read");
    /// assert_eq!(operation["x-airside-rule"], "scope `accounts:read` and owner = sub");
    /// # Ok::<(), airside_resource::OpenApiError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`OpenApiError`] names an operation of the document that no route answers, or what cannot be read.
    pub fn openapi(
        &self,
        mut document: Value,
        server: &ResourceServer,
    ) -> Result<Value, OpenApiError> {
        let root = object(&mut document, "the root")?;
        let skeleton = [
            ("openapi", json!("3.1.0")),
            ("info", json!({"title": "API", "version": "1"})),
        ];
        for (name, value) in skeleton {
            root.entry(name).or_insert(value);
        }
        let metadata = server.metadata();
        let issuer = metadata.authorization_servers.first();
        let issuer = issuer.map_or("", |issuer| issuer.trim_end_matches('/'));
        let schemes = member(member(root, "components")?, "securitySchemes")?;
        schemes.insert(
            SCHEME.to_owned(),
            json!({
                "type": "openIdConnect",
                "openIdConnectUrl": format!("{issuer}/.well-known/openid-configuration"),
            }),
        );
        let paths = member(root, "paths")?;
        self.all_have_routes(paths)?;
        for (route, _) in &self.routes {
            let item = member(paths, &route.path)?;
            let method = route.method.as_str().to_ascii_lowercase();
            if !item.contains_key(&method) {
                item.insert(method.clone(), route.described());
            }
            let operation = member(item, &method)?;
            route.write_requirements(operation)?;
        }
        Ok(document)
    }

    fn all_have_routes(&self, paths: &mut Map<String, Value>) -> Result<(), OpenApiError> {
        for (path, item) in paths {
            for method in object(item, path)?.keys() {
                let has_route = self.routes.iter().any(|(route, _)| {
                    route.path == *path && route.method.as_str().eq_ignore_ascii_case(method)
                });
                if METHODS.contains(&method.as_str()) && !has_route {
                    return Err(OpenApiError::NoRoute {
                        method: method.to_ascii_uppercase(),
                        path: path.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}

impl Route {
    /// Makes the operation that a document lacks.
    fn described(&self) -> Value {
        let parameters = self.parameters().map(|name| {
            json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
        });
        let actions: Vec<_> = self.declared.iter().map(|one| one.action).collect();
        json!({
            "summary": actions.join(" and "),
            "parameters": parameters.collect::<Vec<_>>(),
            "responses": {"default": {"description": "as the API says"}},
        })
    }

    fn write_requirements(&self, operation: &mut Map<String, Value>) -> Result<(), OpenApiError> {
        let rules: Vec<_> = self.declared.iter().map(|one| one.rule.as_str()).collect();
        let rule = rules.join(" and ");
        operation.insert("x-airside-rule".to_owned(), rule.as_str().into());
        let airside = member(operation, "x-airside")?;
        REQUIREMENT_KEYS
            .iter()
            .for_each(|key| drop(airside.remove(*key)));
        if self
            .declared
            .iter()
            .all(|one| one.kind == DeclarationKind::Public)
        {
            airside.insert("public".to_owned(), rule.into());
            operation.insert("security".to_owned(), json!([]));
            return Ok(());
        }
        let requirements = TokenRequirements::of(self);
        airside.extend(requirements.members());
        if self.parameters().next().is_some() {
            airside.insert("any_object".to_owned(), true.into());
        }
        if airside.is_empty() {
            operation.remove("x-airside");
        }
        operation.insert(
            "security".to_owned(),
            json!([{SCHEME: requirements.scopes}]),
        );
        Ok(())
    }
}

/// The conditions on the token of all declarations of a route together.
#[derive(Default)]
struct TokenRequirements<'a> {
    scopes: BTreeSet<&'a str>,
    roles: BTreeSet<&'a str>,
    acr: Option<Vec<&'a str>>,
    max_age: Option<u32>,
    is_person: bool,
}

impl<'a> TokenRequirements<'a> {
    /// Returns the members of `x-airside` that say which tokens are accepted.
    fn members(&self) -> impl Iterator<Item = (String, Value)> {
        let any_token = self.scopes.is_empty() && self.roles.is_empty();
        let has_roles = !self.roles.is_empty();
        let members = [
            ("any_token", any_token.then(|| true.into())),
            ("role", has_roles.then(|| json!(self.roles))),
            ("acr", self.acr.as_ref().map(|acr| json!(acr))),
            ("max_age", self.max_age.map(Value::from)),
            ("people_only", self.is_person.then(|| true.into())),
        ];
        let present = members.into_iter();
        present.filter_map(|(name, value)| Some((name.to_owned(), value?)))
    }

    fn of(route: &'a Route) -> Self {
        let mut requirements = Self::default();
        let conditions = route
            .declared
            .iter()
            .flat_map(|one| one.function_rule.conditions());
        for condition in conditions {
            match condition {
                FunctionCondition::Scope(scope) => drop(requirements.scopes.insert(scope)),
                FunctionCondition::Role(role) => drop(requirements.roles.insert(role)),
                FunctionCondition::Acr(values) => {
                    let is_allowed = |value: &&str| {
                        requirements
                            .acr
                            .as_ref()
                            .is_none_or(|acr| acr.contains(value))
                    };
                    let allowed = values.iter().map(String::as_str).filter(is_allowed);
                    requirements.acr = Some(allowed.collect());
                }
                FunctionCondition::SignedInWithin(seconds) => {
                    requirements.max_age =
                        Some(requirements.max_age.unwrap_or(u32::MAX).min(*seconds));
                }
                FunctionCondition::Person => requirements.is_person = true,
                // INVARIANT: this API enforces conditions that are left out too
                _ => {}
            }
        }
        requirements
    }
}

fn object<'a>(
    value: &'a mut Value,
    name: &str,
) -> Result<&'a mut Map<String, Value>, OpenApiError> {
    let object = value.as_object_mut();
    let object = object.filter(|object| !object.contains_key("$ref"));
    object.ok_or_else(|| OpenApiError::Malformed(name.to_owned()))
}

fn member<'a>(
    parent: &'a mut Map<String, Value>,
    name: &str,
) -> Result<&'a mut Map<String, Value>, OpenApiError> {
    let value = parent.entry(name).or_insert_with(|| json!({}));
    object(value, name)
}

const SCHEME: &str = "airside";

/// The methods that a path of a document may have (OpenAPI 3.1.1 §4.8.9).
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The keys of `x-airside` that hold conditions on the caller.
const REQUIREMENT_KEYS: [&str; 11] = [
    "public",
    "scope",
    "role",
    "acr",
    "max_age",
    "any_token",
    "people_only",
    "any_object",
    "owner",
    "action",
    "view",
];

#[cfg(test)]
mod tests;
