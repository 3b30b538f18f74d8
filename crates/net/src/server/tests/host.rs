//! A request names one host.

use super::{
    flood::{END_HEADERS, END_STREAM, GOAWAY, HEADERS, RESET, frame, next_frame, opening},
    *,
};

/// G11
#[tokio::test]
async fn a_request_without_one_valid_host_is_answered_400() {
    // RFC9112-3.2
    let running = serve().await;
    for lines in INVALID_HOSTS {
        let answer = running.ask(&format!("GET / HTTP/1.1\r\n{lines}\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{lines:?}: {answer}");
        // what follows on the connection is not read
        assert!(answer.contains("connection: close"), "{answer}");
        assert!(answer.contains("cache-control: no-store"), "{answer}");
        assert!(answer.contains("\"error_description\":\"the "), "{answer}");
    }
    let other = "GET http://b/ HTTP/1.1\r\nhost: a\r\n\r\n";
    assert!(running.ask(other).await.starts_with("HTTP/1.1 400"));
    // controls
    for request in VALID_REQUESTS {
        let answer = running.ask(request).await;
        assert!(answer.contains(" 200 OK"), "{request}: {answer}");
    }
}

/// G11
#[tokio::test]
async fn http2_names_one_host_too() {
    // RFC9113-8.3.1
    let running = serve().await;
    // `GET http:` with `/`, and what is literal: a name of the table or a new one, and a value
    let request = |literals: &[u8]| [&[0x82, 0x86, 0x84], literals].concat();
    for literals in TWO_HOSTS {
        let status = status(&running, &request(literals)).await;
        // malformed for the library already, or 400
        assert!(
            matches!(status, None | Some(0x8c)),
            "{literals:?}: {status:?}"
        );
    }
    for literals in ONE_HOST {
        let status = status(&running, &request(literals)).await;
        assert_eq!(status, Some(0x88), "{literals:?}");
    }
}

/// The first byte of the answer's header, which is its status; none if there is no answer.
async fn status(running: &Running, block: &[u8]) -> Option<u8> {
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let request = frame(HEADERS, END_HEADERS | END_STREAM, 1, block);
    let bytes = [opening(), request].concat();
    stream.write_all(&bytes).await.unwrap();
    loop {
        match next_frame(&mut stream).await? {
            (HEADERS, payload) => return payload.first().copied(),
            (RESET | GOAWAY, _) => return None,
            _ => {}
        }
    }
}

const INVALID_HOSTS: [&str; 10] = [
    "",
    "host: a\r\nhost: a\r\n",
    "host: a\r\nHost: b\r\n",
    "host:\r\n",
    "host: a,b\r\n",
    "host: a:99999\r\n",
    "host: a b\r\n",
    "host: u@a\r\n",
    "host: a/b\r\n",
    "host: a\u{e9}\r\n",
];

const VALID_REQUESTS: [&str; 4] = [
    "GET / HTTP/1.1\r\nhost: a.example:8443\r\nconnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: [::1]:80\r\nconnection: close\r\n\r\n",
    "GET http://a/ HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    // RFC9112-3.2: only HTTP/1.1 requires one
    "GET / HTTP/1.0\r\n\r\n",
];

const TWO_HOSTS: [&[u8]; 6] = [
    b"",
    b"\x41\x03a,b",
    b"\x41\x07a:99999",
    b"\x41\x03u@a",
    b"\x41\x01a\x00\x04host\x01b",
    b"\x41\x01a\x00\x04host\x01a\x00\x04host\x01a",
];

const ONE_HOST: [&[u8]; 4] = [
    b"\x41\x01a",
    b"\x41\x06a:8443",
    b"\x00\x04host\x01a",
    b"\x41\x01a\x00\x04host\x01a",
];
