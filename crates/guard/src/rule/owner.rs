//! Reads how the owner of an operation's object is determined.

use airside_api::{Template, UrlTemplate, name::is_alike};
use airside_config::{Problem, Table, key::Optional};
use http::Method;

use super::key::{OWNER, OwnerKeys};
use crate::{
    operation::{ExpectedOwner, Lookup, Owner, Source, View},
    pointer as json_pointer,
    view::ViewName,
};

/// The `owner` of a rule, and the operation that the rule is about.
pub(super) struct OwnerText<'a> {
    pub(super) table: Table<'a, OwnerKeys>,
    pub(super) method: &'a Method,
    pub(super) path: &'a Template,
}

type Key = Optional<OwnerKeys, String>;

impl OwnerText<'_> {
    /// Reads the `owner` of the rule.
    ///
    /// # Errors
    ///
    /// The contradiction, at its place.
    pub(super) fn read(&self) -> Result<Owner, Problem> {
        self.require_one_place()?;
        let expected = self.expected()?;
        let owner = match self.source()? {
            Some(source) => Owner::Request(source, expected),
            None => self.external_owner(expected)?,
        };
        require_one_source(&owner, self.path)
            .map_err(|why| Problem::new(&self.table.place, why))?;
        Ok(owner)
    }

    fn require_one_place(&self) -> Result<(), Problem> {
        let places = [
            &OWNER.path,
            &OWNER.query,
            &OWNER.body,
            &OWNER.response,
            &OWNER.lookup,
            &OWNER.view,
            &OWNER.items,
        ];
        let given = places.iter().filter(|key| self.text(key).is_some());
        match given.count() {
            1 => Ok(()),
            _ => Err(Problem::new(&self.table.place, ONE_PLACE)),
        }
    }

    fn expected(&self) -> Result<ExpectedOwner, Problem> {
        match (self.text(&OWNER.equals), self.text(&OWNER.r#in)) {
            (Some(claim), None) if claim == "sub" => Ok(ExpectedOwner::Subject),
            (Some(claim), None) if !claim.is_empty() => Ok(ExpectedOwner::Claim(claim)),
            (None, Some(_)) => Ok(ExpectedOwner::OneOf(self.pointer(&OWNER.r#in)?)),
            _ => Err(Problem::new(&self.table.place, ONE_CLAIM)),
        }
    }

    /// Returns the value of the request that names the owner, if there is one.
    fn source(&self) -> Result<Option<Source>, Problem> {
        if let Some(name) = self.text(&OWNER.path) {
            if !self.path.parameters().any(|parameter| parameter == name) {
                let message = format!("the path `{}` has no parameter `{name}`", self.path);
                return Err(self.problem(&OWNER.path, message));
            }
            return Ok(Some(Source::Path(name)));
        }
        if let Some(name) = self.text(&OWNER.query) {
            return Ok(Some(Source::Query(name)));
        }
        match self.text(&OWNER.body) {
            Some(_) => Ok(Some(Source::Body(self.pointer(&OWNER.body)?))),
            None => Ok(None),
        }
    }

    fn external_owner(&self, expected: ExpectedOwner) -> Result<Owner, Problem> {
        if self.text(&OWNER.response).is_some() {
            self.require_get(&OWNER.response)?;
            return Ok(Owner::Answer(self.pointer(&OWNER.response)?, expected));
        }
        if let Some(url) = self.text(&OWNER.lookup) {
            return Ok(Owner::Lookup(self.lookup(&url)?, expected));
        }
        if let Some(name) = self.text(&OWNER.view) {
            return Ok(Owner::View(self.view(&name)?, expected));
        }
        self.require_get(&OWNER.items)?;
        self.require(
            &OWNER.field,
            "`owner.items` needs `field`: where an item's owner is",
        )?;
        Ok(Owner::Items {
            list: self.pointer(&OWNER.items)?,
            field: self.pointer(&OWNER.field)?,
            expected,
        })
    }

    fn lookup(&self, url: &str) -> Result<Lookup, Problem> {
        self.require(
            &OWNER.pointer,
            "`owner.lookup` needs `pointer`: where the owner is",
        )?;
        let template = UrlTemplate::parse(url, |name| source(name, self.path));
        Ok(Lookup {
            url: template.map_err(|why| self.problem(&OWNER.lookup, why))?,
            pointer: self.pointer(&OWNER.pointer)?,
        })
    }

    fn view(&self, name: &str) -> Result<View, Problem> {
        let key = self.require(&OWNER.key, "`owner.view` needs `key`: the id of the row")?;
        let name = ViewName::parse(name).map_err(|why| self.problem(&OWNER.view, why))?;
        let key = only_source(&key, self.path).map_err(|why| self.problem(&OWNER.key, why))?;
        Ok(View { name, key })
    }

    fn require_get(&self, key: &Key) -> Result<(), Problem> {
        match *self.method == Method::GET {
            true => Ok(()),
            false => {
                let message = format!(
                    "`owner.{}` is checked after the API has acted: for GET only",
                    key.info().name
                );
                Err(self.problem(key, message))
            }
        }
    }

    fn require(&self, key: &Key, missing: &str) -> Result<String, Problem> {
        let text = self.text(key);
        text.ok_or_else(|| Problem::new(&self.table.place, missing))
    }

    /// Returns the JSON pointer (RFC 6901 §3) of a key.
    fn pointer(&self, key: &Key) -> Result<String, Problem> {
        let text = self.text(key).unwrap_or_default();
        pointer(&text).map_err(|why| self.problem(key, why))
    }

    fn text(&self, key: &Key) -> Option<String> {
        self.table.find(key)
    }

    fn problem(&self, key: &Key, message: String) -> Problem {
        Problem::new(&self.table.place(key), message)
    }
}

/// Requires that a name is in one place only, so that a rule does not read it from one place while a
/// framework reads another.
fn require_one_source(owner: &Owner, path: &Template) -> Result<(), String> {
    let sources: Vec<_> = owner.sources().collect();
    for source in &sources {
        let Some(name) = self::name(source) else {
            continue;
        };
        let beside = |other: &&Source| {
            let is_other_place = std::mem::discriminant(*other) != std::mem::discriminant(*source);
            is_other_place && self::name(other).is_some_and(|other| is_alike(&other, &name))
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

fn name(source: &Source) -> Option<String> {
    match source {
        Source::Path(name) | Source::Query(name) => Some(name.clone()),
        Source::Body(pointer) => json_pointer::first(pointer),
    }
}

/// Checks a JSON pointer (RFC 6901 §3).
fn pointer(text: &str) -> Result<String, String> {
    match text.is_empty() || text.starts_with('/') {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "`{text}` is not a JSON pointer: it begins with `/`, as in `/owner`"
        )),
    }
}

/// Reads `path:name`, `query:name` or `body:/pointer`.
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

/// Reads one value of the request in braces, with nothing beside it.
fn only_source(text: &str, path: &Template) -> Result<Source, String> {
    let inner = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    let inner = inner.ok_or_else(|| {
        format!("`{text}` is not one value of the request: write `{{path:id}}` for example")
    })?;
    source(inner, path)
}

const ONE_PLACE: &str =
    "`owner` is known by one of `path`, `query`, `body`, `response`, `lookup`, `view`, `items`";
const ONE_CLAIM: &str = "`owner` is compared with one claim (`equals = \"sub\"`) or with a list in the token (`in = \"/ids\"`)";
