//! WebSockets.

use tokio::net::TcpListener;

use super::*;

/// G08, D10, D13
#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_needs_the_rule_of_its_path() {
    let world = World::new().await;
    let mut refused = TcpStream::connect(world.guard).await.unwrap();
    let request = upgrade_request("");
    refused.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    refused.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 401");
    assert_eq!(world.reached(), 0);

    let alice = world.token("alice", "");
    let mut socket = websocket(&world, &alice).await;
    // a masked text frame, and the echo (RFC 6455 §5.7), also after the revocation of another token
    require_echo(&mut socket).await;
    world.revoke("somebody-else");
    require_echo(&mut socket).await;
    // D13: at a stop it ends with a close frame that says why
    world.stop();
    let mut last = Vec::new();
    socket.read_to_end(&mut last).await.unwrap();
    assert_eq!(last, [0x88, 2, 0x03, 0xe9]);
}

/// G08, D13
#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_ends_when_its_token_is_revoked() {
    let world = World::new().await;
    let alice = world.token("alice", "");
    let mut socket = websocket(&world, &alice).await;
    // the configuration is replaced meanwhile: what is revoked then counts all the same
    world.reload();
    world.revoke("alice-");
    let mut last = Vec::new();
    socket.read_to_end(&mut last).await.unwrap();
    assert_eq!(last, [0x88, 2, 0x03, 0xf0]);
}

/// G21: both sides agree to switch, and to what (RFC 9110 §7.8).
#[tokio::test(flavor = "multi_thread")]
async fn a_protocol_is_switched_only_as_it_was_asked_for() {
    let world = World::new().await;
    let alice = world.token("alice", "");
    let unsaid = upgrade_request(&alice).replace("Connection: Upgrade", "Connection: close");
    let answer = raw(world.guard, unsaid.as_bytes()).await;
    assert_eq!(answer.status, 400, "what the API says of it: {answer:?}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = Vec::new();
        while !seen.ends_with(b"\r\n\r\n") {
            seen.push(stream.read_u8().await.unwrap());
        }
        let head =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        drop(stream.read_to_end(&mut seen).await);
    });
    let operation = "[[operation]]\nmatch = \"GET /socket\"\nany_token = true\n";
    world.write_before(&api, "", operation);
    world.reload();
    let mut stream = TcpStream::connect(world.guard).await.unwrap();
    stream
        .write_all(upgrade_request(&alice).as_bytes())
        .await
        .unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 502");
}

/// Opens a WebSocket.
async fn websocket(world: &World, token: &str) -> TcpStream {
    let mut socket = TcpStream::connect(world.guard).await.unwrap();
    let request = upgrade_request(token);
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    assert!(
        head.starts_with(b"HTTP/1.1 101"),
        "{}",
        String::from_utf8_lossy(&head)
    );
    socket
}

fn upgrade_request(token: &str) -> String {
    let token = match token {
        "" => String::new(),
        token => format!("Authorization: Bearer {token}\r\n"),
    };
    format!(
        "GET /socket HTTP/1.1\r\nHost: api.example.com\r\n{token}Connection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// Sends a masked text frame, and requires its echo (RFC 6455 §5.7).
async fn require_echo(socket: &mut TcpStream) {
    let frame = [0x81, 0x82, 0, 0, 0, 0, b'h', b'i'];
    socket.write_all(&frame).await.unwrap();
    let mut frame = [0; 9];
    socket.read_exact(&mut frame).await.unwrap();
    assert_eq!(&frame, b"\x81\x07echo hi");
}
