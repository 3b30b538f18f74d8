//! HTTP/2 by hand, more of it than anybody needs: the connection is closed or not read any more,
//! memory stays bounded, and everybody else is served meanwhile.

mod frame;

use std::{
    io::{Read, Write},
    thread,
    time::{Duration, Instant},
};

use self::frame::{End, flood, frame};
use crate::{
    server::{Place, Server},
    wire::{CONFIGURATION, FORM, ask, connect, post},
};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// RFC9113-7
const ENHANCE_YOUR_CALM: u32 = 0xb;
/// `GET http://a/`, without a table (RFC 7541 appendix A).
const GET: &[u8] = &[0x82, 0x86, 0x84, 0x41, 1, b'a'];
/// The same as a POST.
const POST: &[u8] = &[0x83, 0x86, 0x84, 0x41, 1, b'a'];

/// Floods a server while others use it.
fn flooded(first: &[u8], wave: impl Fn(u32) -> Vec<u8> + Send, reads: bool) -> End {
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    assert_serves(&place);
    let end = thread::scope(|scope| {
        let flooder = scope.spawn(|| flood(&place.address(), first, wave, reads));
        while !flooder.is_finished() {
            let asked = Instant::now();
            assert_serves(&place);
            let waited = asked.elapsed();
            assert!(waited < Duration::from_secs(2), "others wait {waited:?}");
        }
        flooder.join().unwrap()
    });
    assert_serves(&place);
    assert_bounded(&server);
    assert_eq!(server.terminate(), 0);
    end
}

fn assert_serves(place: &Place) {
    let lines = format!("content-length: {}\r\nconnection: close\r\n", FORM.len());
    let answer = ask(&place.address(), (post(&lines) + FORM).as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn assert_bounded(server: &Server) {
    let peak = server.peak_mib();
    assert!(peak < 200, "{peak} MiB");
}

fn id(number: u32) -> u32 {
    number * 2 + 1
}

/// D01
#[test]
fn of_more_than_128_streams_at_once_the_others_are_refused() {
    let place = Place::new(CONFIGURATION);
    let _server = place.serve();
    let mut stream = connect(&place.address());
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[]));
    // each waits for its body
    bytes.extend((0..129).flat_map(|number| frame(HEADERS, END_HEADERS, id(number), POST)));
    stream.write_all(&bytes).unwrap();
    let mut refused = Vec::new();
    while refused.is_empty() {
        let mut head = [0; 9];
        stream.read_exact(&mut head).unwrap();
        let mut payload = vec![0; usize::from(head[1]) * 256 + usize::from(head[2])];
        stream.read_exact(&mut payload).unwrap();
        if head[3] == RST_STREAM {
            refused = [&head[5..], &payload].concat();
        }
    }
    // RFC9113-5.1.2: REFUSED_STREAM for the last of them
    assert_eq!(
        refused,
        [&id(128).to_be_bytes()[..], &[0, 0, 0, 7]].concat()
    );
    assert_serves(&place);
}

/// D01: CVE-2023-44487.
#[test]
fn streams_that_are_opened_and_reset_at_once_end_the_connection() {
    let wave = |number| {
        let open = frame(HEADERS, END_HEADERS | END_STREAM, id(number), GET);
        [open, frame(RST_STREAM, 0, id(number), &[0, 0, 0, 8])].concat()
    };
    assert_eq!(flooded(&[], wave, true), End::Goodbye(ENHANCE_YOUR_CALM));
}

/// D01: CVE-2025-8671, the server is made to reset them.
#[test]
fn streams_that_the_server_must_reset_end_the_connection() {
    let wave = |number| {
        let open = frame(HEADERS, END_HEADERS, id(number), POST);
        [
            open,
            frame(WINDOW_UPDATE, 0, id(number), &[0x7f, 0xff, 0xff, 0xff]),
        ]
        .concat()
    };
    assert_eq!(flooded(&[], wave, true), End::Goodbye(ENHANCE_YOUR_CALM));
}

/// D01: RUSTSEC-2024-0332.
#[test]
fn a_header_that_never_ends_ends_the_connection() {
    let wave = |number: u32| {
        // a literal header line that is in no table
        let line = format!("\0\x07x{number:06}\x7f\u{0}{}", "y".repeat(127));
        frame(CONTINUATION, 0, 1, line.as_bytes())
    };
    let end = flooded(&frame(HEADERS, 0, 1, GET), wave, true);
    assert_eq!(end, End::Goodbye(ENHANCE_YOUR_CALM));
}

/// D01
#[test]
fn frames_that_want_an_answer_which_nobody_reads_are_not_read_for_ever() {
    for wave in [frame(PING, 0, 0, &[0; 8]), frame(SETTINGS, 0, 0, &[])] {
        let end = flooded(&[], |_| wave.clone(), false);
        assert_ne!(end, End::Taken);
    }
}

/// D01
#[test]
fn frames_that_want_an_answer_without_end_end_the_connection() {
    for wave in [frame(PING, 0, 0, &[0; 8]), frame(SETTINGS, 0, 0, &[])] {
        let end = flooded(&[], |_| wave.clone(), true);
        // a reset, because of what was sent after it, may overtake the goodbye
        assert!(
            matches!(end, End::Closed | End::Goodbye(ENHANCE_YOUR_CALM)),
            "{end:?}"
        );
    }
}

/// D01: data without a byte of it does not count against any window.
#[test]
fn empty_data_ends_the_connection() {
    let first = frame(HEADERS, END_HEADERS, 1, POST);
    let end = flooded(&first, |_| frame(DATA, 0, 1, &[]), true);
    assert_eq!(end, End::Goodbye(ENHANCE_YOUR_CALM));
}

/// D01: a line of 4 KiB, remembered once and then named by one byte.
#[test]
fn a_header_that_is_larger_than_its_bytes_is_refused() {
    let mut large = b"\x40\x01x\x7f\x81\x1e".to_vec();
    large.extend([b'y'; 4000]);
    let first = frame(
        HEADERS,
        END_HEADERS | END_STREAM,
        1,
        &[GET, &large].concat(),
    );
    let bomb = [GET, &[0xbe; 8000]].concat();
    let wave = |number| frame(HEADERS, END_HEADERS | END_STREAM, id(number + 1), &bomb);
    let end = flooded(&first, wave, true);
    assert!(matches!(end, End::Goodbye(_)), "{end:?}");
}

/// 1.5 million empty frames.
const MAX_BYTES: usize = 16 * 1024 * 1024;
