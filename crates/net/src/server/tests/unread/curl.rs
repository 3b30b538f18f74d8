//! `curl` hears every answer to a body that is not read.

use super::*;

/// Sends a file of this size by `curl`, which expects nothing: status, and what it complains about.
async fn curl(address: SocketAddr, path: &str, version: &str, size: usize) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, vec![b'x'; size]).unwrap();
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--max-time", "20", version]);
    curl.args(["--output", "/dev/null", "--write-out", "%{http_code}"]);
    curl.args(["--header", "expect:", "--data-binary"]);
    curl.arg(format!("@{}", file.path().display()));
    curl.arg(format!("http://{address}{path}"));
    let ended = tokio::task::spawn_blocking(move || (curl.output(), file));
    let out = ended.await.unwrap().0.unwrap();
    let [status, complaint] = [out.stdout, out.stderr].map(|text| String::from_utf8(text).unwrap());
    status + &complaint
}

/// Small bodies, large ones, and larger ones than any window.
async fn assert_curl_hears_every_answer(address: SocketAddr) {
    for version in VERSIONS {
        for (size, times) in [(60_000, 20), (1_000_000, 10), (6_000_000, 5)] {
            for status in ["200", "401", "413"] {
                for _ in 0..times {
                    let heard = curl(address, &format!("/{status}"), version, size).await;
                    assert_eq!(heard, status, "{version} {size}");
                }
            }
        }
    }
}

/// RFC9113-8.1, RFC9112-9.6
#[tokio::test(flavor = "multi_thread")]
async fn curl_hears_the_answer_to_a_body_that_no_service_reads() {
    let running = serve().await;
    assert_curl_hears_every_answer(running.address).await;
}

/// The same, of a service in another server.
#[tokio::test(flavor = "multi_thread")]
async fn curl_hears_it_of_a_service_that_another_server_serves() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = hyper::service::service_fn(|request: Request<Incoming>| {
                answer_when_read(request, async |request| {
                    Ok::<_, Infallible>(status(request.uri().path()))
                })
            });
            let builder = auto::Builder::new(TokioExecutor::new());
            tokio::spawn(async move {
                let _ = builder
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    assert_curl_hears_every_answer(address).await;
}
