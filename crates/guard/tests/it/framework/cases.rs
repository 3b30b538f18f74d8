//! Requests of alice's: legal ones, and one for each rule about bodies, names and headers that forbids it.

use std::fmt::Write as _;

/// What is sent as alice's.
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

/// The legal ones, and those that must not pass, whatever they are read as.
pub fn cases() -> Vec<Case> {
    let legal = legal().into_iter().map(|case| Case {
        is_legal: true,
        ..case
    });
    legal.chain(forbidden()).collect()
}

impl Case {
    /// The bytes, with this token.
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

    /// Whether the guard did what it must: let it pass as alice's, or refused it.
    pub fn is_right(&self, outcome: &str) -> bool {
        match self.is_legal {
            true => outcome == format!("{} \"alice\"", self.route()),
            false => outcome.len() == 3 && outcome.starts_with('4'),
        }
    }

    /// What a framework without a guard says if it reads this as the guard would.
    pub fn read_directly(&self) -> String {
        match self.route() {
            // it is the guard that says who calls
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

/// Alice's as JSON, bob's as a form.
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
        case("JSON in UTF-8, said", post, utf8, ALICE),
        case(
            "JSON of more members",
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
        case("closed fields", "PUT /transfers", JSON, ALICE),
        case("a form", form, FORM, b"note=rent"),
        case("parts", form, PARTS, &part("name=\"note\"", "rent")),
        case(
            "no name",
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
            "another charset",
            post,
            utf7,
            br#"{"from":"alice","+AGY-rom":"bob"}"#,
        ),
        case(
            "a mark before the body",
            post,
            JSON,
            b"\xef\xbb\xbf{\"from\":\"alice\"}",
        ),
        case(
            "a member twice",
            post,
            JSON,
            br#"{"from":"alice","from":"bob"}"#,
        ),
        case(
            "a member that folds",
            post,
            JSON,
            br#"{"from":"alice","FROM":"bob"}"#,
        ),
        case("a body in a coding", post, &zipped, ZIPPED),
        case("no type", post, "", TWOFOLD),
        case("a form instead", post, FORM, TWOFOLD),
        case(
            "the name in the query too",
            "POST /transfers?from=bob",
            JSON,
            ALICE,
        ),
        case(
            "the name as a list too",
            "POST /transfers?from[]=bob",
            JSON,
            ALICE,
        ),
        case(
            "a body beside a query",
            "GET /transfers?from=alice",
            JSON,
            br#"{"from":"bob"}"#,
        ),
        case(
            "a form beside a query",
            "GET /transfers?from=alice",
            FORM,
            b"from=bob",
        ),
        case(
            "the name twice",
            "GET /transfers?from=alice&from=bob",
            "",
            b"",
        ),
        case(
            "a field in the query",
            "PUT /transfers?role=admin",
            JSON,
            ALICE,
        ),
        case("the name in a query of many", &many, "", b""),
        case(
            "a method beside the method",
            "POST /transfers?_method=DELETE",
            JSON,
            ALICE,
        ),
        case(
            "a method in the body",
            post,
            JSON,
            br#"{"from":"alice","_method":"DELETE"}"#,
        ),
        case("a method in a header", post, &override_, ALICE),
        case("a method in a form", form, FORM, b"_method=DELETE"),
        case(
            "a method in a part",
            form,
            PARTS,
            &part("name=\"_method\"", "DELETE"),
        ),
        case("the name in a form too", form, FORM, b"from=bob"),
        case("the name as a list in a form", form, FORM, b"from[]=bob"),
        case(
            "the name in a part",
            form,
            PARTS,
            &part("name=\"from\"", "bob"),
        ),
        case(
            "another name for a part",
            form,
            PARTS,
            &part("name=\"note\"; name*=utf-8''from", "bob"),
        ),
        case(
            "a name with `_`",
            "GET /caller",
            "Airside_Subject: bob\r\n",
            b"",
        ),
        case(
            "a name with `~`",
            "GET /caller",
            "Airside~Subject: bob\r\n",
            b"",
        ),
    ]
}

/// One part, whose name is given by these parameters.
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
