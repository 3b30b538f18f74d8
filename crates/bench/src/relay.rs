//! A reverse proxy that checks nothing, made of the libraries that the guard stands on: what is left for the
//! guard to save.

use std::{
    io::{self, Write},
    net::SocketAddr,
};

use clap::Args;
use http::{
    HeaderValue, Request, Response, StatusCode, Uri,
    header::{CONNECTION, HOST},
    uri::{Authority, Scheme},
};
use http_body_util::{Either, Empty};
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use tokio::{net::TcpListener, runtime::Builder, task};

#[derive(Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The address of the API
    #[arg(long)]
    upstream: SocketAddr,
}

/// Serves on one thread, as one worker of nginx does, until the process is ended; says `ready` and its address
/// on standard error.
pub async fn serve(options: Options) -> anyhow::Result<()> {
    task::spawn_blocking(|| {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(listen(options))
    })
    .await?
}

async fn listen(options: Options) -> anyhow::Result<()> {
    let upstream = Upstream {
        authority: options.upstream.to_string().parse()?,
        host: options.upstream.to_string().parse()?,
        client: Client::builder(TokioExecutor::new()).build(connector()),
    };
    let listener = TcpListener::bind(options.listen).await?;
    writeln!(io::stderr(), "ready: http://{}", listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let upstream = upstream.clone();
        let service = service_fn(move |request| upstream.clone().forward(request));
        // a connection that breaks is its client's affair
        task::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector
}

#[derive(Clone)]
struct Upstream {
    authority: Authority,
    host: HeaderValue,
    client: Client<HttpConnector, Incoming>,
}

type Body = Either<Incoming, Empty<Bytes>>;

impl Upstream {
    async fn forward(self, mut request: Request<Incoming>) -> Result<Response<Body>, http::Error> {
        let mut parts = request.uri().clone().into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.authority);
        *request.uri_mut() = Uri::from_parts(parts)?;
        request.headers_mut().remove(CONNECTION);
        request.headers_mut().insert(HOST, self.host);
        match self.client.request(request).await {
            Ok(answer) => Ok(answer.map(Either::Left)),
            Err(_) => Response::builder()
                .status(StatusCode::BAD_GATEWAY)
                .body(Either::Right(Empty::new())),
        }
    }
}
