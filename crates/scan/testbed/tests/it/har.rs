//! A captured session in place of a document: made here, and scanned by.

use std::collections::BTreeSet;

use airside_scan::report::{Format, write};
use airside_scan_testbed::{
    Hole, Holes, PEOPLE, Testbed,
    measure::{Scanned, scan_session},
};
use serde_json::{Value, json};

use crate::stage::{Answer, Stage};

#[tokio::test]
async fn a_captured_session_takes_the_place_of_a_document() {
    let session = Session::captured().await;
    let scanned = scan(&session, Holes::all()).await;

    let confirmed = confirmed(&scanned);
    let is_found = |hole: &&&Hole| {
        let mut operations = hole.operations().iter();
        operations.any(|one| confirmed.contains(&plain(one)))
    };
    let (found, missed): (Vec<&Hole>, Vec<&Hole>) =
        Hole::ALL.iter().partition(|hole| is_found(&hole));
    assert!(found.len() >= LEAST, "{}, without {missed:?}", found.len());
    let there: BTreeSet<String> = Hole::ALL
        .iter()
        .flat_map(|hole| hole.operations())
        .map(|one| plain(one))
        .collect();
    let wrong: Vec<_> = confirmed.difference(&there).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_keeps_no_credential(&session, &scanned);
}

#[tokio::test]
async fn nothing_is_proven_in_an_api_without_holes_by_a_captured_session() {
    let session = Session::captured().await;
    let scanned = scan(&session, Holes::none()).await;
    assert_eq!(confirmed(&scanned), BTreeSet::new());
    assert!(scanned.report.totals.tested > 30);
}

/// No report has a token or a password of the session.
fn assert_keeps_no_credential(session: &Session, scanned: &Scanned) {
    let passwords = PEOPLE.iter().map(|one| one.password.to_owned());
    let tokens = PEOPLE.iter().map(|one| session.stage.token(one.username));
    let secrets: Vec<String> = passwords.chain(tokens).collect();
    for format in [Format::Json, Format::Html, Format::Text, Format::Sarif] {
        let text = write(&scanned.report, format);
        for secret in &secrets {
            assert!(!text.contains(secret), "{format:?}: {secret}");
        }
    }
}

async fn scan(session: &Session, holes: Holes) -> Scanned {
    let testbed = Testbed::open(holes).unwrap();
    scan_session(testbed, &session.har()).await.unwrap()
}

fn confirmed(scanned: &Scanned) -> BTreeSet<String> {
    let reported = scanned.reported().into_iter();
    let confirmed = reported.filter(|one| one.is_confirmed);
    confirmed.map(|one| plain(&one.operation)).collect()
}

/// Returns an operation without the names of its parameters, which no session tells.
fn plain(operation: &str) -> String {
    let parts = operation.split('/').map(|one| match one.starts_with('{') {
        true => "{}",
        false => one,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A session while it is captured.
struct Session {
    stage: Stage,
    entries: Vec<Value>,
}

impl Session {
    /// Captures what people do in an afternoon.
    async fn captured() -> Self {
        let mut session = Self {
            stage: Stage::secure().await,
            entries: Vec::new(),
        };
        session.people().await;
        session.money().await;
        session.orders().await;
        session.files().await;
        session.teams().await;
        session.articles().await;
        session.messages().await;
        session.administration().await;
        session
    }

    async fn people(&mut self) {
        let dora = json!({ "username": "dora", "password": "dora-password-6", "email": "dora@mail.example" });
        self.call("", "POST /register", dora).await;
        let alice = json!({ "username": "alice", "password": "alice-password-1" });
        self.call("", "POST /login", alice).await;
        self.get(&[
            "/me",
            "/users",
            "/users/alice",
            "/profile",
            "/settings/alice",
            "/status",
        ])
        .await;
        self.call("alice", "PATCH /me", json!({ "bio": "reads" }))
            .await;
        self.call("alice", "PATCH /users/alice", json!({ "bio": "reads" }))
            .await;
        self.call("alice", "PUT /profile", json!({ "bio": "reads" }))
            .await;
        self.call("alice", "PUT /settings/alice", json!({ "theme": "dark" }))
            .await;
        let password = json!({ "password": "alice-password-1" });
        self.call("alice", "PUT /users/alice/password", password)
            .await;
    }

    async fn money(&mut self) {
        let made = self
            .call("alice", "POST /accounts", json!({ "label": "savings" }))
            .await
            .id();
        let other = self
            .call("alice", "POST /accounts", json!({ "label": "daily" }))
            .await
            .id();
        self.call(
            "alice",
            &format!("PATCH /accounts/{made}"),
            json!({ "label": "save" }),
        )
        .await;
        let paths = [
            "/accounts".to_owned(),
            format!("/accounts/{made}"),
            format!("/statements?account_id={made}"),
            "/transfers".to_owned(),
            "/invoices".to_owned(),
        ];
        self.get(&paths).await;
        let (from, to): (i64, i64) = (made.parse().unwrap(), other.parse().unwrap());
        let transfer = json!({ "from_account": from, "to_account": to, "amount": 1 });
        self.call("alice", "POST /transfers", transfer).await;
        let header = Some(("X-Account-Id", made.as_str()));
        self.call_with("alice", "GET /statements/current", Value::Null, header)
            .await;
        self.call("alice", &format!("DELETE /accounts/{other}"), Value::Null)
            .await;
    }

    async fn orders(&mut self) {
        let order = json!({ "ship_to": "quay 4", "gift_note": "for you" });
        let order = self.call("alice", "POST /orders", order).await.id();
        let item = json!({ "sku": "cup", "engraving": "A" });
        let item = self
            .call("alice", &format!("POST /orders/{order}/items"), item)
            .await
            .id();
        let change = json!({ "ship_to": "quay 5", "gift_note": "for me" });
        self.call("alice", &format!("PUT /orders/{order}"), change)
            .await;
        let engraving = json!({ "engraving": "B" });
        self.call(
            "alice",
            &format!("PATCH /orders/{order}/items/{item}"),
            engraving,
        )
        .await;
        let paths = [
            "/orders".to_owned(),
            format!("/orders/{order}"),
            format!("/orders/{order}/items"),
            format!("/orders/{order}/items/{item}"),
        ];
        self.get(&paths).await;
        for request in [
            format!("DELETE /orders/{order}/items/{item}"),
            format!("POST /orders/{order}/cancel"),
            format!("DELETE /orders/{order}"),
        ] {
            self.call("alice", &request, Value::Null).await;
        }
        let export = self
            .call("alice", "POST /exports", json!({ "title": "mine" }))
            .await
            .id();
        self.get(&[format!("/exports/{export}")]).await;
    }

    async fn files(&mut self) {
        let file = json!({ "name": "list.txt", "content": "cups" });
        let file = self.call("alice", "POST /files", file).await.id();
        let paths = [
            "/files".to_owned(),
            format!("/files/{file}"),
            format!("/files/{file}/content"),
        ];
        self.get(&paths).await;
        let share = json!({ "username": "bob" });
        self.call("alice", &format!("POST /files/{file}/shares"), share)
            .await;
        self.call("alice", &format!("DELETE /files/{file}"), Value::Null)
            .await;
        let note = self
            .call("alice", "POST /notes", json!({ "body": "milk" }))
            .await;
        let note = note.body["note"]["id"].as_str().unwrap().to_owned();
        self.get(&["/notes".to_owned(), format!("/notes/{note}")])
            .await;
        self.call(
            "alice",
            &format!("PUT /notes/{note}"),
            json!({ "body": "tea" }),
        )
        .await;
        self.call("alice", &format!("DELETE /notes/{note}"), Value::Null)
            .await;
    }

    async fn teams(&mut self) {
        let team = json!({ "slug": "crew", "name": "Crew", "purpose": "sailing" });
        self.call("alice", "POST /teams", team).await;
        let member = json!({ "duty": "writer", "remark": "on time" });
        self.call("alice", "PUT /teams/crew/members/bob", member)
            .await;
        self.get(&[
            "/teams",
            "/teams/crew",
            "/teams/crew/members",
            "/teams/crew/members/bob",
            "/tenants/north/settings",
            "/tenants/north/documents",
        ])
        .await;
        self.call("alice", "DELETE /teams/crew/members/bob", Value::Null)
            .await;
        let footer = json!({ "footer": "north" });
        self.call("alice", "PATCH /tenants/north/settings", footer)
            .await;
        let document = json!({ "title": "plan", "body": "north" });
        let document = self
            .call("alice", "POST /tenants/north/documents", document)
            .await
            .id();
        self.get(&[format!("/tenants/north/documents/{document}")])
            .await;
    }

    async fn articles(&mut self) {
        let article = json!({ "title": "tides", "summary": "Tides", "draft": "more" });
        self.call("alice", "POST /articles", article).await;
        let article = json!({ "summary": "Tides", "draft": "much more" });
        self.call("alice", "PUT /articles/tides", article).await;
        let comment = json!({ "body": "well" });
        let comment = self
            .call("alice", "POST /articles/tides/comments", comment)
            .await
            .id();
        self.get(&[
            "/articles",
            "/articles/tides",
            "/articles/tides/draft",
            "/articles/tides/comments",
        ])
        .await;
        self.call(
            "alice",
            &format!("PATCH /comments/{comment}"),
            json!({ "body": "good" }),
        )
        .await;
        self.call("alice", &format!("DELETE /comments/{comment}"), Value::Null)
            .await;
        self.call("alice", "DELETE /articles/tides", Value::Null)
            .await;
    }

    async fn messages(&mut self) {
        let message = json!({ "recipient": "alice", "subject": "hello", "body": "there" });
        self.call("bob", "POST /messages", message).await;
        let listed = self.call("alice", "GET /messages", Value::Null).await;
        let first = listed
            .body
            .pointer("/0/id")
            .or(listed.body.pointer("/messages/0/id"));
        let open = json!({ "message_id": first });
        self.call("alice", "POST /messages/open", open).await;
        let ticket = json!({ "subject": "help", "body": "please" });
        self.call("alice", "POST /support/tickets", ticket).await;
        self.call("sam", "GET /support/tickets", Value::Null).await;
    }

    async fn administration(&mut self) {
        for path in [
            "/admin/users",
            "/admin/coupons",
            "/admin/flags/beta",
            "/admin/audit",
        ] {
            self.call("adam", &format!("GET {path}"), Value::Null).await;
        }
        self.call("adam", "PUT /users/bob/role", json!({ "role": "customer" }))
            .await;
        self.call("adam", "DELETE /admin/users/dora", Value::Null)
            .await;
    }

    async fn get<P: AsRef<str>>(&mut self, paths: &[P]) {
        for path in paths {
            let request = format!("GET {}", path.as_ref());
            self.call("alice", &request, Value::Null).await;
        }
    }

    async fn call(&mut self, who: &str, what: &str, body: Value) -> Answer {
        self.call_with(who, what, body, None).await
    }

    async fn call_with(
        &mut self,
        who: &str,
        what: &str,
        body: Value,
        header: Option<(&str, &str)>,
    ) -> Answer {
        let answer = self.stage.call_with(who, what, body.clone(), header).await;
        let (method, path) = what.split_once(' ').unwrap();
        let mut headers = Vec::new();
        if !who.is_empty() {
            let token = format!("Bearer {}", self.stage.token(who));
            headers.push(json!({ "name": "Authorization", "value": token }));
        }
        headers.extend(header.map(|(name, value)| json!({ "name": name, "value": value })));
        let mut request = json!({
            "method": method,
            "url": format!("https://shop.example{path}"),
            "headers": headers,
        });
        if !body.is_null() {
            request["postData"] =
                json!({ "mimeType": "application/json", "text": body.to_string() });
        }
        let content = json!({ "mimeType": "application/json", "text": answer.body.to_string() });
        let response = json!({ "status": answer.status.as_u16(), "content": content });
        self.entries
            .push(json!({ "request": request, "response": response }));
        answer
    }

    fn har(&self) -> String {
        json!({ "log": { "version": "1.2", "entries": self.entries } }).to_string()
    }
}

/// The holes that are found at least.
const LEAST: usize = 35;
