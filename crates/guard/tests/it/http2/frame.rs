//! Frames of HTTP/2 (RFC 9113 §4).

use tokio::{io::AsyncReadExt, net::TcpStream};

/// Reads a frame, and tells its kind.
pub(super) async fn read_frame(stream: &mut TcpStream) -> Option<u8> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut payload).await.ok()?;
    Some(match head[3] {
        // ours, answered
        PING if head[4] == 0 => 0xff,
        kind => kind,
    })
}

/// RFC 9113 §4.1
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [length[1], length[2], length[3], kind, flags];
    [&head[..], &stream.to_be_bytes(), payload].concat()
}

/// A header that is not indexed, with a new name, not compressed (RFC 7541 §6.2.2).
pub(super) fn literal((name, value): (&str, &str)) -> Vec<u8> {
    let text = |text: &str| {
        let length = u8::try_from(text.len()).unwrap();
        assert!(length < 127);
        [&[length], text.as_bytes()].concat()
    };
    [vec![0], text(name), text(value)].concat()
}

pub(super) async fn answer(stream: &mut TcpStream) -> String {
    loop {
        let mut head = [0; 9];
        if stream.read_exact(&mut head).await.is_err() {
            return "closed".to_owned();
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut payload).await.unwrap();
        match head[3] {
            HEADERS => return status(&payload),
            RST_STREAM => return "reset".to_owned(),
            GOAWAY => return "goaway".to_owned(),
            _ => {}
        }
    }
}

/// `:status` comes first: indexed, or with an indexed name (RFC 7541 §6.1, §6.2, appendix A).
fn status(block: &[u8]) -> String {
    match block {
        [0x88, ..] => "200".to_owned(),
        [0x8c, ..] => "400".to_owned(),
        [0x8d, ..] => "404".to_owned(),
        // in Huffman's code
        [0x48, 0x82, 0x6c, 0x01, ..] => "501".to_owned(),
        other => format!("{other:02x?}"),
    }
}

pub(super) const DATA: u8 = 0;

pub(super) const HEADERS: u8 = 1;

pub(super) const RST_STREAM: u8 = 3;

pub(super) const SETTINGS: u8 = 4;

pub(super) const PING: u8 = 6;

pub(super) const GOAWAY: u8 = 7;

pub(super) const END_STREAM: u8 = 1;

pub(super) const END_HEADERS: u8 = 4;
