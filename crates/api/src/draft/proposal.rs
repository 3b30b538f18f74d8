//! Proposals for the owner of an operation's object, guessed by names.

use std::collections::HashMap;

use crate::{
    Template,
    document::{DescribedOperation, Items},
    name::is_alike,
    owner_name::{is_account, is_caller, is_me, is_tenant},
    plain::{printable, toml_string},
    segment::Segment,
    target::{push_encoded, stays},
};

/// The objects of a document that are read by a GET.
pub(super) struct Objects<'a> {
    upstream: &'a str,
    /// JSON pointers to their owners, by the outlines of their paths.
    owners: HashMap<String, &'a str>,
}

/// The object that the path of an operation names.
struct PathObject<'a> {
    parameter: &'a str,
    /// The text before it.
    collection: &'a str,
    /// The path up to it.
    path: Template,
}

impl<'a> Objects<'a> {
    pub(super) fn of(operations: &'a [DescribedOperation], upstream: &'a str) -> Self {
        let readings = operations.iter().filter(|one| one.method == "GET");
        let owners = readings.filter_map(|one| {
            let template = one.template.as_ref().ok()?;
            Some((template.outline(), one.outline.owner.as_deref()?))
        });
        Self {
            upstream: upstream.trim_end_matches('/'),
            owners: owners.collect(),
        }
    }

    /// Returns lines that could complete the rule of an operation whose path has parameters.
    pub(super) fn proposals(&self, one: &DescribedOperation, path: &Template) -> Vec<String> {
        let named = parameters(path);
        let found = |is: fn(&str, &str) -> bool| {
            let mut named = named.iter();
            named
                .find(|(name, before)| is(name, before))
                .map(|(name, _)| *name)
        };
        let mut lines = Vec::new();
        let caller = found(is_caller);
        lines.extend(caller.map(|name| by_path(name, "caller", path)));
        if one.method == "GET" {
            lines.extend(by_answer(one));
        }
        // a number is the account of an API, and not the `sub` of an issuer
        let account = found(is_account).filter(|name| !path.is_integer(name));
        lines.extend(account.map(|name| by_path(name, "account", path)));
        lines.extend(found(is_tenant).map(by_list));
        let mut texts = path.segments().iter().flat_map(Segment::texts);
        if texts.any(is_me) {
            lines.push(ANY_OBJECT.to_owned());
        }
        let is_known = match one.method.as_str() {
            "GET" | "HEAD" => !lines.is_empty(),
            _ => caller.is_some() && caller == path.parameters().last(),
        };
        if let Some(object) = object(path).filter(|_| !is_known) {
            lines.push(by_view(&object));
            lines.extend(self.by_lookup(&object));
        }
        lines
    }

    /// Proposes a look-up at an address.
    fn by_lookup(&self, object: &PathObject<'_>) -> Option<String> {
        let known = self.owners.get(&object.path.outline());
        let path = match known {
            Some(_) => url_path(&object.path)?,
            None => format!("/internal/owner-of/{{path:{}}}", object.parameter),
        };
        let pointer = known.copied().unwrap_or("/owner");
        let note = match known {
            Some(_) => "race window, if the API answers without a token there",
            None => "race window: an address that you write",
        };
        let url = format!("{}{path}", self.upstream);
        Some(owner(
            &[("lookup", &url), ("pointer", pointer), SUBJECT],
            note,
        ))
    }
}

/// Returns lines that narrow the rule of an operation without parameters: a list, or one that creates an
/// object.
pub(super) fn narrowings(one: &DescribedOperation) -> Vec<String> {
    match (one.method.as_str(), &one.outline.body_owner) {
        ("GET", _) => by_answer(one),
        ("POST", Some(pointer)) => vec![owner(&[("body", pointer), SUBJECT], "sound")],
        _ => Vec::new(),
    }
}

fn by_path(name: &str, what: &str, path: &Template) -> String {
    let others: Vec<_> = path.parameters().filter(|other| *other != name).collect();
    let mut note = format!("sound, if `{name}` is the caller");
    if what == "account" {
        note += " (or name the claim that has it)";
    }
    if !others.is_empty() {
        let others = others.join("`, `");
        note += &format!(" and the API looks for `{others}` below it");
    }
    owner(&[("path", name), SUBJECT], &note)
}

/// Proposes rules on the answer.
fn by_answer(one: &DescribedOperation) -> Vec<String> {
    let outline = &one.outline;
    if let Some(pointer) = &outline.owner {
        let response = [("response", pointer.as_str()), SUBJECT];
        let Some(names) = &outline.query else {
            let remark = "heuristic, while `query_fields` is not said";
            return vec![owner(&response, remark)];
        };
        let names: Vec<_> = names.iter().map(|name| toml_string(name)).collect();
        return vec![
            owner(&response, "sound with the next line, heuristic without"),
            format!("query_fields = [{}]", names.join(", ")),
        ];
    }
    let items = outline.items.iter().map(|Items { list, field }| {
        let items = [("items", list.as_str()), ("field", field), SUBJECT];
        owner(&items, "heuristic: others' items are dropped, totals stay")
    });
    items.collect()
}

fn by_list(parameter: &str) -> String {
    let stem = parameter.trim_end_matches(|sign: char| !sign.is_ascii_alphanumeric());
    let list = format!("/{stem}s");
    let note = "sound until expiry, if the token has them in a list of this name";
    owner(&[("path", parameter), ("in", &list)], note)
}

fn by_view(object: &PathObject<'_>) -> String {
    let letters = object
        .collection
        .chars()
        .filter(|sign| sign.is_ascii_alphanumeric() || *sign == '_');
    let letters: String = letters.take(MAX_VIEW).collect();
    let view = match letters.is_empty() {
        true => "airside_object_owner".to_owned(),
        false => format!("airside_{}_owner", letters.to_ascii_lowercase()),
    };
    let key = format!("{{path:{}}}", object.parameter);
    owner(
        &[("view", &view), ("key", &key), SUBJECT],
        "race window: in [database]",
    )
}

/// Returns `owner = { … }   # note`.
fn owner(members: &[(&str, &str)], note: &str) -> String {
    let members = members.iter();
    let members: Vec<_> = members
        .map(|(name, value)| format!("{name} = {}", toml_string(value)))
        .collect();
    format!(
        "owner = {{ {} }}   # {}",
        members.join(", "),
        printable(note)
    )
}

/// Returns the parameters of a path, each with the text before it.
fn parameters(path: &Template) -> Vec<(&str, &str)> {
    let mut before = "";
    let mut named = Vec::new();
    for segment in path.segments() {
        match segment {
            Segment::Text(text) => before = text,
            segment => named.extend(segment.parameters().map(|one| (one.name.as_str(), before))),
        }
    }
    let known = path.segments().iter().flat_map(Segment::parameters).count();
    named.extend(path.parameters().skip(known).map(|rest| (rest, before)));
    named
}

/// Returns the object that a path names: its last parameter, unless that takes a path below an object.
fn object(path: &Template) -> Option<PathObject<'_>> {
    let named = parameters(path);
    let is_below = |(name, _): &&(&str, &str)| is_alike(name, "path") && named.len() > 1;
    let (parameter, collection) = *named.iter().rev().find(|one| !is_below(one))?;
    let has_it = |segment: &Segment| segment.parameters().any(|one| one.name == parameter);
    let at = path.segments().iter().position(has_it);
    Some(PathObject {
        parameter,
        collection,
        path: at.map_or_else(|| path.clone(), |at| path.up_to(at + 1)),
    })
}

/// Returns the path of an address at which an object is read.
fn url_path(path: &Template) -> Option<String> {
    if path.takes_rest() {
        return None;
    }
    let mut url = String::new();
    for segment in path.segments() {
        url.push('/');
        match segment {
            Segment::Text(text) => push_encoded(&mut url, text),
            segment => {
                if !segment.texts().all(|text| text.bytes().all(stays)) {
                    return None;
                }
                url += &segment.written(&|one| format!("{{path:{}}}", one.name));
            }
        }
    }
    Some(url)
}

const SUBJECT: (&str, &str) = ("equals", "sub");

const ANY_OBJECT: &str =
    "any_object = true   # sound, if the API itself looks for the caller's own objects only";

/// The maximum length of a collection in the name of a view.
const MAX_VIEW: usize = 40;
