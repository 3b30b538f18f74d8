//! Frames of HTTP/2 that a hostile client sends.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use super::{GOAWAY, MAX_BYTES, SETTINGS};
use crate::wire::connect;

/// The end of a flood.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// The server said goodbye with this code.
    Goodbye(u32),
    /// The server closed the connection.
    Closed,
    /// The server took no more bytes.
    NotRead,
    /// All was taken.
    Taken,
}

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// Sends `first` and then waves until the connection ends or `MAX_BYTES` are sent. What the server
/// says is read if `reads`.
pub fn flood(address: &str, first: &[u8], wave: impl Fn(u32) -> Vec<u8>, reads: bool) -> End {
    let mut stream = connect(address);
    stream
        .set_write_timeout(Some(Duration::from_secs(3)))
        .unwrap();
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).unwrap();
    stream.write_all(first).unwrap();
    let answers = stream.try_clone().unwrap();
    let listener = reads.then(|| thread::spawn(move || goodbye(answers)));
    let (mut sent, mut number) = (0, 0);
    let mut end = End::Taken;
    while sent < MAX_BYTES {
        // many waves in one write, as a flooder does it
        let bytes: Vec<u8> = (number..number + 64).flat_map(&wave).collect();
        number += 64;
        match stream.write_all(&bytes) {
            Ok(()) => sent += bytes.len(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                end = End::NotRead;
                break;
            }
            Err(_) => {
                end = End::Closed;
                break;
            }
        }
    }
    if end != End::Closed {
        drop(stream.shutdown(std::net::Shutdown::Write));
    }
    let code = listener.and_then(|listener| listener.join().unwrap());
    code.map_or(end, End::Goodbye)
}

/// Reads frames to the end: the code of the server's goodbye, if it is one of an error.
pub fn goodbye(mut stream: TcpStream) -> Option<u32> {
    let mut code = None;
    let mut head = [0; 9];
    while stream.read_exact(&mut head).is_ok() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        if stream.read_exact(&mut payload).is_err() {
            break;
        }
        if head[3] == GOAWAY {
            let said = u32::from_be_bytes(payload[4..8].try_into().unwrap());
            code = code.or((said != 0).then_some(said));
        }
    }
    code
}
