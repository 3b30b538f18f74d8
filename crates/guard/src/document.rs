//! The operations of an OpenAPI document, with rules from its security requirements and `x-airside`.

mod apart;
mod file;
mod operation;
mod reader;
mod security;

use std::{collections::HashMap, path::Path};

use airside_api::{
    Template,
    content::Bodies,
    document::{self, DescribedOperation, Document, Files, OperationFacts, Reading},
};
use airside_config::{Node, Problem, Span, Table, shape};
use http::Method;

pub(crate) use apart::{apart, shadowed};
use file::Directory;
use operation::{DocumentedOperation, Likeness};
use security::add_security;

use crate::{
    operation::{Operation, Permission, UnreadOperation},
    rule::{
        RuleText,
        key::{EXTENSION, RULE, RuleKeys},
    },
};

/// The operations of a document.
#[derive(Debug, Default)]
pub(crate) struct DocumentOperations {
    /// `None` where `guard.toml` has taken the place of one.
    operations: Vec<Option<DocumentedOperation>>,
    /// The positions of operations by their rough paths.
    by_path: HashMap<Vec<String>, Vec<usize>>,
    /// The positions of operations that could be below any prefix.
    anywhere: Vec<usize>,
    /// Remarks for the operator, in sentences.
    pub(crate) remarks: Vec<String>,
}

/// Reads the document at `path` and the files that it refers to; messages call it `name`.
///
/// # Errors
///
/// The reason why the whole document is not understood.
pub(crate) fn read(
    path: &Path,
    name: &str,
    path_prefix: Option<&str>,
) -> Result<DocumentOperations, String> {
    let named = |why: String| format!("{name}: {why}");
    let read = |root: &str, files: &Files| document::read(root, files, path_prefix);
    let document = load(path, read).map_err(named)?;
    let mut left_out = RemarkedOperations::default();
    let mut never_forwarded = RemarkedOperations::default();
    let mut documented = DocumentOperations::default();
    for one in document.operations {
        match NEVER_FORWARDED.contains(&one.method.as_str()) {
            true => never_forwarded.add(&one),
            false => documented.push(self::documented(one, name, &mut left_out)),
        }
    }
    let left_out = left_out.remark(
        "of the alternatives in `security` only those by access token count, others are refused",
    );
    let never_forwarded =
        never_forwarded.remark("TRACE and QUERY are not forwarded, whatever is said of them");
    let remarks = document.remarks.into_iter();
    let remarks = remarks.chain(left_out).chain(never_forwarded);
    documented.remarks = remarks.map(named).collect();
    Ok(documented)
}

/// Reads a document and the files that it refers to.
///
/// # Errors
///
/// The reason why the document is not understood, in words that follow its name.
pub fn load(
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

/// Operations that share one remark.
#[derive(Default)]
struct RemarkedOperations {
    first: Option<String>,
    count: usize,
}

impl RemarkedOperations {
    fn add(&mut self, one: &DescribedOperation) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some(format!("{} {}", one.method, one.path));
        }
    }

    fn remark(self, what: &str) -> Option<String> {
        let (first, count) = (self.first?, self.count);
        Some(format!(
            "{what} ({count} operations, `{first}` for example)"
        ))
    }
}

impl DocumentOperations {
    fn push(&mut self, one: DocumentedOperation) {
        let at = self.operations.len();
        match one.written.is_anywhere {
            true => self.anywhere.push(at),
            false => self.by_path.entry(one.path.rough()).or_default().push(at),
        }
        self.operations.push(Some(one));
    }

    /// Returns the operations that `guard.toml` does not declare.
    pub(crate) fn left(self) -> Vec<DocumentedOperation> {
        self.operations.into_iter().flatten().collect()
    }

    /// Replaces the same operations of the document by one of `guard.toml`, which takes over their
    /// parameters and bodies.
    pub(crate) fn yield_to(&mut self, one: &mut Operation) {
        let here = self.by_path.get(&one.path.rough()).into_iter().flatten();
        let near: Vec<_> = here.chain(&self.anywhere).copied().collect();
        let like = |operations: &[Option<DocumentedOperation>], at: usize| {
            let other = operations.get(at).and_then(Option::as_ref);
            other.map_or(Likeness::Other, |other| other.likeness(one))
        };
        let is_there = near
            .iter()
            .any(|at| like(&self.operations, *at) == Likeness::Same);
        let mut same = Vec::new();
        for at in near {
            let likeness = like(&self.operations, at);
            let Some(place) = self.operations.get_mut(at) else {
                continue;
            };
            match likeness {
                Likeness::Same => same.extend(place.take()),
                Likeness::OtherKinds if !is_there => same.extend(place.take()),
                Likeness::SomeMethod => {
                    if let Some(other) = place {
                        other.written.is_settled = true;
                    }
                }
                Likeness::OtherKinds | Likeness::Other => {}
            }
        }
        let mut paths = same.iter().filter(|other| other.is_known);
        if let Some(first) = paths.next()
            && paths.all(|other| other.path.shape() == first.path.shape())
        {
            one.path.describe_like(&first.path);
        }
        let mut bodies = same.iter().map(|other| &other.body);
        match bodies.find(|body| !body.is_empty()) {
            Some(body) if one.body.is_empty() => one.body = body.clone(),
            _ => {}
        }
    }
}

fn documented(
    one: DescribedOperation,
    name: &str,
    left_out: &mut RemarkedOperations,
) -> DocumentedOperation {
    let method: Option<Method> = one.method.parse().ok().filter(|_| one.method != "?");
    let judged = match (&one.facts, &one.template, &method) {
        (Err(why), ..) | (_, Err(why), _) => Err(why.clone()),
        (Ok(_), Ok(_), None) => Err("its method is not understood".to_owned()),
        (Ok(facts), Ok(path), Some(method)) => judge(facts, method, path),
    };
    let (permission, body, has_left_out) = match judged {
        Ok(judged) => judged,
        Err(why) => (Permission::Undeclared(why), Bodies::default(), false),
    };
    if has_left_out {
        left_out.add(&one);
    }
    let place = format!("{name}: {} {}", one.method, one.path);
    let why = match (&one.template, &permission) {
        (Err(why), _) | (_, Permission::Undeclared(why)) => why.clone(),
        _ => String::new(),
    };
    DocumentedOperation {
        is_known: method.is_some() && one.template.is_ok(),
        path: one
            .template
            .unwrap_or_else(|_| Template::lenient(&one.path)),
        written: UnreadOperation {
            method: one.method,
            path: one.path,
            why,
            place,
            has_twin: false,
            is_beside: one.is_beside,
            is_anywhere: one.is_anywhere,
            is_settled: false,
        },
        method,
        has_query: one.has_query,
        body,
        permission,
    }
}

/// Returns the permission, the bodies, and whether an alternative is left out.
fn judge(
    facts: &OperationFacts,
    method: &Method,
    path: &Template,
) -> Result<(Permission, Bodies, bool), String> {
    let extension = facts.extension.as_ref();
    let quoted = |why: String| match facts.is_foreign {
        true => "what other files say of it contradicts itself, or is not understood".to_owned(),
        false => why,
    };
    let node = extension.map(|one| Node::from_json(&one.value, &Span::Default));
    let mut rule = RuleText::new(match &node {
        None => Table::empty(),
        Some(node) => rule_table(node).map_err(quoted)?,
    });
    let is_own = extension.is_some_and(|extension| extension.is_own);
    let added = add_security(&mut rule, &facts.security, is_own)?;
    let mut permission =
        rule.permission(method, path)
            .map_err(|problems| match added.is_public {
                true => PUBLIC_AND_MORE.to_owned(),
                false => quoted(sentences(&problems)),
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
    let bodies = rule.bodies();
    let bodies = bodies.map_err(|problem| quoted(problem.sentence()))?;
    Ok((permission, bodies, added.leaves_out))
}

/// Reads an `x-airside` as a rule.
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

const PUBLIC_AND_MORE: &str =
    "`security: []` lets everybody in, and `x-airside` says who else may: leave out one of them";
/// Requests by these methods are answered by the guard (RFC 9110 §9.3.8).
const NEVER_FORWARDED: [&str; 2] = ["TRACE", "QUERY"];

#[cfg(test)]
mod tests;
