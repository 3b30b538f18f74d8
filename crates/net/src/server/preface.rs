//! The PROXY protocol, versions 1 and 2: a load balancer that passes bytes on says first whose they
//! are (HAProxy, "The PROXY protocol", sections 2.1 and 2.2).

use std::{
    io::{Error, ErrorKind, Result},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use tokio::io::{AsyncRead, AsyncReadExt};

/// Reads the header, and nothing after it: the client's address, or `None` if the proxy speaks for
/// itself (a health check).
///
/// # Errors
///
/// [`ErrorKind::InvalidData`] if the connection begins with anything else.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<SocketAddr>> {
    // the shortest header of version 1 is longer than the signature of version 2
    let mut start = [0; SIGNATURE.len()];
    stream.read_exact(&mut start).await?;
    if start == SIGNATURE {
        binary(stream).await
    } else {
        text(stream, &start).await
    }
}

async fn binary(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<SocketAddr>> {
    let command = stream.read_u8().await?;
    let family = stream.read_u8().await?;
    let length = stream.read_u16().await?;
    if length > LONGEST {
        return Err(malformed());
    }
    let mut rest = vec![0; usize::from(length)];
    stream.read_exact(&mut rest).await?;
    let mut rest = rest.as_slice();
    match (command, family) {
        // LOCAL, and families that have no address for us
        (0x20, _) | (0x21, 0x00) => Ok(None),
        (0x21, 0x11) => {
            let source = rest.read_u32().await?;
            let _destination = rest.read_u32().await?;
            let port = rest.read_u16().await?;
            Ok(Some((Ipv4Addr::from_bits(source), port).into()))
        }
        (0x21, 0x21) => {
            let source = rest.read_u128().await?;
            let _destination = rest.read_u128().await?;
            let port = rest.read_u16().await?;
            Ok(Some((Ipv6Addr::from_bits(source), port).into()))
        }
        _ => Err(malformed()),
    }
}

async fn text(stream: &mut (impl AsyncRead + Unpin), start: &[u8]) -> Result<Option<SocketAddr>> {
    let mut line = start.to_vec();
    while !line.ends_with(b"\r\n") {
        if line.len() >= MAX_LINE {
            return Err(malformed());
        }
        line.push(stream.read_u8().await?);
    }
    parse(&line).ok_or_else(malformed)
}

/// Parses `PROXY TCP4 192.0.2.1 192.0.2.9 56324 443` and its line end.
fn parse(line: &[u8]) -> Option<Option<SocketAddr>> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix("\r\n")?;
    let mut words = line.split(' ');
    if words.next()? != "PROXY" {
        return None;
    }
    let four = match words.next()? {
        "UNKNOWN" => return Some(None),
        "TCP4" => true,
        "TCP6" => false,
        _ => return None,
    };
    let address: IpAddr = words.next()?.parse().ok()?;
    let _destination: IpAddr = words.next()?.parse().ok()?;
    let port: u16 = words.next()?.parse().ok()?;
    let _destination_port: u16 = words.next()?.parse().ok()?;
    let is_whole = words.next().is_none() && address.is_ipv4() == four;
    is_whole.then(|| Some((address, port).into()))
}

fn malformed() -> Error {
    Error::new(ErrorKind::InvalidData, "no header of the PROXY protocol")
}

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// Of a version 1 header, with its line end.
const MAX_LINE: usize = 107;

/// Of what follows a version 2 signature: addresses, and notes that are not read.
const LONGEST: u16 = 2_048;

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(bytes: &[u8]) -> Option<(Option<String>, usize)> {
        let mut stream = bytes;
        let address = read(&mut stream).await.ok()?;
        Some((address.map(|address| address.to_string()), stream.len()))
    }

    fn binary(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [&SIGNATURE[..], &[command, family], &length, rest, b"GET"].concat()
    }

    #[tokio::test]
    async fn both_versions_name_the_client_and_leave_the_rest() {
        let named = |address: &str| Some((Some(address.to_owned()), 3));
        let four = b"PROXY TCP4 192.0.2.1 192.0.2.9 56324 443\r\nGET";
        assert_eq!(of(four).await, named("192.0.2.1:56324"));
        let six = b"PROXY TCP6 2001:db8::1 2001:db8::9 1 443\r\nGET";
        assert_eq!(of(six).await, named("[2001:db8::1]:1"));
        assert_eq!(of(b"PROXY UNKNOWN\r\nGET").await, Some((None, 3)));
        let addresses = [192, 0, 2, 1, 192, 0, 2, 9, 0, 80, 1, 187];
        let header = binary(0x21, 0x11, &addresses);
        assert_eq!(of(&header).await, named("192.0.2.1:80"));
        let with_notes = [&addresses[..], &[4, 0, 1, 7]].concat();
        assert_eq!(
            of(&binary(0x21, 0x11, &with_notes)).await,
            named("192.0.2.1:80")
        );
        let mut six = [0; 36];
        (six[15], six[31], six[33]) = (1, 9, 80);
        assert_eq!(of(&binary(0x21, 0x21, &six)).await, named("[::1]:80"));
        assert_eq!(of(&binary(0x20, 0x00, &[])).await, Some((None, 3)));
    }

    #[tokio::test]
    async fn anything_else_is_refused() {
        for bytes in [
            &b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..],
            b"PROXY TCP4 192.0.2.1 192.0.2.9 56324\r\n",
            b"PROXY TCP4 192.0.2.1 192.0.2.9 56324 443 1\r\n",
            b"PROXY TCP4 2001:db8::1 2001:db8::9 1 443\r\n",
            b"PROXY TCP4 192.0.2.1 192.0.2.9 99999 443\r\n",
            b"proxy TCP4 192.0.2.1 192.0.2.9 1 443\r\n",
            b"PROXY TCP4 192.0.2.1\r\n",
            &[b'P'; 200],
            &binary(0x21, 0x11, &[192, 0, 2])[..],
            &binary(0x22, 0x11, &[0; 12]),
            &binary(0x21, 0x12, &[0; 12]),
            &binary(0x21, 0x11, &[0; 3_000]),
            b"",
        ] {
            assert_eq!(of(bytes).await, None, "{bytes:?}");
        }
    }
}
