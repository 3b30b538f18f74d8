//! Requests that no service sees: each is answered with a reason and reported to the hook.

use std::sync::Mutex;

use super::*;

/// The rejections that the hook received.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(u16, &'static str)>>>);

impl Told {
    fn all(&self) -> Vec<(u16, &'static str)> {
        self.0.lock().unwrap().clone()
    }
}

async fn serve_told() -> (SocketAddr, Told) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = service_fn(|_: Request<RequestBody>| async {
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"served"))))
    });
    let told = Told::default();
    let told_ = told.clone();
    let server = Server::new()
        .listen(Listener::tcp(listener))
        .on_rejected(move |rejected| {
            let line = (rejected.status.as_u16(), rejected.reason);
            told_.0.lock().unwrap().push(line);
        });
    tokio::spawn(server.serve(service, Drain::new()));
    (address, told)
}

async fn ask(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    stream.shutdown().await.unwrap();
    all(stream).await
}

/// Checks the header of an answer, and returns the reason that its body gives.
fn reason_of(answer: &str) -> &str {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    assert!(head.contains("cache-control: no-store"), "{answer}");
    assert!(head.contains("content-type: application/json"), "{answer}");
    assert!(head.contains("connection: close"), "{answer}");
    assert!(head.contains("date: "), "{answer}");
    let length = format!("content-length: {}", body.len());
    assert!(head.contains(&length), "{answer}");
    body.strip_prefix(r#"{"error":"invalid_request","error_description":""#)
        .and_then(|rest| rest.strip_suffix(r#""}"#))
        .unwrap()
}

#[tokio::test]
async fn every_request_that_no_service_sees_has_an_answer_with_a_reason() {
    let long = "x".repeat(20_000);
    let lines = "a: b\r\n".repeat(100);
    let requests: [(u16, String); 15] = [
        (400, "GET / HTTP/1.1\r\n\r\n".into()),
        (400, "GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n".into()),
        (400, "GET / HTTP/1.1\r\nhost: a b\r\n\r\n".into()),
        (400, "G@T / HTTP/1.1\r\nhost: a\r\n\r\n".into()),
        (400, "GET / HTTP/9.9\r\nhost: a\r\n\r\n".into()),
        (400, "GET  / HTTP/1.1\r\nhost: a\r\n\r\n".into()),
        (400, "GET /\u{7f} HTTP/1.1\r\nhost: a\r\n\r\n".into()),
        (400, "GET http://[ HTTP/1.1\r\nhost: a\r\n\r\n".into()),
        (400, "GET / HTTP/1.1\r\nhost: a\r\nx@y: b\r\n\r\n".into()),
        (400, "GET / HTTP/1.1\r\nhost: a\r\nx: \u{1}\r\n\r\n".into()),
        (400, "GET / HTTP/1.1\r\nhost: a\nx: y\r\n\r\n".into()),
        (400, "this is not HTTP\r\n\r\n".into()),
        (
            431,
            format!("GET / HTTP/1.1\r\nhost: a\r\nx: {long}\r\n\r\n"),
        ),
        (431, format!("GET /{long} HTTP/1.1\r\nhost: a\r\n\r\n")),
        (431, format!("GET / HTTP/1.1\r\nhost: a\r\n{lines}\r\n")),
    ];
    for (status, request) in requests {
        let (address, told) = serve_told().await;
        let answer = ask(address, request.as_bytes()).await;
        let request = request.get(..60).unwrap_or(&request);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request:?}: {answer}"
        );
        assert_eq!(told.all(), [(status, reason_of(&answer))], "{request:?}");
    }
}

#[tokio::test]
async fn a_malformed_request_after_a_good_one_has_its_own_answer() {
    let (address, told) = serve_told().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(get("/", "").as_bytes()).await.unwrap();
    let mut first = Vec::new();
    while !first.ends_with(b"served") {
        first.push(stream.read_u8().await.unwrap());
    }
    assert!(first.starts_with(b"HTTP/1.1 200"));
    assert_eq!(told.all(), []);

    stream.write_all(b"G@T / HTTP/1.1\r\n\r\n").await.unwrap();

    let second = all(stream).await;
    assert!(second.starts_with("HTTP/1.1 400"), "{second}");
    assert_eq!(reason_of(&second), "the request is malformed");
}

#[tokio::test]
async fn an_answer_of_the_service_that_has_no_body_stays_as_it_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = service_fn(|_: Request<RequestBody>| async {
        let mut response = Response::new(Full::new(Bytes::new()));
        *response.status_mut() = http::StatusCode::BAD_REQUEST;
        Ok::<_, Infallible>(response)
    });
    let server = Server::new()
        .listen(Listener::tcp(listener))
        .on_rejected(|rejected| panic!("{rejected:?}"));
    tokio::spawn(server.serve(service, Drain::new()));
    let request = get("/", "connection: close\r\n");
    for _ in 0..20 {
        let answer = ask(address, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert!(answer.contains("content-length: 0\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    }
}
