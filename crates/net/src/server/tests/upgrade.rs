//! Connections that speak another protocol count until they end.

use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;

use super::*;

const UPGRADE: &str =
    "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";

/// A server that upgrades every request for it, and hands over the sockets.
struct Upgrading {
    address: SocketAddr,
    drain: Drain,
    server: JoinHandle<()>,
    upgraded: mpsc::UnboundedReceiver<(TokioIo<Upgraded>, CloseSignal)>,
}

impl Upgrading {
    async fn serve(connections: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, upgraded) = mpsc::unbounded_channel();
        let service = service_fn(move |mut request: Request<RequestBody>| {
            let mut response = Response::new(Full::<Bytes>::default());
            let signal = request.extensions_mut().remove::<CloseSignal>();
            if let Some(signal) = signal {
                *response.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
                for (name, value) in [("connection", "upgrade"), ("upgrade", "websocket")] {
                    response.headers_mut().insert(name, value.parse().unwrap());
                }
                let on_upgrade = request.extensions_mut().remove::<OnUpgrade>().unwrap();
                let sender = sender.clone();
                tokio::spawn(async move {
                    let upgraded = TokioIo::new(on_upgrade.await.unwrap());
                    drop(sender.send((upgraded, signal)));
                });
            }
            async move { Ok::<_, Infallible>(response) }
        });
        let drain = Drain::new();
        let limits = Limits {
            connections,
            ..Limits::default()
        };
        let server = Server::new().listen(Listener::tcp(listener)).limits(limits);
        let server = tokio::spawn(server.serve(service, drain.clone()));
        Self {
            address,
            drain,
            server,
            upgraded,
        }
    }

    /// Opens a connection and upgrades it: both ends of it.
    async fn upgrade(&mut self) -> (TcpStream, (TokioIo<Upgraded>, CloseSignal)) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(UPGRADE.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101"));
        (stream, self.upgraded.recv().await.unwrap())
    }

    async fn get(&self) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = get("/", "connection: close\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        all(stream).await
    }
}

/// D13
#[tokio::test(start_paused = true)]
async fn an_upgraded_connection_takes_a_place_until_its_socket_closes() {
    let mut server = Upgrading::serve(1).await;
    let (mut client, (mut held, _signal)) = server.upgrade().await;
    // it is not idle: something goes through it all the time
    let busy = async {
        loop {
            held.write_all(b"x").await.unwrap();
            client.read_u8().await.unwrap();
            sleep(Duration::from_millis(100)).await;
        }
    };
    let mut second = TcpStream::connect(server.address).await.unwrap();
    second.write_all(get("/", "").as_bytes()).await.unwrap();
    tokio::select! {
        () = busy => {}
        _ = second.read_u8() => panic!("it was served beside the upgraded one"),
        () = sleep(Duration::from_secs(30)) => {}
    }
    drop(held);
    assert_eq!(second.read_u8().await.unwrap(), b'H');
}

/// D13
#[tokio::test(start_paused = true)]
async fn the_upgraded_connection_that_is_idle_for_longest_makes_room() {
    let mut server = Upgrading::serve(3).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(server.upgrade().await);
        sleep(Duration::from_secs(2)).await;
    }
    // the first one has been used since
    let (client, (held, _)) = &mut open[0];
    client.write_all(b"x").await.unwrap();
    assert_eq!(held.read_u8().await.unwrap(), b'x');
    sleep(Duration::from_secs(2)).await;
    let (_client, (mut held, mut signal)) = open.remove(1);
    // a connection that its peer does not close is cut
    let cut =
        tokio::spawn(async move { (signal.requested().await, held.read_u8().await.is_err()) });
    assert!(server.get().await.starts_with("HTTP/1.1 200"));
    assert_eq!(cut.await.unwrap(), (CloseReason::MakeRoom, true));
    for (client, (held, _)) in &mut open {
        client.write_all(b"y").await.unwrap();
        assert_eq!(held.read_u8().await.unwrap(), b'y');
    }
}

/// D13
#[tokio::test(start_paused = true)]
async fn a_drain_asks_upgraded_connections_to_close_and_waits_for_them() {
    let mut server = Upgrading::serve(10).await;
    let (mut client, (mut held, mut signal)) = server.upgrade().await;
    let (_silent, (mut ignoring, _signal)) = server.upgrade().await;
    let started = tokio::time::Instant::now();
    server.drain.start();
    assert_eq!(signal.requested().await, CloseReason::Drain);
    held.write_all(b"goodbye").await.unwrap();
    drop(held);
    let mut words = String::new();
    client.read_to_string(&mut words).await.unwrap();
    assert_eq!(words, "goodbye");
    // one that does not close is cut at the end of the grace time
    assert!(ignoring.read_u8().await.is_err());
    server.server.await.unwrap();
    let waited = started.elapsed();
    assert!(
        waited >= Duration::from_secs(10) && waited < Duration::from_secs(12),
        "{waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_drain_ends_with_the_last_upgraded_connection() {
    let mut server = Upgrading::serve(10).await;
    let (_client, (held, mut signal)) = server.upgrade().await;
    let started = tokio::time::Instant::now();
    server.drain.start();
    signal.requested().await;
    drop(held);
    server.server.await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn an_upgraded_connection_may_be_idle_but_not_refuse_what_it_is_sent() {
    let mut server = Upgrading::serve(10).await;
    let (mut client, (mut held, _signal)) = server.upgrade().await;
    sleep(Duration::from_secs(3_600)).await;
    held.write_all(b"x").await.unwrap();
    assert_eq!(client.read_u8().await.unwrap(), b'x');
    let started = tokio::time::Instant::now();
    while held.write_all(&[0; 64 * 1024]).await.is_ok() {}
    let waited = started.elapsed();
    assert!(
        waited >= Duration::from_secs(30) && waited < Duration::from_secs(42),
        "{waited:?}"
    );
}
