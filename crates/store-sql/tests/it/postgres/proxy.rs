//! A proxy before the database, which cuts connections.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Stands before the database, and cuts a connection after so many bytes.
pub(super) struct Proxy {
    pub(super) url: String,
    pub(super) up: Arc<AtomicI64>,
    pub(super) down: Arc<AtomicI64>,
}

/// Bytes that are never sent.
pub(super) const NEVER: i64 = i64::MAX / 2;

impl Proxy {
    pub(super) async fn start(url: &str) -> Self {
        let server: SocketAddr = {
            let (_, rest) = url.split_once('@').unwrap();
            rest.split('/').next().unwrap().parse().unwrap()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap();
        let [up, down] = [(); 2].map(|()| Arc::new(AtomicI64::new(NEVER)));
        let ways = (Arc::clone(&up), Arc::clone(&down));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let ways = (Arc::clone(&ways.0), Arc::clone(&ways.1));
                tokio::spawn(forward(client, server, ways));
            }
        });
        Self {
            url: url.replace(&server.to_string(), &own.to_string()),
            up,
            down,
        }
    }
}

async fn forward(
    client: TcpStream,
    server: SocketAddr,
    (up, down): (Arc<AtomicI64>, Arc<AtomicI64>),
) {
    let server = TcpStream::connect(server).await.unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // whichever way ends, both connections are closed
    tokio::select! {
        () = pump(from_client, to_server, &up) => {}
        () = pump(from_server, to_client, &down) => {}
    }
}

async fn pump(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    left: &AtomicI64,
) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let length = i64::try_from(read).unwrap();
        let allowed = left.fetch_sub(length, Ordering::SeqCst).clamp(0, length);
        let sent = &buffer[..usize::try_from(allowed).unwrap()];
        if to.write_all(sent).await.is_err() || allowed < length {
            // the next connection is whole
            left.store(NEVER, Ordering::SeqCst);
            return;
        }
    }
}
