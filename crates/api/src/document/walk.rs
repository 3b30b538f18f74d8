//! From paths to operations.

use serde_json::Value;

use super::{
    DescribedOperation, Document, Extension, Files, OperationFacts, Reading, Security,
    object::Object,
    outline::{self, Outline},
    parameter,
    reference::{Node, References, TOO_MUCH},
    security, server, version,
};
use crate::{ParameterKind, Template};

/// A document, while its operations are read.
pub(super) struct Walk<'a> {
    references: References<'a>,
    root: Node<'a>,
    schemes: Result<Option<Node<'a>>, String>,
    path_prefix: Option<&'a str>,
    /// Of what is beside operations, which makes none of them unread; `None` if that is not asked for.
    outlines: Option<References<'a>>,
    files: (&'a str, &'a Files),
    document: Document,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        root: &'a str,
        files: &'a Files,
        path_prefix: Option<&'a str>,
    ) -> Result<Self, String> {
        let value = files.get(root).ok_or("the file is not read")?;
        let value = value.as_ref().map_err(Clone::clone)?;
        let members = version::require_understood(value)?.iter();
        require_spelt(members.map(|(name, value)| (name.as_str(), Node { file: root, value })))?;
        let references = References::new(root, files);
        let named = (root, files);
        let root = Node { file: root, value };
        let components = followed(root, "components", &references);
        let schemes = components.and_then(|components| match components {
            Some(components) => followed(components, "securitySchemes", &references),
            None => Ok(None),
        });
        Ok(Self {
            references,
            root,
            schemes,
            path_prefix,
            outlines: None,
            files: named,
            document: Document::default(),
        })
    }

    /// The same, with what is beside operations.
    pub(super) fn outlined(mut self) -> Self {
        let (root, files) = self.files;
        let references = References::new(root, files);
        self.document.servers = outline::servers(self.root);
        if let Ok(Some(schemes)) = &self.schemes {
            self.document.issuers = outline::issuers(*schemes, &references);
        }
        self.outlines = Some(references);
        self
    }

    /// Reads all paths.
    pub(super) fn finish(mut self) -> Result<Reading, String> {
        let read = self.paths();
        let mut missing = self.references.missing();
        missing.extend(self.outlines.iter().flat_map(References::missing));
        if !missing.is_empty() {
            return Ok(Reading::Needs(missing));
        }
        read?;
        if self.document.operations.is_empty() {
            let none = "it has no operations: nothing is below `paths`";
            self.document.remarks.push(none.to_owned());
        }
        Ok(Reading::Done(self.document))
    }

    fn paths(&mut self) -> Result<(), String> {
        let paths = self.root.member("paths");
        let Some(paths) = paths.filter(|paths| !paths.value.is_null()) else {
            return Ok(());
        };
        let paths = Object::read(paths, &self.references);
        let paths = paths.map_err(|why| format!("`paths`: {why}"))?;
        if let Some((name, _)) = paths.members().find(|(name, _)| is_misplaced(name)) {
            return Err(format!(
                "`{name}` is beside paths: write it at the root or beside one path"
            ));
        }
        for (path, item) in paths.members().filter(|(path, _)| !is_extension(path)) {
            // whatever another file has in that place is not quoted
            match path.starts_with('/') || !self.references.is_foreign(item) {
                true => self.item(path, item),
                false => self.push(ANY, UNQUOTED, &[], Err(NO_PATH.to_owned())),
            }
            if self.references.is_exhausted() {
                return Err(TOO_MUCH.to_owned());
            }
            if self.document.operations.len() > MAX_OPERATIONS {
                return Err(format!("it has more than {MAX_OPERATIONS} operations"));
            }
        }
        Ok(())
    }

    fn item(&mut self, path: &str, item: Node<'a>) {
        let object = match Object::read(item, &self.references) {
            Ok(object) => object,
            Err(why) => return self.push(ANY, path, &[], Err(why)),
        };
        for (name, operation) in object.members() {
            if !is_extension(name) && !BESIDE_OPERATIONS.contains(&name) {
                self.operation(path, &object, (name, operation));
            }
        }
    }

    fn operation(&mut self, path: &str, item: &Object<'a>, (name, node): (&str, Node<'a>)) {
        let lower = name.to_ascii_lowercase();
        if !METHODS.contains(&lower.as_str()) {
            let why = match self.references.is_foreign(node) {
                false => format!("`{name}` is not a method that is understood"),
                true => "one of its fields is not a method that is understood".to_owned(),
            };
            return self.push(ANY, path, &[item], Err(why));
        }
        let method = name.to_ascii_uppercase();
        let object = match Object::read(node, &self.references) {
            Ok(object) => object,
            Err(why) => return self.push(&method, path, &[item], Err(why)),
        };
        let facts = match name {
            "trace" => Err("TRACE is never forwarded".to_owned()),
            "query" => Err("QUERY is not a method of OpenAPI 3.0 or 3.1".to_owned()),
            name if name != lower => Err(format!("methods are in small letters: write `{lower}`")),
            _ => self.facts(item, &object),
        };
        self.push(&method, path, &[&object, item], facts);
    }

    /// Adds an operation below each prefix; `holders` say more of it, the nearest first.
    fn push(
        &mut self,
        method: &str,
        path: &str,
        holders: &[&Object<'a>],
        facts: Result<OperationFacts, String>,
    ) {
        let kinds = match path.contains('{') {
            true => parameter::kinds(holders, &self.references),
            false => parameter::require_understood(holders, &self.references).map(|()| Vec::new()),
        };
        let (kinds, facts) = match kinds {
            Ok(kinds) => (kinds, facts),
            Err(why) => (Vec::new(), facts.and(Err(why))),
        };
        let outline = match (&self.outlines, &facts) {
            (Some(references), Ok(_)) => outline::read(holders, references),
            _ => Outline::default(),
        };
        let describe = |path: String, template: Result<Template, String>| DescribedOperation {
            method: method.to_owned(),
            is_beside: method == ANY && !holders.is_empty(),
            is_anywhere: false,
            has_query: path.len() > before_query(&path).len(),
            path,
            template,
            facts: facts.clone(),
            outline: outline.clone(),
        };
        let prefixes = match self.prefixes(holders) {
            Ok(prefixes) => prefixes,
            Err(why) => {
                let one = describe(path.to_owned(), Err(why));
                return self.document.operations.push(DescribedOperation {
                    is_anywhere: true,
                    ..one
                });
            }
        };
        for prefix in prefixes {
            if self.references.charge(1 + weight(&facts)).is_err() {
                return;
            }
            let template = template(&prefix, path, &kinds);
            let one = describe(format!("{prefix}{path}"), template);
            self.document.operations.push(one);
        }
    }

    fn prefixes(&mut self, holders: &[&Object<'a>]) -> Result<Vec<String>, String> {
        if let Some(prefix) = self.path_prefix {
            return Ok(vec![prefix.trim_end_matches('/').to_owned()]);
        }
        let nearest = holders.iter().find_map(|holder| holder.member("servers"));
        let servers = nearest.or_else(|| self.root.member("servers"));
        let prefixes = server::prefixes(servers, &self.references)?;
        if prefixes.len() > 1 {
            let remark = format!(
                "its servers have several prefixes, and operations count below each of them (`{}`): set `path_prefix` if the API has one",
                prefixes
                    .iter()
                    .map(|prefix| if prefix.is_empty() { "/" } else { prefix })
                    .collect::<Vec<_>>()
                    .join("`, `")
            );
            if !self.document.remarks.contains(&remark) && self.document.remarks.len() < MAX_REMARKS
            {
                self.document.remarks.push(remark);
            }
        }
        Ok(prefixes)
    }

    fn facts(&self, item: &Object<'a>, operation: &Object<'a>) -> Result<OperationFacts, String> {
        if item.member(SECURITY).is_some() {
            return Err(
                "`security` is not read beside a path: write it beside each operation".to_owned(),
            );
        }
        require_spelt(operation.members().chain(item.members()))?;
        for (name, member) in operation.members() {
            if !is_extension(name) && !FIELDS.contains(&name) {
                return Err(match self.references.is_foreign(member) {
                    false => format!("`{name}` is not a field of an operation"),
                    true => "one of its fields is not a field of an operation".to_owned(),
                });
            }
        }
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
        let security = security::read(security, &self.schemes, &self.references)?;
        let mut bodies = Vec::new();
        if let Some(body) = operation.member("requestBody") {
            let body = self.references.follow(body)?;
            let content = body.value.get("content").and_then(Value::as_object);
            let content = content.ok_or("the body has no `content` that is an object")?;
            bodies.extend(content.keys().cloned());
            self.references.charge(bodies.len())?;
            nodes.push(body);
        }
        Ok(OperationFacts {
            bodies,
            security,
            extension: self.extension(item, operation)?,
            is_foreign: nodes.iter().any(|node| self.references.is_foreign(*node)),
        })
    }

    /// What the root of another document says of all its operations is not inherited, so that an operation
    /// of it says everything itself.
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

    /// The nearest `x-airside`, which replaces the others.
    fn extension(
        &self,
        item: &Object<'a>,
        operation: &Object<'a>,
    ) -> Result<Option<Extension>, String> {
        let own = operation.member(EXTENSION);
        let inherited = || {
            item.member(EXTENSION)
                .or_else(|| self.root.member(EXTENSION))
        };
        let Some(node) = own.or_else(inherited) else {
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

/// Whether it would say something of all paths, if it counted below `paths`.
fn is_misplaced(name: &str) -> bool {
    name == EXTENSION || name == SECURITY
}

/// Requires that what counts is written as it is read.
fn require_spelt<'a>(members: impl Iterator<Item = (&'a str, Node<'a>)>) -> Result<(), String> {
    for (name, _) in members {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        let letters: String = letters.map(|sign| sign.to_ascii_lowercase()).collect();
        // `x-airline` is a name of others
        for (meant, slips) in [(EXTENSION, 1), (SECURITY, 2)] {
            let is_near = is_near(&letters, &meant.replace('-', ""), slips);
            if is_near && name != meant && name != "securitySchemes" {
                return Err(format!(
                    "`{meant}` is written in another way, and not read: write `{meant}`, or give the field another name"
                ));
            }
        }
    }
    Ok(())
}

/// Whether one is the other with so few slips: a letter more, less, or another.
fn is_near(one: &str, other: &str, slips: usize) -> bool {
    let (one, other): (Vec<_>, Vec<_>) = (one.bytes().collect(), other.bytes().collect());
    if one.len().abs_diff(other.len()) > slips {
        return false;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, byte) in one.iter().enumerate() {
        let mut left = at + 1;
        let mut diagonal = std::mem::replace(row.first_mut().unwrap_or(&mut 0), left);
        for (cell, own) in row.iter_mut().skip(1).zip(&other) {
            let distance = (diagonal + usize::from(own != byte))
                .min(left + 1)
                .min(*cell + 1);
            diagonal = std::mem::replace(cell, distance);
            left = distance;
        }
    }
    row.last().is_some_and(|distance| *distance <= slips)
}

fn followed<'a>(
    node: Node<'a>,
    name: &str,
    references: &References<'a>,
) -> Result<Option<Node<'a>>, String> {
    let member = node.member(name);
    member.map(|member| references.follow(member)).transpose()
}

fn template(
    prefix: &str,
    path: &str,
    kinds: &[(String, ParameterKind)],
) -> Result<Template, String> {
    if !path.starts_with('/') {
        return Err(format!("the path `{path}` does not begin with `/`"));
    }
    let mut template = Template::parse(before_query(&format!("{prefix}{path}")))?;
    template.describe(|name| {
        let found = kinds.iter().find(|(own, _)| own == name);
        found.map(|(_, kind)| kind.clone())
    });
    Ok(template)
}

/// A path as it is written without a query or a fragment behind it.
pub(crate) fn before_query(path: &str) -> &str {
    let mut depth = 0_usize;
    let end = path.find(|sign| {
        match sign {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(sign, '?' | '#')
    });
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}

/// How much is copied with an operation.
fn weight(facts: &Result<OperationFacts, String>) -> usize {
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

fn is_extension(name: &str) -> bool {
    name.starts_with("x-")
}

/// The method of what is not an operation.
const ANY: &str = "?";

const EXTENSION: &str = "x-airside";

const SECURITY: &str = "security";

const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

/// The fields of an operation (OpenAPI 3.1 §4.8.10), and those of Swagger 2.0 that documents have kept, which
/// say nothing of its caller.
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

/// What a path has beside its operations; the last one is the reason why those are not understood.
const BESIDE_OPERATIONS: [&str; 5] = ["summary", "description", "servers", "parameters", SECURITY];

const NO_PATH: &str = "a key of `paths` in another file does not begin with `/`";

/// A path that is not shown.
const UNQUOTED: &str = "/{…}";

const MAX_OPERATIONS: usize = 100_000;

const MAX_REMARKS: usize = 20;
