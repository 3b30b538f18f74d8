//! A request on the wire, taken apart leniently.

mod fault;

use crate::recorder::find;

/// A request with its body, without the framing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub method: String,
    pub target: String,
    /// In order, the names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub chunked: bool,
}

/// The parts of a request that frameworks tell requests apart by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    chunked: bool,
}

impl Message {
    /// Reads a request; `None` if it is none.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let head_length = find(bytes, b"\r\n\r\n")?;
        let (head, body) = (&bytes[..head_length], &bytes[head_length + 4..]);
        // an octet a character
        let head: String = head.iter().map(|byte| char::from(*byte)).collect();
        let mut lines = head.split("\r\n");
        let line: Vec<_> = lines.next()?.split(' ').collect();
        let [method, target, "HTTP/1.1" | "HTTP/1.0"] = line[..] else {
            return None;
        };
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        });
        let headers: Vec<_> = headers.collect::<Option<_>>()?;
        let coding = headers.iter().find(|(name, _)| name == "transfer-encoding");
        let chunked = coding.is_some();
        let body = match coding.map(|(_, coding)| coding.as_str()) {
            None => body.to_vec(),
            Some("chunked") => dechunked(body)?,
            Some(_) => return None,
        };
        Some(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body,
            chunked,
        })
    }

    /// Returns the parts that a framework tells requests apart by; the guard's headers are left out for
    /// `own`.
    pub fn key(&self, own: bool) -> Key {
        let mut headers = self.headers.clone();
        headers.retain(|(name, value)| {
            let framed = FRAMING.contains(&name.as_str())
                || (name == "host" && (own || value == "127.0.0.1"));
            let guards = own && OWN.iter().any(|own| name.starts_with(own));
            !framed && !guards
        });
        for (name, value) in &mut headers {
            if name == "content-type" {
                *value = value.replace("; ", ";");
            }
        }
        headers.sort();
        Key {
            method: self.method.clone(),
            target: self.target.clone(),
            headers,
            body: self.body.clone(),
            chunked: self.chunked && !self.body.is_empty(),
        }
    }

    /// Tells whether it is a method and a path without a query, a header that matters, or a body.
    pub fn is_bare(&self, own: bool) -> bool {
        let key = self.key(own);
        key.headers.is_empty() && self.body.is_empty() && !self.target.contains('?')
    }

    /// The segments of the path, decoded once.
    pub fn segments(&self) -> Vec<String> {
        let path = self.target.split('?').next().unwrap_or_default();
        path.split('/')
            .map(|segment| decoded(segment, false))
            .collect()
    }

    /// The names and values of the query, decoded once.
    pub fn query(&self) -> Vec<(String, String)> {
        let (_, query) = self.target.split_once('?').unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    /// The values of a header, as one list.
    pub fn joined(&self, name: &str) -> String {
        let values = self.headers.iter().filter(|(one, _)| one == name);
        let values: Vec<_> = values.map(|(_, value)| value.as_str()).collect();
        values.join(", ")
    }

    /// Its first line, its type and its body in short.
    pub fn line(&self) -> String {
        let key = self.key(true);
        let body = String::from_utf8_lossy(&self.body);
        let body: String = body.chars().take(120).collect();
        let target: String = self.target.chars().take(120).collect();
        let headers: Vec<_> = key.headers.iter().take(5).collect();
        format!("{} {target} {headers:?} {body:?}", self.method)
    }
}

/// The guard's own headers.
const OWN: [&str; 5] = [
    "via",
    "airside-",
    "x-forwarded-",
    "forwarded",
    "traceparent",
];

fn dechunked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = find(bytes, b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).ok()?, 16).ok()?;
        let chunk = bytes.get(end + 2..end + 2 + size)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(chunk);
        bytes = bytes.get(end + 4 + size..)?;
    }
}

/// A request with lines behind its first one.
pub fn with_line(request: &[u8], lines: &str) -> Vec<u8> {
    let first = request
        .iter()
        .position(|byte| !b"\r\n".contains(byte))
        .unwrap_or(0);
    let Some(end) = find(&request[first..], b"\r\n") else {
        return request.to_vec();
    };
    let at = first + end + 2;
    [&request[..at], lines.as_bytes(), &request[at..]].concat()
}

/// The octets that a text means: `\\r`, `\\n`, `\\t`, `\\\\` and `\\xHH`, all others as they stand.
pub fn octets(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.chars();
    while let Some(one) = rest.next() {
        match (one, one == '\\') {
            (_, false) => bytes.extend(one.to_string().bytes()),
            (_, true) => match rest.next().unwrap() {
                'r' => bytes.push(b'\r'),
                'n' => bytes.push(b'\n'),
                't' => bytes.push(b'\t'),
                'x' => {
                    let digits: String = rest.by_ref().take(2).collect();
                    bytes.push(u8::from_str_radix(&digits, 16).unwrap());
                }
                other => bytes.extend(other.to_string().bytes()),
            },
        }
    }
    bytes
}

/// Percent signs decoded as far as they can be; `+` is a blank in queries and forms.
pub fn decoded(text: &str, plus: bool) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let octet = (*byte == b'%')
            .then(|| behind.get(..2))
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        rest = match octet {
            Some(octet) => {
                bytes.push(octet);
                &behind[2..]
            }
            None => {
                bytes.push(if plus && *byte == b'+' { b' ' } else { *byte });
                behind
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Headers that only frame or authenticate a request.
const FRAMING: [&str; 4] = [
    "content-length",
    "transfer-encoding",
    "connection",
    "authorization",
];
