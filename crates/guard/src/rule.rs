//! Rules as they are written: beside an operation in `guard.toml`, or under `x-airside` in an OpenAPI
//! document.

use airside_api::{Template, UrlTemplate, content::Bodies, name::is_alike};
use airside_jose::{is_role, is_scope_token};
use airside_policy::Need;
use http::Method;
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    field::Fields,
    operation::{Expected, Lookup, Owner, Permission, Rule, Source, View},
    show::{Scoped, Show},
    view::ViewName,
};

/// A rule as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RuleText {
    /// `GET /accounts/{id}`; in `guard.toml` only.
    #[serde(rename = "match")]
    pub(crate) matches: Option<String>,
    pub(crate) public: Option<String>,
    pub(crate) any_token: bool,
    pub(crate) scope: OneOrMany,
    role: OneOrMany,
    acr: OneOrMany,
    /// Seconds.
    max_age: Option<u32>,
    action: Option<String>,
    any_object: bool,
    owner: Option<OwnerText>,
    /// JSON pointers.
    body_fields: Option<Vec<String>>,
    /// Names.
    query_fields: Option<Vec<String>>,
    /// The media types that the operation takes.
    pub(crate) body: OneOrMany,
    show: Option<Vec<ShownText>>,
    /// The opposite of `show`, which is an error.
    hide: Option<IgnoredAny>,
}

/// A text, or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OwnerText {
    path: Option<String>,
    query: Option<String>,
    body: Option<String>,
    response: Option<String>,
    lookup: Option<String>,
    pointer: Option<String>,
    view: Option<String>,
    key: Option<String>,
    items: Option<String>,
    field: Option<String>,
    equals: Option<String>,
    #[serde(rename = "in")]
    one_of: Option<String>,
}

/// A field of the answer that everybody sees, or only callers with a scope.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "a field of `show` is a JSON pointer, or `{ field = \"/ssn\", scope = \"pii:read\" }`"
)]
enum ShownText {
    Field(String),
    Scoped(ScopedText),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopedText {
    field: String,
    scope: String,
}

impl OneOrMany {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &String> {
        match self {
            Self::One(one) => std::slice::from_ref(one).iter(),
            Self::Many(many) => many.iter(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    pub(crate) fn extend(&mut self, more: impl IntoIterator<Item = String>) {
        let all: Vec<_> = self.iter().cloned().chain(more).collect();
        *self = Self::Many(all);
    }
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl RuleText {
    /// What it says about an operation.
    ///
    /// # Errors
    ///
    /// What contradicts itself, in words.
    pub(crate) fn permission(
        &self,
        method: &Method,
        path: &Template,
    ) -> Result<Permission, String> {
        let conditions = !self.scope.is_empty()
            || !self.role.is_empty()
            || !self.acr.is_empty()
            || self.max_age.is_some()
            || self.action.is_some();
        let objects = self.owner.is_some() || self.any_object;
        let fields =
            self.body_fields.is_some() || self.query_fields.is_some() || self.show.is_some();
        self.require_names()?;
        if self.hide.is_some() {
            return Err(HIDE.to_owned());
        }
        if let Some(why) = &self.public {
            if conditions || objects || fields || self.any_token {
                return Err("`public` stands alone: whoever is let in is not looked at".to_owned());
            }
            return match why.trim() {
                "" => Err("`public` says why, for example \"load balancer probe\"".to_owned()),
                why => Ok(Permission::Public(why.to_owned())),
            };
        }
        if !conditions && !self.any_token && self.owner.is_none() {
            let missing = "no scope, role, action or owner is said";
            return Ok(Permission::Undeclared(missing.to_owned()));
        }
        if self.owner.is_some() && self.any_object {
            return Err("`owner` and `any_object` contradict each other".to_owned());
        }
        let parameters: Vec<_> = path.parameters().collect();
        if !parameters.is_empty() && self.owner.is_none() && !self.any_object {
            let missing = format!(
                "whose `{}` a caller may touch is not said: add `owner`, or `any_object = true`",
                parameters.join("`, `")
            );
            return Ok(Permission::Undeclared(missing));
        }
        let owner = match &self.owner {
            None => Owner::Any,
            Some(owner) => owner.read(method, path)?,
        };
        require_one_source(&owner, path)?;
        Ok(Permission::Rule(Box::new(Rule {
            need: self.need(),
            action: self.action.clone(),
            body_fields: self.body_fields(method)?,
            query_fields: self.query_fields(&owner),
            show: self.show(method)?,
            owner,
        })))
    }

    fn body_fields(&self, method: &Method) -> Result<Option<Fields>, String> {
        match &self.body_fields {
            Some(_) if matches!(*method, Method::GET | Method::HEAD) => Err(format!(
                "`body_fields` looks at a body: a {method} has none"
            )),
            Some(pointers) => Fields::parse(pointers)
                .map(Some)
                .map_err(|problem| format!("`body_fields`: {problem}")),
            None => Ok(None),
        }
    }

    /// Whoever says which fields may be written closes the query too: some frameworks read both.
    fn query_fields(&self, owner: &Owner) -> Option<Vec<String>> {
        let closed = self.body_fields.as_ref().map(|_| Vec::new());
        let mut fields = self.query_fields.clone().or(closed)?;
        for source in owner.sources() {
            match source {
                Source::Query(name) if !fields.contains(name) => fields.push(name.clone()),
                _ => {}
            }
        }
        Some(fields)
    }

    /// The media types that are declared for the body.
    ///
    /// # Errors
    ///
    /// Names what is not a media type.
    pub(crate) fn bodies(&self) -> Result<Bodies, String> {
        let bodies = Bodies::parse(self.body.iter().map(String::as_str));
        bodies.map_err(|why| format!("`body`: {why}, as in `body = \"application/json\"`"))
    }

    fn show(&self, method: &Method) -> Result<Option<Show>, String> {
        let Some(written) = &self.show else {
            return Ok(None);
        };
        if *method != Method::GET {
            return Err("`show` looks at the answer of a GET only".to_owned());
        }
        let mut everyone = Vec::new();
        let mut scoped = Vec::new();
        for one in written {
            match one {
                ShownText::Field(field) => everyone.push(field.clone()),
                ShownText::Scoped(ScopedText { field, scope }) if is_scope_token(scope) => {
                    scoped.push(Scoped {
                        field: field.clone(),
                        scope: scope.clone(),
                    });
                }
                ShownText::Scoped(ScopedText { scope, .. }) => {
                    return Err(format!("`show` has `{scope}`, which is not one scope"));
                }
            }
        }
        let show = Show::parse(&everyone, scoped);
        show.map(Some)
            .map_err(|problem| format!("`show`: {problem}"))
    }

    /// A scope or role with a blank in it is no caller's: no list of them can hold it.
    fn require_names(&self) -> Result<(), String> {
        let named = |kind, names: &OneOrMany, is_fine: fn(&str) -> bool| match names
            .iter()
            .find(|name| !is_fine(name))
        {
            Some(name) => Err(format!(
                "`{kind}` has `{name}`, which is no name: write several as `[\"a\", \"b\"]`"
            )),
            None => Ok(()),
        };
        named("scope", &self.scope, is_scope_token)?;
        named("role", &self.role, is_role)?;
        named("acr", &self.acr, is_scope_token)
    }

    fn need(&self) -> Need {
        let scopes = self.scope.iter().map(Need::scope);
        let roles = self.role.iter().map(Need::role);
        let acr: Vec<_> = self.acr.iter().map(String::as_str).collect();
        let acr = (!acr.is_empty()).then(|| Need::acr(&acr));
        let age = self.max_age.map(Need::signed_in_within);
        let all = scopes.chain(roles).chain(acr).chain(age);
        all.fold(Need::any_token(), Need::and)
    }
}

impl OwnerText {
    fn read(&self, method: &Method, path: &Template) -> Result<Owner, String> {
        let places = [
            &self.path,
            &self.query,
            &self.body,
            &self.response,
            &self.lookup,
            &self.view,
            &self.items,
        ];
        if places.iter().filter(|place| place.is_some()).count() != 1 {
            return Err(
                "`owner` is known by one of `path`, `query`, `body`, `response`, `lookup`, `view`, `items`"
                    .to_owned(),
            );
        }
        let expected = self.expected()?;
        let only_get = |what: &str| match *method == Method::GET {
            true => Ok(()),
            false => Err(format!(
                "`owner.{what}` is looked at when the API has done its work: for GET only"
            )),
        };
        if let Some(name) = &self.path {
            if !path.parameters().any(|parameter| parameter == name) {
                return Err(format!("the path `{path}` has no parameter `{name}`"));
            }
            return Ok(Owner::Request(Source::Path(name.clone()), expected));
        }
        if let Some(name) = &self.query {
            return Ok(Owner::Request(Source::Query(name.clone()), expected));
        }
        if let Some(place) = &self.body {
            return Ok(Owner::Request(Source::Body(pointer(place)?), expected));
        }
        if let Some(place) = &self.response {
            only_get("response")?;
            return Ok(Owner::Answer(pointer(place)?, expected));
        }
        if let Some(url) = &self.lookup {
            let place = self.pointer.as_deref();
            let place = place.ok_or("`owner.lookup` needs `pointer`: where the owner is")?;
            let lookup = Lookup {
                url: UrlTemplate::parse(url, |name| source(name, path))?,
                pointer: pointer(place)?,
            };
            return Ok(Owner::Lookup(lookup, expected));
        }
        if let Some(name) = &self.view {
            let key = self.key.as_deref();
            let key = key.ok_or("`owner.view` needs `key`: the id of the row")?;
            let view = View {
                name: ViewName::parse(name)?,
                key: only_source(key, path)?,
            };
            return Ok(Owner::View(view, expected));
        }
        only_get("items")?;
        let field = self.field.as_deref();
        let field = field.ok_or("`owner.items` needs `field`: where an item's owner is")?;
        Ok(Owner::Items {
            list: pointer(self.items.as_deref().unwrap_or_default())?,
            field: pointer(field)?,
            expected,
        })
    }

    fn expected(&self) -> Result<Expected, String> {
        match (&self.equals, &self.one_of) {
            (Some(claim), None) if claim == "sub" => Ok(Expected::Subject),
            (Some(claim), None) if !claim.is_empty() => Ok(Expected::Claim(claim.clone())),
            (None, Some(place)) => Ok(Expected::OneOf(pointer(place)?)),
            _ => Err(
                "`owner` is compared with one claim (`equals = \"sub\"`) or with a list in the token (`in = \"/ids\"`)"
                    .to_owned(),
            ),
        }
    }
}

/// A request may have a name in one place only, so a rule cannot read it from one place while it is in
/// another one.
fn require_one_source(owner: &Owner, path: &Template) -> Result<(), String> {
    let named = |source: &Source| match source {
        Source::Path(name) | Source::Query(name) => Some(name.clone()),
        Source::Body(pointer) => crate::pointer::first(pointer),
    };
    let sources: Vec<_> = owner.sources().collect();
    for source in &sources {
        let Some(name) = named(source) else { continue };
        let beside = |other: &&Source| {
            let is_other_place = std::mem::discriminant(*other) != std::mem::discriminant(*source);
            is_other_place && named(other).is_some_and(|other| is_alike(&other, &name))
        };
        let in_path = !matches!(source, Source::Path(_))
            && path
                .parameters()
                .any(|parameter| is_alike(parameter, &name));
        if in_path || sources.iter().any(beside) {
            return Err(format!(
                "{source}: the name is in another place too, and frameworks read the one for the other"
            ));
        }
    }
    Ok(())
}

/// A JSON pointer (RFC 6901 §3).
fn pointer(text: &str) -> Result<String, String> {
    match text.is_empty() || text.starts_with('/') {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "`{text}` is no JSON pointer: it begins with `/`, as in `/owner`"
        )),
    }
}

/// `path:name`, `query:name` or `body:/pointer`.
fn source(text: &str, path: &Template) -> Result<Source, String> {
    match text.split_once(':') {
        Some(("path", name)) if path.parameters().any(|one| one == name) => {
            Ok(Source::Path(name.to_owned()))
        }
        Some(("query", name)) => Ok(Source::Query(name.to_owned())),
        Some(("body", place)) => Ok(Source::Body(pointer(place)?)),
        _ => Err(format!(
            "`{{{text}}}` is none of `{{path:name}}` of this path, `{{query:name}}`, `{{body:/pointer}}`"
        )),
    }
}

/// One value of the request, in braces, and nothing beside it.
fn only_source(text: &str, path: &Template) -> Result<Source, String> {
    let inner = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    let inner = inner.ok_or_else(|| {
        format!("`{text}` is not one value of the request: write `{{path:id}}` for example")
    })?;
    source(inner, path)
}

const HIDE: &str = "`hide` has become `show`, which names what callers see and leaves out the rest: write `show = [\"/id\", \"/name\", { field = \"/ssn\", scope = \"pii:read\" }]`";
