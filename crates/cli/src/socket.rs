//! The running server's admin API, over the Unix socket in the data directory.

use std::path::{Path, PathBuf};

use airside_net::client::send_over_unix;
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use serde_json::Value;

use crate::exit::{Code, Failure};

/// The socket's name in the data directory.
pub const NAME: &str = "admin.sock";

/// The admin API of the server that uses a data directory.
#[derive(Debug)]
pub struct Admin {
    socket: PathBuf,
}

impl Admin {
    /// The API of the server that uses `data`.
    pub fn of(data: &Path) -> Self {
        Self {
            socket: data.join(NAME),
        }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send(Method::GET, path, None).await
    }

    /// Makes or does.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Changes.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.send(Method::DELETE, path, None).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("http://admin/api/admin/v1{path}"))
            .header(header::HOST, "admin")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| Failure::usage(error.to_string()))?;
        let response = send_over_unix(&self.socket, request).await.map_err(|error| {
            let socket = self.socket.display();
            Failure::new(
                Code::Unreachable,
                format!("no server answers at `{socket}`: {error}\nhelp: start one with `airside serve`, or name its data directory with --data"),
            )
        })?;
        let status = response.status();
        let value: Value = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(value);
        }
        let message = value
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or("the server gave no reason")
            .to_owned();
        Err(Failure::new(code(status), message))
    }
}

fn code(status: StatusCode) -> Code {
    match status {
        StatusCode::BAD_REQUEST => Code::Usage,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Code::Refused,
        StatusCode::CONFLICT => Code::Conflict,
        _ => Code::Failed,
    }
}

/// One segment of a path.
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
