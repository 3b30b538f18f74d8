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

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn a_server_is_sent_path_and_query_only_and_its_own_host() {
        // RFC9112-3.2.1
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 1024];
            let length = stream.read(&mut head).await.unwrap();
            let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
            stream.write_all(answer).await.unwrap();
            String::from_utf8_lossy(&head[..length]).into_owned()
        });
        let mut connection = Connection::open(&url.parse().unwrap()).await.unwrap();
        let request = Request::get("http://elsewhere.example/a?b=1");
        let answer = Transport::send(&mut connection, &request).await.unwrap();
        assert_eq!(answer.status, 204);
        let host = url.replace("http://", "");
        let head = served.await.unwrap();
        assert_eq!(head, format!("GET /a?b=1 HTTP/1.1\r\nhost: {host}\r\n\r\n"));
    }
}
