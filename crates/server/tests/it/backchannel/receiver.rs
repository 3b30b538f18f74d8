//! A client's server that receives logout tokens, or does not behave.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use http::StatusCode;

/// The reaction of the server to a request.
#[derive(Clone, Copy, Debug)]
pub enum Behaviour {
    /// Answers with this status.
    Status(StatusCode),
    /// Sends the caller elsewhere.
    Redirect,
    /// Closes the connection.
    HangUp,
    /// Never answers.
    Silent,
    /// Answers 200 with a body that never ends.
    Endless,
    /// Answers with bytes that are not HTTP.
    Garbage,
    /// Sends the head of an answer byte by byte, and never its end.
    Trickle,
    /// Sends a head without end.
    EndlessHead,
    /// Answers 200 with a page that says that it did not work.
    Page,
}

pub struct Receiver {
    pub url: String,
    behaviour: Arc<Mutex<Behaviour>>,
    tokens: watch::Receiver<Vec<String>>,
}

impl Receiver {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/logout?from=op", listener.local_addr().unwrap());
        let behaviour = Arc::new(Mutex::new(Behaviour::Status(StatusCode::OK)));
        let (sender, tokens) = watch::channel(Vec::new());
        let shared = Arc::clone(&behaviour);
        tokio::spawn(async move {
            let sender = Arc::new(sender);
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared), Arc::clone(&sender)));
            }
        });
        Self {
            url,
            behaviour,
            tokens,
        }
    }

    pub fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }

    /// The logout tokens that have arrived.
    pub fn tokens(&self) -> Vec<String> {
        self.tokens.borrow().clone()
    }

    /// Waits for so many of them.
    pub async fn called(&self, times: usize) {
        let mut tokens = self.tokens.clone();
        tokens
            .wait_for(|tokens| tokens.len() >= times)
            .await
            .unwrap();
    }
}

async fn serve(
    mut stream: TcpStream,
    behaviour: Arc<Mutex<Behaviour>>,
    sender: Arc<watch::Sender<Vec<String>>>,
) {
    let token = token_of(&read_request(&mut stream).await);
    let behaviour = *behaviour.lock().unwrap();
    sender.send_modify(|tokens| tokens.push(token));
    let answer = match behaviour {
        Behaviour::HangUp => return,
        Behaviour::Silent => return std::future::pending().await,
        Behaviour::Endless => {
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(b"4\r\nmore\r\n").await.is_ok() {}
            return;
        }
        Behaviour::Garbage => {
            let _ = stream.write_all(b"220 mail.example ESMTP\r\n").await;
            return;
        }
        Behaviour::Trickle => {
            for byte in b"HTTP/1.1 200 OK\r\nx: "
                .iter()
                .chain(std::iter::repeat(&b'y'))
            {
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
            }
            return;
        }
        Behaviour::EndlessHead => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
            while stream.write_all(b"x-more: and more\r\n").await.is_ok() {}
            return;
        }
        Behaviour::Page => {
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<h1>Sign in first</h1>";
            let _ = stream.write_all(answer.as_bytes()).await;
            return;
        }
        Behaviour::Redirect => "307 X\r\nlocation: http://127.0.0.1:1/".to_owned(),
        Behaviour::Status(status) => format!("{} X\r\ncache-control: no-store", status.as_u16()),
    };
    let length = if answer.starts_with("204") {
        ""
    } else {
        "content-length: 0\r\n"
    };
    let _ = stream
        .write_all(format!("HTTP/1.1 {answer}\r\n{length}\r\n").as_bytes())
        .await;
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).await.unwrap();
        assert!(length > 0, "the request is whole");
        request.extend_from_slice(&piece[..length]);
    }
    String::from_utf8(request).unwrap()
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let mut lines = head.lines();
    let length = lines.find_map(|line| line.strip_prefix("content-length: "));
    length.is_some_and(|length| body.len() >= length.parse().unwrap())
}

/// Reads the one field of a form that was sent by POST, without credentials.
fn token_of(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /logout?from=op HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(
        head.contains("content-type: application/x-www-form-urlencoded"),
        "{head}"
    );
    assert!(
        !head.to_ascii_lowercase().contains("authorization"),
        "{head}"
    );
    let fields: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    match fields.as_slice() {
        [(name, token)] if name == "logout_token" => token.clone(),
        other => panic!("{other:?}"),
    }
}
