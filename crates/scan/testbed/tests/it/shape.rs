//! The requests that show holes where ids are in addresses, lists and headers.

use airside_scan_testbed::Hole;
use serde_json::{Value, json};

use crate::stage::Stage;

/// Returns whether the hole shows; `None` for a hole of another shape.
pub(crate) async fn shows(stage: &Stage, hole: Hole) -> Option<bool> {
    Some(match hole {
        Hole::ParcelRead | Hole::ParcelDelete | Hole::PickupRead => located(stage, hole).await,
        Hole::LetterRead | Hole::BerthRead => linked(stage, hole).await,
        Hole::CargoRead | Hole::CargoUpdate => cargo(stage, hole).await,
        Hole::NotesBatchRead | Hole::NotesBatchFirst => notes(stage, hole).await,
        Hole::OrdersBulkUpdate | Hole::OrdersBulkDelete => orders(stage, hole).await,
        Hole::LettersByIds | Hole::LettersDelete => letters(stage, hole).await,
        Hole::ProjectsListHeader
        | Hole::ProjectReadHeader
        | Hole::ProjectCreateHeader
        | Hole::ProjectUpdateHeader => projects(stage, hole).await,
        Hole::BudgetReadHeader | Hole::BudgetUpdateHeader => budget(stage, hole).await,
        _ => return None,
    })
}

async fn located(stage: &Stage, hole: Hole) -> bool {
    let (collection, body) = match hole {
        Hole::PickupRead => ("/pickups", json!({ "street": "street-of-alice" })),
        _ => ("/parcels", json!({ "content": "content-of-alice" })),
    };
    let made = stage
        .call("alice", &format!("POST {collection}"), body)
        .await;
    let location = made.headers["location"].to_str().unwrap();
    let path = format!("{collection}/{}", location.rsplit('/').next().unwrap());
    assert!(stage.get("alice", &path).await.has("of-alice"));
    if hole != Hole::ParcelDelete {
        return stage.get("bob", &path).await.has("of-alice");
    }
    let delete = format!("DELETE {path}");
    stage.call("bob", &delete, Value::Null).await;
    !stage.get("alice", &path).await.has("of-alice")
}

async fn linked(stage: &Stage, hole: Hole) -> bool {
    let (what, body, pointer) = match hole {
        Hole::BerthRead => ("POST /berths", json!({ "remark": "of-alice" }), "/@id"),
        _ => (
            "POST /letters",
            json!({ "text": "of-alice" }),
            "/_links/self/href",
        ),
    };
    let made = stage.call("alice", what, body).await.body;
    let path = made.pointer(pointer).and_then(Value::as_str).unwrap();
    stage.get("bob", path).await.has("of-alice")
}

async fn cargo(stage: &Stage, hole: Hole) -> bool {
    let body =
        |label: &str| json!({ "data": { "type": "cargos", "attributes": { "label": label } } });
    let made = stage.call("alice", "POST /cargos", body("of-alice")).await;
    let path = format!("/cargos/{}", made.body["data"]["id"].as_str().unwrap());
    if hole == Hole::CargoRead {
        return stage.get("bob", &path).await.has("of-alice");
    }
    let patch = format!("PATCH {path}");
    stage.call("bob", &patch, body("of-bob")).await;
    stage.get("alice", &path).await.has("of-bob")
}

async fn notes(stage: &Stage, hole: Hole) -> bool {
    let theirs = stage.note("alice").await;
    let own = stage.note("bob").await;
    let ids = match hole {
        Hole::NotesBatchFirst => json!([own, theirs]),
        _ => json!([theirs]),
    };
    let body = json!({ "ids": ids });
    let answer = stage.call("bob", "POST /notes/batch-get", body).await;
    answer.has("note-of-alice")
}

async fn orders(stage: &Stage, hole: Hole) -> bool {
    let id = stage.order("alice").await;
    let path = format!("/orders/{id}");
    if hole == Hole::OrdersBulkDelete {
        let delete = "POST /orders/bulk-delete";
        stage.call("bob", delete, json!([id])).await;
        return !stage.get("alice", &path).await.has("quay-of-alice");
    }
    let body = json!({ "order_ids": [id], "gift_note": "of-bob" });
    stage.call("bob", "PATCH /orders/bulk", body).await;
    stage.get("alice", &path).await.has("of-bob")
}

async fn letters(stage: &Stage, hole: Hole) -> bool {
    let body = json!({ "text": "of-alice" });
    let made = stage.call("alice", "POST /letters", body).await.body;
    let path = made["_links"]["self"]["href"].as_str().unwrap();
    let chosen = format!("/letters?ids=7000,{}", path.rsplit('/').next().unwrap());
    if hole == Hole::LettersByIds {
        return stage.get("bob", &chosen).await.has("of-alice");
    }
    let delete = format!("DELETE {chosen}");
    stage.call("bob", &delete, Value::Null).await;
    !stage.get("alice", path).await.has("of-alice")
}

async fn projects(stage: &Stage, hole: Hole) -> bool {
    let north = Some(("x-tenant-id", "north"));
    let body = json!({ "title": "of-alice" });
    let made = stage
        .call_with("alice", "POST /projects", body, north)
        .await;
    let path = format!("/projects/{}", made.id());
    let change = json!({ "title": "of-carol" });
    let (what, body) = match hole {
        Hole::ProjectsListHeader => ("GET /projects".to_owned(), Value::Null),
        Hole::ProjectReadHeader => (format!("GET {path}"), Value::Null),
        Hole::ProjectCreateHeader => ("POST /projects".to_owned(), change),
        _ => (format!("PATCH {path}"), change),
    };
    let answer = stage.call_with("carol", &what, body, north).await;
    let list = stage
        .call_with("alice", "GET /projects", Value::Null, north)
        .await;
    answer.has("of-alice") || list.has("of-carol")
}

async fn budget(stage: &Stage, hole: Hole) -> bool {
    let north = Some(("x-org", "north"));
    if hole == Hole::BudgetReadHeader {
        let answer = stage
            .call_with("carol", "GET /budget", Value::Null, north)
            .await;
        return answer.has("Repairs at North Harbour");
    }
    let body = json!({ "purpose": "of-carol" });
    stage.call_with("carol", "PUT /budget", body, north).await;
    stage.get("alice", "/budget").await.has("of-carol")
}
