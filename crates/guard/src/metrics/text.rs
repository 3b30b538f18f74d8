//! The text format of Prometheus.

use std::fmt::{Display, Write as _};

use airside_net::Metric;

/// A text to which samples are appended. Writing to memory does not fail.
#[derive(Default)]
pub(crate) struct MetricsText(String);

impl MetricsText {
    /// Begins a metric.
    pub(crate) fn head(&mut self, metric: &Metric) {
        let Metric { name, help, .. } = metric;
        let kind = metric.kind.name();
        let _ = writeln!(self.0, "# HELP {name} {help}");
        let _ = writeln!(self.0, "# TYPE {name} {kind}");
    }

    /// Writes a value of a metric with these label values; an empty one is left out.
    pub(crate) fn sample(&mut self, metric: &Metric, labels: &[&str], value: impl Display) {
        let named = metric.labels.iter().zip(labels);
        let named = named.filter(|(_, value)| !value.is_empty());
        let named: Vec<_> = named
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let name = metric.name;
        let _ = match named.is_empty() {
            true => writeln!(self.0, "{name} {value}"),
            false => writeln!(self.0, "{name}{{{}}} {value}", named.join(",")),
        };
    }

    /// Writes a metric of one value.
    pub(crate) fn single(&mut self, metric: &Metric, value: impl Display) {
        self.head(metric);
        self.sample(metric, &[], value);
    }

    /// Writes a metric of one value, if there is one.
    pub(crate) fn optional(&mut self, metric: &Metric, value: Option<impl Display>) {
        if let Some(value) = value {
            self.single(metric, value);
        }
    }

    pub(crate) fn bucket(&mut self, metric: &Metric, bound: &str, count: u64) {
        let name = metric.name;
        let _ = writeln!(self.0, "{name}_bucket{{le=\"{bound}\"}} {count}");
    }

    pub(crate) fn sum_and_count(&mut self, metric: &Metric, sum: &str, count: u64) {
        let name = metric.name;
        let _ = writeln!(self.0, "{name}_sum {sum}\n{name}_count {count}");
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

fn escaped(value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    value.replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::definition::REQUESTS;

    #[test]
    fn labels_are_escaped_and_empty_ones_left_out() {
        let mut text = MetricsText::default();
        text.sample(&REQUESTS, &["GET /\"a\\\n", "own", "", ""], 1);
        let written =
            "airside_guard_requests_total{operation=\"GET /\\\"a\\\\\\n\",outcome=\"own\"} 1\n";
        assert_eq!(text.into_string(), written);
    }
}
