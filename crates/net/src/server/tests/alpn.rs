//! The protocol that was agreed by ALPN is the one that is spoken.

use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    flood::{END_HEADERS, END_STREAM, GET, HEADERS, frame, opening},
    *,
};

const HTTP1: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

fn http2() -> Vec<u8> {
    let request = frame(HEADERS, END_HEADERS | END_STREAM, 1, GET);
    [opening(), request].concat()
}

/// A server with TLS, and what connects to it.
struct Encrypted {
    running: Running,
    roots: rustls::RootCertStore,
    _directory: tempfile::TempDir,
}

impl Encrypted {
    async fn serve() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let files = ["cert.pem", "key.pem"].map(|name| directory.path().join(name));
        let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
        std::fs::write(&files[0], made.cert.pem()).unwrap();
        std::fs::write(&files[1], made.signing_key.serialize_pem()).unwrap();
        let tls = crate::Tls::load(&files[0], &files[1]).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut running = serve_on(|_| Listener::tls(listener, tls)).await;
        running.address = address;
        let mut roots = rustls::RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        Self {
            running,
            roots,
            _directory: directory,
        }
    }

    async fn connect(&self, offered: &[&[u8]]) -> TlsStream<TcpStream> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
        let stream = TcpStream::connect(self.running.address).await.unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let name = "a.example".try_into().unwrap();
        connector.connect(name, stream).await.unwrap()
    }

    /// True if the request is answered, by HTTP/1.1 or HTTP/2.
    async fn is_answered(&self, offered: &[&[u8]], bytes: &[u8]) -> bool {
        let mut stream = self.connect(offered).await;
        stream.write_all(bytes).await.unwrap();
        let mut read = Vec::new();
        // an HTTP/2 answer does not end the connection, but a refusal does
        let _ = stream.read_buf(&mut read).await;
        let is_http2 = bytes.starts_with(b"PRI");
        while is_http2 && !read.windows(9).any(is_answer) {
            match stream.read_buf(&mut read).await {
                Ok(0) | Err(_) => return false,
                Ok(_) => {}
            }
        }
        is_http2 || read.starts_with(b"HTTP/1.1 200")
    }
}

/// A HEADERS frame of stream 1.
fn is_answer(head: &[u8]) -> bool {
    matches!(head, [0, 0, _, HEADERS, _, 0, 0, 0, 1])
}

#[tokio::test]
async fn what_was_agreed_is_what_is_spoken() {
    // RFC7301-3.2
    let server = Encrypted::serve().await;
    let (h2, http11): (&[u8], &[u8]) = (b"h2", b"http/1.1");
    for (offered, speaks_http2) in [
        (&[h2, http11][..], true),
        (&[h2], true),
        (&[http11], false),
        (&[], false),
    ] {
        let by_http1 = server.is_answered(offered, HTTP1).await;
        assert_eq!(by_http1, !speaks_http2, "{offered:?}");
        let by_http2 = server.is_answered(offered, &http2()).await;
        assert_eq!(by_http2, speaks_http2, "{offered:?}");
    }
}

#[tokio::test]
async fn in_cleartext_the_first_bytes_say_what_is_spoken() {
    let running = serve().await;
    let answer = running.ask(&get("/", "connection: close\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(&http2()).await.unwrap();
    let mut read = Vec::new();
    while !read.windows(9).any(is_answer) {
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0);
    }
}
