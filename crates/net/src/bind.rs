//! A TCP listener in front of which a whole crowd may wait.

use std::{io, net::SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

/// Listens on an address. As many connections may wait to be accepted as the system allows: one
/// that finds no room is tried again by its client only a second later.
///
/// # Errors
///
/// Any error of the system, for an address that is in use, for example.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // a server that is started again finds its address free
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// The system's own limit (`net.core.somaxconn`, 4096 on Linux) is in force where it is less.
const WAITING: u32 = 65_535;

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn more_may_wait_than_a_listener_takes_by_default() {
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        for _ in 0..1100 {
            match TcpStream::connect(address).await {
                Ok(stream) => waiting.push(stream),
                Err(error) => {
                    eprintln!("not tried: {error}: the system gives too few descriptors");
                    assert!(waiting.len() > 200);
                    return;
                }
            }
        }
        listener.accept().await.unwrap();
    }
}
