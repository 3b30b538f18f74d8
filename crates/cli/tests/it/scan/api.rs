//! An API of notes, whose callers are known by their tokens.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::{Value, json};

/// A running API; its thread ends with the process.
pub struct Api {
    pub url: String,
}

/// A note, and whose it is.
#[derive(Clone)]
struct Note {
    id: usize,
    owner: String,
    text: Value,
}

impl Api {
    /// Starts one in which everybody reads every note, unless it is `secure`.
    pub fn start(secure: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let notes = Arc::new(Mutex::new((1, Vec::new())));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let notes = Arc::clone(&notes);
                thread::spawn(move || serve(&stream.unwrap(), secure, &notes));
            }
        });
        Self { url }
    }
}

type Notes = Mutex<(usize, Vec<Note>)>;

/// Answers one request, and closes.
fn serve(mut stream: &TcpStream, secure: bool, notes: &Notes) {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let Some(first) = head.first() else { return };
    let header = |name: &str| {
        let value = head.iter().find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            own.eq_ignore_ascii_case(name).then_some(value)
        });
        value.unwrap_or_default().to_owned()
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let authorization = header("authorization");
    let caller = authorization.strip_prefix("Bearer secret-of-");
    let (status, answer) = match caller {
        Some(caller) => answer(method, path, caller, &body, secure, notes),
        None => (401, Value::Null),
    };
    let answer = answer.to_string();
    let length = answer.len();
    drop(write!(
        stream,
        "HTTP/1.1 {status} Done\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{answer}"
    ));
}

fn answer(
    method: &str,
    path: &str,
    caller: &str,
    body: &Value,
    secure: bool,
    notes: &Notes,
) -> (u16, Value) {
    let mut notes = notes.lock().unwrap();
    let shown = |one: &Note| json!({ "id": one.id, "owner": one.owner, "text": one.text });
    if (method, path) == ("GET", "/notes") {
        let own = notes.1.iter().filter(|one| one.owner == caller);
        return (200, own.map(shown).collect());
    }
    if (method, path) == ("POST", "/notes") {
        let note = Note {
            id: notes.0,
            owner: caller.to_owned(),
            text: body["text"].clone(),
        };
        notes.0 += 1;
        notes.1.push(note.clone());
        return (201, shown(&note));
    }
    let id = path.strip_prefix("/notes/").and_then(|id| id.parse().ok());
    let found = notes.1.iter().position(|one| Some(one.id) == id);
    let Some(found) = found else {
        return (404, Value::Null);
    };
    let is_own = notes.1[found].owner == caller;
    match method {
        "GET" if is_own || !secure => (200, shown(&notes.1[found])),
        "DELETE" if is_own => {
            notes.1.remove(found);
            (204, Value::Null)
        }
        _ => (403, Value::Null),
    }
}
