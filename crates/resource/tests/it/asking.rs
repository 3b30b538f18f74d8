//! Requests of people to an API, and the answers that they are compared with.

use airside_resource::Api;
use http::Method;

use crate::{bank::World, declared::send};

/// An API, asked by people whose tokens have the same scope.
pub struct Asking<'a> {
    pub world: &'a World,
    pub api: &'a Api,
    pub scope: &'static str,
}

impl Asking<'_> {
    async fn ask(&self, person: &str, method: Method, path: &str, body: &str) -> (u16, String) {
        let token = self.world.token(person, self.scope, &[]);
        send(self.api, &token, method, path, body).await
    }

    pub async fn get(&self, person: &str, path: &str) -> (u16, String) {
        self.ask(person, Method::GET, path, "").await
    }

    pub async fn post(&self, person: &str, path: &str, body: &str) -> (u16, String) {
        self.ask(person, Method::POST, path, body).await
    }

    pub async fn put(&self, person: &str, path: &str, body: &str) -> (u16, String) {
        self.ask(person, Method::PUT, path, body).await
    }

    pub async fn patch(&self, person: &str, path: &str, body: &str) -> (u16, String) {
        self.ask(person, Method::PATCH, path, body).await
    }

    pub async fn delete(&self, person: &str, path: &str) -> (u16, String) {
        self.ask(person, Method::DELETE, path, "").await
    }
}

/// Returns the answer that has this text.
pub fn found(text: &str) -> (u16, String) {
    (200, text.to_owned())
}

/// Returns the answer to a request for a record that is not there, or not for this person.
pub fn absent() -> (u16, String) {
    (404, r#"{"error":"not_found"}"#.to_owned())
}
