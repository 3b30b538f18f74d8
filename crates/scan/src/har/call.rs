//! Calls of one API in a captured session.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use url::Url;

use super::{
    entry::{Content, Entry, File, Named},
    shape::is_credential,
};
use crate::word::is_id_name;

/// A call that was answered.
pub(super) struct Call {
    pub(super) method: String,
    /// The segments of its path below the base URL.
    pub(super) segments: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    /// Headers that name an object.
    pub(super) headers: Vec<(String, String)>,
    /// The media type of its body.
    pub(super) media: String,
    pub(super) body: Option<Value>,
    pub(super) answer: Option<Value>,
    /// The header with the token; it goes into no document.
    pub(super) credential: Option<(String, String)>,
}

impl Call {
    /// Returns the calls of the API at `base`, or of the server that most entries are of.
    pub(super) fn of(file: File, base: &Url) -> Vec<Self> {
        let entries = file.log.entries.into_iter().filter_map(|entry| {
            let url = Url::parse(&entry.request.url).ok()?;
            is_of_api(&entry).then_some((url, entry))
        });
        let entries: Vec<(Url, Entry)> = entries.collect();
        let Some(origin) = origin(&entries, base) else {
            return Vec::new();
        };
        let own = entries
            .into_iter()
            .filter(|(url, _)| url.origin() == origin);
        let own: Vec<_> = own.collect();
        let prefix = base.path().trim_end_matches('/');
        let is_below = |url: &Url| url.path().starts_with(&format!("{prefix}/"));
        let prefix = match own.iter().all(|(url, _)| is_below(url)) {
            true => prefix,
            false => "",
        };
        own.into_iter()
            .map(|(url, entry)| Self::read(&url, entry, prefix))
            .collect()
    }

    fn read(url: &Url, entry: Entry, prefix: &str) -> Self {
        let request = entry.request;
        let path = url.path().strip_prefix(prefix).unwrap_or_default();
        let segments = path.split('/').filter(|one| !one.is_empty());
        let decoded =
            segments.map(|one| percent_encoding::percent_decode_str(one).decode_utf8_lossy());
        let query = url.query_pairs().into_owned();
        let body = request.post_data.as_ref().and_then(value);
        let media = request.post_data.map(|one| one.mime_type);
        let media = media.as_deref().and_then(|one| one.split(';').next());
        Self {
            segments: decoded.map(|one| one.into_owned()).collect(),
            query: query.filter(|(name, _)| !is_credential(name)).collect(),
            headers: references(&request.headers),
            media: media.unwrap_or("application/json").to_owned(),
            body,
            answer: entry.response.content.as_ref().and_then(value),
            credential: credential(&request.headers),
            method: request.method,
        }
    }
}

/// Returns true for a call of an API that was answered with a success: one that sends or gets JSON, or that
/// changes something.
fn is_of_api(entry: &Entry) -> bool {
    let is_read = matches!(entry.request.method.as_str(), "GET" | "HEAD");
    let is_known = is_read
        || matches!(
            entry.request.method.as_str(),
            "POST" | "PUT" | "PATCH" | "DELETE"
        );
    let has_json = |content: &Option<Content>| {
        content
            .as_ref()
            .is_some_and(|one| one.mime_type.contains("json"))
    };
    let is_data = has_json(&entry.response.content) || has_json(&entry.request.post_data);
    let is_success = (200..400).contains(&entry.response.status);
    is_success && is_known && (is_data || !is_read)
}

fn origin(entries: &[(Url, Entry)], base: &Url) -> Option<url::Origin> {
    if entries.iter().any(|(url, _)| url.origin() == base.origin()) {
        return Some(base.origin());
    }
    let mut counts: BTreeMap<String, (usize, url::Origin)> = BTreeMap::new();
    for (url, _) in entries {
        let origin = url.origin();
        counts
            .entry(origin.ascii_serialization())
            .or_insert((0, origin))
            .0 += 1;
    }
    let most = counts.into_values().max_by_key(|(count, _)| *count)?;
    Some(most.1)
}

/// Reads a body: JSON, or a form as an object of texts.
fn value(content: &Content) -> Option<Value> {
    let text = content.text.as_ref().filter(|one| !one.is_empty())?;
    let decoded = match content.encoding.as_deref() {
        Some("base64") => String::from_utf8(STANDARD.decode(text).ok()?).ok()?,
        _ => text.clone(),
    };
    if content.mime_type.contains("form-urlencoded") {
        let pairs = form_urlencoded::parse(decoded.as_bytes()).into_owned();
        let members: Map<String, Value> = pairs.map(|(name, value)| (name, value.into())).collect();
        return Some(Value::Object(members));
    }
    serde_json::from_str(&decoded).ok()
}

/// Returns the headers of an API's own that name an object.
fn references(headers: &[Named]) -> Vec<(String, String)> {
    let own = headers.iter().filter(|one| {
        let name = one.name.to_ascii_lowercase();
        name.starts_with("x-") && is_id_name(&name) && !is_credential(&name)
    });
    own.map(|one| (one.name.clone(), one.value.clone()))
        .collect()
}

/// Returns the header that has the token.
fn credential(headers: &[Named]) -> Option<(String, String)> {
    let named = |wanted: &str| {
        headers
            .iter()
            .find(|one| one.name.eq_ignore_ascii_case(wanted))
    };
    let mut own = headers.iter().filter(|one| {
        let name = one.name.to_ascii_lowercase();
        name.starts_with("x-")
            && is_credential(&name)
            && !name.contains("csrf")
            && !name.contains("xsrf")
    });
    let found = named("authorization")
        .or_else(|| own.next())
        .or_else(|| named("cookie"))?;
    Some((found.name.clone(), found.value.clone()))
}
