//! The routes of the admin API in the metrics, as in the access log.

use serde_json::json;

use super::{READ, WRITE, administered, administered_below, ask, get, machine};
use crate::world::World;

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
    let put = ask(&world, &good, "PUT", "/clients/ops", &json!({})).await;
    assert_eq!(put.status, 405);
    // the control: there is no such address
    assert_eq!(get(&world, &good, "/clients/ops/hunter2").await, 404);

    for (route, status) in COUNTED {
        assert_counted(&world, route, status).await;
    }
    assert_counted(&world, "unknown", 404).await;
    let metrics = metrics(&world).await;
    assert!(!metrics.contains("hunter2"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_and_addresses_begin_with_the_path_of_the_issuer() {
    let world = administered_below("/tenant").await;
    let token = machine(&world, WRITE).await.member("access_token");
    let new = json!({ "username": "erin" });
    let made = ask(&world, &token, "POST", "/users", &new).await;
    assert_eq!(made.header("location"), "/tenant/api/admin/v1/users/erin");
    assert_counted(&world, "/tenant/api/admin/v1/users", 201).await;
}

async fn metrics(world: &World) -> String {
    world.browser().get(&world.at("/metrics")).await.text()
}

async fn assert_counted(world: &World, route: &str, status: u16) {
    let line = format!("airside_http_requests_total{{route=\"{route}\",status=\"{status}\"}}");
    let metrics = metrics(world).await;
    assert!(metrics.contains(&line), "{line}: {metrics}");
}
