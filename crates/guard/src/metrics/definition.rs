//! Every metric of the guard.

use airside_net::Metric;

/// Requests. The operations are the declared ones, and `-` for all others.
pub const REQUESTS: Metric = Metric::counter(
    "airside_guard_requests_total",
    "Requests by operation and outcome.",
    &["operation", "outcome", "status", "reason"],
);
/// Until the head of the answer.
pub const REQUEST_DURATION: Metric = Metric::histogram(
    "airside_guard_request_duration_seconds",
    "Time until an answer begins.",
    &[],
);
/// The same without what others took.
pub const OWN_DURATION: Metric = Metric::histogram(
    "airside_guard_own_duration_seconds",
    "Time until an answer begins, without waiting for the upstream, owners and bodies.",
    &[],
);
/// Only with `upstream_health`.
pub const UPSTREAM_HEALTHY: Metric = Metric::gauge(
    "airside_guard_upstream_healthy",
    "Whether an upstream answers its health check.",
    &["upstream"],
);
/// Sent, and not answered to the end.
pub const UPSTREAM_REQUESTS: Metric = Metric::gauge(
    "airside_guard_upstream_requests_in_flight",
    "Requests that an upstream has not answered to the end.",
    &["upstream"],
);
/// Not connected, broken off, too late or malformed.
pub const UPSTREAM_ERRORS: Metric = Metric::counter(
    "airside_guard_upstream_errors_total",
    "Requests that an upstream did not answer, or not as HTTP.",
    &["upstream"],
);
/// Whether tokens can be verified.
pub const KEYS_HELD: Metric = Metric::gauge(
    "airside_guard_keys_held",
    "Whether there are keys of the issuer.",
    &[],
);
/// Absent without keys.
pub const KEYS_AGE: Metric = Metric::gauge(
    "airside_guard_keys_age_seconds",
    "Time since the issuer's keys were fetched.",
    &[],
);
/// Only with a feed.
pub const FEED_CONNECTED: Metric = Metric::gauge(
    "airside_guard_feed_connected",
    "Whether everything that is revoked is known.",
    &[],
);
/// Absent until the first answer.
pub const FEED_LAG: Metric = Metric::gauge(
    "airside_guard_feed_lag_seconds",
    "Time since the feed of revocations last answered.",
    &[],
);
/// Absent until the first list.
pub const STATUS_LIST_AGE: Metric = Metric::gauge(
    "airside_guard_status_list_age_seconds",
    "Time since a status list was last fetched.",
    &[],
);
/// Their signature was verified before.
pub const TOKEN_CACHE_HITS: Metric = Metric::counter(
    "airside_guard_token_cache_hits_total",
    "Tokens that had been verified before.",
    &[],
);
/// Their signature was verified now.
pub const TOKEN_CACHE_MISSES: Metric = Metric::counter(
    "airside_guard_token_cache_misses_total",
    "Tokens that had not been verified before.",
    &[],
);
/// Forgotten when there are too many.
pub const TOKEN_CACHE_ENTRIES: Metric = Metric::gauge(
    "airside_guard_token_cache_entries",
    "Tokens that are remembered.",
    &[],
);
/// The same as the server's.
pub const LOG_LINES_DROPPED: Metric = Metric::gauge(
    "airside_log_lines_dropped",
    "Log lines that were not read or written in time.",
    &[],
);
/// For a character that upstreams read in different ways.
pub const HEADERS_DROPPED: Metric = Metric::counter(
    "airside_guard_headers_dropped_total",
    "Headers of requests that were dropped for a character in their names.",
    &[],
);

/// All of them, in the order of the dashboard.
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
