//! A server that runs out of descriptors, of memory, of readers: it refuses what is too much and
//! goes on.

use std::{io::Write, net::TcpStream, time::Duration};

use airside_testkit::Browser;

use crate::{
    app::{App, CONFIGURATION, redeem, refresh},
    server::Place,
    wire::{connect, post},
};

/// D02
#[tokio::test]
async fn when_descriptors_are_used_up_the_server_goes_on_when_some_are_free() {
    let place = Place::new(CONFIGURATION);
    let server = place.serve_limited_by("-n", 64);
    let app = App::sign_in(&server.url).await;
    let first = redeem(&server.url, &app.code().await).await.unwrap();
    let token = first.member("refresh_token");
    let mut silent: Vec<TcpStream> = (0..150).map(|_| connect(&place.address())).collect();
    for stream in &mut silent {
        stream.write_all(b"GET /jwks HTTP/1.1\r\nhost:").unwrap();
    }
    // a client that is not accepted waits and is served when there is room
    let waiting = tokio::time::timeout(Duration::from_secs(1), refresh(&server.url, &token)).await;
    drop(silent);
    let token = match waiting {
        Ok(Some(answer)) if answer.status == 200 => answer.member("refresh_token"),
        _ => token,
    };
    let answer = refresh(&server.url, &token).await.expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(app.authorize().await.status, 303);
    assert_eq!(server.terminate(), 0);
}

/// D02: each holds almost a whole body; another thousand asks for pages and reads nothing.
#[tokio::test]
async fn large_and_slow_requests_take_a_bounded_memory() {
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    let app = App::sign_in(&server.url).await;
    let before = server.peak_mib();
    let body = format!("x={}", "y".repeat(60 * 1024));
    let large = post(&format!("content-length: {}\r\n", 64 * 1024)) + &body;
    let page = "GET /sign-in HTTP/1.1\r\nhost: a\r\n\r\n".repeat(200);
    let mut held = Vec::new();
    for number in 0..400 {
        let mut stream = connect(&place.address());
        stream
            .set_write_timeout(Some(Duration::from_secs(1)))
            .unwrap();
        let bytes = if number % 2 == 0 { &large } else { &page };
        // a server that reads no more has bounded what it holds
        drop(stream.write_all(bytes.as_bytes()));
        held.push(stream);
    }
    // 40 000 pages are asked for: a client that finds no turn among them comes back
    let mut answer = app.authorize().await;
    for _ in 0..100 {
        if answer.status != 503 {
            break;
        }
        answer = app.authorize().await;
    }
    assert_eq!(answer.status, 303);
    let taken = server.peak_mib() - before;
    assert!(taken < 400 / 4, "{taken} MiB for 400 connections");
    assert_eq!(Browser::new().get(&server.at("/jwks")).await.status, 200);
    drop(held);
    assert_eq!(server.terminate(), 0);
}
