//! The name and meaning of a metric: the one definition for the text that a scraper reads and for
//! the dashboard.

/// The definition of a metric.
// Exhaustive: definitions are written out as constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name as a scraper reads it. The unit of a quantity is in it (`_seconds`).
    pub name: &'static str,
    /// Its meaning, in a few words.
    pub help: &'static str,
    /// Its type.
    pub kind: MetricKind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
}

/// The type of a metric.
// Exhaustive: a dashboard draws each in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counts by size.
    Histogram,
}

impl Metric {
    /// Defines a counter.
    #[must_use]
    pub const fn counter(name: &'static str, help: &'static str, labels: Labels) -> Self {
        Self::of(MetricKind::Counter, name, help, labels)
    }

    /// Defines a gauge.
    #[must_use]
    pub const fn gauge(name: &'static str, help: &'static str, labels: Labels) -> Self {
        Self::of(MetricKind::Gauge, name, help, labels)
    }

    /// Defines a histogram.
    #[must_use]
    pub const fn histogram(name: &'static str, help: &'static str, labels: Labels) -> Self {
        Self::of(MetricKind::Histogram, name, help, labels)
    }

    const fn of(kind: MetricKind, name: &'static str, help: &'static str, labels: Labels) -> Self {
        Self {
            name,
            help,
            kind,
            labels,
        }
    }
}

impl MetricKind {
    /// Returns the word for it in the text format of Prometheus.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

type Labels = &'static [&'static str];
