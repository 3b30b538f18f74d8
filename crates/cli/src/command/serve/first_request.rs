//! The first request, which the server makes itself.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Asks the server behind a listener for `/health/live`, so that no caller waits for what only the first
/// connection of a process costs. Gives up after a second: it matters for nothing else.
pub(super) async fn send(listen: SocketAddr, issuer_path: &str) {
    let asked = timeout(PATIENCE, ask(reachable(listen), issuer_path)).await;
    let asked = asked.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    if let Err(error) = asked {
        tracing::debug!(%error, "the first request had no answer");
    }
}

async fn ask(address: SocketAddr, issuer_path: &str) -> io::Result<usize> {
    let path = issuer_path.trim_end_matches('/');
    let request =
        format!("GET {path}/health/live HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    stream.read_to_end(&mut Vec::new()).await
}

/// Returns an address that leads to a listener; one that listens on all addresses has no address of its own.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_all_addresses_is_asked_at_this_machine() {
        for (listen, asked) in [
            ("0.0.0.0:1", "127.0.0.1:1"),
            ("[::]:1", "[::1]:1"),
            ("192.0.2.1:1", "192.0.2.1:1"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
