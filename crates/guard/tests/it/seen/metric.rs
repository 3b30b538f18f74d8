//! The metrics.

use std::collections::BTreeSet;

use airside_guard::metrics::definition;
use airside_net::MetricKind;

use super::{OPERATIONS_LISTEN, ask_operations, put_before};
use crate::world::{OPERATIONS, World};

/// Each line of a text for a scraper is of a metric that is defined, with the labels that it has.
pub(super) fn require_defined(text: &str) -> BTreeSet<String> {
    let mut families = BTreeSet::new();
    for line in text.lines() {
        let words: Vec<_> = line.splitn(4, ' ').collect();
        match words[..] {
            ["#", "HELP", name, help] => {
                let defined = definition::ALL.iter().find(|one| one.name == name);
                assert_eq!(defined.unwrap().help, help);
                assert!(families.insert(name.to_owned()), "{name} twice");
            }
            ["#", "TYPE", name, kind] => {
                let defined = definition::ALL.iter().find(|one| one.name == name);
                assert_eq!(defined.unwrap().kind.name(), kind);
            }
            _ => {
                let (sample, value) = line.rsplit_once(' ').unwrap();
                assert!(value.parse::<f64>().is_ok(), "{line}");
                let name = sample.split('{').next().unwrap();
                let is_of = |one: &&&airside_net::Metric| {
                    let histogram = one.kind == MetricKind::Histogram;
                    let part = name.strip_prefix(one.name);
                    part == Some("") && !histogram
                        || histogram && matches!(part, Some("_bucket" | "_sum" | "_count"))
                };
                let defined = definition::ALL.iter().find(is_of);
                assert!(families.contains(defined.unwrap().name), "{line}");
            }
        }
    }
    families
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_operation_and_outcome_and_never_by_what_callers_choose() {
    let world = World::with(OPERATIONS_LISTEN, OPERATIONS).await;
    let alice = world.token("alice", "read");
    for _ in 0..3 {
        world.get(&alice, "/users/alice/orders?hunter2=1").await;
    }
    world.get(&alice, "/users/hunter2/orders").await;
    world.get("", "/hunter2").await;
    world.get("", "/hunter2/hunter2").await;
    let metrics = async || {
        let answer = ask_operations(world.operations.unwrap(), "/metrics").await;
        assert!(answer.head.contains("text/plain; version=0.0.4"));
        answer.body
    };
    let text = metrics().await;
    let families = require_defined(&text);
    assert!(
        families.contains("airside_guard_keys_age_seconds"),
        "{text}"
    );
    let orders = "airside_guard_requests_total{operation=\"GET /users/{user}/orders\",outcome=";
    for line in [
        &format!("{orders}\"forwarded\",status=\"2xx\"}} 3\n"),
        &format!("{orders}\"refused\",reason=\"not_found\"}} 1\n"),
        "airside_guard_requests_total{operation=\"-\",outcome=\"refused\",reason=\"undeclared\"} 2\n",
        "airside_guard_request_duration_seconds_count 6\n",
        "airside_guard_own_duration_seconds_count 6\n",
        "airside_guard_token_cache_hits_total 3\n",
        "airside_guard_token_cache_misses_total 1\n",
        "airside_guard_token_cache_entries 1\n",
        "airside_guard_keys_held 1\n",
        &format!(
            "airside_guard_upstream_errors_total{{upstream=\"{}/\"}} 0\n",
            world.upstream
        ),
        &format!(
            "airside_guard_upstream_requests_in_flight{{upstream=\"{}/\"}} 0\n",
            world.upstream
        ),
    ] {
        assert!(text.contains(line), "{line} {text}");
    }
    assert!(!text.contains("hunter2"), "{text}");
    // what nothing is known of is not there
    assert!(!families.contains("airside_guard_upstream_healthy"));
    assert!(!families.contains("airside_guard_feed_connected"));
    // a reload forgets nothing
    put_before(&world, "http://127.0.0.1:1", OPERATIONS);
    world.get(&alice, "/users/alice/orders").await;
    let text = metrics().await;
    for line in [
        &format!("{orders}\"forwarded\",status=\"2xx\"}} 3\n"),
        &format!("{orders}\"refused\",reason=\"no_upstream\"}} 1\n"),
        "airside_guard_upstream_errors_total{upstream=\"http://127.0.0.1:1/\"} 1\n",
    ] {
        assert!(text.contains(line), "{line} {text}");
    }
}
