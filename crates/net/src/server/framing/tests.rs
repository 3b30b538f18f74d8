use super::*;

/// Whole, and cut at every place.
fn refused_at(bytes: &[u8]) -> Option<usize> {
    let whole = Framing::default().read(bytes).err().map(|at| at.0);
    for cut in 0..=bytes.len() {
        let (first, second) = bytes.split_at(cut);
        let mut framing = Framing::default();
        let parts = match framing.read(first) {
            Err(at) => Some(at.0),
            Ok(()) => framing.read(second).err().map(|at| cut + at.0),
        };
        assert_eq!(parts, whole, "{:?}", String::from_utf8_lossy(bytes));
    }
    whole
}

/// RFC9112-2.2
#[test]
fn requests_that_follow_each_other_are_read() {
    for fine in [
        &b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..],
        b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\na\nb\r\nGET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\na\nb\r\n\r\n1f\r\n0123456789012345678901234567890\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding:chunked\r\n\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\n\n\n\0",
        b"GET / HTTP/1.1\r\nContent-Length: 0\r\nX:\r\n\r\n",
    ] {
        assert_eq!(refused_at(fine), None, "{:?}", String::from_utf8_lossy(fine));
    }
}

/// G09, RFC9112-6.3
#[test]
fn what_two_servers_could_cut_differently_is_refused() {
    for head in REFUSED_HEADS {
        let request = format!("POST / HTTP/1.1\r\n{head}\r\n");
        assert!(refused_at(request.as_bytes()).is_some(), "{head:?}");
    }
    assert!(refused_at(b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n").is_some());
    for body in REFUSED_BODIES {
        let request = format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        assert!(refused_at(request.as_bytes()).is_some(), "{body:?}");
    }
}

#[test]
fn only_what_is_before_is_passed_on() {
    let request = b"GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n";
    assert_eq!(refused_at(request), Some(23));
    let mut framing = Framing::default();
    assert!(framing.read(request).is_err());
    assert_eq!(framing.read(b"GET"), Err(MalformedAt(0)));
}

#[test]
fn another_protocol_is_not_read() {
    let mut framing = Framing::default();
    framing
        .read(b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
        .unwrap();
    framing.switch();
    assert_eq!(framing.read(b"\x81\n\n\0"), Ok(()));
}

const REFUSED_HEADS: [&str; 19] = [
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "Content-Length: 5\r\nContent-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Transfer-Encoding: xchunked\r\n",
    "Transfer-Encoding: \x0bchunked\r\n",
    "Content-Length: +5\r\n",
    "Content-Length: 0x5\r\n",
    "Content-Length: 5, 5\r\n",
    "Content-Length: \r\n",
    "Content-Length: 99999999999999999999999\r\n",
    "Content-Length : 5\r\n",
    "X: y\n",
    "X: y\r\n folded\r\n",
    "\tfolded: y\r\n",
    "X: y\rContent-Length: 5\r\n",
    "no colon\r\n",
    ": no name\r\n",
];

const REFUSED_BODIES: [&str; 11] = [
    "5;a=b\r\nhello\r\n0\r\n\r\n",
    "5 \r\nhello\r\n0\r\n\r\n",
    "0x5\r\nhello\r\n0\r\n\r\n",
    "+5\r\nhello\r\n0\r\n\r\n",
    "5\nhello\r\n0\r\n\r\n",
    "5\r\nhello\n0\r\n\r\n",
    "5\r\nhelloo\r\n0\r\n\r\n",
    "\r\n",
    "fffffffffffffffff\r\n",
    "0\r\n folded\r\n\r\n",
    "0\r\nX: y\n\r\n",
];
