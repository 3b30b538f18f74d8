//! Durations, counted by size without a lock.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use airside_net::Metric;

use super::text::MetricsText;

/// The number of durations in each bucket, and their sum.
#[derive(Default)]
pub(super) struct Histogram {
    /// One bucket for each bound, and one for longer durations.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

impl Histogram {
    pub(super) fn observe(&self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let bucket =
            BOUNDS.partition_point(|bound| u128::from(*bound) * 1000 < duration.as_nanos());
        if let Some(count) = self.buckets.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    pub(super) fn render(&self, metric: &Metric, text: &mut MetricsText) {
        text.head(metric);
        let mut total = 0;
        for (at, count) in self.buckets.iter().enumerate() {
            total += count.load(Ordering::Relaxed);
            let bound = match BOUNDS.get(at) {
                Some(microseconds) => seconds(Duration::from_micros(*microseconds)),
                None => "+Inf".to_owned(),
            };
            text.bucket(metric, &bound, total);
        }
        let sum = Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed));
        text.sum_and_count(metric, &seconds(sum), total);
    }
}

fn seconds(duration: Duration) -> String {
    duration.as_secs_f64().to_string()
}

/// The bounds in microseconds: from a cached token to a slow API.
const BOUNDS: [u64; 14] = [
    10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000, 50_000, 250_000, 1_000_000, 5_000_000,
    30_000_000,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::definition::OWN_DURATION;

    #[test]
    fn a_duration_is_counted_in_each_bucket_that_is_long_enough() {
        let histogram = Histogram::default();
        for microseconds in [10, 11, 2_000_000, 60_000_000] {
            histogram.observe(Duration::from_micros(microseconds));
        }
        let mut text = MetricsText::default();
        histogram.render(&OWN_DURATION, &mut text);
        let text = text.into_string();
        for line in [
            "_bucket{le=\"0.00001\"} 1\n",
            "_bucket{le=\"0.000025\"} 2\n",
            "_bucket{le=\"1\"} 2\n",
            "_bucket{le=\"5\"} 3\n",
            "_bucket{le=\"+Inf\"} 4\n",
            "_sum 62.000021\n",
            "_count 4\n",
        ] {
            let line = format!("airside_guard_own_duration_seconds{line}");
            assert!(text.contains(&line), "{line} {text}");
        }
    }
}
