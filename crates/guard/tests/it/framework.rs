//! Odd targets, read by three frameworks as they come: whatever the guard lets pass, all of them read
//! as the guard does.

use std::{fmt::Write as _, fs, net::SocketAddr, path::Path, time::Duration};

use airside_api::Target;
use http::{Method, Uri};
use serde_json::Value;
use tokio::time::timeout;

use crate::world::{Answer, World, raw};
use server::{FRAMEWORKS, Framework};

mod cases;
mod rules;
mod server;

const OPERATIONS: &str = r#"
[[operation]]
match = "GET /items/{id}"
owner = { path = "id", equals = "sub" }

[[operation]]
match = "GET /admin"
any_token = true

[[operation]]
match = "GET /health"
public = "probe"

[[operation]]
match = "GET /search"
owner = { query = "id", equals = "sub" }
"#;

/// The bytes that are sent for a path and a query.
const TARGETS: &[&[u8]] = &[
    // plain ones
    b"/items/a",
    b"/admin",
    b"/search?id=1",
    // one octet in another spelling
    b"/items/%61",
    b"/%61dmin",
    b"/ADMIN",
    b"/items/A",
    b"/items/%c3%a9",
    b"/items/%C3%A9",
    // separators
    b"/admin/",
    b"/admin%2f",
    b"/admin%252f",
    b"//admin",
    b"/admin//",
    b"/items//a",
    b"/items/a/",
    b"/items/",
    b"/items/a%2fb",
    b"/items/a\\b",
    b"/items/a%5cb",
    b"\\admin",
    b"/items/a%EF%BC%8Fb",
    // dot segments
    b"/items/.",
    b"/items/../admin",
    b"/items/..;/admin",
    b"/items/%2e%2e/admin",
    b"/items/%2E",
    b"/items/..%2fadmin",
    b"/./admin",
    b"/admin/.",
    b"/items/...",
    b"/items/.a",
    // parameters of a segment
    b"/items/a;x=1",
    b"/admin;x=1",
    b"/items/a%3bx=1",
    b"/items/a,b=c",
    b"/items/a.json",
    b"/admin.json",
    // octets that end or split something elsewhere
    b"/items/a%00",
    b"/items/a%0a",
    b"/items/a%0d%0aX:1",
    b"/items/a%09",
    b"/items/a%7f",
    b"/items/a%C2%85",
    b"/items/a%E2%80%A8",
    b"/items/a+b",
    b"/items/a%20b",
    b"/items/%20a",
    b"/items/a%3fb",
    b"/items/a%23b",
    b"/items/a%25b",
    b"/items/a|b",
    b"/items/a%",
    b"/items/a%zz",
    b"/items/%u0061",
    // UTF-8 that is plain, composed, decomposed, overlong, half of a pair, or none
    b"/items/\xc3\xa9",
    b"/items/e%CC%81",
    b"/items/%EF%BB%BFa",
    b"/items/%c0%af",
    b"/items/%e0%80%af",
    b"/items/%ed%a0%80",
    b"/items/%ff",
    // queries
    b"/search?id=a+b",
    b"/search?id=a%20b",
    b"/search?id=%31",
    b"/search?i%64=1",
    b"/search?id=1&id=2",
    b"/search?id[]=1",
    b"/search?[id]=1",
    b"/search?id=1&[id]=2",
    b"/search?id%5B%5D=1",
    b"/search?ID=1",
    b"/search?id=1;id=2",
    b"/search?x=1;id=2",
    b"/search?id=1&x=1;id=2",
    b"/search?id=a]=b",
    b"/search?id=",
    b"/search?id=%ff",
    b"/search?id=1?id=2",
    b"/search?id=1#&id=2",
    // what is not a path
    b"http://api.example.com/admin",
];

/// More parameters than some read.
const CROWD: &str = "x&";

/// G04, G05, G15
#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_read_alike_by_the_guard_and_every_framework() {
    let world = World::with("", OPERATIONS).await;
    let mut frameworks = Vec::new();
    for setup in FRAMEWORKS {
        frameworks.push(Framework::start(setup).await);
    }
    let (mut table, mut problems) = (head(&frameworks), Vec::new());
    let crowded = format!("/search?{}id=1", CROWD.repeat(1000));
    for target in TARGETS.iter().copied().chain([crowded.as_bytes()]) {
        let (mut passed, mut direct) = (Vec::new(), Vec::new());
        for framework in &frameworks {
            passed.push(framework.behind(&world, target).await);
            direct.push(read(&ask(framework.address, target, "").await));
        }
        let reading = reading(&world, target);
        let outcome = passed[0].clone();
        if passed.iter().any(|one| *one != outcome) || !is_right(&outcome, reading.as_ref()) {
            problems.push(format!("{}: {reading:?}, {passed:?}", shown(target)));
        }
        let cells = [shown(target), outcome].into_iter().chain(direct);
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        let cells: Vec<_> = cells.collect();
        writeln!(table, "| `{}` |", cells.join("` | `")).unwrap();
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    compare("paths.md", &table);
}

/// Tells whether the guard refused a target, or the framework read it as the guard does.
fn is_right(outcome: &str, reading: Option<&Reading>) -> bool {
    match (outcome, reading) {
        ("400", _) => true,
        // an operation that is declared is refused for its value only if that is nobody's
        ("404", Some(reading)) => reading.is_of_nobody(),
        ("404", None) => true,
        (outcome, Some(reading)) => outcome == reading.told(),
        (_, None) => false,
    }
}

/// The reading of a request: a route, and the value that its rule uses.
#[derive(Debug)]
struct Reading {
    route: String,
    value: Value,
}

impl Framework {
    /// The outcome of a target at the guard before this framework: the status of a refusal, or the
    /// framework's reading.
    async fn behind(&self, world: &World, target: &[u8]) -> String {
        self.guarded_by(world, OPERATIONS);
        let before = self.bytes();
        // the caller to whom the object belongs, as the guard reads it
        let subject = reading(world, target).map(|reading| reading.value);
        let subject = subject.as_ref().and_then(Value::as_str);
        let subject = subject.filter(|subject| !subject.is_empty());
        let token = world.token(subject.unwrap_or("nobody"), "");
        let answer = ask(world.guard, target, &token).await;
        self.outcome(before, &answer)
    }

    /// Returns the status of a refusal by the guard, or what this framework read if the guard has sent it
    /// more than `before` bytes.
    fn outcome(&self, before: usize, answer: &Answer) -> String {
        match self.bytes() == before {
            true => answer.status.to_string(),
            false if answer.status == 200 => read(answer),
            false => format!("{} from behind", answer.status),
        }
    }
}

async fn ask(address: SocketAddr, target: &[u8], token: &str) -> Answer {
    let mut request = b"GET ".to_vec();
    request.extend_from_slice(target);
    let rest = format!(
        " HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    request.extend_from_slice(rest.as_bytes());
    send(address, &request).await
}

async fn send(address: SocketAddr, request: &[u8]) -> Answer {
    let answer = timeout(Duration::from_secs(20), raw(address, request)).await;
    answer.unwrap()
}

/// Returns the guard's reading.
fn reading(world: &World, target: &[u8]) -> Option<Reading> {
    let uri = Uri::try_from(target).ok()?;
    let target = Target::parse(uri.path_and_query()?.as_str()).ok()?;
    let guard = world.running.guard();
    let operations = &guard.configuration().operations;
    let (operation, parameters) = operations.find(&Method::GET, &target).ok()?;
    let (route, value) = match operation.path.to_string().as_str() {
        "/items/{id}" => ("item", Some(parameters[0].1.as_str())),
        "/search" => ("search", target.query("id").ok()?),
        "/admin" => ("admin", None),
        _ => ("health", None),
    };
    Some(Reading {
        route: route.to_owned(),
        value: value.map_or(Value::Null, Value::from),
    })
}

/// Returns a framework's reading; its status if no route matched.
fn read(answer: &Answer) -> String {
    if answer.status != 200 {
        return answer.status.to_string();
    }
    let mut said = answer.json();
    let reading = Reading {
        route: said["route"].as_str().unwrap().to_owned(),
        value: said["value"].take(),
    };
    reading.told()
}

impl Reading {
    fn told(&self) -> String {
        match &self.value {
            Value::Null => self.route.clone(),
            // escaped, so that what is not seen is seen
            Value::String(text) => format!("{} {text:?}", self.route),
            other => format!("{} {other}", self.route),
        }
    }

    /// Tells whether there is no value that could name an owner.
    fn is_of_nobody(&self) -> bool {
        self.route == "search" && self.value.as_str().unwrap_or_default().is_empty()
    }
}

/// Octets as they are sent; those that cannot be seen in hex.
fn shown(target: &[u8]) -> String {
    let octets = target.iter().map(|byte| match byte {
        byte if byte.is_ascii_graphic() => char::from(*byte).to_string(),
        byte => format!("\\x{byte:02x}"),
    });
    octets
        .collect::<String>()
        .replace(&CROWD.repeat(1000), "x&…")
}

fn head(frameworks: &[Framework]) -> String {
    let names = frameworks
        .iter()
        .map(|one| format!("{} {}", one.name, one.version));
    let names: Vec<_> = names.collect();
    heading(&["sent", "guard", &names.join(" | ")])
}

fn heading(cells: &[&str]) -> String {
    let cells = cells.join(" | ");
    let columns = cells.matches(" | ").count() + 1;
    format!("| {cells} |\n{}|\n", "|---".repeat(columns))
}

/// The table stands at the end of its file; `UPDATE_REFERENCE=1` writes it again.
fn compare(file: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guard");
    let path = path.join(file);
    let text = fs::read_to_string(&path).unwrap();
    let prose = text
        .split_once("| sent ")
        .map_or(text.as_str(), |(prose, _)| prose);
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&path, format!("{prose}{table}")).unwrap();
        return;
    }
    assert!(
        text == format!("{prose}{table}"),
        "frameworks or guard read otherwise than docs/guard/{file} says: run this test with UPDATE_REFERENCE=1 and review the change\n{table}"
    );
}
