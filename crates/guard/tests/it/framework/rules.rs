//! Each rule about bodies, names and headers before real frameworks: a request that it forbids, and
//! beside it the legal one, which they read as it was judged.

use std::fmt::Write as _;

use airside_guard::Configuration;

use super::{FRAMEWORKS, Framework, read};
use crate::world::{World, raw};

const OPERATIONS: &str = r#"
[[operation]]
match = "POST /transfers"
owner = { body = "/from", equals = "sub" }

[[operation]]
match = "GET /transfers"
owner = { query = "from", equals = "sub" }

[[operation]]
match = "PUT /transfers"
any_token = true
body_fields = ["/from"]

[[operation]]
match = "GET /caller"
any_token = true
"#;

/// A request of alice's: what is sent, and who else would be read of it without a guard.
struct Case {
    rule: &'static str,
    line: String,
    headers: String,
    body: Vec<u8>,
}

fn case(rule: &'static str, line: &str, headers: &str, body: &[u8]) -> Case {
    Case {
        rule,
        line: line.to_owned(),
        headers: headers.to_owned(),
        body: body.to_owned(),
    }
}

const JSON: &str = "Content-Type: application/json\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const ALICE: &[u8] = br#"{"from":"alice"}"#;

/// What passes, and is read as alice's.
fn legal() -> Vec<Case> {
    let post = "POST /transfers";
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
        case(
            "no name",
            "GET /caller",
            "Accept: */*\r\nX-Request-Id: 1\r\n",
            b"",
        ),
        case("many headers", "GET /caller", &lines(60), b""),
    ]
}

/// What must not pass, whatever it is read as.
fn forbidden() -> Vec<Case> {
    let post = "POST /transfers";
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
        case("a body in a coding", post, &zipped, ALICE),
        case("no type", post, "", ALICE),
        case("a form instead", post, FORM, b"from=alice"),
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

fn lines(count: usize) -> String {
    let mut lines = String::new();
    for index in 0..count {
        write!(lines, "X-N{index}: {index}\r\n").unwrap();
    }
    lines
}

/// G04, G05, G15, G17
#[tokio::test(flavor = "multi_thread")]
async fn each_rule_holds_before_every_framework() {
    let world = World::with("", OPERATIONS).await;
    let mut faults = Vec::new();
    for (name, program, script) in FRAMEWORKS {
        let framework = Framework::start(name, program, script).await;
        world.write_before(&framework.counted, "", OPERATIONS);
        let configuration = Configuration::read(&world.configuration_path(), &|_| None).unwrap();
        world.running.replace(configuration).unwrap();
        for case in legal() {
            let (status, said) = framework.ask(&world, &case).await;
            if !said
                .as_ref()
                .is_some_and(|said| said.ends_with(r#""alice""#))
            {
                faults.push(format!("{}: {name} reads {said:?} ({status})", case.rule));
            }
        }
        for case in forbidden() {
            let (status, said) = framework.ask(&world, &case).await;
            if said.is_none() && (400..500).contains(&status) {
                continue;
            }
            faults.push(format!("{}: passes, {name} reads {said:?}", case.rule));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

impl Framework {
    /// The status for a request of alice's, and what this framework reads if it is sent it.
    async fn ask(&self, world: &World, case: &Case) -> (u16, Option<String>) {
        let before = self.bytes.load(std::sync::atomic::Ordering::SeqCst);
        let token = world.token("alice", "");
        let framed = case.body.is_empty() || case.headers.contains("Transfer-Encoding");
        let length = match framed {
            true => String::new(),
            false => format!("Content-Length: {}\r\n", case.body.len()),
        };
        let head = format!(
            "{} HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\n{}{length}\r\n",
            case.line, case.headers
        );
        let answer = raw(world.guard, &[head.as_bytes(), &case.body].concat()).await;
        let reached = self.bytes.load(std::sync::atomic::Ordering::SeqCst) != before;
        (answer.status, reached.then(|| read(&answer)))
    }
}
