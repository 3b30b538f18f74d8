mod address_slot;
mod alpn;
mod connection_limit;
mod drain;
mod flood;
mod header_limit;
mod host;
mod piece;
mod rejected;
mod room;
mod stall;
mod timeout;
mod unread;
mod upgrade;

use std::{convert::Infallible, future::pending, net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Full};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
    time::{advance, sleep, timeout},
};
use tower::service_fn;

use super::*;
use crate::TrustedProxies;

struct Running {
    address: SocketAddr,
    drain: Drain,
    entered: Arc<Notify>,
    leave: Arc<Notify>,
    server: JoinHandle<()>,
}

/// A server that answers the peer at `/`, waits for `leave` at `/wait`, for ever at `/never`.
async fn serve() -> Running {
    serve_on(|listener| listener).await
}

async fn serve_on(change: impl FnOnce(Listener) -> Listener) -> Running {
    serve_within(Limits::default(), change).await
}

async fn serve_within(limits: Limits, change: impl FnOnce(Listener) -> Listener) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let drain = Drain::new();
    let entered = Arc::new(Notify::new());
    let leave = Arc::new(Notify::new());
    let (entered_, leave_) = (Arc::clone(&entered), Arc::clone(&leave));
    let service = service_fn(move |request: Request<RequestBody>| {
        let (entered, leave) = (Arc::clone(&entered_), Arc::clone(&leave_));
        async move {
            entered.notify_one();
            Ok::<_, Infallible>(answer_by_path(request, &leave).await)
        }
    });
    let server = Server::new()
        .listen(change(Listener::tcp(listener)))
        .limits(limits);
    let server = tokio::spawn(server.serve(service, drain.clone()));
    Running {
        address,
        drain,
        entered,
        leave,
        server,
    }
}

/// Answers as the path says, and any other path with the caller.
async fn answer_by_path(request: Request<RequestBody>, leave: &Notify) -> Response<Full<Bytes>> {
    match request.uri().path() {
        "/wait" => leave.notified().await,
        "/never" => pending().await,
        "/large" => {
            let large = Full::new(Bytes::from(vec![b'x'; 64 * 1024 * 1024]));
            return Response::new(large);
        }
        "/read" => return read(request.into_body()).await,
        path @ ("/200" | "/401" | "/413") => return status(path),
        _ => {}
    }
    let peer = request.extensions().get::<Peer>().unwrap();
    let text = format!("{} tls={}", peer.ip().unwrap(), peer.tls);
    Response::new(Full::new(Bytes::from(text)))
}

async fn read(body: RequestBody) -> Response<Full<Bytes>> {
    let text = match body.collect().await {
        Ok(read) => format!("{} bytes", read.to_bytes().len()),
        Err(error) => error.to_string(),
    };
    Response::new(Full::new(Bytes::from(text)))
}

/// Answers with the status that the path names: a success and 401 without a body.
fn status(path: &str) -> Response<Full<Bytes>> {
    let text = if path == "/413" { "too large" } else { "" };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = path.trim_start_matches('/').parse().unwrap();
    response
}

impl Running {
    async fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn ask(&self, request: &str) -> String {
        all(self.send(request).await).await
    }
}

async fn all(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset after the answer is as good an end as any.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

async fn head(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"tls=false") {
        answer.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(answer).unwrap()
}

fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\n{headers}\r\n")
}

#[tokio::test]
async fn a_request_carries_its_peer() {
    let running = serve().await;
    let answer = running.ask(&get("/", "connection: close\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("127.0.0.1 tls=false"), "{answer}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_peer_is_known_by_its_user_id() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let service = service_fn(async |request: Request<RequestBody>| {
        let PeerAddress::Unix { uid } = request.extensions().get::<Peer>().unwrap().address else {
            panic!("not a unix peer");
        };
        let text = Bytes::from(format!("uid={uid:?}"));
        Ok::<_, Infallible>(Response::new(Full::new(text)))
    });
    let server = Server::new().listen(Listener::unix(listener));
    tokio::spawn(server.serve(service, Drain::new()));
    let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
    let own = stream.peer_cred().unwrap().uid();
    let request = get("/", "connection: close\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with(&format!("uid=Some({own})")), "{answer}");
}

#[tokio::test]
async fn an_encrypted_connection_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let (certificate, key) = (
        directory.path().join("cert.pem"),
        directory.path().join("key.pem"),
    );
    let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tls = crate::Tls::load(&certificate, &key).unwrap();
    let service = service_fn(async |request: Request<RequestBody>| {
        let tls = request.extensions().get::<Peer>().unwrap().tls;
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(format!("tls={tls}")))))
    });
    tokio::spawn(
        Server::new()
            .listen(Listener::tls(listener, tls))
            .serve(service, Drain::new()),
    );

    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = TcpStream::connect(address).await.unwrap();
    let mut stream = connector
        .connect("a.example".try_into().unwrap(), stream)
        .await
        .unwrap();
    stream
        .write_all(get("/", "connection: close\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("tls=true"), "{answer}");
}
