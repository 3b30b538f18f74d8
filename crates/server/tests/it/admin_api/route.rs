//! The routes of the admin API in the metrics, as in the access log.

use serde_json::json;

use super::{READ, administered, get, machine};

/// The lines of the metrics that count requests to the admin API: route and status.
const COUNTED: [(&str, u16); 5] = [
    ("/api/admin/v1/users", 201), // at the socket, by the fixture
    ("/api/admin/v1/clients/{id}", 200),
    ("/api/admin/v1/clients/{id}", 404),
    ("/api/admin/v1/clients/{id}", 401),
    ("/api/admin/v1/clients/{id}", 405),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_counted_by_the_path_that_is_declared() {
    let world = administered().await;
    let good = machine(&world, READ).await.member("access_token");
    assert_eq!(get(&world, &good, "/clients/ops").await, 200);
    assert_eq!(get(&world, &good, "/clients/stranger").await, 404);
    assert_eq!(get(&world, "nonsense", "/clients/ops").await, 401);
    let put = super::ask(&world, &good, "PUT", "/clients/ops", &json!({})).await;
    assert_eq!(put.status, 405);
    // the control: there is no such address
    assert_eq!(get(&world, &good, "/clients/ops/hunter2").await, 404);

    let metrics = world.browser().get(&world.at("/metrics")).await.text();
    let requests = |route: &str, status: u16| {
        format!("airside_http_requests_total{{route=\"{route}\",status=\"{status}\"}}")
    };
    for (route, status) in COUNTED {
        let line = requests(route, status);
        assert!(metrics.contains(&line), "{line}: {metrics}");
    }
    assert!(metrics.contains(&requests("unknown", 404)), "{metrics}");
    assert!(!metrics.contains("hunter2"), "{metrics}");
}
