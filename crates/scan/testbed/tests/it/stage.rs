//! Some people who call the API.

use airside_scan_testbed::{Hole, Holes, PEOPLE, Testbed};
use axum::{Router, body::Body};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// A testbed with a token for each person.
pub(crate) struct Stage {
    pub(crate) testbed: Testbed,
    router: Router,
    tokens: Vec<(&'static str, String)>,
}

/// An answer; a body that is not JSON is a string.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// Returns true if the text is somewhere in the body.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.body.to_string().contains(text)
    }

    pub(crate) fn id(&self) -> String {
        let id = &self.body["id"];
        id.as_str().map_or_else(|| id.to_string(), str::to_owned)
    }
}

impl Stage {
    pub(crate) async fn secure() -> Self {
        Self::with(Holes::none()).await
    }

    pub(crate) async fn only(hole: Hole) -> Self {
        Self::with(Holes::only(hole)).await
    }

    pub(crate) async fn with(holes: Holes) -> Self {
        Self::of(Testbed::open(holes).unwrap()).await
    }

    pub(crate) async fn of(testbed: Testbed) -> Self {
        let mut stage = Self {
            router: testbed.router(),
            testbed,
            tokens: Vec::new(),
        };
        for person in PEOPLE {
            stage.login(person.username, person.password).await;
        }
        stage
    }

    pub(crate) async fn login(&mut self, username: &'static str, password: &str) -> Answer {
        let body = json!({ "username": username, "password": password });
        let answer = self.call("", "POST /login", body).await;
        let token = answer.body["token"].as_str().unwrap_or_default().to_owned();
        self.tokens.retain(|(name, _)| *name != username);
        self.tokens.push((username, token));
        answer
    }

    /// Returns the token of a person.
    pub(crate) fn token(&self, who: &str) -> String {
        let own = self.tokens.iter().find(|(name, _)| *name == who);
        own.map(|(_, token)| token.clone()).unwrap_or_default()
    }

    /// Sends `METHOD /path` as a person; nobody is `""`.
    pub(crate) async fn call(&self, who: &str, what: &str, body: Value) -> Answer {
        self.call_with(who, what, body, None).await
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.call(who, &format!("GET {path}"), Value::Null).await
    }

    pub(crate) async fn call_with(
        &self,
        who: &str,
        what: &str,
        body: Value,
        header: Option<(&str, &str)>,
    ) -> Answer {
        let (method, path) = what.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        if let Some((_, token)) = self.tokens.iter().find(|(name, _)| *name == who) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            Body::from(body.to_string())
        };
        let answer = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }

    pub(crate) async fn account(&self, who: &str) -> String {
        let body = json!({ "label": format!("label-of-{who}") });
        self.call(who, "POST /accounts", body).await.id()
    }

    pub(crate) async fn order(&self, who: &str) -> String {
        let body = json!({ "ship_to": format!("quay-of-{who}") });
        self.call(who, "POST /orders", body).await.id()
    }

    pub(crate) async fn item(&self, who: &str, order: &str) -> String {
        let body = json!({ "sku": "cup", "engraving": format!("engraved-for-{who}") });
        self.call(who, &format!("POST /orders/{order}/items"), body)
            .await
            .id()
    }

    pub(crate) async fn file(&self, who: &str) -> String {
        let body =
            json!({ "name": format!("name-of-{who}"), "content": format!("content-of-{who}") });
        self.call(who, "POST /files", body).await.id()
    }

    pub(crate) async fn note(&self, who: &str) -> String {
        let body = json!({ "body": format!("note-of-{who}") });
        let answer = self.call(who, "POST /notes", body).await;
        answer.body["note"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn team(&self, who: &str) {
        let body =
            json!({ "slug": "crew", "name": "Crew", "purpose": format!("purpose-of-{who}") });
        self.call(who, "POST /teams", body).await;
        let body = json!({ "duty": "writer", "remark": "remark-on-sam" });
        self.call(who, "PUT /teams/crew/members/sam", body).await;
    }

    pub(crate) async fn article(&self, who: &str) {
        let body =
            json!({ "title": "tides", "summary": "Tides", "draft": format!("draft-of-{who}") });
        self.call(who, "POST /articles", body).await;
    }

    pub(crate) async fn comment(&self, who: &str) -> String {
        let body = json!({ "body": format!("comment-of-{who}") });
        self.call(who, "POST /articles/welcome/comments", body)
            .await
            .id()
    }

    pub(crate) async fn post(&self, who: &str) -> String {
        let body = json!({ "headline": format!("headline-of-{who}") });
        self.call(who, "POST /posts", body).await.id()
    }
}
