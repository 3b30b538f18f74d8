//! A model of frameworks' readings for paths that the table lacks, by the folds that the table shows.
//!
//! The model knows canonical paths alone, which is all that a guard forwards: one spelling of each
//! octet, no empty segments, no dot segments, nothing that anybody takes for a separator.

use airside_api::target::push_encoded;

use super::table::{Entry, Reading, Table};
use crate::wire::{Message, decoded};

/// ASCII case of literals does not count.
const CASELESS: &[&str] = &["express", "nestjs", "koa", "fiber3"];
/// A slash at the end does not count.
const SLASHLESS: &[&str] = &[
    "express", "nestjs", "koa", "fiber3", "rails", "laravel", "litestar", "sanic", "jersey",
    "quarkus",
];
/// Parameters arrive as they are sent.
const UNDECODED: &[&str] = &["sanic", "fiber3"];
/// The same holds if the path is not in Go's canonical spelling.
const GO_UNDECODED: &[&str] = &["echo", "chi"];
/// The last parameter takes the rest of the path.
const GREEDY: &[&str] = &["echo"];
/// A parameter may be empty.
const EMPTY: &[&str] = &["fastify", "falcon"];
/// A suffix is a format.
const SUFFIXES: &[&str] = &["rails"];
/// `+` is a blank.
const PLUS: &[&str] = &["slim3"];
/// `:80` at the end of a path is the port of a host.
const PORTS: &[&str] = &["php"];
/// Methods are the view's affair, not the route's.
const ANY_METHOD: &[&str] = &["django", "drf", "php", "tornado"];
/// A path with a literal has the methods of the literal alone.
const LITERAL_FIRST: &[&str] = &["next", "litestar", "sanic", "falcon", "axum"];

/// Returns the readings of the table that the model gets wrong.
#[expect(clippy::print_stdout, reason = "a summary for whoever reads the test")]
pub fn misread(table: &Table) -> Vec<String> {
    let (mut right, mut wrong) = (0, Vec::new());
    for entry in &table.entries {
        let Some(message) = Message::parse(&entry.request) else {
            continue;
        };
        if !is_of_paths(entry) || !knows(&message, false) {
            continue;
        }
        for (framework, reading) in entry.asked() {
            let modelled = read(framework, &message);
            let title = entry.title();
            match same(modelled.as_ref(), reading) {
                true => right += 1,
                false => wrong.push(format!(
                    "{title} {framework}: {reading:?}, by the model {modelled:?}"
                )),
            }
        }
    }
    println!("of the readings that the model knows {right} are as the table has them");
    wrong
}

/// Returns the frameworks' readings, if the model knows them.
pub fn of(arrived: &Message, table: &Table) -> Option<Vec<(String, Reading)>> {
    if !knows(arrived, true) {
        return None;
    }
    let plain = table
        .entries
        .iter()
        .find(|entry| entry.name == "plain id")?;
    let readings = plain.asked().filter_map(|(framework, _)| {
        let reading = read(framework, arrived)?;
        Some((framework.to_owned(), reading))
    });
    Some(readings.collect())
}

/// Tells whether it is a canonical path.
fn knows(message: &Message, own: bool) -> bool {
    let path = &message.target;
    let routes = ["/items/", "/search", "/files/"];
    // longer ones are refused by many, each with a length of its own
    let known = path.len() < 4_000
        && routes
            .iter()
            .any(|route| path.to_ascii_lowercase().starts_with(route));
    known
        && is_canonical(path)
        && message.is_bare(own)
        && matches!(
            message.method.as_str(),
            "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
        )
}

fn is_canonical(path: &str) -> bool {
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let text = decoded(segment, false);
        let mut encoded = String::new();
        push_encoded(&mut encoded, &text);
        let is_last = segments.peek().is_none();
        let odd = text.contains(['/', '\\', ';', '%', '?', '#', '\u{fffd}']);
        let dots = text == "." || text == "..";
        if encoded != segment || odd || dots || text.contains(char::is_control) {
            return false;
        }
        if segment.is_empty() && !is_last {
            return false;
        }
    }
    true
}

fn read(framework: &str, message: &Message) -> Option<Reading> {
    let is = |list: &[&str]| list.iter().any(|one| framework.starts_with(one));
    let mut path = message.target.as_str();
    let slashed = path.len() > 1 && path.ends_with('/');
    if slashed && is(SLASHLESS) {
        path = path.trim_end_matches('/');
    }
    let port = path.rsplit_once(':').map(|(_, port)| port);
    if is(PORTS) && port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let segments: Vec<_> = path.split('/').skip(1).collect();
    let (last, before) = segments.split_last()?;
    let unsuffixed = match last.rsplit_once('.') {
        Some((stem, suffix)) if is(SUFFIXES) && !stem.is_empty() && !suffix.is_empty() => stem,
        _ => last,
    };
    let literal = |text: &str, literal: &str| {
        text == literal || (is(CASELESS) && text.eq_ignore_ascii_case(literal))
    };
    let (route, parameter) = match before {
        [] if literal(unsuffixed, "search") => ("search", None),
        [items, ..] if literal(items, "items") => {
            let rest = &path["/items/".len()..];
            let rest = &rest[..rest.len() - (last.len() - unsuffixed.len())];
            let fits = !rest.contains('/') || is(GREEDY);
            let full = !rest.is_empty() || is(EMPTY);
            match rest {
                rest if literal(rest, "all") => ("items_all", None),
                rest if fits && full => ("items_id", Some(rest)),
                _ => return None,
            }
        }
        [files, ..] if literal(files, "files") => ("files", Some(&path["/files/".len()..])),
        _ => return None,
    };
    let gets_alone = route != "items_id";
    let route = match (gets_alone, message.method.as_str()) {
        (false, _) | (true, "GET") => route,
        (true, _) if is(ANY_METHOD) => route,
        // the parameter has the value of the literal
        (true, _) if route == "items_all" && !is(LITERAL_FIRST) => "items_id",
        _ => return None,
    };
    let parameter = parameter.or((route == "items_id").then_some(*last));
    let parameter = parameter.map(|text| {
        let odd = message.target.contains(|one| "!'()*".contains(one));
        match is(UNDECODED) || (is(GO_UNDECODED) && odd) {
            true => text.to_owned(),
            false => decoded(text, is(PLUS)),
        }
    });
    Some(Reading {
        route: route.to_owned(),
        method: None,
        parameter,
        values: Vec::new(),
    })
}

/// Tells whether two readings have the same route and parameter.
fn same(modelled: Option<&Reading>, read: Option<&Reading>) -> bool {
    let of = |reading: &Reading| {
        let parameter = reading.parameter.as_deref().unwrap_or_default();
        let parameter = parameter.trim_start_matches('/').to_owned();
        (reading.route.clone(), parameter)
    };
    modelled.map(of) == read.map(of)
}

fn is_of_paths(entry: &Entry) -> bool {
    ["path", "method"].contains(&entry.family.as_str())
}
