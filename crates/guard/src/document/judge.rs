//! The permission that a document says of an operation.

use airside_api::{
    Template,
    content::Bodies,
    document::{DescribedOperation, OperationFacts},
};
use airside_config::{Node, Problem, Span, Table, shape};
use http::Method;

use super::{operation::DocumentedOperation, remark::RemarkedOperations, security::add_security};
use crate::{
    operation::{Permission, UnreadOperation},
    rule::{
        RuleText,
        key::{EXTENSION, RULE, RuleKeys},
    },
};

pub(super) fn documented(
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
