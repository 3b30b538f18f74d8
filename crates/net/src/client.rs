//! A plain HTTP client for servers that the operator names: no redirects, bounded, over TCP, TLS or
//! a Unix socket.

use std::{io, path::Path, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use rustls::ClientConfig;
use tokio::{net::UnixStream, time::timeout};

/// The client; keeps connections open.
#[derive(Clone, Debug)]
pub struct Client {
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Client {
    /// A client that speaks http and https, with the web's certificate authorities.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if the TLS library refuses its own defaults.
    pub fn new() -> io::Result<Self> {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)
            .map_err(io::Error::other)?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            pool: Pool::builder(TokioExecutor::new()).build(connector),
        })
    }

    /// A client that speaks http and https, and trusts whom `tls` trusts.
    #[must_use]
    pub fn with_tls(tls: ClientConfig) -> Self {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .build();
        Self {
            pool: Pool::builder(TokioExecutor::new()).build(connector),
        }
    }

    /// Sends `request` and reads the whole answer: at most 1 MiB within 30 seconds.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if there is no answer; of the kind [`io::ErrorKind::FileTooLarge`] if it is longer.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> io::Result<Response<Bytes>> {
        let answer = async {
            let response = self.pool.request(request).await.map_err(io::Error::other)?;
            collect(response).await
        };
        timeout(DEADLINE, answer)
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }
}

/// The reason why a request over a Unix socket has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnixError {
    /// The process that listens there belongs to an account that is not trusted; nothing was sent.
    #[error("user id {uid} listens there")]
    UntrustedPeer {
        /// The user id of the process.
        uid: u32,
    },
    /// No connection, or no answer.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Sends `request` over the Unix socket at `path`; the same bounds as [`Client::send`]. Nothing is
/// sent unless `is_trusted` accepts the user id of the process that listens there.
///
/// # Errors
///
/// [`UnixError::UntrustedPeer`] if it does not; [`UnixError::Io`] if no process listens there, or there
/// is no answer.
pub async fn send_over_unix(
    path: &Path,
    request: Request<Full<Bytes>>,
    is_trusted: impl Fn(u32) -> bool,
) -> Result<Response<Bytes>, UnixError> {
    let stream = UnixStream::connect(path).await?;
    let uid = stream.peer_cred()?.uid();
    if !is_trusted(uid) {
        return Err(UnixError::UntrustedPeer { uid });
    }
    let answer = async {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        let driver = async { drop(connection.await) };
        let exchange = async {
            let response = sender
                .send_request(request)
                .await
                .map_err(io::Error::other)?;
            let collected = collect(response).await;
            drop(sender);
            collected
        };
        tokio::join!(exchange, driver).0
    };
    let answered = timeout(DEADLINE, answer).await;
    Ok(answered.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??)
}

async fn collect(response: Response<Incoming>) -> io::Result<Response<Bytes>> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, MAX_BYTES).collect().await;
    let body = body.map_err(|error| match error.is::<LengthLimitError>() {
        true => io::Error::new(
            io::ErrorKind::FileTooLarge,
            "the answer is larger than 1 MiB",
        ),
        false => io::Error::other(error),
    })?;
    Ok(Response::from_parts(head, body.to_bytes()))
}

const DEADLINE: Duration = Duration::from_secs(30);
const MAX_BYTES: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncReadExt, net::UnixListener};

    use super::*;

    #[tokio::test]
    async fn a_stranger_at_the_socket_hears_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        let own = rustix::process::getuid().as_raw();
        let request = || Request::post("http://x/").body(Full::new("secret".into()));

        let refused = send_over_unix(&path, request().unwrap(), |uid| uid != own).await;

        assert!(matches!(refused, Err(UnixError::UntrustedPeer { uid }) if uid == own));
        let mut heard = Vec::new();
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, b"");
        // the control: one who is trusted hears it
        let sent = send_over_unix(&path, request().unwrap(), |uid| uid == own);
        let heard = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = vec![0; 4];
            stream.read_exact(&mut heard).await.unwrap();
            heard
        };
        let (answer, heard) = tokio::join!(sent, heard);
        assert_eq!(heard, b"POST");
        assert!(matches!(answer, Err(UnixError::Io(_))));
    }
}
