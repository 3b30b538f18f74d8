//! The operations of an OpenAPI document, with rules from its security requirements and `x-airside`.

mod apart;
mod file;
mod reader;
mod security;

use std::path::Path;

use airside_api::{
    Template,
    content::Bodies,
    document::{self, Described, Document, Facts, Files, Reading},
};
use airside_config::{Node, Place, Problem, Table, shape};
use http::Method;

pub(crate) use apart::{apart, shadowed};
use file::Directory;
use security::add_security;

use crate::{
    operation::{Operation, Permission, Unread},
    rule::{
        RuleText,
        key::{EXTENSION, RULE, RuleKeys},
    },
};

/// What a document offers.
#[derive(Debug, Default)]
pub(crate) struct Documented {
    pub(crate) operations: Vec<DocumentedOperation>,
    /// What its reader should know, in sentences.
    pub(crate) remarks: Vec<String>,
}

/// An operation of a document, until it is known what `guard.toml` says of it.
#[derive(Debug)]
pub(crate) struct DocumentedOperation {
    /// Its method, path and place as they are written, and why no request is known by them.
    written: Unread,
    /// Its method and path; `None` for the method of a path whose operations cannot be read.
    known: Option<(Option<Method>, Template)>,
    has_query: bool,
    body: Bodies,
    permission: Permission,
}

/// Reads the document at `path` and the files that it refers to; messages call it `name`.
///
/// # Errors
///
/// Why the whole of it is not understood.
pub(crate) fn read(
    path: &Path,
    name: &str,
    path_prefix: Option<&str>,
) -> Result<Documented, String> {
    let named = |why: String| format!("{name}: {why}");
    let read = |root: &str, files: &Files| document::read(root, files, path_prefix);
    let document = load(path, read).map_err(named)?;
    let mut left_out = LeftOut::default();
    let operations = document.operations.into_iter();
    let operations = operations.map(|one| documented(one, name, &mut left_out));
    let operations = operations.collect();
    let remarks = document.remarks.into_iter().chain(left_out.remark());
    Ok(Documented {
        operations,
        remarks: remarks.map(named).collect(),
    })
}

/// Reads a document and the files that it refers to.
pub(crate) fn load(
    path: &Path,
    read: impl Fn(&str, &Files) -> Result<Reading, String>,
) -> Result<Document, String> {
    let (mut directory, root) = Directory::of(path)?;
    loop {
        match read(&root, directory.files())? {
            Reading::Done(document) => return Ok(document),
            Reading::Needs(files) => directory.add(files)?,
        }
    }
}

/// Operations that have other ways in than those that are judged.
#[derive(Default)]
struct LeftOut {
    first: Option<String>,
    count: usize,
}

impl LeftOut {
    fn add(&mut self, one: &Described) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some(format!("{} {}", one.method, one.path));
        }
    }

    fn remark(self) -> Option<String> {
        let first = self.first?;
        Some(format!(
            "of the alternatives in `security` only those by access token count, others are refused ({} operations, `{first}` for example)",
            self.count
        ))
    }
}

fn documented(one: Described, name: &str, left_out: &mut LeftOut) -> DocumentedOperation {
    let method = one.method.parse().ok().filter(|_| one.method != "?");
    let judged = match (&one.facts, &one.template, &method) {
        (Err(why), ..) | (_, Err(why), _) => Err(why.clone()),
        (Ok(_), Ok(_), None) => Err("its method is not understood".to_owned()),
        (Ok(facts), Ok(path), Some(method)) => {
            judge(facts, method, path).map_err(|why| match facts.is_foreign {
                true => {
                    "what other files say of it contradicts itself, or is not understood".to_owned()
                }
                false => why,
            })
        }
    };
    let (permission, body, has_left_out) = match judged {
        Ok(judged) => judged,
        Err(why) => (Permission::Undeclared(why), Bodies::default(), false),
    };
    if has_left_out {
        left_out.add(&one);
    }
    let place = format!("{name}: {} {}", one.method, one.path);
    let (known, why) = match (one.template, &permission) {
        (Err(why), _) => (None, why),
        (Ok(path), Permission::Undeclared(why)) => (Some((method, path)), why.clone()),
        (Ok(path), _) => (Some((method, path)), String::new()),
    };
    DocumentedOperation {
        written: Unread {
            method: one.method,
            path: one.path,
            why,
            place,
            has_twin: false,
        },
        known,
        has_query: one.has_query,
        body,
        permission,
    }
}

/// Who may, which bodies it takes, and whether an alternative is left out.
fn judge(
    facts: &Facts,
    method: &Method,
    path: &Template,
) -> Result<(Permission, Bodies, bool), String> {
    let extension = facts.extension.as_ref();
    let node = extension.map(|one| Node::from_json(&one.value, &Place::Default));
    let mut rule = RuleText::new(match &node {
        None => Table::empty(),
        Some(node) => rule_table(node)?,
    });
    let added = add_security(&mut rule, &facts.security)?;
    let mut permission = rule.permission(method, path).map_err(|problems| {
        match (sentences(&problems), added.is_public) {
            (why, true) => {
                format!("`security: []` lets everybody in, and `x-airside` says more: {why}")
            }
            (why, false) => why,
        }
    })?;
    let names = extension.map(|extension| extension.not_inherited.join("`, `"));
    if let (Permission::Undeclared(why), Some(names)) = (&mut permission, names)
        && !names.is_empty()
    {
        why.push_str(&format!(
            " (`{names}` is not inherited: it counts beside an operation)"
        ));
    }
    if rule.body.is_empty() {
        rule.body.extend(facts.bodies.iter().cloned());
    }
    let bodies = rule.bodies().map_err(|problem| problem.sentence())?;
    Ok((permission, bodies, added.leaves_out))
}

/// The rule that an `x-airside` is.
fn rule_table(node: &Node) -> Result<Table<'_, RuleKeys>, String> {
    let table = Table::of_node(node);
    let table =
        table.ok_or_else(|| format!("`x-airside` must be an object, not {}", node.kind()))?;
    let table: Table<'_, RuleKeys> = table.called("x-airside");
    let wrong = shape::check_table(&EXTENSION, &table);
    if !wrong.is_empty() {
        return Err(sentences(&wrong));
    }
    if table.node(&RULE.r#match).is_some() {
        return Err("`x-airside.match` is for `guard.toml`: here the place says it".to_owned());
    }
    Ok(table)
}

fn sentences(problems: &[Problem]) -> String {
    let sentences: Vec<_> = problems.iter().map(Problem::sentence).collect();
    sentences.join("; ")
}

impl DocumentedOperation {
    /// How much it is the operation that `guard.toml` declares.
    pub(crate) fn likeness(&self, written: &Operation) -> Likeness {
        // most are told apart without writing their paths
        match &self.known {
            Some((_, path)) if !path.could_have_outline_of(&written.path) => Likeness::Other,
            Some((Some(method), path)) if *method == written.method => {
                if path.shape() == written.path.shape() {
                    Likeness::Same
                } else if path.outline() == written.path.outline() {
                    Likeness::OtherKinds
                } else {
                    Likeness::Other
                }
            }
            Some((None, path)) if path.outline() == written.path.outline() => Likeness::SomeMethod,
            _ => Likeness::Other,
        }
    }

    /// Its path, if it has a method.
    pub(crate) fn path(&self) -> Option<&Template> {
        let (method, path) = self.known.as_ref()?;
        method.as_ref().map(|_| path)
    }

    pub(crate) fn body(&self) -> &Bodies {
        &self.body
    }
}

/// How much an operation of a document is one that `guard.toml` declares.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// Method and path are the same.
    Same,
    /// Parameters of the path are of other kinds.
    OtherKinds,
    /// The path is the same, and its operations could not be read.
    SomeMethod,
    Other,
}

#[cfg(test)]
mod tests;
