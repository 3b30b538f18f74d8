//! A plain HTTP client for servers that the operator names: no redirects, bounded, over TCP, TLS or
//! a Unix socket.

use std::{io, path::Path, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
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

    /// Sends `request` and reads the whole answer: at most 1 MiB within 30 seconds.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if there is no answer, or a longer one.
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

/// Sends `request` over the Unix socket at `path`; the same bounds as [`Client::send`].
///
/// # Errors
///
/// [`io::Error`] if nobody listens there, or there is no answer.
pub async fn send_over_unix(
    path: &Path,
    request: Request<Full<Bytes>>,
) -> io::Result<Response<Bytes>> {
    let stream = UnixStream::connect(path).await?;
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
    timeout(DEADLINE, answer)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

async fn collect(response: Response<Incoming>) -> io::Result<Response<Bytes>> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, MOST_BYTES)
        .collect()
        .await
        .map_err(io::Error::other)?;
    Ok(Response::from_parts(head, body.to_bytes()))
}

const DEADLINE: Duration = Duration::from_secs(30);
const MOST_BYTES: usize = 1024 * 1024;
