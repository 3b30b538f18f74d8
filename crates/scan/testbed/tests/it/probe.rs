//! For each hole, the requests that show it.

use airside_scan_testbed::{Hole, HoleClass};
use http::StatusCode;
use serde_json::{Value, json};

use crate::{shape, stage::Stage};

/// Returns whether the hole shows: bob, carol or nobody gets or does what is alice's.
pub(crate) async fn shows(stage: &mut Stage, hole: Hole) -> bool {
    if let Some(shown) = shape::shows(stage, hole).await {
        return shown;
    }
    match hole.class() {
        HoleClass::ObjectRead | HoleClass::ObjectList => reads(stage, hole).await,
        HoleClass::ObjectUpdate => changes(stage, hole).await,
        HoleClass::ObjectDelete => deletes(stage, hole).await,
        HoleClass::Function => functions(stage, hole).await,
        HoleClass::MassAssignment => assigns(stage, hole).await,
        HoleClass::DataExposure => exposes(stage, hole).await,
        HoleClass::Tenant => crosses(stage, hole).await,
        HoleClass::Authentication => nobody(stage, hole).await,
        HoleClass::Session => dead_token(stage, hole).await,
        other => panic!("no probe for {other:?}"),
    }
}

async fn reads(stage: &Stage, hole: Hole) -> bool {
    let (path, secret) = match hole {
        Hole::AccountRead => (
            format!("/accounts/{}", stage.account("alice").await),
            "label-of-alice",
        ),
        Hole::OrderRead => (
            format!("/orders/{}", stage.order("alice").await),
            "quay-of-alice",
        ),
        Hole::OrderItemsRead | Hole::OrderItemRead | Hole::OrderItemParent => {
            let order = stage.order("alice").await;
            let item = stage.item("alice", &order).await;
            let own = stage.order("bob").await;
            let path = match hole {
                Hole::OrderItemsRead => format!("/orders/{order}/items"),
                Hole::OrderItemRead => format!("/orders/{order}/items/{item}"),
                _ => format!("/orders/{own}/items/{item}"),
            };
            (path, "engraved-for-alice")
        }
        Hole::FileContent => (
            format!("/files/{}/content", stage.file("alice").await),
            "content-of-alice",
        ),
        Hole::StatementQuery => (
            format!("/statements?account_id={}", stage.account("alice").await),
            "label-of-alice",
        ),
        Hole::StatementHeader => {
            let id = stage.account("alice").await;
            let header = Some(("x-account-id", id.as_str()));
            let answer = stage
                .call_with("bob", "GET /statements/current", Value::Null, header)
                .await;
            return answer.has("label-of-alice");
        }
        Hole::MessageBody => {
            let body = json!({ "recipient": "sam", "subject": "s", "body": "message-of-alice" });
            let id = stage.call("alice", "POST /messages", body).await.body["id"].clone();
            let body = json!({ "message_id": id });
            return stage
                .call("bob", "POST /messages/open", body)
                .await
                .has("message-of-alice");
        }
        Hole::InvoiceRead => ("/invoices/INV-2023-0001".to_owned(), "alice's house"),
        Hole::NoteRead => (
            format!("/notes/{}", stage.note("alice").await),
            "note-of-alice",
        ),
        Hole::SettingsRead => ("/settings/alice".to_owned(), "Kind regards, alice"),
        Hole::DraftRead => {
            stage.article("alice").await;
            ("/articles/tides/draft".to_owned(), "draft-of-alice")
        }
        Hole::TeamRead | Hole::TeamMemberRead => {
            stage.team("alice").await;
            if hole == Hole::TeamRead {
                ("/teams/crew".to_owned(), "purpose-of-alice")
            } else {
                ("/teams/crew/members/sam".to_owned(), "remark-on-sam")
            }
        }
        Hole::ExportRead => {
            stage.order("alice").await;
            let export = stage
                .call("alice", "POST /exports", json!({ "title": "all" }))
                .await
                .id();
            for _ in 0..3 {
                stage.get("", "/status").await;
            }
            (format!("/exports/{export}"), "quay-of-alice")
        }
        Hole::AccountsListOwner => {
            stage.account("alice").await;
            let id = stage.get("alice", "/me").await.id();
            (format!("/accounts?owner_id={id}"), "label-of-alice")
        }
        Hole::OrdersListAll => {
            stage.order("alice").await;
            ("/orders".to_owned(), "quay-of-alice")
        }
        Hole::FilesListAll => {
            stage.file("alice").await;
            ("/files".to_owned(), "name-of-alice")
        }
        Hole::SearchNotes => {
            stage.note("alice").await;
            let answer = stage.get("bob", "/search?q=note-of").await;
            return answer.has("note-of-alice");
        }
        Hole::MessageSearch => {
            let body = json!({ "recipient": "sam", "subject": "s-of-alice", "body": "b" });
            stage.call("alice", "POST /messages", body).await;
            let body = json!({ "text": "s-of" });
            let answer = stage.call("bob", "POST /messages/search", body).await;
            return answer.has("s-of-alice");
        }
        other => panic!("no probe for {other}"),
    };
    stage.get("bob", &path).await.has(secret)
}

async fn changes(stage: &mut Stage, hole: Hole) -> bool {
    let changed = "changed-by-bob";
    // what bob sends, and where alice looks
    let (what, body, look) = match hole {
        Hole::AccountUpdate => {
            let path = format!("/accounts/{}", stage.account("alice").await);
            (format!("PATCH {path}"), json!({ "memo": changed }), path)
        }
        Hole::OrderUpdate => {
            let path = format!("/orders/{}", stage.order("alice").await);
            (format!("PUT {path}"), json!({ "ship_to": changed }), path)
        }
        Hole::OrderItemsAdd => {
            let path = format!("/orders/{}/items", stage.order("alice").await);
            (format!("POST {path}"), json!({ "sku": changed }), path)
        }
        Hole::OrderItemUpdate => {
            let order = stage.order("alice").await;
            let path = format!(
                "/orders/{order}/items/{}",
                stage.item("alice", &order).await
            );
            (
                format!("PATCH {path}"),
                json!({ "engraving": changed }),
                path,
            )
        }
        Hole::OrderCancel => return cancels(stage).await,
        Hole::ArticleUpdate => {
            stage.article("alice").await;
            (
                "PUT /articles/tides".to_owned(),
                json!({ "summary": changed }),
                "/articles/tides".to_owned(),
            )
        }
        Hole::CommentUpdate => {
            let id = stage.comment("alice").await;
            let look = "/articles/welcome/comments".to_owned();
            (
                format!("PATCH /comments/{id}"),
                json!({ "body": changed }),
                look,
            )
        }
        Hole::PostUpdate => {
            let path = format!("/posts/{}", stage.post("alice").await);
            (format!("PUT {path}"), json!({ "headline": changed }), path)
        }
        Hole::NoteUpdate => {
            let path = format!("/notes/{}", stage.note("alice").await);
            (format!("PUT {path}"), json!({ "body": changed }), path)
        }
        Hole::SettingsUpdate => {
            let body = json!({ "language": "de", "signature": changed });
            (
                "PUT /settings/alice".to_owned(),
                body,
                "/settings/alice".to_owned(),
            )
        }
        Hole::ProfileBody => {
            let body =
                json!({ "username": "alice", "headline": changed, "motto": "", "theme": "dark" });
            ("PUT /profile".to_owned(), body, "/profile".to_owned())
        }
        Hole::UserUpdate => (
            "PATCH /users/alice".to_owned(),
            json!({ "bio": changed }),
            "/me".to_owned(),
        ),
        Hole::UserPassword => {
            stage
                .call(
                    "bob",
                    "PUT /users/alice/password",
                    json!({ "password": changed }),
                )
                .await;
            return stage.login("alice", changed).await.status == StatusCode::OK;
        }
        Hole::TransferFrom => return takes_money(stage).await,
        Hole::FileShare => {
            let file = stage.file("alice").await;
            let body = json!({ "username": "bob" });
            stage
                .call("bob", &format!("POST /files/{file}/shares"), body)
                .await;
            return stage
                .get("bob", &format!("/files/{file}"))
                .await
                .has("name-of-alice");
        }
        Hole::TeamMemberWrite => {
            stage.team("alice").await;
            let path = "/teams/crew/members/sam".to_owned();
            (
                format!("PUT {path}"),
                json!({ "duty": "lead", "remark": changed }),
                path,
            )
        }
        other => panic!("no probe for {other}"),
    };
    stage.call("bob", &what, body).await;
    stage.get("alice", &look).await.has(changed)
}

async fn cancels(stage: &Stage) -> bool {
    let path = format!("/orders/{}", stage.order("alice").await);
    stage
        .call("bob", &format!("POST {path}/cancel"), Value::Null)
        .await;
    assert!(
        !stage.get("alice", &path).await.has("cancelled"),
        "the job is not done yet"
    );
    for _ in 0..3 {
        stage.get("", "/status").await;
    }
    stage.get("alice", &path).await.has("cancelled")
}

async fn takes_money(stage: &Stage) -> bool {
    let number = |id: String| id.parse::<i64>().unwrap();
    let (from, to) = (
        number(stage.account("alice").await),
        number(stage.account("bob").await),
    );
    let body = json!({ "from_account": from, "to_account": to, "amount": 7 });
    stage.call("bob", "POST /transfers", body).await;
    let account = stage.get("alice", &format!("/accounts/{from}")).await;
    account.body["balance"] == 93
}

async fn deletes(stage: &Stage, hole: Hole) -> bool {
    let same = |path: String| (path.clone(), path);
    let (path, look) = match hole {
        Hole::AccountDelete => same(format!("/accounts/{}", stage.account("alice").await)),
        Hole::OrderDelete => same(format!("/orders/{}", stage.order("alice").await)),
        Hole::OrderItemDelete => {
            let order = stage.order("alice").await;
            same(format!(
                "/orders/{order}/items/{}",
                stage.item("alice", &order).await
            ))
        }
        Hole::FileDelete => same(format!("/files/{}", stage.file("alice").await)),
        Hole::ArticleDelete => {
            stage.article("alice").await;
            same("/articles/tides".to_owned())
        }
        Hole::CommentDelete => {
            let id = stage.comment("alice").await;
            stage
                .call("bob", &format!("DELETE /comments/{id}"), Value::Null)
                .await;
            return !stage
                .get("alice", "/articles/welcome/comments")
                .await
                .has("comment-of-alice");
        }
        Hole::UserDelete => ("/users/alice".to_owned(), "/me".to_owned()),
        Hole::TeamMemberDelete => {
            stage.team("alice").await;
            same("/teams/crew/members/sam".to_owned())
        }
        other => panic!("no probe for {other}"),
    };
    assert_eq!(stage.get("alice", &look).await.status, StatusCode::OK);
    stage
        .call("bob", &format!("DELETE {path}"), Value::Null)
        .await;
    stage.get("alice", &look).await.status != StatusCode::OK
}

async fn functions(stage: &Stage, hole: Hole) -> bool {
    match hole {
        Hole::AdminUsers => stage
            .get("bob", "/admin/users")
            .await
            .has("adam@mail.example"),
        Hole::AdminUserDelete => {
            stage
                .call("bob", "DELETE /admin/users/sam", Value::Null)
                .await;
            stage.get("sam", "/me").await.status != StatusCode::OK
        }
        Hole::AdminCoupon => {
            let body = json!({ "code": "FREE", "percent": 100 });
            stage.call("bob", "POST /admin/coupons", body).await;
            stage.get("adam", "/admin/coupons").await.has("FREE")
        }
        Hole::AdminFlag => {
            stage
                .call("bob", "PATCH /admin/flags/beta", json!({ "is_on": true }))
                .await;
            stage.get("adam", "/admin/flags/beta").await.body["is_on"] == true
        }
        Hole::UserRole => {
            stage
                .call("bob", "PUT /users/bob/role", json!({ "role": "admin" }))
                .await;
            stage.get("bob", "/me").await.body["role"] == "admin"
        }
        Hole::OpsQueue => {
            stage.order("alice").await;
            stage.get("bob", "/ops/queue").await.has("quay-of-alice")
        }
        Hole::StockCount => {
            let body = json!({ "count": 7 });
            stage.call("bob", "PATCH /stock/B-1", body).await;
            stage.get("adam", "/stock/B-1").await.body["count"] == 7
        }
        Hole::SupportTickets => {
            let body = json!({ "subject": "help", "body": "ticket-of-alice" });
            stage.call("alice", "POST /support/tickets", body).await;
            stage
                .get("bob", "/support/tickets")
                .await
                .has("ticket-of-alice")
        }
        other => panic!("no probe for {other}"),
    }
}

async fn assigns(stage: &mut Stage, hole: Hole) -> bool {
    match hole {
        Hole::RegisterRole => {
            let body = json!({ "username": "eve", "password": "p", "email": "e@mail.example", "role": "admin" });
            stage.call("", "POST /register", body).await;
            stage.login("eve", "p").await;
            stage.get("eve", "/me").await.body["role"] == "admin"
        }
        Hole::AccountBalance => {
            let body = json!({ "label": "rich", "balance": 9999 });
            let id = stage.call("bob", "POST /accounts", body).await.id();
            stage.get("bob", &format!("/accounts/{id}")).await.body["balance"] == 9999
        }
        Hole::MeRole => {
            stage
                .call("bob", "PATCH /me", json!({ "role": "admin", "credit": 7 }))
                .await;
            stage.get("bob", "/me").await.body["role"] == "admin"
        }
        Hole::OrderPaid => {
            let path = format!("/orders/{}", stage.order("bob").await);
            let body = json!({ "ship_to": "here", "is_paid": true });
            stage.call("bob", &format!("PUT {path}"), body).await;
            stage.get("bob", &path).await.body["is_paid"] == true
        }
        Hole::PostLikes => {
            let path = format!("/posts/{}", stage.post("bob").await);
            let body = json!({ "headline": "mine", "likes": 7 });
            stage.call("bob", &format!("PUT {path}"), body).await;
            stage.get("bob", &path).await.body["likes"] == 7
        }
        Hole::CommentAuthor => {
            let body = json!({ "body": "not by me", "author": "alice" });
            let made = stage
                .call("bob", "POST /articles/welcome/comments", body)
                .await;
            made.body["author"] == "alice"
        }
        other => panic!("no probe for {other}"),
    }
}

async fn exposes(stage: &Stage, hole: Hole) -> bool {
    stage.team("alice").await;
    let (path, secret) = match hole {
        Hole::UserContacts => ("/users/alice", "alice@mail.example"),
        Hole::DirectoryContacts => ("/directory", "alice@mail.example"),
        Hole::UsersListContacts => ("/users", "alice@mail.example"),
        Hole::TeamMembersRemarks => ("/teams/crew/members", "remark-on-sam"),
        other => panic!("no probe for {other}"),
    };
    stage.get("bob", path).await.has(secret)
}

async fn crosses(stage: &Stage, hole: Hole) -> bool {
    let body = json!({ "title": "plan", "body": "plan-of-north" });
    let id = stage
        .call("alice", "POST /tenants/north/documents", body)
        .await
        .id();
    match hole {
        Hole::TenantSettingsRead => stage
            .get("carol", "/tenants/north/settings")
            .await
            .has("billing@north.example"),
        Hole::TenantSettingsUpdate => {
            let body = json!({ "footer": "changed-by-carol" });
            stage
                .call("carol", "PATCH /tenants/north/settings", body)
                .await;
            stage
                .get("alice", "/tenants/north/settings")
                .await
                .has("changed-by-carol")
        }
        Hole::TenantDocumentRead => stage
            .get("carol", &format!("/tenants/north/documents/{id}"))
            .await
            .has("plan-of-north"),
        Hole::TenantDocumentsList => stage
            .get("carol", "/tenants/north/documents")
            .await
            .has("plan-of-north"),
        other => panic!("no probe for {other}"),
    }
}

async fn nobody(stage: &Stage, hole: Hole) -> bool {
    match hole {
        Hole::InvoiceAnonymous => stage
            .get("", "/invoices/INV-2023-0001")
            .await
            .has("alice's house"),
        Hole::AuditAnonymous => stage.get("", "/admin/audit").await.has("opened the shop"),
        Hole::NoteDeleteAnonymous => {
            let path = format!("/notes/{}", stage.note("alice").await);
            stage.call("", &format!("DELETE {path}"), Value::Null).await;
            !stage.get("alice", &path).await.has("note-of-alice")
        }
        other => panic!("no probe for {other}"),
    }
}

async fn dead_token(stage: &Stage, hole: Hole) -> bool {
    match hole {
        Hole::SignedOutToken => {
            stage.call("bob", "POST /logout", Value::Null).await;
        }
        Hole::ExpiredToken => stage
            .testbed
            .clock()
            .advance(std::time::Duration::from_secs(61)),
        other => panic!("no probe for {other}"),
    }
    stage.get("bob", "/me").await.status == StatusCode::OK
}
