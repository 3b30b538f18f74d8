//! Every metric of the guard.

use airside_net::Metric;

/// Counts requests. The operations are the declared ones, and `-` for all others.
pub const REQUESTS: Metric = Metric::counter(
    "airside_guard_requests_total",
    "Requests by operation and outcome.",
    &["operation", "outcome", "status", "reason"],
);
/// Measures the time until the head of the answer.
pub const REQUEST_DURATION: Metric = Metric::histogram(
    "airside_guard_request_duration_seconds",
    "Time until an answer begins.",
    &[],
);
/// Measures the same without the time spent waiting for others.
pub const OWN_DURATION: Metric = Metric::histogram(
    "airside_guard_own_duration_seconds",
    "Time until an answer begins, without waiting for the upstream, owners and bodies.",
    &[],
);
/// Exists only with `upstream_health`.
pub const UPSTREAM_HEALTHY: Metric = Metric::gauge(
    "airside_guard_upstream_healthy",
    "Whether an upstream answers its health check.",
    &["upstream"],
);
/// Counts requests that were sent and not answered to the end.
pub const UPSTREAM_REQUESTS: Metric = Metric::gauge(
    "airside_guard_upstream_requests_in_flight",
    "Requests that an upstream has not answered to the end.",
    &["upstream"],
);
/// Counts requests that were not connected, broken off, too late or malformed.
pub const UPSTREAM_ERRORS: Metric = Metric::counter(
    "airside_guard_upstream_errors_total",
    "Requests that an upstream did not answer, or not as HTTP.",
    &["upstream"],
);
/// Is 1 if tokens can be verified.
pub const KEYS_HELD: Metric = Metric::gauge(
    "airside_guard_keys_held",
    "Whether there are keys of the issuer.",
    &[],
);
/// Is absent without keys.
pub const KEYS_AGE: Metric = Metric::gauge(
    "airside_guard_keys_age_seconds",
    "Time since the issuer's keys were fetched.",
    &[],
);
/// Exists only with a feed.
pub const FEED_CONNECTED: Metric = Metric::gauge(
    "airside_guard_feed_connected",
    "Whether the feed of revocations is connected.",
    &[],
);
/// Is absent until the first answer.
pub const FEED_LAG: Metric = Metric::gauge(
    "airside_guard_feed_lag_seconds",
    "Time since the feed of revocations last answered.",
    &[],
);
/// Is absent until the first list.
pub const STATUS_LIST_AGE: Metric = Metric::gauge(
    "airside_guard_status_list_age_seconds",
    "Time since a status list was last fetched.",
    &[],
);
/// Counts tokens whose signature had been verified before.
pub const TOKEN_CACHE_HITS: Metric = Metric::counter(
    "airside_guard_token_cache_hits_total",
    "Tokens that had been verified before.",
    &[],
);
/// Counts tokens whose signature had to be verified.
pub const TOKEN_CACHE_MISSES: Metric = Metric::counter(
    "airside_guard_token_cache_misses_total",
    "Tokens that had not been verified before.",
    &[],
);
/// Counts the tokens in the cache, which evicts old ones.
pub const TOKEN_CACHE_ENTRIES: Metric = Metric::gauge(
    "airside_guard_token_cache_entries",
    "Tokens in the cache.",
    &[],
);
/// Counts like the server's metric of the same name.
pub const LOG_LINES_DROPPED: Metric = Metric::gauge(
    "airside_log_lines_dropped",
    "Log lines that were not read or written in time.",
    &[],
);
/// Counts headers dropped for a character that upstreams interpret differently.
pub const HEADERS_DROPPED: Metric = Metric::counter(
    "airside_guard_headers_dropped_total",
    "Headers of requests that were dropped for a character in their names.",
    &[],
);

/// All metrics, in the order of the dashboard.
pub const ALL: [&Metric; 16] = [
    &REQUESTS,
    &REQUEST_DURATION,
    &OWN_DURATION,
    &UPSTREAM_HEALTHY,
    &UPSTREAM_REQUESTS,
    &UPSTREAM_ERRORS,
    &KEYS_HELD,
    &KEYS_AGE,
    &FEED_CONNECTED,
    &FEED_LAG,
    &STATUS_LIST_AGE,
    &TOKEN_CACHE_HITS,
    &TOKEN_CACHE_MISSES,
    &TOKEN_CACHE_ENTRIES,
    &LOG_LINES_DROPPED,
    &HEADERS_DROPPED,
];
