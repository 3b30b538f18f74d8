//! Idle WebSockets before a guard with few descriptors, and a stop while they are open.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::Command,
    thread,
    time::Duration,
};

use rustix::process::{Signal, kill_process};

use crate::{
    server::{AIRSIDE, Place, Server},
    wire::ask,
};

const OPERATIONS: &str = r#"
[[operation]]
match = "GET /"
public = "a page"

[[operation]]
match = "GET /socket"
public = "a WebSocket"
"#;

/// An API that upgrades every client that asks for it, and says nothing more then.
fn api() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || answer(&stream));
        }
    });
    url
}

fn answer(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while matches!(reader.read_line(&mut head), Ok(read) if read > 0) {
        if !head.ends_with("\r\n\r\n") {
            continue;
        }
        let answer = match head.starts_with("GET /socket") {
            true => {
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
            }
            false => "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage",
        };
        head.clear();
        if (&mut &*stream).write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// Asks for a WebSocket, and does not wait for it.
fn open(place: &Place) -> TcpStream {
    let address = place.address();
    let mut stream = TcpStream::connect(&address).unwrap();
    let request = format!(
        "GET /socket HTTP/1.1\r\nHost: {address}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream
}

/// All that one has said when it closes.
fn last_words(mut stream: TcpStream) -> Vec<u8> {
    let mut words = Vec::new();
    // a reset is an end too
    let _ = stream.read_to_end(&mut words);
    words
}

const GOING_AWAY: [u8; 4] = [0x88, 2, 0x03, 0xe9];

/// D13
#[test]
fn idle_websockets_make_room_like_idle_connections_and_hear_goodbye_at_a_stop() {
    let place = Place::new("");
    let configuration = format!(
        "listen = \"{}\"\nupstream = \"{}\"\nissuer = \"http://127.0.0.1:1\"\n\
         audience = \"https://bank.example\"\n{OPERATIONS}",
        place.address(),
        api(),
    );
    place.write("guard.toml", configuration);
    let script = r#"ulimit -n 256; exec "$0" guard"#;
    let mut command = place.within(Command::new("bash"));
    let server = Server::start(command.args(["-c", script, AIRSIDE]));

    let sockets: Vec<_> = (0..200).map(|_| open(&place)).collect();
    let address = place.address();
    let request = format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let page = ask(&address, request.as_bytes());
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");

    kill_process(server.pid(), Signal::TERM).unwrap();
    let said = sockets.into_iter().map(last_words);
    let opened: Vec<_> = said
        .filter(|words| words.starts_with(b"HTTP/1.1 101"))
        .collect();
    assert!(!opened.is_empty());
    let goodbyes = opened.iter().filter(|words| words.ends_with(&GOING_AWAY));
    assert_eq!(goodbyes.count(), opened.len());
}
