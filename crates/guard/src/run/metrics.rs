//! The metrics of a running guard, as a scraper reads them.

use std::sync::atomic::Ordering;

use airside_resource::{UnixSeconds, clock};
use http::Response;

use super::{Running, health::answer};
use crate::{
    body::Body,
    guard::{Guard, SharedState},
    metrics::{
        definition::{
            FEED_CONNECTED, FEED_LAG, HEADERS_DROPPED, KEYS_AGE, KEYS_HELD, LOG_LINES_DROPPED,
            STATUS_LIST_AGE, TOKEN_CACHE_ENTRIES, TOKEN_CACHE_HITS, TOKEN_CACHE_MISSES,
            UPSTREAM_ERRORS, UPSTREAM_HEALTHY, UPSTREAM_REQUESTS,
        },
        text::MetricsText,
    },
};

impl Running {
    /// Answers in the text format of Prometheus.
    pub(super) fn metrics(&self) -> Response<Body> {
        let now = clock::system()();
        let text = render(&self.shared, &self.guard(), now);
        answer(text, "text/plain; version=0.0.4")
    }
}

/// Returns the text that a scraper reads.
fn render(shared: &SharedState, guard: &Guard, now: UnixSeconds) -> String {
    let mut text = MetricsText::default();
    shared.metrics.render_requests(&mut text);
    render_upstreams(&mut text, guard);
    render_keys(&mut text, guard, now);
    if let Some(feed) = &shared.feed {
        text.single(&FEED_CONNECTED, u8::from(feed.is_connected()));
        text.optional(&FEED_LAG, feed.lag_seconds());
    }
    text.optional(&LOG_LINES_DROPPED, shared.metrics.log_lines_dropped());
    let dropped = shared.dropped_headers.load(Ordering::Relaxed);
    text.single(&HEADERS_DROPPED, dropped);
    text.into_string()
}

fn render_upstreams(text: &mut MetricsText, guard: &Guard) {
    let states: Vec<_> = guard.upstreams().states().collect();
    if guard.configuration().upstream_health.is_some() {
        text.head(&UPSTREAM_HEALTHY);
        for one in &states {
            text.sample(&UPSTREAM_HEALTHY, &[one.name], u8::from(one.healthy));
        }
    }
    text.head(&UPSTREAM_REQUESTS);
    for one in &states {
        text.sample(&UPSTREAM_REQUESTS, &[one.name], one.requests);
    }
    text.head(&UPSTREAM_ERRORS);
    for one in &states {
        text.sample(&UPSTREAM_ERRORS, &[one.name], one.errors);
    }
}

fn render_keys(text: &mut MetricsText, guard: &Guard, now: UnixSeconds) {
    let resource_server = guard.resource_server();
    let age = |fetched_at: UnixSeconds| now.seconds_since(fetched_at).max(0);
    let keys = resource_server.key_state();
    text.single(&KEYS_HELD, u8::from(keys.held));
    text.optional(&KEYS_AGE, keys.fetched_at.map(age));
    text.optional(
        &STATUS_LIST_AGE,
        resource_server.status_list_fetched_at().map(age),
    );
    let cache = resource_server.token_cache_state();
    text.single(&TOKEN_CACHE_HITS, cache.hits);
    text.single(&TOKEN_CACHE_MISSES, cache.misses);
    text.single(&TOKEN_CACHE_ENTRIES, cache.entries);
}
