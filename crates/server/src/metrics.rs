//! Counters for operators, in OpenMetrics text.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use airside_net::Metric;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Metric as RegisteredMetric, Registry},
};

use crate::admission::Priority;

/// The counters of one issuer. Label values are from fixed sets, so their number is bounded.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    issued: Family<GrantLabels, Counter>,
    refused: Family<RefusalLabels, Counter>,
    sign_ins: Family<OutcomeLabels, Counter>,
    hashes: Gauge,
    events_dropped: Gauge,
    log_lines_dropped: Gauge,
    /// The counter of dropped log lines of this process.
    log: OnceLock<Arc<AtomicU64>>,
    shed: Family<ClassLabels, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClassLabels {
    class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GrantLabels {
    grant_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    grant_type: &'static str,
    error: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Counters at zero.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            issued: Family::default(),
            refused: Family::default(),
            sign_ins: Family::default(),
            hashes: Gauge::default(),
            events_dropped: Gauge::default(),
            log_lines_dropped: Gauge::default(),
            log: OnceLock::new(),
            shed: Family::default(),
        };
        let registry = &mut metrics.registry;
        register(registry, &REQUESTS, metrics.requests.clone());
        register(registry, &DURATIONS, metrics.durations.clone());
        register(registry, &ISSUED, metrics.issued.clone());
        register(registry, &REFUSED, metrics.refused.clone());
        register(registry, &SIGN_INS, metrics.sign_ins.clone());
        register(registry, &HASHES, metrics.hashes.clone());
        register(registry, &EVENTS_DROPPED, metrics.events_dropped.clone());
        register(
            registry,
            &LOG_LINES_DROPPED,
            metrics.log_lines_dropped.clone(),
        );
        register(registry, &SHED, metrics.shed.clone());
        metrics
    }

    /// Counts a request.
    pub fn request(&self, route: &str, status: u16, elapsed: Duration) {
        let labels = RequestLabels {
            route: route.to_owned(),
            status,
        };
        self.requests.get_or_create(&labels).inc();
        let labels = RouteLabels {
            route: labels.route,
        };
        self.durations
            .get_or_create(&labels)
            .observe(elapsed.as_secs_f64());
    }

    /// Counts an answer with tokens.
    pub fn issued(&self, grant_type: &'static str) {
        self.issued.get_or_create(&GrantLabels { grant_type }).inc();
    }

    /// Counts a refused token request.
    pub fn refused(&self, grant_type: &'static str, error: &'static str) {
        self.refused
            .get_or_create(&RefusalLabels { grant_type, error })
            .inc();
    }

    /// Counts a sign-in attempt.
    pub fn sign_in(&self, outcome: &'static str) {
        self.sign_ins
            .get_or_create(&OutcomeLabels { outcome })
            .inc();
    }

    /// Shows the number of log lines that were dropped; only the first call counts.
    pub fn watch_log(&self, dropped: Arc<AtomicU64>) {
        drop(self.log.set(dropped));
    }

    /// Returns the text that a scraper reads, with these values of what counts for itself.
    pub fn render(&self, observed: &ObservedCounts) -> String {
        set(&self.hashes, observed.password_hashes);
        set(&self.events_dropped, observed.events_dropped);
        let log = self.log.get();
        let log = log.map(|dropped| dropped.load(Ordering::Relaxed));
        set(&self.log_lines_dropped, log.unwrap_or_default());
        for (class, shed) in observed.requests_shed {
            let labels = ClassLabels {
                class: class.name(),
            };
            set(&self.shed.get_or_create(&labels), shed);
        }
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }
}

/// Counts that other parts of an issuer keep.
#[derive(Clone, Copy, Debug)]
pub struct ObservedCounts {
    /// The password hashes that were computed.
    pub password_hashes: u64,
    /// The audit events that were dropped.
    pub events_dropped: u64,
    /// The requests of each class that were refused.
    pub requests_shed: [(Priority, u64); Priority::ALL.len()],
}

fn set(gauge: &Gauge, value: u64) {
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
}

/// The registry puts `_total` behind the names of counters itself.
fn register(registry: &mut Registry, definition: &Metric, metric: impl RegisteredMetric) {
    let name = definition.name;
    let name = name.strip_suffix("_total").unwrap_or(name);
    registry.register(name, definition.help, metric);
}

const REQUESTS: Metric = Metric::counter(
    "airside_http_requests_total",
    "Requests by route and status",
    &["route", "status"],
);
const DURATIONS: Metric = Metric::histogram(
    "airside_http_request_duration_seconds",
    "Time to answer by route",
    &["route"],
);
const ISSUED: Metric = Metric::counter(
    "airside_tokens_issued_total",
    "Token answers by grant type",
    &["grant_type"],
);
const REFUSED: Metric = Metric::counter(
    "airside_tokens_refused_total",
    "Refused token requests by grant type and error",
    &["grant_type", "error"],
);
const SIGN_INS: Metric = Metric::counter(
    "airside_sign_ins_total",
    "Sign-in attempts by outcome",
    &["outcome"],
);
const HASHES: Metric = Metric::gauge("airside_password_hashes", "Password hashes computed", &[]);
const EVENTS_DROPPED: Metric = Metric::gauge(
    "airside_events_dropped",
    "Audit events that found no room while the store was away",
    &[],
);
const LOG_LINES_DROPPED: Metric = Metric::gauge(
    "airside_log_lines_dropped",
    "Log lines that were not read or written in time",
    &[],
);
const SHED: Metric = Metric::gauge(
    "airside_requests_shed",
    "Requests refused with 503 because the server is overloaded",
    &["class"],
);

/// Every metric of the server, in the order of the dashboard.
pub const ALL: [&Metric; 9] = [
    &REQUESTS,
    &DURATIONS,
    &ISSUED,
    &REFUSED,
    &SIGN_INS,
    &HASHES,
    &EVENTS_DROPPED,
    &LOG_LINES_DROPPED,
    &SHED,
];

/// Seconds: from a cached document to a slow sign-in.
const BUCKETS: [f64; 10] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.01, 0.05, 0.25, 1.0, 5.0,
];
