//! Answers to requests whose body is not read: `curl` hears each (RFC 9113 §8.1, RFC 9112 §9.6).

use std::{
    fs,
    io::{self, Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::Command,
    thread,
};

use crate::{
    server::{Place, Server, ended},
    wire::CONFIGURATION,
};

/// Sends a body of this size, with a form's type unless another one is given.
fn post(place: &Place, url: &str, version: &str, size: usize, more: &[&str]) -> String {
    let file: PathBuf = place.at(format!("body-{size}"));
    if !file.exists() {
        fs::write(&file, vec![b'x'; size]).unwrap();
    }
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--max-time", "20", version]);
    curl.args(["--output", "/dev/null", "--write-out", "%{http_code}"]);
    curl.args(["--header", "expect:", "--data-binary"]);
    curl.arg(format!("@{}", file.display())).arg(url);
    let ended = ended(curl.args(more));
    ended.out + &ended.err
}

const VERSIONS: [&str; 2] = ["--http1.1", "--http2-prior-knowledge"];
const SIZES: [(usize, usize); 3] = [(10, 15), (60_000, 15), (2_000_000, 5)];
const JSON: &[&str] = &["--header", "content-type: application/json"];
const BYTES: &[&str] = &["--header", "content-type: application/octet-stream"];

#[test]
fn curl_hears_what_the_server_answers_to_a_body_that_it_does_not_read() {
    let place = Place::new(&format!("admin_api = true\n{CONFIGURATION}"));
    let server = place.serve();
    for version in VERSIONS {
        for (size, times) in SIZES {
            for (path, status, more) in [
                ("/userinfo", "401", BYTES),
                ("/token", "400", JSON),
                ("/revoke", "400", JSON),
                ("/api/admin/v1/users", "401", JSON),
                ("/jwks", "405", &[]),
                ("/elsewhere", "404", &[]),
            ] {
                for _ in 0..times {
                    let heard = post(&place, &server.at(path), version, size, more);
                    assert_eq!(heard, status, "{path} {version} {size}");
                }
            }
        }
        // a form that is too large
        for _ in 0..10 {
            let heard = post(&place, &server.at("/token"), version, 2_000_000, &[]);
            assert_eq!(heard, "413", "{version}");
        }
    }
}

/// An API that answers before it has read a body.
fn hasty_api() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 512]);
                let answer = "HTTP/1.1 403 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
                let _ = stream.write_all(answer.as_bytes());
                let _ = io::copy(&mut stream, &mut io::sink());
            });
        }
    });
    address
}

#[test]
fn curl_hears_what_the_guard_answers_to_a_body_that_it_does_not_read() {
    let place = Place::new("");
    let configuration = format!(
        "listen = \"{}\"\nupstream = \"http://{}\"\nissuer = \"http://127.0.0.1:1\"\n\
         audience = \"https://bank.example\"\n[[operation]]\nmatch = \"GET /health\"\npublic = \"all\"\n\
         [[operation]]\nmatch = \"POST /orders\"\nscope = \"orders\"\nany_object = true\n\
         [[operation]]\nmatch = \"POST /hasty\"\npublic = \"all\"\n",
        place.address(),
        hasty_api()
    );
    place.write("guard.toml", configuration);
    let guard = Server::start(place.command().arg("guard"));
    for version in VERSIONS {
        for (size, times) in SIZES {
            for (path, status) in [
                ("/elsewhere", "404"),
                ("/health", "405"),
                ("/orders", "401"),
                ("/hasty", "403"),
            ] {
                for _ in 0..times {
                    let url = format!("http://{}{path}", place.address());
                    let heard = post(&place, &url, version, size, BYTES);
                    assert_eq!(heard, status, "{path} {version} {size}");
                }
            }
        }
    }
    drop(guard);
}

/// Makes a certificate for `localhost` beside the configuration; returns `[tls]` for it, and what makes
/// `curl` trust it.
fn certificate(place: &Place) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let directory = place.directory.path();
    let key = directory.join("key.pem");
    fs::write(directory.join("cert.pem"), made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let section = "[tls]\ncertificate = \"cert.pem\"\nprivate_key = \"key.pem\"\n";
    let trusted = directory.join("cert.pem").display().to_string();
    (section.to_owned(), trusted)
}

/// The versions that `curl` speaks over TLS; it chooses HTTP/2 by ALPN.
const TLS_VERSIONS: [&str; 2] = ["--http1.1", "--http2"];

/// Over TLS, an answer comes before the request was read if the two are in different records.
fn assert_heard_over_tls(place: &Place, ca: &str, cases: &[(&str, &str, &[&str])]) {
    let port = place.address().rsplit(':').next().unwrap().to_owned();
    for version in TLS_VERSIONS {
        for (size, times) in SIZES {
            for (path, status, more) in cases {
                let url = format!("https://localhost:{port}{path}");
                let more = [*more, &["--cacert", ca]].concat();
                for _ in 0..times {
                    let heard = post(place, &url, version, size, &more);
                    assert_eq!(heard, *status, "{path} {version} {size}");
                }
            }
        }
    }
}

#[test]
fn curl_hears_what_the_server_answers_over_tls() {
    let place = Place::new("");
    let (tls, ca) = certificate(&place);
    let port = place.address().rsplit(':').next().unwrap().to_owned();
    let text =
        format!("issuer = \"https://localhost:{port}\"\nadmin_api = true\n{CONFIGURATION}{tls}");
    place.write("airside.toml", text);
    let _server = place.serve();
    assert_heard_over_tls(
        &place,
        &ca,
        &[
            ("/userinfo", "401", BYTES),
            ("/api/admin/v1/users", "401", JSON),
            ("/token", "400", JSON),
            ("/elsewhere", "404", &[]),
        ],
    );
    for version in TLS_VERSIONS {
        for _ in 0..10 {
            let url = format!("https://localhost:{port}/token");
            let heard = post(&place, &url, version, 2_000_000, &["--cacert", &ca]);
            assert_eq!(heard, "413", "{version}");
        }
    }
}

#[test]
fn curl_hears_over_tls_that_the_guard_has_no_upstream() {
    let place = Place::new("");
    let (tls, ca) = certificate(&place);
    let configuration = format!(
        "listen = \"{}\"\nupstream = \"http://127.0.0.1:1\"\nupstream_health = \"/health\"\n\
         issuer = \"http://127.0.0.1:1\"\naudience = \"https://bank.example\"\n\
         [[operation]]\nmatch = \"POST /upload\"\npublic = \"all\"\n{tls}",
        place.address()
    );
    place.write("guard.toml", configuration);
    let _guard = Server::start(place.command().arg("guard"));
    let cases: &[(&str, &str, &[&str])] =
        &[("/upload", "503", BYTES), ("/elsewhere", "404", BYTES)];
    assert_heard_over_tls(&place, &ca, cases);
}
