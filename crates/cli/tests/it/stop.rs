//! SIGTERM: what was begun is finished, nothing new is begun, exit 0.

use std::{
    io::Write,
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use airside_testkit::assert_contains;
use rustix::process::{Signal, kill_process};

use crate::{
    server::Place,
    wire::{CONFIGURATION, FORM, connect, post, to_the_end, until},
};

/// Sends half of a token request, and comes back when the server reads its body.
fn half_a_request(address: &str) -> TcpStream {
    let mut stream = connect(address);
    let lines = format!("expect: 100-continue\r\ncontent-length: {}\r\n", FORM.len());
    stream.write_all(post(&lines).as_bytes()).unwrap();
    assert!(until(&mut stream, "\r\n\r\n").starts_with("HTTP/1.1 100"));
    stream.write_all(&FORM.as_bytes()[..20]).unwrap();
    stream
}

/// Comes back when connections are refused.
fn wait_until_refused(address: &str) {
    let started = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "still accepting"
        );
        thread::yield_now();
    }
}

#[test]
fn a_request_that_has_begun_is_answered_and_no_other_is_begun() {
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    let mut stream = half_a_request(&place.address());
    server.ask_to_stop();
    wait_until_refused(&place.address());
    stream.write_all(&FORM.as_bytes()[20..]).unwrap();
    let answer = to_the_end(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_contains(&answer, "connection: close");
    assert_contains(&answer, "\"access_token\"");
    assert_eq!(server.wait(), 0);
    // what was stored is there, and nothing is in the way of the next start
    assert_eq!(place.serve().terminate(), 0);
}

#[test]
fn idle_connections_and_requests_that_have_hardly_begun_do_not_hold_up_the_stop() {
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    let mut idle: Vec<_> = (0..20).map(|_| connect(&place.address())).collect();
    idle[0].write_all(b"POST /token HTT").unwrap();
    // one that was used, and is kept for the next request
    idle[1]
        .write_all(b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    until(&mut idle[1], "\r\n\r\n");
    let started = Instant::now();
    assert_eq!(server.terminate(), 0);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_request_that_never_ends_is_cut_after_10_seconds() {
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    let mut stream = half_a_request(&place.address());
    let started = Instant::now();
    assert_eq!(server.terminate(), 0);
    assert!(started.elapsed() < Duration::from_secs(15));
    let answer = to_the_end(&mut stream);
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn asked_twice_or_from_the_keyboard_it_stops_as_well() {
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    server.ask_to_stop();
    // it may be gone already
    let _ = kill_process(server.pid(), Signal::TERM);
    assert_eq!(server.wait(), 0);
    let server = place.serve();
    kill_process(server.pid(), Signal::INT).unwrap();
    assert_eq!(server.wait(), 0);
}
