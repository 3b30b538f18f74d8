//! Keys that change while somebody sends tokens of keys that nobody has.

use std::{
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use airside_jose::base64url;

use super::{OPERATIONS, World, curl, guard};
use crate::wire;

/// Tokens of unknown keys, each another one, on one connection after another.
struct Flood {
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicUsize>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Flood {
    fn begin(address: String) -> Self {
        let (stop, sent) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicUsize::new(0)),
        );
        let (stopped, counted) = (Arc::clone(&stop), Arc::clone(&sent));
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let number = counted.fetch_add(1, Ordering::Relaxed);
                let header = format!(r#"{{"alg":"RS256","typ":"at+jwt","kid":"nobody-{number}"}}"#);
                let token = format!("{}.e30.AAAA", base64url::encode(header));
                let request = format!(
                    "GET /reports HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                     Authorization: Bearer {token}\r\n\r\n"
                );
                if TcpStream::connect(&address).is_ok() {
                    let answer = wire::ask(&address, request.as_bytes());
                    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
                }
            }
        });
        Self {
            stop,
            sent,
            thread: Some(thread),
        }
    }

    /// Waits for so many more.
    fn wait_for(&self, more: usize) {
        let until = self.sent.load(Ordering::Relaxed) + more;
        while self.sent.load(Ordering::Relaxed) < until {
            thread::yield_now();
        }
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// D14: unknown keys wait for 30 seconds, and the issuer's own new ones do not.
#[test]
fn emergency_rotations_under_a_flood_of_unknown_keys_refuse_no_valid_token() {
    let world = World::new();
    let feed = "feed = { client_id = \"bank-api\", client_secret = { env = \"GUARD_SECRET\" } }";
    let place = world.configure(feed, OPERATIONS);
    let guard = guard(&place);
    guard.hear("the revocation feed is connected");
    let before = world.token();
    assert_eq!(curl(&guard.at("/reports"), Some(&before), &[]).0, "200");
    let flood = Flood::begin(place.address());
    flood.wait_for(20);
    for rotation in 0..3 {
        world.place.run("key rotate --emergency").assert_code(0);
        for token in world.tokens(5) {
            let (status, body) = curl(&guard.at("/reports"), Some(&token), &[]);
            assert_eq!(status, "200", "rotation {rotation}: {body}");
        }
        flood.wait_for(20);
    }
    // the control: what the old keys signed is no longer good
    assert_eq!(curl(&guard.at("/reports"), Some(&before), &[]).0, "401");
}
