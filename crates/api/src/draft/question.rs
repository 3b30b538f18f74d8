//! The open questions of a document about an operation, and where the file may answer them.

use std::collections::{HashMap, HashSet};

use crate::{
    Template,
    content::Bodies,
    document::{DescribedOperation, Extension, JudgedSecurity, OperationFacts, Security},
    operations::{FORWARDED, Operation, alike},
};

/// The state of an operation's rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RuleState<'a> {
    /// The document has it in full, in these words; the scopes are the required ones.
    Said(String, Option<Vec<&'a str>>),
    /// It is not understood, for this reason.
    Unread(String),
    /// It is incomplete.
    Open(OpenQuestion<'a>),
}

/// The missing parts of a rule.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct OpenQuestion<'a> {
    /// The scopes that the document asks for.
    pub(super) scopes: Vec<&'a str>,
    /// Alternative lists of scopes, of which one must be chosen.
    pub(super) choices: Vec<Vec<&'a str>>,
    /// True if the document does not say who may call.
    pub(super) lacks_caller: bool,
    /// Remarks for the operator.
    pub(super) remarks: Vec<String>,
    /// The reason why the file has no active rule: an incomplete one would change another operation.
    pub(super) kept_back: Option<&'static str>,
}

/// Returns the state of each operation's rule.
pub(super) fn rule_states(operations: &[DescribedOperation]) -> Vec<RuleState<'_>> {
    let mut rule_states: Vec<_> = operations.iter().map(rule_state).collect();
    keep_back(operations, &mut rule_states);
    rule_states
}

fn rule_state(one: &DescribedOperation) -> RuleState<'_> {
    let (template, facts) = match (&one.template, &one.facts) {
        (Err(why), _) | (_, Err(why)) => return RuleState::Unread(why.clone()),
        (Ok(template), Ok(facts)) => (template, facts),
    };
    if !FORWARDED.iter().any(|method| method.as_str() == one.method) {
        return RuleState::Unread("its method is never forwarded".to_owned());
    }
    if let Err(why) = Bodies::parse(facts.bodies.iter().map(String::as_str)) {
        return RuleState::Unread(match facts.is_foreign {
            true => "the media type of a body is not one".to_owned(),
            false => format!("of its body {why}"),
        });
    }
    let has_object = template.parameters().next().is_some();
    if let Some(extension) = &facts.extension {
        return extended(facts, extension, has_object);
    }
    if facts.security == Security::Nothing {
        return RuleState::Said("public".to_owned(), None);
    }
    let mut question = asked(facts);
    if one.has_query {
        question.kept_back = Some("paths are not told apart by a query or fragment");
    }
    let is_complete = !has_object && !question.lacks_caller && question.kept_back.is_none();
    match is_complete {
        true => RuleState::Said(words(&question.scopes), Some(question.scopes)),
        false => RuleState::Open(question),
    }
}

/// Returns the state of a rule that an `x-airside` has in part, or in full.
fn extended<'a>(
    facts: &'a OperationFacts,
    extension: &Extension,
    has_object: bool,
) -> RuleState<'a> {
    let has = |names: &[&str]| names.iter().any(|name| extension.value.get(name).is_some());
    let mut question = asked(facts);
    question.lacks_caller &= !has(&OF_CALLERS);
    let lacks_owner = has_object && !has(&["owner", "any_object"]);
    if has(&["public"]) || !lacks_owner && !question.lacks_caller {
        return RuleState::Said("`x-airside` has its rule".to_owned(), None);
    }
    question.kept_back = Some("`x-airside` has a part of its rule: complete it there");
    RuleState::Open(question)
}

/// Returns the requirements of the document on a caller.
fn asked(facts: &OperationFacts) -> OpenQuestion<'_> {
    let mut question = OpenQuestion::default();
    let JudgedSecurity { scopes, left_out } = facts.security.judged();
    match scopes.as_slice() {
        [] => question.lacks_caller = true,
        [one] if one.iter().all(|scope| is_scope_name(scope)) => question.scopes.clone_from(one),
        [_] => {
            question.lacks_caller = true;
            let why = "a scope in the document is not one: it has a blank, a quotation mark or another sign";
            question.remarks.push(why.to_owned());
        }
        several => {
            let are_names = |scopes: &&Vec<&str>| scopes.iter().all(|scope| is_scope_name(scope));
            question.lacks_caller = true;
            question.choices = several.iter().filter(are_names).cloned().collect();
        }
    }
    if let Some(why) = left_out.filter(|_| !facts.is_foreign) {
        question.remarks.push(why.to_string());
    }
    question
}

/// Comments out rules that would conflict with the document's other operations.
fn keep_back(operations: &[DescribedOperation], rule_states: &mut [RuleState<'_>]) {
    let outlines: Vec<_> = operations.iter().map(outline).collect();
    let mut count = HashMap::new();
    for key in outlines.iter().flatten() {
        *count.entry(key).or_insert(0_usize) += 1;
    }
    let unread = unread_paths(operations);
    for ((key, one), rule_state) in outlines.iter().zip(operations).zip(&mut *rule_states) {
        if let (Some(key), Ok(path), RuleState::Open(question)) = (key, &one.template, rule_state) {
            if count.get(key).is_some_and(|count| *count > 1) {
                question.kept_back = Some("another operation has the same path");
            } else if unread.contains(&path.rough()) {
                question.kept_back = Some("something beside it in the document is not understood");
            }
        }
    }
    keep_alike_back(operations, rule_states);
}

/// Keeps back operations that a framework takes for one that has a rule.
fn keep_alike_back(operations: &[DescribedOperation], rule_states: &mut [RuleState<'_>]) {
    for group in alike_groups(operations) {
        let blocks = |rule_state: &RuleState<'_>| match rule_state {
            RuleState::Said(..) => true,
            RuleState::Unread(_) => false,
            RuleState::Open(question) => question.kept_back.is_some(),
        };
        if group
            .iter()
            .any(|at| rule_states.get(*at).is_some_and(blocks))
        {
            for at in group {
                if let Some(RuleState::Open(question)) = rule_states.get_mut(at) {
                    let why = "frameworks take another operation for it: give both one rule";
                    question.kept_back.get_or_insert(why);
                }
            }
        }
    }
}

fn unread_paths(operations: &[DescribedOperation]) -> HashSet<Vec<String>> {
    let unread = operations.iter();
    let unread = unread.filter(|one| one.method == "?" || one.template.is_err());
    let paths = unread.map(|one| Template::lenient(&one.path).rough());
    paths.collect()
}

/// Returns the method of an operation, and its path without names and kinds.
fn outline(one: &DescribedOperation) -> Option<(&str, String)> {
    let template = one.template.as_ref().ok()?;
    Some((one.method.as_str(), template.outline()))
}

/// Returns the positions of operations that frameworks confuse with each other.
fn alike_groups(operations: &[DescribedOperation]) -> Vec<Vec<usize>> {
    let known = operations.iter().enumerate().filter_map(|(at, one)| {
        let operation = Operation {
            method: one.method.parse().ok()?,
            path: one.template.as_ref().ok()?.clone(),
            body: Bodies::default(),
            permission: (),
            place: String::new(),
        };
        Some((at, operation))
    });
    let (positions, known): (Vec<_>, Vec<_>) = known.unzip();
    let groups = alike(&known).into_iter();
    let groups = groups.map(|group| {
        let group = group.into_iter();
        group.filter_map(|at| positions.get(at).copied()).collect()
    });
    groups.collect()
}

/// Returns the requirements in words.
fn words(scopes: &[&str]) -> String {
    match scopes {
        [] => "any token".to_owned(),
        scopes => format!("scope `{}`", scopes.join("` and `")),
    }
}

// RFC6749-3.3: %x21 / %x23-5B / %x5D-7E
fn is_scope_name(name: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    !name.is_empty() && name.bytes().all(is_sign)
}

/// Keys that say who may call.
const OF_CALLERS: [&str; 7] = [
    "owner",
    "scope",
    "role",
    "acr",
    "max_age",
    "action",
    "any_token",
];
