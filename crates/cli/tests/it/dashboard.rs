//! The Grafana dashboard: generated from the definitions of the metrics, those of the guard and those of
//! the server.

use std::{collections::BTreeSet, fs, path::Path};

use airside_guard::metrics::definition;
use airside_net::{Metric, MetricKind};
use airside_server::metrics;
use serde_json::{Value, json};

#[test]
fn the_dashboard_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/grafana/airside.json");
    let text = format!("{:#}\n", dashboard());
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap_or_default() == text,
        "run this test with UPDATE_REFERENCE=1 and review the change"
    );
}

#[test]
fn each_metric_has_a_panel_of_its_own() {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|one| one["id"].as_u64()).collect();
    assert_eq!(ids.len(), panels.len());
    let drawn = panels.iter().filter(|one| one["type"] != "row");
    let drawn = drawn.map(|one| one["targets"][0]["expr"].as_str().unwrap());
    let drawn: Vec<_> = drawn.collect();
    let all = definition::ALL.iter().chain(&metrics::ALL);
    for metric in all {
        assert!(drawn.iter().any(|expr| expr.contains(metric.name)));
    }
}

fn dashboard() -> Value {
    let mut panels = Vec::new();
    let mut y = 0;
    for (title, metrics) in [
        ("Guard", &definition::ALL[..]),
        ("Server", &metrics::ALL[..]),
    ] {
        panels.push(json!({
            "id": panels.len() + 1, "type": "row", "title": title, "collapsed": false,
            "gridPos": { "h": 1, "w": 24, "x": 0, "y": y }, "panels": [],
        }));
        y += 1;
        for (at, metric) in metrics.iter().enumerate() {
            let place = (at % COLUMNS * WIDTH, y + at / COLUMNS * HEIGHT);
            panels.push(panel(panels.len() + 1, metric, place));
        }
        y += metrics.len().div_ceil(COLUMNS) * HEIGHT;
    }
    json!({
        "title": "Airside", "uid": "airside", "schemaVersion": 39, "editable": true,
        "tags": ["airside"], "time": { "from": "now-6h", "to": "now" }, "refresh": "30s",
        "templating": { "list": [
            { "name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus" },
            { "name": "instance", "label": "Instance", "type": "query", "datasource": source(),
              "query": "label_values({__name__=~\"airside_.+\"}, instance)", "refresh": 2,
              "multi": true, "includeAll": true, "allValue": ".*" },
        ] },
        "panels": panels,
    })
}

fn panel(id: usize, metric: &Metric, (x, y): (usize, usize)) -> Value {
    let targets: Vec<_> = expressions(metric)
        .into_iter()
        .zip(["A", "B", "C"])
        .map(|((expr, legend), name)| {
            json!({ "refId": name, "datasource": source(), "expr": expr, "legendFormat": legend })
        })
        .collect();
    json!({
        "id": id, "type": "timeseries", "title": metric.help.trim_end_matches('.'),
        "description": metric.name, "datasource": source(),
        "gridPos": { "h": HEIGHT, "w": WIDTH, "x": x, "y": y },
        "fieldConfig": { "defaults": { "unit": unit(metric), "min": 0 }, "overrides": [] },
        "targets": targets,
    })
}

/// Returns the expressions that are drawn of a metric, each with its legend.
fn expressions(metric: &Metric) -> Vec<(String, String)> {
    let name = metric.name;
    let labels = metric.labels.join(", ");
    let shown = metric.labels.iter().map(|label| format!("{{{{{label}}}}}"));
    let legend = match metric.labels.is_empty() {
        true => "{{instance}}".to_owned(),
        false => shown.collect::<Vec<_>>().join(" "),
    };
    match metric.kind {
        MetricKind::Histogram => [("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99")]
            .map(|(quantile, legend)| {
                let rate = format!("rate({name}_bucket{{{OF_INSTANCE}}}[$__rate_interval])");
                let expr = format!("histogram_quantile({quantile}, sum by (le) ({rate}))");
                (expr, legend.to_owned())
            })
            .to_vec(),
        MetricKind::Counter => {
            let rate = format!("rate({name}{{{OF_INSTANCE}}}[$__rate_interval])");
            let by = if labels.is_empty() {
                "instance"
            } else {
                &labels
            };
            vec![(format!("sum by ({by}) ({rate})"), legend)]
        }
        MetricKind::Gauge => vec![(format!("{name}{{{OF_INSTANCE}}}"), legend)],
    }
}

fn unit(metric: &Metric) -> &'static str {
    match (metric.name.ends_with("_seconds"), metric.kind) {
        (true, _) => "s",
        (false, MetricKind::Counter) => "cps",
        (false, _) => "short",
    }
}

/// The one that the reader of the dashboard has chosen.
fn source() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

const OF_INSTANCE: &str = "instance=~\"$instance\"";
const COLUMNS: usize = 3;
const WIDTH: usize = 8;
const HEIGHT: usize = 7;
