//! The further pages of lists, and the one on which an owner sees an object.

use serde_json::Value;

use super::Session;
use crate::{
    document::Operation,
    exchange::{Answer, IdentityIndex, Recorded, RequestSpec},
    probe::ProbeError,
    tree::{leaves, text_of},
    word::folded,
    world::Object,
};

impl Session {
    /// Returns the pages behind the first one of a list, a few at most. Only the query changes from page to
    /// page: no address in an answer is followed.
    pub async fn further_pages(
        &self,
        caller: Option<IdentityIndex>,
        first: &Recorded,
    ) -> Vec<Recorded> {
        self.pages_until(caller, first, |_| false).await
    }

    /// Returns the request of a list for the page that shows an object; the request as it is where the list has
    /// no pages, or none of the first ones shows it.
    pub(super) async fn on_page(
        &self,
        operation: &Operation,
        spec: RequestSpec,
        object: &Object,
    ) -> Result<RequestSpec, ProbeError> {
        if !has_pages(operation) {
            return Ok(spec);
        }
        let owner = Some(object.owner);
        let shows = |page: &Recorded| self.shown(page, object) > 0;
        let first = self.send(owner, spec.clone()).await?;
        if shows(&first) {
            return Ok(spec);
        }
        let last = self.pages_until(owner, &first, shows).await.pop();
        let found = last.filter(shows).map(|page| page.request.clone());
        Ok(found.unwrap_or(spec))
    }

    /// Returns the pages behind the first one, up to the one that is looked for.
    async fn pages_until(
        &self,
        caller: Option<IdentityIndex>,
        first: &Recorded,
        is_wanted: impl Fn(&Recorded) -> bool,
    ) -> Vec<Recorded> {
        let mut pages: Vec<Recorded> = Vec::new();
        let Some(operation) = self.operation(first.request.operation) else {
            return pages;
        };
        while pages.len() < MAX_PAGES && !pages.last().is_some_and(&is_wanted) {
            let last = pages.last().unwrap_or(first);
            let Some(query) = next_query(operation, last) else {
                break;
            };
            let Ok(page) = self.send(caller, with_query(&last.request, &query)).await else {
                break;
            };
            let is_new = page.answer.is_accepted() && page.answer.text != last.answer.text;
            if !is_new || rows(&page.answer) == 0 {
                break;
            }
            pages.push(page);
        }
        pages
    }
}

/// Returns true if a list has a parameter that chooses a page or a row.
fn has_pages(operation: &Operation) -> bool {
    let parameters = operation.detail.parameters.iter();
    let names = parameters.filter(|one| one.place == "query");
    let names: Vec<&str> = names.map(|one| one.name.as_str()).collect();
    of_kind(&names, &PAGES)
        .or_else(|| of_kind(&names, &OFFSETS))
        .is_some()
}

/// The pairs of a query.
type Query = Vec<(String, String)>;

/// Returns the query of the page behind one; `None` if that is the last, or lists have no pages.
fn next_query(operation: &Operation, page: &Recorded) -> Option<Query> {
    let rows = rows(&page.answer);
    if rows == 0 {
        return None;
    }
    if let Some(link) = next_link(&page.answer) {
        let (_, query) = link.split_once('?')?;
        return Some(pairs(query));
    }
    let own = page.request.target.split_once('?');
    let own = pairs(own.map_or("", |(_, query)| query));
    let parameters = operation.detail.parameters.iter();
    let names = parameters.filter(|one| one.place == "query");
    let names: Vec<&str> = names.map(|one| one.name.as_str()).collect();
    match next_value(&page.answer) {
        Some(next) => told(&names, next).map(|pair| set(own, pair)),
        None => counted(&names, &own, rows).map(|pair| set(own, pair)),
    }
}

/// Returns the address of the next page that an answer has.
fn next_link(answer: &Answer) -> Option<String> {
    let in_header = answer.link.as_deref().and_then(|link| {
        let mut all = link.split(',');
        let next = all.find(|one| one.contains("rel=\"next\"") || one.contains("rel=next"))?;
        let (_, address) = next.split_once('<')?;
        Some(address.split_once('>')?.0.to_owned())
    });
    in_header.or_else(|| {
        let leaves = leaves(answer.json.as_ref()?);
        leaves.iter().find_map(|(pointer, leaf)| {
            let is_next = pointer.to_ascii_lowercase().contains("next");
            let text = leaf.value.as_str().filter(|_| is_next)?;
            (text.contains('?') && !in_row(pointer)).then(|| text.to_owned())
        })
    })
}

/// Returns the name and the value by which an answer tells what its next page is; the value is null on the last.
fn next_value(answer: &Answer) -> Option<(String, Value)> {
    let leaves = leaves(answer.json.as_ref()?);
    leaves.iter().find_map(|(pointer, leaf)| {
        let name = folded(leaf.name);
        let is_next = name.starts_with("next") || matches!(name.as_str(), "cursor" | "endcursor");
        (is_next && !in_row(pointer)).then(|| (name, leaf.value.clone()))
    })
}

/// Returns the parameter that takes what an answer tells of the next page.
fn told(names: &[&str], (name, value): (String, Value)) -> Option<(String, String)> {
    let text = text_of(&value).filter(|text| !text.is_empty() && !value.is_boolean())?;
    let is_said = |kind: &&[&str]| kind.iter().any(|one| name.contains(one));
    let kinds = [&CURSORS[..], &OFFSETS[..], &PAGES[..]];
    let said = kinds.into_iter().find(is_said);
    let kinds = said.into_iter().chain(kinds);
    let parameter = kinds.into_iter().find_map(|kind| of_kind(names, kind))?;
    Some((parameter.to_owned(), text))
}

/// Returns the parameter that counts pages or rows, with its next value.
fn counted(names: &[&str], own: &Query, rows: usize) -> Option<(String, String)> {
    let now = |name: &str| {
        let pair = own.iter().find(|(own, _)| own == name);
        pair.and_then(|(_, value)| value.parse::<usize>().ok())
    };
    if let Some(name) = of_kind(names, &OFFSETS) {
        let next = now(name).unwrap_or(0).saturating_add(rows);
        return Some((name.to_owned(), next.to_string()));
    }
    let name = of_kind(names, &PAGES)?;
    let next = now(name).unwrap_or(1).saturating_add(1);
    Some((name.to_owned(), next.to_string()))
}

fn of_kind<'a>(names: &[&'a str], kind: &[&str]) -> Option<&'a str> {
    let mut names = names.iter();
    let found = names.find(|name| kind.contains(&folded(name).as_str()));
    found.copied()
}

fn set(mut query: Query, (name, value): (String, String)) -> Query {
    query.retain(|(own, _)| *own != name);
    query.push((name, value));
    query
}

fn pairs(query: &str) -> Query {
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn with_query(request: &RequestSpec, query: &Query) -> RequestSpec {
    let (path, _) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(query);
    RequestSpec {
        target: format!("{path}?{}", text.finish()),
        ..request.clone()
    }
}

/// Returns true if a JSON pointer leads into a row of a list.
fn in_row(pointer: &str) -> bool {
    pointer.split('/').any(|part| part.parse::<usize>().is_ok())
}

/// Returns the number of rows of the longest list in an answer, at its top or below one or two members.
fn rows(answer: &Answer) -> usize {
    fn longest(value: &Value, depth: usize) -> usize {
        match value {
            Value::Array(items) => items.len(),
            Value::Object(members) if depth < 3 => {
                let members = members.values();
                let lengths = members.map(|member| longest(member, depth + 1));
                lengths.max().unwrap_or(0)
            }
            _ => 0,
        }
    }
    answer.json.as_ref().map_or(0, |json| longest(json, 0))
}

/// The number of pages that are read behind the first one.
const MAX_PAGES: usize = 5;

/// Names of parameters that take what the page before told.
const CURSORS: [&str; 8] = [
    "cursor",
    "after",
    "startingafter",
    "pagetoken",
    "nexttoken",
    "token",
    "continuation",
    "next",
];

/// Names of parameters that count rows.
const OFFSETS: [&str; 5] = ["offset", "skip", "start", "startindex", "from"];

/// Names of parameters that count pages.
const PAGES: [&str; 4] = ["page", "pagenumber", "pageno", "pageindex"];

#[cfg(test)]
mod tests;
