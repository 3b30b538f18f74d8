//! An answer that fails the test where something is missing.

use std::ops::Deref;

use bytes::Bytes;
use http::response;
use serde_json::Value;

/// The answer of [`airside_client`], whose accessors fail the test instead of returning `None`.
#[derive(Clone)]
pub struct Answer(airside_client::Answer);

impl Answer {
    /// Joins a head and a body.
    pub fn new(head: response::Parts, body: Bytes) -> Self {
        Self(airside_client::Answer::new(head, body))
    }

    /// Returns a header as text; empty if it is absent.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    /// Returns the body as JSON.
    pub fn json(&self) -> Value {
        let json = self.0.json();
        json.unwrap_or_else(|| panic!("not JSON: {self:?}"))
    }

    /// Returns a text member of the JSON body.
    pub fn member(&self, name: &str) -> String {
        let member = self.0.member(name);
        member.unwrap_or_else(|| panic!("no `{name}` in {self:?}"))
    }

    /// Returns the value of the hidden form field `name`.
    pub fn hidden(&self, name: &str) -> String {
        let value = self.0.hidden(name);
        value.unwrap_or_else(|| panic!("no hidden `{name}` in {self:?}"))
    }
}

impl Deref for Answer {
    type Target = airside_client::Answer;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<airside_client::Answer> for Answer {
    fn from(answer: airside_client::Answer) -> Self {
        Self(answer)
    }
}

/// Prints everything: a test has no secrets.
impl std::fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (status, headers) = (self.status, &self.headers);
        write!(formatter, "{status} {headers:?} {}", self.0.text())
    }
}
