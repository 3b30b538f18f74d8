//! Requests of common clients pass, and keep their meaning behind the guard.

mod change;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use self::change::changes;
use crate::{
    recorder::{Recorder, find},
    wire::{Message, octets},
    world::World,
};

/// The API that the clients were recorded before. A rule looks at nothing but where it says so.
const OPERATIONS: &str = r#"
[[operation]]
match = "GET /items"
any_token = true

[[operation]]
match = "POST /items"
any_token = true

[[operation]]
match = "GET /items/{id}"
owner = { path = "id", in = "/ids" }

[[operation]]
match = "PUT /items/{id}"
owner = { path = "id", in = "/ids" }

[[operation]]
match = "PATCH /items/{id}"
owner = { path = "id", in = "/ids" }

[[operation]]
match = "DELETE /items/{id}"
owner = { path = "id", in = "/ids" }

[[operation]]
match = "POST /items/{id}/touch"
owner = { path = "id", in = "/ids" }

[[operation]]
match = "GET /search"
any_token = true

[[operation]]
match = "GET /files/{name}"
any_token = true
any_object = true

[[operation]]
match = "GET /users/{user}"
owner = { path = "user", in = "/ids" }

[[operation]]
match = "POST /transfers"
owner = { body = "/from", equals = "sub" }
body_fields = ["/from", "/amount", "/memo"]

[[operation]]
match = "POST /form"
any_token = true
FORMS

[[operation]]
match = "POST /upload"
any_token = true
ANYTHING

[[operation]]
match = "PUT /blobs/{id}"
any_token = true
any_object = true
ANYTHING

[[operation]]
match = "GET SLASHED"
any_token = true
"#;

/// The declaration of an operation that accepts forms.
const FORMS: &str = "body = [\"application/x-www-form-urlencoded\", \"multipart/form-data\"]";
/// The declaration of an operation that accepts a body of any type, or none.
const ANYTHING: &str = "body = \"*/*\"";
/// A path that ends with a slash.
const SLASHED: &str = "/orders/";

/// The refused requests, and the rule that refuses each; an entry is the end of a request's name.
const REFUSED: &[(&str, u16, &str)] = &[];

/// A recorded request: which client sent it, for what, and the octets.
type Recorded = (String, String);

/// G04, G05, G09, G15
#[tokio::test(flavor = "multi_thread")]
async fn what_common_clients_send_passes_with_its_meaning() {
    let operations = OPERATIONS
        .replace("FORMS", FORMS)
        .replace("ANYTHING", ANYTHING)
        .replace("SLASHED", SLASHED);
    let world = World::with("", &operations).await;
    let recorder = Recorder::start().await;
    world.write_before(&recorder.url, "", &operations);
    world.reload();
    let ids = json!({ "ids": ["42", "alice@example.com"] });
    let token = world.token_with("alice", "", &ids);

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/honest/requests.json");
    let recorded: Vec<Recorded> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut connections = BTreeMap::<String, TcpStream>::new();
    let (mut faults, mut unused) = (
        Vec::new(),
        BTreeSet::from_iter(REFUSED.iter().map(|one| one.0)),
    );
    for (name, text) in &recorded {
        let sent = with_token(&octets(text), &token);
        // a client keeps its connection, as long as the guard does
        let client = name.split(':').next().unwrap().to_owned();
        let kept = connections.remove(&client);
        let (status, kept) = exchange(&world, kept, &sent).await;
        let arrived = recorder.take();
        if let Some(kept) = kept {
            connections.insert(client, kept);
        }
        let refused = REFUSED.iter().find(|(end, ..)| name.ends_with(end));
        if let Some((end, expected, _)) = refused
            && status == *expected
            && arrived.is_none()
        {
            unused.remove(end);
            continue;
        }
        match arrived {
            Some(arrived) => {
                let (sent, arrived) = (Message::parse(&sent), Message::parse(&arrived));
                let changes = changes(&sent.unwrap(), &arrived.unwrap());
                faults.extend(
                    changes
                        .into_iter()
                        .map(|change| format!("{name}: {change}")),
                );
            }
            None => faults.push(format!("{name} is refused: {status}")),
        }
    }
    assert!(recorded.len() > 200, "{} requests", recorded.len());
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(unused.is_empty(), "not refused any more: {unused:?}");
}

/// A request with its caller's token; a preflight has none.
fn with_token(request: &[u8], token: &str) -> Vec<u8> {
    let placeholder = b"Bearer TOKEN";
    if let Some(at) = find(request, placeholder) {
        let after = &request[at + placeholder.len()..];
        return [&request[..at], b"Bearer ", token.as_bytes(), after].concat();
    }
    if request.starts_with(b"OPTIONS") {
        return request.to_vec();
    }
    crate::wire::with_line(request, &format!("Authorization: Bearer {token}\r\n"))
}

/// Sends a request on a connection, or a new one, and reads the status, 0 if there is none; returns
/// the connection if the guard keeps it.
async fn exchange(
    world: &World,
    kept: Option<TcpStream>,
    request: &[u8],
) -> (u16, Option<TcpStream>) {
    let mut stream = match kept {
        Some(stream) => stream,
        None => TcpStream::connect(world.guard).await.unwrap(),
    };
    if stream.write_all(request).await.is_err() {
        return (0, None);
    }
    let mut bytes = Vec::new();
    loop {
        let ended = timeout(Duration::from_secs(10), stream.read_buf(&mut bytes));
        let ended = ended.await.unwrap().unwrap_or(0) == 0;
        // what says to go on is not an answer
        while bytes.starts_with(b"HTTP/1.1 100") {
            let Some(end) = find(&bytes, b"\r\n\r\n") else {
                break;
            };
            bytes.drain(..end + 4);
        }
        let Some(head) = find(&bytes, b"\r\n\r\n") else {
            if ended {
                return (0, None);
            }
            continue;
        };
        let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
        let whole = request.starts_with(b"HEAD") || bytes.len() >= head + 4 + length;
        if ended || whole {
            let status = text.split(' ').nth(1).unwrap().parse().unwrap();
            let closes =
                ended || text.contains("connection: close") || text.starts_with("http/1.0");
            return (status, (!closes).then_some(stream));
        }
    }
}
