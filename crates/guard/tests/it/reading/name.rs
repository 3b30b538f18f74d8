//! The names of a query and a body, and the values that they name.

use super::*;

/// G15, G17
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_a_rule_reads_is_in_one_source() {
    let world = world().await;
    // from the body: not in the query
    let own = r#"{"from":"alice"}"#;
    for query in [
        "from=bob",
        "from=alice",
        "FROM=bob",
        "from[]=bob",
        "from.=bob",
        "+from=bob",
        "a=1;from=bob",
        "f%72om=bob",
        "[from]=bob",
        "from]=bob",
        "?from=bob",
        &format!("{}b=1", "a&".repeat(1_000)),
    ] {
        is_refused(
            &world,
            (&format!("POST /transfers?{query}"), JSON, own),
            400,
        )
        .await;
    }
    for member in ["FROM", "fro\u{6d}.x", "from[]", " from"] {
        let body = json!({ "from": "alice", member: "bob" }).to_string();
        is_refused(&world, ("POST /transfers", JSON, &body), 400).await;
    }
    passes(&world, ("POST /transfers?form=1&x[from]=2", JSON, own)).await;
    // from the query: not in the body
    let line = "POST /orders?user=alice";
    for body in [
        "user=bob",
        "a=1&user=alice",
        "USER=bob",
        "user[]=bob",
        "uſer=bob",
        "?user=bob",
        "+user=b",
    ] {
        is_refused(&world, (line, FORM, body), 400).await;
    }
    for name in ["user", "User", "user[]", "uſer"] {
        is_refused(&world, (line, PARTS, &part(name)), 400).await;
        is_refused(
            &world,
            (line, JSON, &json!({ name: "bob" }).to_string()),
            400,
        )
        .await;
    }
    let encoded = part("a").replace(
        "\"\r\n\r\n",
        "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    );
    is_refused(&world, (line, PARTS, &encoded), 400).await;
    let starred = part("a").replace("name=\"a\"", "name*=utf-8''us%65r");
    is_refused(&world, (line, PARTS, &starred), 400).await;
    let text = "Content-Type: text/plain\r\n";
    is_refused(&world, (line, text, "a text"), 415).await;
    for kind in ["text/json", "application/xml", "application/octet-stream"] {
        let headers = format!("Content-Type: {kind}\r\n");
        is_refused(&world, (line, &headers, "a"), 415).await;
    }
    let line_of_files = "POST /files?user=alice";
    for (kind, body) in [
        ("text/plain", "user=bob"),
        ("text/plain", r#"{"user":"bob"}"#),
        ("text/plain", r#"/**/{"user":"bob"}"#),
        ("text/json", r#"{"\ud800":1,"user":"bob"}"#),
        (
            "application/octet-stream",
            "{\0\"\0u\0s\0e\0r\0\"\0:\0\"\0\"\0}\0",
        ),
        ("application/xml", "<x><user>bob</user></x>"),
    ] {
        let headers = format!("Content-Type: {kind}\r\n");
        is_refused(&world, (line_of_files, &headers, body), 400).await;
    }
    for (kind, body) in [
        ("text/plain", "the user = bob; and so on"),
        ("application/octet-stream", "\0\u{1}\"{\"user\""),
        ("application/xml", "<x a=\"user\"><users>user</users></x>"),
    ] {
        let headers = format!("Content-Type: {kind}\r\n");
        passes(&world, (line_of_files, &headers, body)).await;
        passes(&world, ("PUT /users/alice/photo", &headers, body)).await;
    }
    is_refused(&world, (line, FORM, &vec!["a=1"; 1_001].join("&")), 400).await;
    passes(&world, (line, FORM, "users=bob&a=user")).await;
    passes(&world, (line, PARTS, &part("a"))).await;
    passes(&world, (line, JSON, r#"{"a":{"user":"bob"}}"#)).await;
    // Bottle reads JSON as a form
    for line in [line, "POST /notes?user=alice"] {
        for note in ["&user=bob&", "a&us%65r=bob"] {
            let body = json!({ "note": note }).to_string();
            is_refused(&world, (line, JSON, &body), 400).await;
        }
        let body = r#"{"note":"the user = bob & users=bob&x=user"}"#;
        passes(&world, (line, JSON, body)).await;
    }
    passes(&world, ("POST /json", JSON, r#"{"note":"&user=bob&"}"#)).await;
    // from the path: not in the query, and in the body with the same value
    is_refused(&world, ("PUT /users/alice?id=bob", "", ""), 400).await;
    is_refused(&world, ("PUT /users/alice?id[]=bob", "", ""), 400).await;
    for body in [
        r#"{"id":"bob"}"#,
        r#"{"id":"alice","ID":"bob"}"#,
        r#"{"id":null}"#,
        r#"{"id":["alice"]}"#,
        r#"{"ID":"alice"}"#,
        r#"{"id[$ne]":"alice"}"#,
    ] {
        is_refused(&world, ("PUT /users/alice", JSON, body), 400).await;
    }
    for body in [
        "id=bob",
        "id[$ne]=alice",
        "ID=alice",
        "id[]=alice",
        "+id=alice",
    ] {
        is_refused(&world, ("PUT /users/alice", FORM, body), 400).await;
    }
    for name in ["id[$ne]", "Id"] {
        let body = part(name).replace("\r\nb\r\n", "\r\nalice\r\n");
        is_refused(&world, ("PUT /users/alice", PARTS, &body), 400).await;
    }
    let own = part("id").replace("\r\nb\r\n", "\r\nalice\r\n");
    passes(&world, ("PUT /users/alice", PARTS, &own)).await;
    passes(
        &world,
        ("PUT /users/alice?page=1", JSON, r#"{"id":"alice","a":1}"#),
    )
    .await;
    passes(&world, ("PUT /users/alice", FORM, "id=alice")).await;
}

/// G17
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_query_has_only_its_names() {
    let world = world().await;
    let own = r#"{"name":"x"}"#;
    for query in NOT_NAMED {
        is_refused(&world, (&format!("PATCH /profile?{query}"), JSON, own), 400).await;
        is_refused(&world, (&format!("POST /closed?{query}"), "", ""), 400).await;
    }
    is_refused(&world, ("GET /orders?user=alice&role=x", "", ""), 400).await;
    let answer = send(&world, "PATCH /profile?role=admin", JSON, own).await;
    assert_eq!(
        answer.json(),
        json!({ "error": "invalid_request", "error_description": "the query may not have `role`" })
    );
    passes(&world, ("PATCH /profile?dry_run=1", JSON, own)).await;
    passes(&world, ("PATCH /profile", JSON, own)).await;
    passes(&world, ("POST /closed", "", "")).await;
    passes(&world, ("GET /orders?user=alice&page=1", "", "")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integer_that_some_parsers_round_names_nothing() {
    let world = World::with(
        "",
        "[[operation]]\nmatch = \"POST /a\"\nowner = { body = \"/id\", in = \"/ids\" }",
    )
    .await;
    let ids = json!({ "ids": ["9007199254740991", "9007199254740993", 9_007_199_254_740_993_u64] });
    let token = world.token_with("alice", "write", &ids);
    let post = async |id: &str| {
        world
            .send(&token, "POST /a", "", &format!("{{\"id\":{id}}}"))
            .await
    };
    for id in ROUNDED {
        assert_eq!(post(id).await.status, 404, "{id}");
    }
    assert_eq!(world.reached(), 0);
    for id in ["9007199254740991", "\"9007199254740993\""] {
        assert_eq!(post(id).await.status, 200, "{id}");
    }
}

/// G06, G15
#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_file_may_be_any() {
    let world = world().await;
    let of_file =
        |file: &str| part("a").replace("name=\"a\"", &format!("name=\"a\"; filename=\"{file}\""));
    for file in FILE_NAMES {
        for line in ["POST /forms", "POST /orders?user=alice"] {
            passes(&world, (line, PARTS, &of_file(file))).await;
        }
    }
    for file in ["\\\"; name=\\\"user\\\"; x=\\\"", "; name=user; x="] {
        is_refused(
            &world,
            ("POST /orders?user=alice", PARTS, &of_file(file)),
            400,
        )
        .await;
    }
    for file in ["\\\"; name=\\\"_method\\\"; x=\\\"", "name=_method"] {
        is_refused(&world, ("POST /forms", PARTS, &of_file(file)), 400).await;
    }
}

/// Queries with a name that is not among those of the rule.
const NOT_NAMED: [&str; 5] = [
    "role=admin",
    "dry_run=1&role=admin",
    "Dry_run=1",
    "dry_run[]=1",
    "dry_run=1;role=x",
];

/// Names of files.
const FILE_NAMES: [&str; 4] = [
    "my \\\"best\\\" photo.png",
    "username=alice.csv",
    "C:\\dir\\a.txt",
    "user.csv",
];

/// Numbers that some parsers round.
const ROUNDED: [&str; 4] = [
    "9007199254740993",
    "9007199254740992",
    "-9007199254740993",
    "1e3",
];
