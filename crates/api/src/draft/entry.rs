//! The text of one operation.

use super::{
    proposal::{Objects, narrowings},
    question::{OpenQuestion, RuleState},
};
use crate::{
    Template,
    document::{DescribedOperation, before_query},
    plain::{line, printable, toml_string},
    segment::Segment,
};

/// Writes an operation, with an empty line before a rule and before a mere comment.
pub(super) fn write(
    one: &DescribedOperation,
    rule_state: &RuleState<'_>,
    objects: &Objects<'_>,
) -> String {
    let name = printable(&format!("{} {}", one.method, one.path));
    match (rule_state, &one.template) {
        (RuleState::Unread(why), _) | (RuleState::Open(OpenQuestion { .. }), Err(why)) => {
            format!(
                "\n# {name}: is not understood, and answers 403: {}\n",
                printable(why)
            )
        }
        (RuleState::Said(words, scopes), _) => {
            let said = format!("\n# {name}: {}, as the document says\n", printable(words));
            said + &owned(one, scopes.as_deref())
        }
        (RuleState::Open(question), Ok(template)) => open(one, question, template, objects),
    }
}

/// Returns the rule of an operation whose objects have owners, as comments.
fn owned(one: &DescribedOperation, scopes: Option<&[&str]>) -> String {
    let narrowings = narrowings(one);
    let Some(scopes) = scopes.filter(|_| !narrowings.is_empty()) else {
        return String::new();
    };
    let lines = rule(one, scopes).into_iter().chain(narrowings);
    let lines = lines.map(|line| format!("# {line}\n"));
    let lines: String = lines.collect();
    format!("# Its objects have owners. To check them too:\n{lines}")
}

/// Returns an incomplete rule, with the lines that could complete it as comments.
fn open(
    one: &DescribedOperation,
    question: &OpenQuestion<'_>,
    template: &Template,
    objects: &Objects<'_>,
) -> String {
    let mut text = String::from("\n");
    if let Some(summary) = &one.outline.summary {
        text += &format!("# {}\n", line(summary, MAX_TEXT));
    }
    let kept_back = question.kept_back.map(str::to_owned);
    for remark in question.remarks.iter().chain(&kept_back) {
        text += &format!("# {}\n", printable(remark));
    }
    let mut lines = rule(one, &question.scopes);
    let mut optional = choices(question);
    if question.lacks_caller && is_probe(one, template) {
        optional.insert(0, "public = \"load balancer probe\"".to_owned());
    }
    if template.parameters().next().is_some() {
        optional.extend(objects.proposals(one, template));
    }
    lines.extend(optional.into_iter().map(|line| format!("# {line}")));
    let before = if kept_back.is_some() { "# " } else { "" };
    text.extend(lines.into_iter().map(|line| format!("{before}{line}\n")));
    text
}

/// Tells whether an operation looks like a health check of a load balancer.
fn is_probe(one: &DescribedOperation, template: &Template) -> bool {
    let last = template.segments().iter().flat_map(Segment::texts).last();
    one.method == "GET" && last.is_some_and(|name| PROBES.contains(&name))
}

/// Returns the lines of a rule without an owner.
fn rule(one: &DescribedOperation, scopes: &[&str]) -> Vec<String> {
    let name = format!("{} {}", one.method, before_query(&one.path));
    let mut lines = vec![
        "[[operation]]".to_owned(),
        format!("match = {}", toml_string(&name)),
    ];
    if !scopes.is_empty() {
        lines.push(scope(scopes));
    }
    lines
}

/// Returns alternative lines for who may call, where the document does not say it.
fn choices(question: &OpenQuestion<'_>) -> Vec<String> {
    if !question.lacks_caller {
        return Vec::new();
    }
    let choices = question
        .choices
        .iter()
        .map(|scopes| match scopes.as_slice() {
            [] => format!("any_token = true   # {ALTERNATIVE}"),
            scopes => format!("{}   # {ALTERNATIVE}", scope(scopes)),
        });
    let mut lines: Vec<_> = choices.collect();
    if lines.is_empty() {
        // `…` is not the name of a scope: the line as it is stops the start
        lines.push("scope = \"…\"   # or role = \"…\": the document asks for no scope".to_owned());
    }
    lines
}

/// Returns `scope = "a"`, or a list for several scopes.
fn scope(scopes: &[&str]) -> String {
    let names: Vec<_> = scopes.iter().map(|name| toml_string(name)).collect();
    match names.as_slice() {
        [one] => format!("scope = {one}"),
        names => format!("scope = [{}]", names.join(", ")),
    }
}

const PROBES: [&str; 9] = [
    "health",
    "healthz",
    "livez",
    "readyz",
    "live",
    "ready",
    "liveness",
    "readiness",
    "ping",
];
const ALTERNATIVE: &str = "an alternative of the document: one of them";

/// The maximum length of a text of the document in a comment.
pub(super) const MAX_TEXT: usize = 100;
