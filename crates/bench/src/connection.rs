//! One HTTP/1.1 connection, over TCP or TLS, one request at a time.

use std::fmt;

use anyhow::Context;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};
use url::{Host, Url};

/// An open connection.
pub struct Connection {
    host: String,
    sender: SendRequest<Full<Bytes>>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Connection")
    }
}

/// A whole answer.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, whatever its length was said to be.
    pub body: Bytes,
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Answer")
    }
}

impl Connection {
    /// Connects to the host of an http URL.
    pub async fn open(url: &Url) -> anyhow::Result<Self> {
        Self::over(url, reach(url).await?).await
    }

    /// Connects to the host of an https URL, which must have a certificate that `tls` trusts.
    pub async fn open_with(url: &Url, tls: &TlsConnector) -> anyhow::Result<Self> {
        let stream = tls.connect(name(url)?, reach(url).await?).await;
        let stream = stream.with_context(|| {
            let host = url.authority();
            format!(
                "no TLS with `{host}` (--ca names certificate authorities that are not the web's)"
            )
        })?;
        Self::over(url, stream).await
    }

    async fn over(
        url: &Url,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> anyhow::Result<Self> {
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let host = url.authority().to_owned();
        Ok(Self { host, sender })
    }

    /// Sends a request, adding the host, and reads the whole answer.
    pub async fn send(&mut self, mut request: Request<Full<Bytes>>) -> anyhow::Result<Answer> {
        let host = self.host.parse().context("the host is no header value")?;
        request.headers_mut().insert(header::HOST, host);
        self.sender.ready().await?;
        let (head, body) = self.sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}

async fn reach(url: &Url) -> anyhow::Result<TcpStream> {
    let addresses = url.socket_addrs(|| None)?;
    let stream = TcpStream::connect(&*addresses)
        .await
        .with_context(|| url.authority().to_owned())?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Whom the certificate must name.
fn name(url: &Url) -> anyhow::Result<ServerName<'static>> {
    Ok(match url.host().context("the address names no host")? {
        Host::Domain(name) => ServerName::try_from(name.to_owned())?,
        Host::Ipv4(address) => std::net::IpAddr::from(address).into(),
        Host::Ipv6(address) => std::net::IpAddr::from(address).into(),
    })
}

/// A form submitted to a path.
pub fn post(path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Request<Full<Bytes>>> {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = Request::post(path).header(header::CONTENT_TYPE, FORM);
    Ok(request.body(Full::new(body.into()))?)
}

/// A request without a body.
pub fn get(path: &str) -> anyhow::Result<Request<Full<Bytes>>> {
    Ok(Request::get(path).body(Full::default())?)
}

const FORM: &str = "application/x-www-form-urlencoded";
