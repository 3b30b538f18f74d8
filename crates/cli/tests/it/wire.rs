//! HTTP/1.1 by hand, for requests that no client library sends.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// One client that may have tokens of its own.
pub const CONFIGURATION: &str = r#"
[[client]]
client_id = "robot"
token_endpoint_auth_method = "client_secret_post"
client_secret = "a secret of the test"
grant_types = ["client_credentials"]
scope = "read"

[[resource]]
identifier = "https://api.example"
scopes = ["read"]
"#;

/// A form that gets a token.
pub const FORM: &str =
    "grant_type=client_credentials&client_id=robot&client_secret=a+secret+of+the+test";

/// Opens a connection; reading from it fails after a time in which every answer comes.
pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream
}

/// The head of a token request with these further header lines.
pub fn post(lines: &str) -> String {
    format!(
        "POST /token HTTP/1.1\r\nhost: a\r\n\
         content-type: application/x-www-form-urlencoded\r\n{lines}\r\n"
    )
}

/// Sends these bytes on a new connection and reads until its end.
pub fn ask(address: &str, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    // a server that has seen enough need not read the rest
    drop(stream.write_all(bytes));
    to_the_end(&mut stream)
}

/// Reads until the end of the connection.
pub fn to_the_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
            panic!(
                "the connection stays open: {}",
                String::from_utf8_lossy(&answer)
            )
        }
        // a reset is as good an end as any
        _ => String::from_utf8_lossy(&answer).into_owned(),
    }
}

/// Reads until this text.
pub fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(text.as_bytes()) {
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    String::from_utf8(answer).unwrap()
}
