//! The loop closes: a scan proves holes, its report has guard rules, and through a guard with these rules the
//! same scan proves nothing, while everybody still does what is theirs.

mod stage;

use airside_scan::report::{self, model::Report};
use airside_scan_testbed::{Hole, Holes};
use serde_json::{Value, json};

use self::stage::Fence;

/// Holes of each class that a guard closes with one rule: reads, lists, changes, deletions, functions, properties.
const HOLES: [Hole; 11] = [
    Hole::OrderRead,
    Hole::FilesListAll,
    Hole::SettingsRead,
    Hole::OrderUpdate,
    Hole::OrderDelete,
    Hole::AdminUsers,
    Hole::AdminCoupon,
    Hole::OrderPaid,
    Hole::UsersListContacts,
    // a member deep in the answer, and a role that is not `admin`
    Hole::DirectoryContacts,
    Hole::OpsQueue,
];

#[tokio::test]
async fn the_suggested_guard_closes_what_the_scan_has_proven() {
    let (fence, rules) = closed(&HOLES).await;
    everybody_does_what_is_theirs(&fence, &rules).await;
}

#[tokio::test]
async fn the_owner_of_an_order_is_that_of_its_items() {
    let (_, rules) = closed(&[Hole::OrderItemsRead]).await;

    // the items name nobody
    let line = "/orders/{path:id}\", pointer = \"/customer\", equals = \"sub\" }";
    assert!(rules.contains(line), "{rules}");
}

/// Scans with these holes, and again with the suggested rules: what was proven is proven no more.
async fn closed(holes: &[Hole]) -> (Fence, String) {
    let names: Vec<_> = holes.iter().map(|hole| hole.name()).collect();
    let fence = Fence::before(names.join(",").parse::<Holes>().unwrap()).await;

    let open = fence.scan().await;
    let rules = report::guard::write(&open);
    fence.close(&rules);
    let closed = fence.scan().await;

    for hole in holes {
        let operation = hole.operations()[0];
        assert!(
            confirmed(&open).contains(&operation.to_owned()),
            "{operation}: {}",
            checks(&open, operation)
        );
    }
    assert_eq!(confirmed(&closed), Vec::<String>::new(), "{rules}");
    assert!(closed.totals.tested > 20, "{}", closed.totals.tested);
    (fence, rules)
}

/// The controls: what the rules are for is refused, and nothing else.
async fn everybody_does_what_is_theirs(fence: &Fence, rules: &str) {
    let parcel = json!({"ship_to": "Quay Street", "priority": "standard"});
    let made = fence.call("alice", "POST /orders", &parcel).await;
    assert_eq!(made.0, 201, "{}", made.1);
    let order = format!("/orders/{}", made.1["id"].as_str().unwrap());
    let paid = json!({"ship_to": "Quay Street", "is_paid": true});
    let coupon = json!({"code": "AUTUMN", "percent": 5, "purpose": "autumn sale"});
    for (who, request, body, status) in [
        ("alice", format!("GET {order}"), &Value::Null, 200),
        ("carol", format!("GET {order}"), &Value::Null, 404),
        ("alice", format!("PUT {order}"), &parcel, 200),
        ("carol", format!("PUT {order}"), &parcel, 404),
        ("alice", format!("PUT {order}"), &paid, 400),
        ("alice", "GET /settings/alice".to_owned(), &Value::Null, 200),
        ("carol", "GET /settings/alice".to_owned(), &Value::Null, 404),
        ("sam", "GET /ops/queue".to_owned(), &Value::Null, 200),
        ("carol", "GET /ops/queue".to_owned(), &Value::Null, 403),
        ("adam", "GET /admin/users".to_owned(), &Value::Null, 200),
        ("carol", "GET /admin/users".to_owned(), &Value::Null, 403),
        ("adam", "POST /admin/coupons".to_owned(), &coupon, 201),
        ("carol", "POST /admin/coupons".to_owned(), &coupon, 403),
        ("carol", format!("DELETE {order}"), &Value::Null, 404),
    ] {
        let answer = fence.call(who, &request, body).await;
        assert_eq!(answer.0, status, "{who} {request}: {} {rules}", answer.1);
    }
    let people = fence.call("carol", "GET /users", &Value::Null).await;
    assert_eq!(people.0, 200, "{}", people.1);
    let text = people.1.to_string();
    assert!(text.contains("alice") && !text.contains("phone"), "{text}");
    let directory = fence.call("carol", "GET /directory", &Value::Null).await;
    assert_eq!(directory.0, 200, "{}", directory.1);
    let text = directory.1.to_string();
    assert!(text.contains("alice") && text.contains("quay"), "{text}");
    assert!(!text.contains("phone"), "{text}");
    for who in ["alice", "carol"] {
        let listed = fence.call(who, "GET /files", &Value::Null).await.1;
        let files = listed.as_array().or(listed["items"].as_array()).unwrap();
        assert!(!files.is_empty(), "{who}");
        let is_own = |file: &Value| file["uploader"] == who;
        assert!(files.iter().all(is_own), "{who}: {listed}");
    }
    assert_eq!(
        fence
            .call("alice", &format!("DELETE {order}"), &Value::Null)
            .await
            .0,
        204
    );
}

fn checks(report: &Report, operation: &str) -> String {
    let mut operations = report.operations.iter();
    let found = operations.find(|one| format!("{} {}", one.method, one.path) == operation);
    format!("{:?}", found.map(|one| &one.checks))
}

fn confirmed(report: &Report) -> Vec<String> {
    let findings = report.findings.iter();
    let confirmed = findings.filter(|one| one.verdict.is_confirmed());
    confirmed
        .map(|one| format!("{} {}", one.method, one.path))
        .collect()
}
