//! `[cors]`, read.

use std::time::Duration;

use airside_config::{
    Problem, Table,
    key::{boolean, duration, table, texts},
    section,
};
use airside_net::X_REQUEST_ID;
use http::{HeaderName, HeaderValue};
use url::Url;

use super::Cors;
use crate::{
    browser::setting::{BrowserKeys, origin_of},
    section::SectionReader,
};

section! {
    /// `[cors]`.
    pub(crate) CORS: CorsKeys = table("cors"), "Which other sites' scripts may read answers, where the guard says so and not the API." {
        origins: Optional<Vec<String>> = texts().required(),
            "The sites as browsers send them, as in `https://app.example`: no path, no `*`, no `null`.";
        credentials: Key<bool> = boolean().or(false),
            "Whether pages of these sites use the cookie of `[browser]`.";
        max_age: Key<Duration> = duration(0, 365 * 24 * 60 * 60).or(Duration::from_secs(10 * 60)),
            "How long browsers remember the answer to a preflight.";
        expose: Key<Vec<String>> = texts().or(&[]),
            "Which headers of answers scripts may read, beside those of the guard's own answers: `WWW-Authenticate`, `DPoP-Nonce`, `Retry-After`, `RateLimit`, `RateLimit-Policy` and `X-Request-Id`.";
    }
}

impl Cors {
    /// Reads `[cors]`; credentials are the cookies of `[browser]`.
    pub(crate) fn read(reader: &mut SectionReader<'_>) -> Option<Self> {
        let table = reader.section::<CorsKeys>()?;
        let before = reader.problems();
        let origins = origins(&table, reader);
        let credentials = table.get(&CORS.credentials);
        if credentials && reader.section::<BrowserKeys>().is_none() {
            let message = "`cors.credentials` is about the cookie of `[browser]`, which is not given: a token in `Authorization` needs none";
            reader.refuse(Problem::new(&table.place(&CORS.credentials), message));
        }
        let expose = exposed(&table, reader);
        (reader.problems() == before).then(|| Self {
            origins,
            credentials,
            max_age: table.get(&CORS.max_age),
            expose,
        })
    }
}

fn origins(table: &Table<'_, CorsKeys>, reader: &mut SectionReader<'_>) -> Vec<String> {
    let mut origins = Vec::new();
    let texts = table.items(&CORS.origins);
    let node = table.node(&CORS.origins);
    if let Some(node) = node.filter(|node| node.as_array().is_some_and(<[_]>::is_empty)) {
        reader.refuse(Problem::new(&node.place, "`cors.origins` names no site"));
    }
    for (node, text) in texts {
        let origin = Url::parse(text).ok().and_then(|url| origin_of(&url));
        // as browsers send it: what is written otherwise would never be met
        match origin.filter(|origin| origin == text && !text.contains('*')) {
            Some(origin) => origins.push(origin),
            None => {
                let message = format!("`cors.origins` has `{text}`, which no browser sends");
                reader.refuse(Problem::new(&node.place, message).help(ORIGIN_HELP));
            }
        }
    }
    origins
}

/// Reads `cors.expose`; the headers of the guard's own answers come first.
fn exposed(table: &Table<'_, CorsKeys>, reader: &mut SectionReader<'_>) -> HeaderValue {
    let mut names = OWN_HEADERS.join(", ");
    for (node, text) in table.items(&CORS.expose) {
        match HeaderName::try_from(text).ok().filter(|_| text != "*") {
            Some(name) if OWN_HEADERS.contains(&name.as_str()) => {}
            Some(name) => {
                names.push_str(", ");
                names.push_str(name.as_str());
            }
            None => {
                let message =
                    format!("`cors.expose` has `{text}`, which is not the name of a header");
                reader.refuse(Problem::new(&node.place, message));
            }
        }
    }
    HeaderValue::try_from(names).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The headers of the guard's own answers that a script needs: where to get a token, and when to retry.
pub(super) const OWN_HEADERS: [&str; 6] = [
    "www-authenticate",
    "dpop-nonce",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    X_REQUEST_ID,
];

const ORIGIN_HELP: &str = "write a site's address as browsers send it, https without a path and without `/` at the end, as in `https://app.example`; `*` and `null` are not sites";
