//! A running server's admin API: over the Unix socket in its data directory, or over the network.

mod link;
pub mod pages;
mod problem;

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use airside_net::{
    address::is_loopback,
    chain,
    client::{Client, send_over_unix},
    tls,
};
use airside_oauth::key::secret::Secret;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header, request};
use http_body_util::Full;
use rustix::process;
use serde_json::Value;
use url::Url;

pub use self::problem::unreached;
use self::{
    link::next_page,
    problem::{code, sentence, too_large, unanswered},
};
use crate::exit::{Code, CommandError};

/// The socket's name in the data directory.
pub const NAME: &str = "admin.sock";

/// Makes the error of a server that cannot listen on its socket.
pub fn unbound(path: &Path, error: &io::Error) -> CommandError {
    let shown = path.display();
    if error.kind() == io::ErrorKind::InvalidInput {
        let length = path.as_os_str().len();
        return CommandError::failed(format!(
            "the path of the socket `{shown}` has {length} bytes, more than a socket's may have\nhelp: choose a data directory with a shorter path, with --data or `data`"
        ));
    }
    CommandError::failed(format!("cannot make the socket `{shown}`: {error}"))
}

/// The admin API of a server.
#[derive(Debug)]
pub enum Admin {
    /// Of the one that uses a data directory.
    Socket(PathBuf),
    /// Of the one at an address.
    Remote {
        /// Its issuer.
        url: String,
        /// An access token for its admin API.
        token: Option<Secret>,
        /// Speaks to it.
        http: Box<Client>,
    },
}

impl Admin {
    /// The API of the server that uses `data`.
    pub fn of(data: &Path) -> Self {
        Self::Socket(data.join(NAME))
    }

    /// The API of the server whose issuer is `url`.
    ///
    /// # Errors
    ///
    /// `url` is not an address that a token may be sent to: https, or this machine. `ca` is not a file of
    /// certificate authorities.
    pub fn at(url: &str, token: Option<Secret>, ca: Option<&Path>) -> Result<Self, CommandError> {
        let parsed = Url::parse(url).ok();
        if !parsed.is_some_and(|parsed| parsed.scheme() == "https" || is_loopback(&parsed)) {
            return Err(CommandError::usage(format!(
                "`{url}` is not an https address, and a token is sent to https addresses only"
            )));
        }
        Ok(Self::Remote {
            url: url.trim_end_matches('/').to_owned(),
            token,
            http: Box::new(http_client(ca)?),
        })
    }

    /// Returns the issuer of the server.
    pub async fn issuer(&self) -> Result<String, CommandError> {
        if let Self::Remote { url, .. } = self {
            return Ok(url.clone());
        }
        let about = self.get("/issuer").await?;
        about
            .get("issuer")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .ok_or_else(|| CommandError::failed("the server did not name its issuer"))
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Value, CommandError> {
        self.send(Method::GET, path, None).await
    }

    /// Reads one page of a list, and the query of the next one if there is one.
    async fn page(&self, path: &str) -> Result<(Value, Option<String>), CommandError> {
        self.answered(Method::GET, path, None).await
    }

    /// Makes or does.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, CommandError> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Changes.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value, CommandError> {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> Result<Value, CommandError> {
        self.send(Method::DELETE, path, None).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, CommandError> {
        let (value, _) = self.answered(method, path, body).await?;
        Ok(value)
    }

    /// The answer, and the query of the next page if it is one of several.
    async fn answered(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(Value, Option<String>), CommandError> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .header(header::CONTENT_TYPE, "application/json");
        let response = self.exchange(request, path, body).await?;
        let status = response.status();
        let value: Value = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        match status.is_success() {
            true => Ok((value, next_page(&response))),
            false => Err(CommandError::new(code(status), sentence(status, &value))),
        }
    }

    async fn exchange(
        &self,
        request: request::Builder,
        path: &str,
        body: String,
    ) -> Result<Response<Bytes>, CommandError> {
        let request = match self {
            Self::Socket(_) => request,
            Self::Remote { url, token, .. } => {
                let token = token.as_ref().ok_or_else(|| {
                    CommandError::usage(format!(
                        "--url needs --token, an access token for {url}/api/admin/v1"
                    ))
                })?;
                request.header(header::AUTHORIZATION, format!("Bearer {}", token.expose()))
            }
        };
        self.sent(request, &format!("/api/admin/v1{path}"), body)
            .await
    }

    /// Asks whether the server is ready: the status of the answer, and what it says.
    pub async fn health(&self) -> Result<(StatusCode, Value), CommandError> {
        let answer = self
            .sent(Request::builder(), "/health/ready", String::new())
            .await?;
        let said = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        Ok((answer.status(), said))
    }

    async fn sent(
        &self,
        request: request::Builder,
        path: &str,
        body: String,
    ) -> Result<Response<Bytes>, CommandError> {
        let body = Full::new(Bytes::from(body));
        let malformed = |error: http::Error| CommandError::usage(error.to_string());
        match self {
            Self::Socket(socket) => {
                let request = request.uri(format!("http://admin{path}"));
                let request = request.header(header::HOST, "admin").body(body);
                let is_trusted = |uid| is_operators(socket, uid);
                let sent = send_over_unix(socket, request.map_err(malformed)?, is_trusted);
                sent.await.map_err(|error| unanswered(socket, &error))
            }
            Self::Remote { url, http, .. } => {
                let request = request.uri(format!("{url}{path}")).body(body);
                let sent = http.send(request.map_err(malformed)?).await;
                sent.map_err(|error| match error.kind() {
                    io::ErrorKind::FileTooLarge => too_large(url, &error),
                    _ => CommandError::new(
                        Code::Unreachable,
                        format!("no server answers at {url}: {}", unreached(&error)),
                    ),
                })
            }
        }
    }
}

/// A client that trusts the web's certificate authorities, the system's, and those of a file.
///
/// # Errors
///
/// [`CommandError`] names the file and what is wrong with it.
pub fn http_client(ca: Option<&Path>) -> Result<Client, CommandError> {
    Ok(Client::with_tls(trusted(ca)?))
}

/// Returns the TLS configuration of [`http_client`], with the certificate authorities that it trusts.
///
/// # Errors
///
/// [`CommandError`] names the file and what is wrong with it.
pub fn trusted(ca: Option<&Path>) -> Result<tls::ClientConfig, CommandError> {
    // a system without a store has none to add
    let systems = rustls_native_certs::load_native_certs().certs;
    tls::trusting_also(systems, ca).map_err(|error| CommandError::usage(chain(&error)))
}

/// Returns true if the process behind the socket runs as the operator, who owns the data directory, or as
/// root: to no other process anything is sent, for example a password.
fn is_operators(socket: &Path, uid: u32) -> bool {
    let directory = socket.parent().unwrap_or(Path::new("."));
    let owner = fs::metadata(directory).map(|metadata| metadata.uid()).ok();
    uid == 0 || uid == process::getuid().as_raw() || Some(uid) == owner
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

#[cfg(test)]
mod tests;
