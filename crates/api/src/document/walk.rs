//! From paths to operations.

mod prefix;

use super::{
    description::{DescribedOperation, Document, OperationFacts, Reading},
    detail,
    fact::{FactReader, is_extension, weight},
    file::Files,
    object::Object,
    outline::{self, Outline},
    parameter,
    reference::{Node, References, TOO_MUCH},
    spelling::{EXTENSION, SECURITY, require_spelt},
    version,
};
use crate::{ParameterKind, Template};

/// A document, while its operations are read.
pub(super) struct Walk<'a> {
    references: References<'a>,
    root: Node<'a>,
    schemes: Result<Option<Node<'a>>, String>,
    path_prefix: Option<&'a str>,
    /// The references for hints, which never make an operation unread; `None` without hints.
    outlines: Option<References<'a>>,
    is_detailed: bool,
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
            is_detailed: false,
            files: named,
            document: Document::default(),
        })
    }

    /// Reads hints for rules too.
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

    /// Reads parameters, bodies and answers too, of an outlined document.
    pub(super) fn detailed(mut self) -> Self {
        if let (Ok(Some(schemes)), Some(references)) = (&self.schemes, &self.outlines) {
            self.document.schemes = detail::schemes(*schemes, references);
        }
        self.document.tags = detail::tags(self.root);
        self.is_detailed = true;
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
            self.require_bounded()?;
        }
        Ok(())
    }

    /// Fails if the document is too large to be read.
    fn require_bounded(&self) -> Result<(), String> {
        if self.references.is_exhausted() {
            return Err(TOO_MUCH.to_owned());
        }
        match self.document.operations.len() > MAX_OPERATIONS {
            true => Err(format!("it has more than {MAX_OPERATIONS} operations")),
            false => Ok(()),
        }
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
            _ => self.fact_reader().facts(item, &object),
        };
        self.push(&method, path, &[&object, item], facts);
    }

    fn fact_reader(&self) -> FactReader<'_, 'a> {
        FactReader {
            references: &self.references,
            root: self.root,
            schemes: &self.schemes,
        }
    }

    /// Adds an operation below each prefix; `holders` have more facts of it, the nearest first.
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
        let detail = match &self.outlines {
            Some(references) if self.is_detailed => Some(detail::read(holders, references)),
            _ => None,
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
            detail: detail.clone().map(Box::new),
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
}

/// Tells whether a key below `paths` is meant for all paths, where it has no effect.
fn is_misplaced(name: &str) -> bool {
    name == EXTENSION || name == SECURITY
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

/// Returns a path without its query or fragment.
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

/// The method of an entry that is not an operation.
const ANY: &str = "?";

const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

/// The fields of a path beside its operations; the last one makes these unread.
const BESIDE_OPERATIONS: [&str; 5] = ["summary", "description", "servers", "parameters", SECURITY];

const NO_PATH: &str = "a key of `paths` in another file does not begin with `/`";

/// The path of an entry that is not quoted.
const UNQUOTED: &str = "/{…}";

const MAX_OPERATIONS: usize = 100_000;
