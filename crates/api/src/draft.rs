//! A first `guard.toml` for a document of which nothing else is known.
//!
//! The document stays the source of paths, bodies and scopes. What it does not say of an operation is an
//! open question: the file has a rule for it that lets nobody in, and what could complete the rule as
//! comments. Nothing in the file lets anybody in whom the document does not let in.
//!
//! | module | holds |
//! |---|---|
//! | `question` | what a document leaves open, and where the file may say it |
//! | `proposal` | how an object's owner could be known |
//! | `entry` | one operation as it is written |

mod entry;
mod proposal;
mod question;

use std::{collections::HashMap, fmt::Write as _};

use entry::MAX_TEXT;
use proposal::Objects;
use question::RuleState;

use crate::{
    document::{DescribedOperation, Document},
    fold::stem,
    plain::{line, printable, toml_string},
    segment::Segment,
};

/// The operator's settings beside the document.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings<'a> {
    /// The document's path, as the file names it.
    pub openapi: &'a str,
    /// The address of the API.
    pub upstream: Option<&'a str>,
    /// The issuer of tokens.
    pub issuer: Option<&'a str>,
    /// The audience of tokens.
    pub audience: Option<&'a str>,
}

/// Writes a `guard.toml` for an outlined document.
///
/// For a missing setting the file has an address that leads nowhere (RFC 2606 §2), marked `FILL IN`.
/// Every rule that is not a comment lacks a scope or an owner.
#[must_use]
pub fn write(document: &Document, settings: &Settings<'_>) -> String {
    let mut text = head(document, settings);
    let rule_states = question::rule_states(&document.operations);
    let upstream = settings.upstream.unwrap_or(NO_UPSTREAM);
    let objects = Objects::of(&document.operations, upstream);
    for (name, entries) in groups(&document.operations, &rule_states) {
        push(&mut text, &format!("\n# --- {name} ---\n"));
        for (one, rule_state) in entries {
            push(&mut text, &entry::write(one, rule_state, &objects));
        }
    }
    text
}

type DraftEntry<'a> = (&'a DescribedOperation, &'a RuleState<'a>);

/// Groups operations by resource, in the order of the document; those of one resource by path and
/// method.
fn groups<'a>(
    operations: &'a [DescribedOperation],
    rule_states: &'a [RuleState<'a>],
) -> Vec<(String, Vec<DraftEntry<'a>>)> {
    let mut groups: Vec<(String, Vec<DraftEntry<'a>>)> = Vec::new();
    let mut positions = HashMap::new();
    for entry in operations.iter().zip(rule_states) {
        let name = resource(entry.0);
        let at = *positions.entry(name.clone()).or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((name, vec![entry])),
        }
    }
    for (_, entries) in &mut groups {
        entries.sort_by_key(|(one, _)| (&one.path, method_order(&one.method)));
    }
    groups
}

fn head(document: &Document, settings: &Settings<'_>) -> String {
    let mut text = String::from(HEAD);
    push_settings(&mut text, settings);
    push(
        &mut text,
        &format!("openapi  = {}\n", toml_string(settings.openapi)),
    );
    push_addresses(&mut text, document);
    for remark in &document.remarks {
        push(
            &mut text,
            &format!("# Of the document: {}\n", printable(remark)),
        );
    }
    push(&mut text, DATABASE);
    text
}

fn push_settings(text: &mut String, settings: &Settings<'_>) {
    let all = [
        ("upstream", settings.upstream, NO_UPSTREAM, UPSTREAM),
        ("issuer", settings.issuer, NO_ISSUER, ISSUER),
        ("audience", settings.audience, NO_AUDIENCE, AUDIENCE),
    ];
    for (name, given, missing, what) in all {
        let value = toml_string(given.unwrap_or(missing));
        let mark = if given.is_some() { "" } else { "FILL IN: " };
        push(text, &format!("{name:8} = {value}   # {mark}{what}\n"));
    }
}

/// Names the addresses of the document, which are not used.
fn push_addresses(text: &mut String, document: &Document) {
    let said = [
        ("its servers", &document.servers),
        (
            "the issuers of its OpenID Connect schemes",
            &document.issuers,
        ),
    ];
    for (what, addresses) in said {
        let addresses: Vec<_> = addresses.iter().map(|one| line(one, MAX_TEXT)).collect();
        if !addresses.is_empty() {
            let addresses = addresses.join("`, `");
            push(
                text,
                &format!("# The document names {what}: `{addresses}`\n"),
            );
        }
    }
}

/// Adds text. Writing to a String cannot fail.
fn push(text: &mut String, more: &str) {
    let _ = text.write_str(more);
}

/// Returns the group of an operation: its tag, or the first text in its path that is not a version.
fn resource(one: &DescribedOperation) -> String {
    if let Some(tag) = &one.outline.tag {
        return line(tag, MAX_TEXT);
    }
    let texts: Vec<_> = match &one.template {
        Ok(template) => {
            let segments = template.segments().iter();
            let texts = segments.filter_map(|segment| match segment {
                Segment::Text(text) => Some(text.as_str()),
                _ => None,
            });
            texts.collect()
        }
        Err(_) => one.path.split('/').collect(),
    };
    let mut texts = texts.into_iter();
    let name = texts.find(|text| !text.is_empty() && !is_version(text));
    let name = name.map(|name| stem(name).unwrap_or(name));
    line(name.unwrap_or("other"), MAX_TEXT)
}

/// Tells whether a segment names a version or an interface, as opposed to a resource.
fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or(segment);
    matches!(segment, "api" | "apis" | "rest")
        || number.starts_with(|sign: char| sign.is_ascii_digit())
}

fn method_order(method: &str) -> usize {
    let order = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let found = order.iter().position(|one| *one == method);
    found.unwrap_or(order.len())
}

const HEAD: &str = r#"# The guard's configuration, as `airside guard init` began it. To do:
#
# 1. Fill in what is marked FILL IN, and the API's address in place of `upstream.invalid` elsewhere.
# 2. Answer the open questions. Each [[operation]] below lacks what the document does not say: who may
#    call it (a scope or a role), or whose object a caller may touch. It answers 403 until that is said.
#    Lines with `owner` are proposals, guessed by names: remove the `#` of one that is true. Behind it is
#    how certain the rule is then. An owner without a scope may come with any token. Where every caller
#    may touch every object, write `any_object = true`; where everybody may call, `public = "why"` alone.
# 3. `airside guard check` shows every operation, and fails while a question is open;
#    `airside guard check --only undeclared` shows the open ones.
#
# The document stays the source of paths, bodies and scopes. An [[operation]] here replaces what the
# document says of its callers; what the document says in full is not repeated here.

listen   = "127.0.0.1:8090"
"#;

const DATABASE: &str = r#"
# For proposals with `view`:
# [database]
# url = { env = "GUARD_DATABASE" }
"#;

// RFC2606-2: `.invalid` is nobody's
/// The remarks beside the settings.
const UPSTREAM: &str = "where the API is, without a path; only the guard may reach it";
const ISSUER: &str = "who issues access tokens";
const AUDIENCE: &str = "the `aud` of tokens for this API";
const NO_UPSTREAM: &str = "http://upstream.invalid";
const NO_ISSUER: &str = "https://issuer.invalid";
const NO_AUDIENCE: &str = "https://audience.invalid";

#[cfg(test)]
mod tests;
