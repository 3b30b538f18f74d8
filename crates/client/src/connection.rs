//! One HTTP/1.1 connection.

use std::fmt;

use bytes::Bytes;
use http::{Uri, header};
use http_body_util::Full;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use url::Url;

use crate::{answer::Answer, error::Error, request::Request, transport::Transport};

/// One HTTP/1.1 connection, which carries one request at a time.
pub struct Connection {
    authority: String,
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    /// Connects to the host of an http URL.
    ///
    /// # Errors
    ///
    /// [`Error::NoAnswer`] if the host cannot be reached.
    pub async fn open(url: &Url) -> Result<Self, Error> {
        Self::over(url, Self::reach(url).await?).await
    }

    /// Opens the TCP connection only, for TLS above it.
    ///
    /// # Errors
    ///
    /// [`Error::NoAnswer`] if the host cannot be reached.
    pub async fn reach(url: &Url) -> Result<TcpStream, Error> {
        let reach = async {
            let addresses = url.socket_addrs(|| None)?;
            let stream = TcpStream::connect(&*addresses).await?;
            stream.set_nodelay(true)?;
            Ok::<_, std::io::Error>(stream)
        };
        let reached = reach.await;
        reached.map_err(|error| Error::no_answer(url.authority(), error))
    }

    /// Speaks HTTP/1.1 to the host of `url` over a stream, such as one of TLS.
    ///
    /// # Errors
    ///
    /// [`Error::NoAnswer`] if the stream has ended.
    pub async fn over(
        url: &Url,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Result<Self, Error> {
        let authority = url.authority().to_owned();
        let opened = handshake(TokioIo::new(stream)).await;
        let (sender, connection) = opened.map_err(|error| Error::no_answer(&authority, error))?;
        tokio::spawn(connection);
        Ok(Self { authority, sender })
    }

    /// Sends a request and reads the whole answer. The connection is the one that is open, whatever
    /// host the request names; its `Host` header is the one of the connection.
    ///
    /// # Errors
    ///
    /// - [`Error::Request`] if the connection's host is not a header value.
    /// - [`Error::NoAnswer`] if the connection ends before the answer is complete.
    pub async fn send(&mut self, mut request: http::Request<Full<Bytes>>) -> Result<Answer, Error> {
        // RFC9112-3.2.1: an origin server is sent path and query only
        if let Some(path) = request.uri().path_and_query().cloned() {
            *request.uri_mut() = Uri::from(path);
        }
        let host = self.authority.parse();
        let host = host.map_err(|error| Error::Request(http::Error::from(error)))?;
        request.headers_mut().insert(header::HOST, host);
        let answer = async {
            self.sender.ready().await?;
            Answer::read(self.sender.send_request(request).await?).await
        };
        let answer = answer.await;
        answer.map_err(|error| Error::no_answer(&self.authority, error))
    }
}

impl Transport for Connection {
    type Error = Error;

    async fn send(&mut self, request: &Request) -> Result<Answer, Error> {
        Self::send(self, request.to_http()?).await
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.authority;
        formatter.debug_tuple("Connection").field(host).finish()
    }
}
