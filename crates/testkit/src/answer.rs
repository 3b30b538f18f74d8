//! What came back.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// A header as text; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {} {}", self.status, self.text()))
    }

    /// A text member of the JSON body.
    pub fn member(&self, name: &str) -> String {
        let json = self.json();
        let value = json.get(name).and_then(Value::as_str);
        value
            .unwrap_or_else(|| panic!("no `{name}` in {} {json}", self.status))
            .to_owned()
    }

    /// The value of the hidden form field `name`.
    pub fn hidden(&self, name: &str) -> String {
        let text = self.text();
        let field = format!("name=\"{name}\" value=\"");
        let (_, rest) = text
            .split_once(&field)
            .unwrap_or_else(|| panic!("no hidden `{name}` in {} {text}", self.status));
        rest.split_once('"').expect("a closing quote").0.to_owned()
    }

    /// A parameter of the `Location` header's query.
    pub fn returned(&self, name: &str) -> Option<String> {
        let (_, query) = self.header("location").split_once('?')?;
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// Status and the OAuth error code, as one line.
    pub fn outcome(&self) -> String {
        let error = match serde_json::from_slice::<Value>(&self.body) {
            Ok(body) => body.get("error").and_then(Value::as_str).map(str::to_owned),
            Err(_) => self.returned("error"),
        };
        match error {
            Some(error) => format!("{} {error}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }
}
