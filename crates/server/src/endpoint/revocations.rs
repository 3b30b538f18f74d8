//! `POST /revocations`: what is revoked before it expires, for those who verify tokens offline.
//!
//! A resource server authenticates as at `/introspect`, and says which position it knows. The answer
//! comes as soon as there is more, or after the time that it is ready to wait. It may say which keys
//! it holds (`kids`, and `instance` where a client is several processes), for `airside key list`, and of
//! which key set it was told (`jwks`): the answer comes at once where that is not the one served now.

use std::time::Duration;

use airside_net::Drain;
use airside_oauth::{
    error::OAuthError,
    request::form::Params,
    state::{
        feed::{FeedEntry, FeedSubject},
        lifetime::LongestLifetimes,
    },
    time::Time,
};
use axum::{Extension, body::Body, response::Response};
use http::{HeaderMap, StatusCode};
use serde::Serialize;

use crate::{
    endpoint::caller,
    input,
    issuer::Issuer,
    request_context::RequestContext,
    respond::{EndpointError, json},
};

/// The revocations behind a position.
#[derive(Serialize)]
struct Page {
    /// Another one than was sent: positions begin at 0 again.
    epoch: u32,
    /// True if `revocations` begins from the beginning, because the position sent is of no use.
    reset: bool,
    /// The position to send next time.
    position: i64,
    /// True if there is more behind that position already.
    more: bool,
    /// The name of the JWK Set that is served now: a subscriber fetches the set again when it changes.
    jwks: String,
    revocations: Vec<Revocation>,
}

#[derive(Serialize)]
struct Revocation {
    #[serde(flatten)]
    subject: FeedSubject,
    /// Milliseconds since 1970; counts for `client` and `user`.
    at: Time,
    /// The time at which the last token that it concerns has expired.
    until: Time,
}

struct FeedQuery {
    /// The process of the client.
    instance: String,
    /// The keys that it verifies with.
    kids: Vec<String>,
    epoch: Option<u32>,
    position: i64,
    /// The JWK Set of which it was told.
    jwks: Option<String>,
    wait: Duration,
}

/// Answers a resource server that follows.
pub async fn handle(
    context: RequestContext,
    Extension(drain): Extension<Drain>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let issuer = &context.issuer;
    match answer(issuer, &headers, body, &drain).await {
        Ok(page) => json(StatusCode::OK, &page),
        Err(failure) => failure.respond(&context),
    }
}

async fn answer(
    issuer: &Issuer,
    headers: &HeaderMap,
    body: Body,
    drain: &Drain,
) -> Result<Page, EndpointError> {
    let form = input::form(headers, body, &[]).await?;
    let client = caller::authenticate(issuer, headers, &form, issuer.now()).await?;
    let client = client.client();
    if client.is_public() || client.settings.resource_server_for.is_empty() {
        let error = "only a confidential client with `resource_server_for` hears of revocations";
        return Err(OAuthError::invalid_client(error).into());
    }
    let query = FeedQuery::read(&form)?;
    let (now, kids) = (issuer.now(), query.kids.clone());
    issuer
        .feed_subscribers
        .note(&client.client_id, &query.instance, kids, now);
    follow(issuer, &query, drain).await
}

/// Waits until there is something to say, or the caller's time is over.
async fn follow(issuer: &Issuer, query: &FeedQuery, drain: &Drain) -> Result<Page, EndpointError> {
    let epoch = issuer.store.identity().await?.epoch;
    // a position ahead of the end is of a store that has lost its last writes
    let is_ahead = query.position > issuer.store.feed_head().await?;
    let reset = query.epoch != Some(epoch) || is_ahead;
    let after = if reset { 0 } else { query.position };
    let wait = if reset { Duration::ZERO } else { query.wait };
    let mut head = issuer.feed.follow();
    let deadline = tokio::time::Instant::now() + wait;
    loop {
        head.borrow_and_update();
        let found = issuer.store.revocations(after, PAGE).await?;
        let is_over = tokio::time::Instant::now() >= deadline || drain.is_started();
        let jwks = issuer.keys().jwks_digest.clone();
        let has_other_keys = query.jwks.as_ref().is_some_and(|told| *told != jwks);
        if is_over || has_other_keys || !found.is_empty() {
            // read after the revocations: a node that issues for longer had said so before it did
            let longest = issuer.longest().await?;
            let revocations = found.iter();
            return Ok(Page {
                epoch,
                reset,
                position: found.last().map_or(after, |(position, _)| *position),
                more: found.len() >= PAGE as usize,
                jwks,
                revocations: revocations
                    .map(|(_, entry)| Revocation::of(entry, &longest))
                    .collect(),
            });
        }
        tokio::select! {
            _ = head.changed() => {}
            () = tokio::time::sleep_until(deadline) => {}
            () = drain.started() => {}
        }
    }
}

impl FeedQuery {
    fn read(form: &Params) -> Result<Self, OAuthError> {
        fn number<T: std::str::FromStr>(
            form: &Params,
            name: &str,
        ) -> Result<Option<T>, OAuthError> {
            let number = form.one(name).map(str::parse).transpose();
            number.map_err(|_| OAuthError::invalid_request(format!("`{name}` is not a number")))
        }
        let wait = number::<u64>(form, "wait")?.unwrap_or(0).min(MAX_WAIT);
        let text = |name: &str| form.one(name).unwrap_or_default();
        let short = |text: &str| text.chars().take(MAX_NAME).collect::<String>();
        let kids = text("kids").split(' ').filter(|kid| !kid.is_empty());
        Ok(Self {
            instance: short(text("instance")),
            kids: kids.take(MAX_KIDS).map(short).collect(),
            epoch: number(form, "epoch")?,
            position: number(form, "position")?.unwrap_or(0),
            jwks: Some(text("jwks"))
                .filter(|told| !told.is_empty())
                .map(short),
            wait: Duration::from_secs(wait),
        })
    }
}

impl Revocation {
    fn of(entry: &FeedEntry, longest: &LongestLifetimes) -> Self {
        Self {
            until: longest.until(entry),
            subject: entry.subject.clone(),
            at: entry.at,
        }
    }
}

const MAX_NAME: usize = 128;
const MAX_KIDS: usize = 64;
/// Revocations in one answer.
const PAGE: u32 = 1_000;
/// Seconds.
const MAX_WAIT: u64 = 25;
