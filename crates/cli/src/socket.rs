//! A running server's admin API: over the Unix socket in its data directory, or over the network.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use airside_net::{
    address::is_loopback,
    chain,
    client::{Client, UnixError, send_over_unix},
    tls,
};
use airside_oauth::secret::Secret;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header, request};
use http_body_util::Full;
use rustix::process;
use serde_json::Value;
use url::Url;

use crate::exit::{Code, Failure};

/// The socket's name in the data directory.
pub const NAME: &str = "admin.sock";

/// What is said when a server cannot listen on its socket.
pub fn unbound(path: &Path, error: &io::Error) -> Failure {
    let shown = path.display();
    if error.kind() == io::ErrorKind::InvalidInput {
        let length = path.as_os_str().len();
        return Failure::failed(format!(
            "the path of the socket `{shown}` has {length} bytes, more than a socket's may have\nhelp: choose a data directory with a shorter path, with --data or `data`"
        ));
    }
    Failure::failed(format!("cannot make the socket `{shown}`: {error}"))
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
        http: Client,
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
    /// `url` is no address that a token may be sent to: https, or this machine. `ca` is no file of
    /// certificate authorities.
    pub fn at(url: &str, token: Option<Secret>, ca: Option<&Path>) -> Result<Self, Failure> {
        let parsed = Url::parse(url).ok();
        if !parsed.is_some_and(|parsed| parsed.scheme() == "https" || is_loopback(&parsed)) {
            return Err(Failure::usage(format!(
                "`{url}` is no https address, and a token is sent to no other"
            )));
        }
        Ok(Self::Remote {
            url: url.trim_end_matches('/').to_owned(),
            token,
            http: http_client(ca)?,
        })
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send(Method::GET, path, None).await
    }

    /// Reads one page of a list, and says whether there are more.
    pub async fn get_page(&self, path: &str) -> Result<(Value, bool), Failure> {
        let answer = self.send_whole(Method::GET, path, None).await?;
        let links = answer.headers().get_all(header::LINK).iter();
        let mut links = links.filter_map(|link| link.to_str().ok());
        let has_more = links.any(|link| link.contains("rel=\"next\""));
        Ok((answer.into_body(), has_more))
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
        let answer = self.send_whole(method, path, body).await?;
        Ok(answer.into_body())
    }

    async fn send_whole(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response<Value>, Failure> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .header(header::CONTENT_TYPE, "application/json");
        let response = self.exchange(request, path, body).await?;
        let status = response.status();
        let value: Value = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(response.map(|_| value));
        }
        let message = value
            .get("message")
            .or_else(|| value.get("error"))
            .and_then(Value::as_str)
            .unwrap_or("the server gave no reason");
        Err(Failure::new(code(status), explained(status, message)))
    }

    async fn exchange(
        &self,
        request: request::Builder,
        path: &str,
        body: String,
    ) -> Result<Response<Bytes>, Failure> {
        let body = Full::new(Bytes::from(body));
        let malformed = |error: http::Error| Failure::usage(error.to_string());
        match self {
            Self::Socket(socket) => {
                let request = request.uri(format!("http://admin/api/admin/v1{path}"));
                let request = request.header(header::HOST, "admin").body(body);
                let is_trusted = |uid| is_operators(socket, uid);
                let sent = send_over_unix(socket, request.map_err(malformed)?, is_trusted);
                sent.await.map_err(|error| unanswered(socket, &error))
            }
            Self::Remote { url, token, http } => {
                let token = token.as_ref().ok_or_else(|| {
                    Failure::usage(format!(
                        "--url needs --token, an access token for {url}/api/admin/v1"
                    ))
                })?;
                let request = request
                    .uri(format!("{url}/api/admin/v1{path}"))
                    .header(header::AUTHORIZATION, format!("Bearer {}", token.expose()));
                let sent = http.send(request.body(body).map_err(malformed)?).await;
                sent.map_err(|error| {
                    Failure::new(
                        Code::Unreachable,
                        format!("no server answers at {url}: {}", chain(&error)),
                    )
                })
            }
        }
    }
}

/// A client that trusts the web's certificate authorities, the system's, and those of a file.
///
/// # Errors
///
/// [`Failure`] names the file and what is wrong with it.
pub fn http_client(ca: Option<&Path>) -> Result<Client, Failure> {
    // a system without a store has none to add
    let systems = rustls_native_certs::load_native_certs().certs;
    let tls = tls::trusting_also(systems, ca);
    let tls = tls.map_err(|error| Failure::usage(chain(&error)))?;
    Ok(Client::with_tls(tls))
}

/// Whoever owns the data directory is the operator, and root may do everything: nobody else's process
/// hears what is sent, a password for example.
fn is_operators(socket: &Path, uid: u32) -> bool {
    let directory = socket.parent().unwrap_or(Path::new("."));
    let owner = fs::metadata(directory).map(|metadata| metadata.uid()).ok();
    uid == 0 || uid == process::getuid().as_raw() || Some(uid) == owner
}

fn unanswered(socket: &Path, error: &UnixError) -> Failure {
    let socket = socket.display();
    match error {
        UnixError::Stranger { uid } => Failure::new(
            Code::Refused,
            format!(
                "nothing was sent to `{socket}`: user id {uid} listens there, who is neither you, root nor the owner of the directory"
            ),
        ),
        UnixError::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => Failure::new(
            Code::Refused,
            format!(
                "`{socket}` may not be used by this account: run the command as the owner of the data directory or root"
            ),
        ),
        error => Failure::new(
            Code::Unreachable,
            format!(
                "no server answers at `{socket}`: {error}\nhelp: start one with `airside serve`, or name its data directory with --data, or its address with --url"
            ),
        ),
    }
}

/// What a refusal by token means for whoever sent it.
fn explained(status: StatusCode, message: &str) -> String {
    match (status, message) {
        (StatusCode::UNAUTHORIZED, _) => format!(
            "{message}: the access token is not good for this API: get one with `resource` = the issuer and /api/admin/v1"
        ),
        (StatusCode::FORBIDDEN, "insufficient_scope") => {
            format!(
                "{message}: the token needs airside:admin:read to look, airside:admin:write to change"
            )
        }
        (StatusCode::FORBIDDEN, "access_denied") => {
            format!("{message}: this account is no administrator's")
        }
        _ => message.to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_believed_to_be_the_operators_or_roots() {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join(NAME);
        let own = process::getuid().as_raw();
        assert!(is_operators(&socket, own) && is_operators(&socket, 0));
        assert!(!is_operators(&socket, own.wrapping_add(12_345)));
        let failure = unanswered(&socket, &UnixError::Stranger { uid: 12_345 });
        assert_eq!(failure.code, Code::Refused);
        assert!(failure.message.contains("user id 12345"), "{failure}");
        let locked = UnixError::Io(io::ErrorKind::PermissionDenied.into());
        let failure = unanswered(&socket, &locked);
        assert_eq!(failure.code, Code::Refused);
        assert!(
            failure
                .message
                .contains("as the owner of the data directory or root")
        );
    }
}
