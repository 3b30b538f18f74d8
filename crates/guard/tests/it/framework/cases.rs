//! Requests with alice's token: legal ones, and one for each rule about bodies, names and headers that
//! forbids it.

use std::fmt::Write as _;

/// A request that is sent with alice's token.
pub struct Case {
    pub rule: &'static str,
    pub is_legal: bool,
    line: String,
    headers: String,
    body: Vec<u8>,
}

fn case(rule: &'static str, line: &str, headers: &str, body: &[u8]) -> Case {
    Case {
        rule,
        is_legal: false,
        line: line.to_owned(),
        headers: headers.to_owned(),
        body: body.to_owned(),
    }
}

/// Returns the legal requests, then those that the guard must refuse.
pub fn cases() -> Vec<Case> {
    let legal = legal().into_iter().map(|case| Case {
        is_legal: true,
        ..case
    });
    legal.chain(forbidden()).collect()
}

impl Case {
    /// Returns the request's bytes with this token.
    pub fn request(&self, token: &str) -> Vec<u8> {
        let framed = self.body.is_empty() || self.headers.contains("Transfer-Encoding");
        let length = match framed {
            true => String::new(),
            false => format!("Content-Length: {}\r\n", self.body.len()),
        };
        let head = format!(
            "{} HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\n{}{length}\r\n",
            self.line, self.headers
        );
        [head.as_bytes(), &self.body].concat()
    }

    /// Returns true if a legal request was read as alice's, or a forbidden one was refused.
    pub fn is_right(&self, outcome: &str) -> bool {
        match self.is_legal {
            true => outcome == format!("{} \"alice\"", self.route()),
            false => outcome.len() == 3 && outcome.starts_with('4'),
        }
    }

    /// Returns what a framework without a guard says if it reads the request as the guard does.
    pub fn read_directly(&self) -> String {
        match self.route() {
            // only the guard sends `Airside-Subject`
            "caller" => "caller".to_owned(),
            method => format!("{method} \"alice\""),
        }
    }

    fn route(&self) -> &str {
        match self.line.split_once(' ').unwrap() {
            (_, "/caller") => "caller",
            (method, _) => method,
        }
    }
}

const JSON: &str = "Content-Type: application/json\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const PARTS: &str = "Content-Type: multipart/form-data; boundary=b\r\n";
const ALICE: &[u8] = br#"{"from":"alice"}"#;

/// A body that is alice's as JSON and bob's as a form.
const TWOFOLD: &[u8] = br#"{"from":"alice","x":"&from=bob&"}"#;

/// `{"from":"bob"}` in gzip.
const ZIPPED: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x04\x03\x01\x0e\0\xf1\xff{\"from\":\"bob\"}\
    \x98\xb8\xe9\xf4\x0e\0\0\0";

fn legal() -> Vec<Case> {
    let (post, form) = ("POST /transfers", "POST /forms?from=alice");
    let utf8 = "Content-Type: application/json; charset=utf-8\r\n";
    let chunked = format!("{JSON}Transfer-Encoding: chunked\r\n");
    vec![
        case("JSON", post, JSON, ALICE),
        case("JSON with `charset=utf-8`", post, utf8, ALICE),
        case(
            "JSON with more members",
            post,
            JSON,
            br#"{"to":"bob","from":"alice","form":"bob"}"#,
        ),
        case(
            "JSON in chunks",
            post,
            &chunked,
            b"10\r\n{\"from\":\"alice\"}\r\n0\r\n\r\n",
        ),
        case(
            "another name in the query",
            "POST /transfers?dry=1",
            JSON,
            ALICE,
        ),
        case(
            "the name in the query",
            "GET /transfers?from=alice&to=bob",
            "",
            b"",
        ),
        case(
            "`PUT` with the only field it may have",
            "PUT /transfers",
            JSON,
            ALICE,
        ),
        case("a form", form, FORM, b"note=rent"),
        case("parts", form, PARTS, &part("name=\"note\"", "rent")),
        case(
            "headers of any client",
            "GET /caller",
            "Accept: */*\r\nX-Request-Id: 1\r\n",
            b"",
        ),
        case("many headers", "GET /caller", &lines(60), b""),
    ]
}

fn forbidden() -> Vec<Case> {
    let (post, form) = ("POST /transfers", "POST /forms?from=alice");
    let utf7 = "Content-Type: application/json; charset=utf-7\r\n";
    let zipped = format!("{JSON}Content-Encoding: gzip\r\n");
    let many = format!("GET /transfers?{}from=alice", "x&".repeat(1000));
    let override_ = format!("{JSON}X-HTTP-Method-Override: DELETE\r\n");
    vec![
        case(
            "JSON in UTF-7",
            post,
            utf7,
            br#"{"from":"alice","+AGY-rom":"bob"}"#,
        ),
        case(
            "a byte order mark",
            post,
            JSON,
            b"\xef\xbb\xbf{\"from\":\"alice\"}",
        ),
        case(
            "the member twice",
            post,
            JSON,
            br#"{"from":"alice","from":"bob"}"#,
        ),
        case(
            "a member `FROM` too",
            post,
            JSON,
            br#"{"from":"alice","FROM":"bob"}"#,
        ),
        case("a body in gzip", post, &zipped, ZIPPED),
        case("no `Content-Type`", post, "", TWOFOLD),
        case("a form where JSON is declared", post, FORM, TWOFOLD),
        case(
            "the name in the query too",
            "POST /transfers?from=bob",
            JSON,
            ALICE,
        ),
        case(
            "`from[]` in the query",
            "POST /transfers?from[]=bob",
            JSON,
            ALICE,
        ),
        case(
            "JSON on `GET`",
            "GET /transfers?from=alice",
            JSON,
            br#"{"from":"bob"}"#,
        ),
        case(
            "a form on `GET`",
            "GET /transfers?from=alice",
            FORM,
            b"from=bob",
        ),
        case(
            "the name twice in the query",
            "GET /transfers?from=alice&from=bob",
            "",
            b"",
        ),
        case(
            "`role` in the query of `PUT`",
            "PUT /transfers?role=admin",
            JSON,
            ALICE,
        ),
        case("the name after 1 000 others", &many, "", b""),
        case(
            "`_method` in the query",
            "POST /transfers?_method=DELETE",
            JSON,
            ALICE,
        ),
        case(
            "`_method` in JSON",
            post,
            JSON,
            br#"{"from":"alice","_method":"DELETE"}"#,
        ),
        case("`X-HTTP-Method-Override`", post, &override_, ALICE),
        case("`_method` in a form", form, FORM, b"_method=DELETE"),
        case(
            "`_method` in a part",
            form,
            PARTS,
            &part("name=\"_method\"", "DELETE"),
        ),
        case("the name in a form too", form, FORM, b"from=bob"),
        case("`from[]` in a form", form, FORM, b"from[]=bob"),
        case(
            "the name in a part",
            form,
            PARTS,
            &part("name=\"from\"", "bob"),
        ),
        case(
            "a part named by `name*`",
            form,
            PARTS,
            &part("name=\"note\"; name*=utf-8''from", "bob"),
        ),
        case(
            "`Airside_Subject`",
            "GET /caller",
            "Airside_Subject: bob\r\n",
            b"",
        ),
        case(
            "`Airside~Subject`",
            "GET /caller",
            "Airside~Subject: bob\r\n",
            b"",
        ),
    ]
}

/// Returns a body of one part with these parameters of its `Content-Disposition`.
fn part(parameters: &str, value: &str) -> Vec<u8> {
    format!("--b\r\nContent-Disposition: form-data; {parameters}\r\n\r\n{value}\r\n--b--\r\n")
        .into_bytes()
}

fn lines(count: usize) -> String {
    let mut lines = String::new();
    for index in 0..count {
        write!(lines, "X-N{index}: {index}\r\n").unwrap();
    }
    lines
}
