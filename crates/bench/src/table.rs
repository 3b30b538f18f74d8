//! The comparison as a table in Markdown.

use std::time::Duration;

/// One row: an operation at a number of connections.
#[derive(Clone, Copy)]
pub struct Measurement {
    pub name: &'static str,
    /// The row of the same run and number of connections that the ratio refers to; may be empty.
    pub compared_with: &'static str,
    /// The most that the ratio may be.
    pub at_most: Option<f64>,
    pub connections: usize,
    /// Of the server, for 1 000 requests.
    pub cpu_seconds: f64,
    /// Requests a second.
    pub rate: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// Of the server, after the measurement.
    pub resident_bytes: u64,
}

/// Renders every measurement with its ratio to the baseline of the same run.
pub fn render(measurements: &[Measurement]) -> String {
    let mut table = HEAD.to_owned();
    for row in measurements {
        let [p50, p99] = [row.p50, row.p99].map(|latency| latency.as_secs_f64() * 1000.0);
        let memory = row.resident_bytes as f64 / (1024.0 * 1024.0);
        table.push_str(&format!(
            "| {} | {} | {:.3} | {} | {} | {:.0} | {p50:.2} | {p99:.2} | {memory:.0} |\n",
            row.name,
            row.connections,
            row.cpu_seconds,
            ratio(measurements, row),
            row.at_most.map_or("–".to_owned(), |most| most.to_string()),
            row.rate,
        ));
    }
    table
}

fn ratio(measurements: &[Measurement], row: &Measurement) -> String {
    let baseline = measurements
        .iter()
        .find(|other| other.name == row.compared_with && other.connections == row.connections)
        .filter(|baseline| baseline.cpu_seconds > 0.0);
    match baseline {
        Some(baseline) => format!("{:.2}", row.cpu_seconds / baseline.cpu_seconds),
        None => "–".to_owned(),
    }
}

const HEAD: &str = "\
| operation | connections | CPU s / 1 000 | × baseline | at most | requests/s | p50 ms | p99 ms | RSS MiB |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_compares_within_the_same_number_of_connections() {
        let row = |name, compared_with, connections, cpu_seconds| Measurement {
            name,
            compared_with,
            at_most: (name == "token").then_some(2.5),
            connections,
            cpu_seconds,
            rate: 1000.0,
            p50: Duration::from_micros(500),
            p99: Duration::from_millis(2),
            resident_bytes: 3 * 1024 * 1024,
        };
        let rows = [
            row("sign", "", 1, 0.1),
            row("sign", "", 16, 0.2),
            row("token", "sign", 16, 0.3),
        ];

        let table = render(&rows);

        assert!(table.ends_with("| token | 16 | 0.300 | 1.50 | 2.5 | 1000 | 0.50 | 2.00 | 3 |\n"));
        assert!(table.contains("| sign | 1 | 0.100 | – | – |"));
    }
}
