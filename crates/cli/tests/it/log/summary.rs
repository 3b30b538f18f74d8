//! Lines that are summed up.

use super::*;

/// Of a cause, how many lines were suppressed.
fn suppressed(log: &str, cause: &str) -> u64 {
    let summaries = with_message(log, "similar log lines were suppressed");
    let summaries = summaries
        .iter()
        .map(|line| serde_json::from_str(line).unwrap());
    let of_cause = |one: &Value| one["cause"].as_str().unwrap().starts_with(cause);
    let summaries = summaries.filter(of_cause);
    summaries
        .map(|one| one["suppressed"].as_u64().unwrap())
        .sum()
}

/// D11
#[test]
fn refused_requests_are_summed_up() {
    let mut place = Place::new(CONFIGURATION);
    let server = served(&mut place);
    for _ in 0..20 {
        hundred(&place, "/authorize?client_id=nobody");
    }
    let log = server.last_words();
    assert!(log.len() < MAX_BYTES, "{} bytes", log.len());
    let whole = with_message(&log, REFUSED).len() as u64;
    assert_eq!(whole + suppressed(&log, REFUSED), 2000, "{log}");
}

/// D11: the control.
#[test]
fn a_single_refusal_is_logged_whole() {
    let mut place = Place::new(CONFIGURATION);
    let server = served(&mut place);
    let answer = get(&place, "/authorize?client_id=nobody");
    let log = server.last_words();
    let lines = with_message(&log, REFUSED);
    let [line] = lines[..] else {
        panic!("{log}");
    };
    let line: Value = serde_json::from_str(line).unwrap();
    assert!(answer.contains(line["trace_id"].as_str().unwrap()));
    assert_eq!(with_message(&log, "similar").len(), 0, "{log}");
}

/// D11
#[test]
fn errors_of_an_upstream_are_summed_up() {
    let mut place = guard();
    // each request has its own line there
    place.set("RUST_LOG", "info,access=off");
    let guard = Server::start(place.command().arg("guard"));
    for _ in 0..20 {
        hundred(&place, "/");
    }
    let log = guard.last_words();
    assert!(log.len() < MAX_BYTES, "{} bytes", log.len());
    let cause = "upstream did not answer";
    let whole = with_message(&log, cause).len() as u64;
    assert_eq!(whole + suppressed(&log, cause), 2000, "{log}");
}

/// D11: a line that a library writes.
#[test]
fn answers_to_no_ping_are_summed_up() {
    let mut place = Place::new(CONFIGURATION);
    let server = served(&mut place);
    let mut stream = connect(&place.address());
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    stream.write_all(preface).unwrap();
    let unasked = ping(1, b"unasked!").repeat(1000);
    for _ in 0..100 {
        stream.write_all(&unasked).unwrap();
    }
    stream.write_all(&ping(0, b"the last")).unwrap();
    read_until_answered(&mut stream, b"the last");
    drop(stream);
    let log = server.last_words();
    assert!(log.len() < MAX_BYTES, "{} bytes", log.len());
    let cause = "recv PING ack that we never sent";
    let whole = with_message(&log, cause).len() as u64;
    assert_eq!(whole + suppressed(&log, cause), 100_000, "{log}");
}

fn ping(flags: u8, payload: &[u8; 8]) -> Vec<u8> {
    [&[0, 0, 8, 6, flags, 0, 0, 0, 0], &payload[..]].concat()
}

/// RFC9113-6.7: frames are answered in their order.
fn read_until_answered(stream: &mut TcpStream, payload: &[u8; 8]) {
    let answer = ping(1, payload);
    let mut head = [0; 9];
    loop {
        stream.read_exact(&mut head).unwrap();
        let mut rest = vec![0; usize::from(head[1]) * 256 + usize::from(head[2])];
        stream.read_exact(&mut rest).unwrap();
        if [&head[..], &rest].concat() == answer {
            return;
        }
    }
}

const REFUSED: &str = "request refused";
