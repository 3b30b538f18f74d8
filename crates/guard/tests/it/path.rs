//! Paths as APIs have them, and what frameworks take for another one (G04, G16).

use std::fs;

use airside_guard::check;

use crate::world::World;

pub const ITEMS: &str = r#"
[[operation]]
match = "GET /items/all"
role = "admin"

[[operation]]
match = "GET /items/{id}"
any_token = true
any_object = true

[[operation]]
match = "GET /numbers/{id:int}"
any_token = true
any_object = true

[[operation]]
match = "GET /Ledgers/{sid}.json"
any_token = true
any_object = true

[[operation]]
match = "GET /compare/{base}...{head}"
any_token = true
any_object = true

[[operation]]
match = "GET /slashed/"
any_token = true

[[operation]]
match = "GET /static/{path*}"
public = "files"
"#;

/// G04, G16
#[tokio::test(flavor = "multi_thread")]
async fn what_a_framework_could_take_for_another_operation_reaches_no_api() {
    let world = World::with("", ITEMS).await;
    let alice = world.token("alice", "read");
    for (path, status) in ELSEWHERE {
        assert_eq!(world.get(&alice, path).await.status, status, "{path}");
    }
    assert_eq!(world.reached(), 0);
    // the controls arrive
    for path in ARRIVES {
        world.get(&alice, path).await;
    }
    world.get("", "/static/css/a%20b.css").await;
    assert_eq!(world.reached(), ARRIVES.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_says_what_could_be_mistaken_and_what_a_rest_opens() {
    let rest = "\n[[operation]]\nmatch = \"GET /{path*}\"\npublic = \"the app\"\n";
    let world = World::with("", &format!("{ITEMS}{rest}")).await;
    let table = check::table(&check::lines(world.running.guard().configuration()));
    let line = |begin: &str| {
        let mut lines = table
            .lines()
            .filter(|line| line.trim_start().starts_with(begin));
        lines.next_back().unwrap_or_default().to_owned()
    };
    assert!(
        line("GET /items/{id}:").contains("GET /items/all"),
        "{table}"
    );
    assert!(line("GET /{path*}:").contains("GET /slashed/"), "{table}");
    assert!(!table.contains("GET /numbers/{id:int}:"), "{table}");
    assert!(line("GET  /{path*} ").contains("heuristic"), "{table}");
    assert!(
        line("GET  /{path*} ").contains("whatever is not declared"),
        "{table}"
    );
    // the control: below a path it is only what it says
    let below = line("GET  /static/{path*} ");
    assert!(
        below.contains("public: files") && !below.contains("heuristic"),
        "{table}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_frameworks_take_for_one_stop_the_start() {
    let world = World::with("", ITEMS).await;
    for (other, refused) in [
        ("GET /ITEMS/all", true),
        ("GET /items/all/", true),
        ("GET /items/all.json", true),
        ("GET /{path...}", true),
        ("GET /**", true),
        ("PUT /ITEMS/all", false),
        ("GET /items/allen", false),
    ] {
        let rule = format!("\n[[operation]]\nmatch = \"{other}\"\npublic = \"it\"\n");
        world.write("", &format!("{ITEMS}{rule}"));
        let read = world.read();
        assert_eq!(read.is_err(), refused, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_says_what_a_parameter_may_be() {
    let world = World::new().await;
    fs::write(world.directory.path().join("api.yaml"), PARAMETERS).unwrap();
    // what replaces an operation of the document keeps what the document says of its parameters
    let replaced = "[[operation]]\nmatch = \"DELETE /numbers/{number}\"\nrole = \"admin\"\nany_object = true\n";
    world.write("openapi = \"api.yaml\"", replaced);
    let read = world.read();
    world.running.replace(read.unwrap()).unwrap();
    let lines = check::lines(world.running.guard().configuration());
    let paths: Vec<_> = lines
        .iter()
        .map(|line| format!("{} {}", line.method, line.path))
        .collect();
    assert_eq!(
        paths,
        [
            "GET /keys/{id:uuid}",
            "GET /numbers/{id:int}",
            "DELETE /numbers/{number:int}",
            "GET /tickets/{state}",
        ]
    );
    let alice = world.token("alice", "read");
    for (path, reaches) in TAKEN {
        world.get(&alice, path).await;
        assert_eq!(world.reached() == 1, reaches, "{path}");
    }
}

/// Paths that a framework could take for another operation.
const ELSEWHERE: [(&str, u16); 11] = [
    ("/items/all", 403),
    ("/items/%61ll", 403),
    ("/items/ALL", 400),
    ("/items/all.json", 400),
    ("/items/all%20", 400),
    ("/items/all/", 404),
    ("/numbers/07", 404),
    ("/numbers/1e0", 404),
    ("/compare/a...b...c", 400),
    ("/slashed", 404),
    ("/items/", 404),
];

/// Paths that arrive.
const ARRIVES: [&str; 7] = [
    "/items/7",
    "/items/7.json",
    "/items/allen",
    "/numbers/7",
    "/Ledgers/AC7.json",
    "/compare/main...topic",
    "/slashed/",
];

const PARAMETERS: &str = "
openapi: 3.1.0
components:
  parameters:
    state: { in: path, name: state, schema: { $ref: '#/components/schemas/State' } }
  schemas:
    State: { type: string, enum: [open, closed] }
paths:
  /numbers/{id}:
    parameters: [{ in: path, name: id, schema: { type: integer, format: int64 } }]
    get: { x-airside: { any_token: true, any_object: true } }
    delete: { x-airside: { any_token: true, any_object: true } }
  /keys/{id}:
    get:
      parameters: [{ in: path, name: id, schema: { type: string, format: uuid } }]
      x-airside: { any_token: true, any_object: true }
  /tickets/{state}:
    get:
      parameters: [{ $ref: '#/components/parameters/state' }]
      x-airside: { any_token: true, any_object: true }
";

/// Paths, and whether they reach the API.
const TAKEN: [(&str, bool); 7] = [
    ("/numbers/7", true),
    ("/numbers/07", false),
    ("/numbers/seven", false),
    ("/keys/67e55044-10b1-426f-9247-bb680e5fe0c8", true),
    ("/keys/7", false),
    ("/tickets/open", true),
    ("/tickets/Open", false),
];
