//! More connections than the server has room for, none of which wants anything now: they change
//! nothing for others.

use std::{
    io::Write,
    net::TcpStream,
    time::{Duration, Instant},
};

use airside_testkit::Browser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    app::{App, CONFIGURATION, redeem, refresh},
    server::{Place, Server},
    wire::{connect, until},
};

/// Connections that do as little as they can.
struct Crowd {
    address: String,
    streams: Vec<TcpStream>,
}

impl Crowd {
    fn gather(address: String, size: usize) -> Self {
        let streams = (0..size).map(|number| join(&address, number)).collect();
        Self { address, streams }
    }

    /// One byte more of every header; a client that was thrown out comes again.
    fn dribble(&mut self) {
        for (number, stream) in self.streams.iter_mut().enumerate() {
            if is_slow(number) && stream.write_all(b"x").is_err() {
                *stream = join(&self.address, number);
            }
        }
    }
}

const fn is_slow(number: usize) -> bool {
    number % 2 == 1
}

/// Half of them never finish a header; a quarter says nothing, and a quarter nothing more.
fn join(address: &str, number: usize) -> TcpStream {
    let mut stream = connect(address);
    if is_slow(number) {
        stream.write_all(b"GET /jwks HTTP/1.1\r\nhost: ").unwrap();
    } else if number.is_multiple_of(4) {
        let request = b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n";
        stream.write_all(request).unwrap();
        until(&mut stream, "\r\n\r\n");
    }
    stream
}

/// Does what honest people do, each time on new connections; returns a refresh token for the next time.
async fn assert_serves(server: &Server, app: &App, refresh_token: &str) -> String {
    let asked = Instant::now();
    assert_eq!(Browser::new().get(&server.at("/jwks")).await.status, 200);
    let tokens = redeem(&server.url, &app.code().await).await.unwrap();
    assert_eq!(tokens.status, 200, "{}", tokens.text());
    let answer = refresh(&server.url, refresh_token).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let waited = asked.elapsed();
    assert!(waited < Duration::from_secs(2), "others wait {waited:?}");
    answer.member("refresh_token")
}

async fn assert_changes_nothing(size: usize, descriptors: u64) {
    let place = Place::new(CONFIGURATION);
    let server = place.serve_limited_by("-n", descriptors);
    let app = App::sign_in(&server.url).await;
    let tokens = redeem(&server.url, &app.code().await).await.unwrap();
    let mut token = assert_serves(&server, &app, &tokens.member("refresh_token")).await;
    let before = server.resident_kib();
    let mut crowd = Crowd::gather(place.address(), size);
    for _ in 0..10 {
        crowd.dribble();
        token = assert_serves(&server, &app, &token).await;
    }
    let grown = server.resident_kib().saturating_sub(before);
    let most = size * 20 + 8 * 1024;
    assert!(grown < most, "{size} connections cost {grown} KiB");
    server.hear("closed to make room");
    drop(crowd);
    assert_serves(&server, &app, &token).await;
    assert_eq!(server.terminate(), 0);
}

/// Returns true if this process, and what it starts, may have so many files open.
fn may_open(count: u64) -> bool {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: Some(count),
        maximum,
    };
    maximum.is_none_or(|most| most >= count) && setrlimit(Resource::Nofile, wanted).is_ok()
}

/// D02
#[tokio::test]
async fn a_crowd_that_uses_up_the_descriptors_changes_nothing_for_others() {
    assert_changes_nothing(600, 400).await;
}

/// D02: with the full counts only, since the limit is that of production.
#[tokio::test]
async fn a_crowd_that_uses_up_the_connections_changes_nothing_for_others() {
    let scale = std::env::var("AIRSIDE_TEST_SCALE").map_or(1, |text| text.parse().unwrap());
    if scale < 10 {
        return;
    }
    if !may_open(12_000) {
        eprintln!("not tried: the system gives less than 12 000 descriptors (ulimit -Hn)");
        return;
    }
    assert_changes_nothing(10_500, 12_000).await;
}
