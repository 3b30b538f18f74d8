//! Bytes that no honest client sends: each is refused, and everybody else is served.

use std::{io::Write, net::TcpStream};

use airside_testkit::{Browser, assert_contains};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::{
    server::{Place, Server},
    wire::{CONFIGURATION, FORM, ask, connect, post, to_the_end, until},
};

fn serve() -> (Place, Server) {
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    (place, server)
}

/// The status that these bytes are answered with, on a connection of their own.
fn status(place: &Place, bytes: impl AsRef<[u8]>) -> String {
    let answer = ask(&place.address(), bytes.as_ref());
    let status = answer.split(' ').nth(1).unwrap_or("none");
    status.to_owned()
}

fn assert_serves(place: &Place) {
    let lines = format!("content-length: {}\r\nconnection: close\r\n", FORM.len());
    let answer = ask(&place.address(), (post(&lines) + FORM).as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_contains(&answer, "\"access_token\"");
}

#[test]
fn headers_that_are_too_long_or_too_many_are_answered_431() {
    let (place, _server) = serve();
    let get =
        |lines: &str| format!("GET /jwks HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{lines}\r\n");
    let long = |length| get(&format!("a: {}\r\n", "x".repeat(length)));
    assert_eq!(status(&place, long(15 * 1024)), "200");
    assert_eq!(status(&place, long(16 * 1024)), "431");
    assert_eq!(status(&place, get(&"a: b\r\n".repeat(62))), "200");
    assert_eq!(status(&place, get(&"a: b\r\n".repeat(63))), "431");
    let target = format!(
        "GET /jwks?{} HTTP/1.1\r\nhost: a\r\n\r\n",
        "x".repeat(17 * 1024)
    );
    assert!(["414", "431"].contains(&status(&place, target).as_str()));
    assert_serves(&place);
}

#[test]
fn what_is_no_http_is_answered_400_or_not_at_all() {
    let (place, _server) = serve();
    for bytes in [
        "GET\r\n\r\n",
        "GET /jwks\r\n\r\n",
        "GET /jwks HTTP/9.9\r\nhost: a\r\n\r\n",
        "G@T /jwks HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET /j wks HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET /jwks HTTP/1.1\r\nhost : a\r\n\r\n",
        "GET /jwks HTTP/1.1\r\nhost: a\r\n folded\r\n\r\n",
        "GET /jwks HTTP/1.1\r\nhost: a\0b\r\n\r\n",
    ] {
        assert_eq!(status(&place, bytes), "400", "{bytes:?}");
    }
    let noise: Vec<u8> = (0..20_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    // a TLS handshake, the first bytes of HTTP/2 and nothing more, bytes without meaning
    let mut preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    preface.extend_from_slice(&noise);
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        noise.as_slice(),
        &preface,
    ] {
        assert!(!ask(&place.address(), bytes).contains(" 200 "));
    }
    assert_serves(&place);
}

#[test]
fn a_body_of_doubtful_length_starts_no_second_request() {
    let (place, _server) = serve();
    let hidden = "GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n";
    let chunked = format!("{:x}\r\n{FORM}\r\n0\r\n\r\n", FORM.len());
    let length = chunked.len();
    for lines in [
        format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n"),
        format!("transfer-encoding: chunked\r\ncontent-length: {length}\r\n"),
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n".to_owned(),
    ] {
        // RFC9112-6.1: after a message with both, the connection is closed
        let answer = ask(
            &place.address(),
            (post(&lines) + &chunked + hidden).as_bytes(),
        );
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{lines}: {answer}");
    }
    for lines in [
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: -1\r\n",
        "content-length: +5\r\n",
        "content-length: 5, 6\r\n",
        "content-length: 99999999999999999999999\r\n",
        "transfer-encoding: gzip\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: xchunked\r\n",
    ] {
        let answer = ask(
            &place.address(),
            (post(lines) + &chunked + hidden).as_bytes(),
        );
        assert!(answer.starts_with("HTTP/1.1 400"), "{lines}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{lines}: {answer}");
    }
    assert_serves(&place);
}

#[test]
fn a_body_over_64_kib_is_answered_413() {
    let (place, _server) = serve();
    let form = format!("{FORM}&x={}", "y".repeat(64 * 1024));
    let lines = format!("content-length: {}\r\nconnection: close\r\n", form.len());
    assert_eq!(status(&place, post(&lines) + &form), "413");
    let chunked = post("transfer-encoding: chunked\r\nconnection: close\r\n");
    let body = format!("{:x}\r\n{form}\r\n0\r\n\r\n", form.len());
    assert_eq!(status(&place, chunked + &body), "413");
    // said to be endless: refused after 64 KiB, not after the end
    let endless = post("content-length: 999999999999\r\nconnection: close\r\n");
    assert_eq!(status(&place, endless + &form), "413");
    assert_serves(&place);
}

#[test]
fn two_hundred_silent_connections_stop_nobody() {
    // D02, D07
    let (place, server) = serve();
    let address = place.address();
    let mut silent: Vec<TcpStream> = (0..200).map(|_| connect(&address)).collect();
    for (i, stream) in silent.iter_mut().enumerate() {
        // nothing, half a header, half a body
        let bytes = match i % 3 {
            0 => String::new(),
            1 => "POST /token HTTP/1.1\r\nhost:".to_owned(),
            _ => post("content-length: 100\r\n") + "grant_type=",
        };
        stream.write_all(bytes.as_bytes()).unwrap();
    }
    assert_serves(&place);
    drop(silent);
    assert_serves(&place);
    assert_eq!(server.terminate(), 0);
}

#[test]
fn requests_in_a_row_on_one_connection_are_answered_in_their_order() {
    let (place, _server) = serve();
    let mut stream = connect(&place.address());
    let first = "GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n";
    let second = format!(
        "GET /nowhere HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        place.address()
    );
    stream
        .write_all([first, &second].concat().as_bytes())
        .unwrap();
    assert!(until(&mut stream, "\r\n\r\n").starts_with("HTTP/1.1 200"));
    assert!(to_the_end(&mut stream).contains("HTTP/1.1 404"));
}

#[tokio::test]
async fn http2_without_tls_is_answered_to_those_who_begin_with_it() {
    let (place, server) = serve();
    let stream = tokio::net::TcpStream::connect(place.address()).await;
    let stream = TokioIo::new(stream.unwrap());
    let shaken = http2::handshake(TokioExecutor::new(), stream).await;
    let (mut sender, connection) = shaken.unwrap();
    tokio::spawn(connection);
    let request = Request::post(server.at("/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from(FORM)));
    let answer = sender.send_request(request.unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("access_token"));
    let mut request = Request::get(server.at("/jwks"));
    for i in 0..65 {
        request = request.header(format!("a{i}"), "b");
    }
    let request = request.body(Full::new(Bytes::new())).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), 431);
    assert_eq!(Browser::new().get(&server.at("/jwks")).await.status, 200);
}
