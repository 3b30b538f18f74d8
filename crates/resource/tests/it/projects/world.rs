//! The API, an issuer that it trusts, and people who ask.

use airside_resource::{Api, testing::Issuer};
use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode},
};
use serde_json::Value;
use tower::ServiceExt as _;

/// The API, and an issuer that it trusts.
pub struct World {
    pub issuer: Issuer,
    pub api: Api,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub etag: Option<String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// A field of each record of a list.
    pub fn each(&self, field: &str) -> Vec<Value> {
        let list = self.json();
        let records = list.as_array().unwrap().iter();
        records.map(|record| record[field].clone()).collect()
    }
}

/// A request that is not sent yet.
pub struct Ask<'a> {
    pub world: &'a World,
    pub request: axum::http::request::Builder,
}

impl World {
    /// A member of the organisation `acme`.
    pub fn as_person(&self, person: &str) -> Caller<'_> {
        self.caller(person, "acme", "user")
    }

    pub fn caller(&self, person: &str, org: &str, role: &str) -> Caller<'_> {
        let token = self
            .issuer
            .person(person)
            .scope("projects:read projects:write");
        let token = token.role(role).claim("org", org).sign().unwrap();
        Caller { world: self, token }
    }
}

pub struct Caller<'a> {
    pub world: &'a World,
    pub token: String,
}

impl Caller<'_> {
    pub fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        let request = Request::builder()
            .method(method.parse::<Method>().unwrap())
            .uri(path)
            .header("Authorization", format!("Bearer {}", self.token));
        Ask {
            world: self.world,
            request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send(Body::empty()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path).send(Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path).json(body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask("PUT", path).json(body).await
    }
}

impl Ask<'_> {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub async fn json(self, body: Value) -> Answer {
        let this = self.with("Content-Type", "application/json");
        this.send(Body::from(body.to_string())).await
    }

    pub async fn send(self, body: Body) -> Answer {
        let request = self.request.body(body).unwrap();
        let response = self.world.api.clone().oneshot(request).await.unwrap();
        let etag = response.headers().get("ETag");
        Answer {
            status: response.status(),
            etag: etag.map(|etag| etag.to_str().unwrap().to_owned()),
            body: to_bytes(response.into_body(), 1 << 20)
                .await
                .unwrap()
                .to_vec(),
        }
    }
}
