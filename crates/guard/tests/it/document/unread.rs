//! Parts of a document that are not understood.

use super::*;

/// G16: what is not understood is nobody's, also where another operation would match its path.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_let_through_by_no_other_operation() {
    let world = documented(NOT_UNDERSTOOD).await;
    world.reached();
    let alice = world.token("alice", "r");
    for path in ["/admin", "/srv", "/odd/xy", "/Admin", "/admin/"] {
        for token in ["", alice.as_str()] {
            let status = world.get(token, path).await.status;
            assert!((400..500).contains(&status), "{path}: {status}");
        }
    }
    assert_eq!(world.reached(), 0);
    // the controls
    world.get("", "/page").await;
    world.get("", "/a/b").await;
    assert_eq!(world.reached(), 2);
    // what `guard.toml` says of it counts
    let declared = "[[operation]]\nmatch = \"GET /admin\"\npublic = \"it is known here\"\n";
    world.write("openapi = \"openapi.yaml\"", declared);
    world.reload();
    world.get("", "/admin").await;
    assert_eq!(world.reached(), 1);
}

/// Reads a document with these paths, in YAML, and what `guard.toml` says beside it.
fn read(paths: &str, operations: &str) -> Configuration {
    let directory = tempfile::tempdir().unwrap();
    let document = format!(
        "openapi: \"3.1.0\"\nsecurity: [{{ o: [a] }}]\n\
         components: {{ securitySchemes: {{ o: {{ type: oauth2 }}, k: {{ type: apiKey }} }} }}\n\
         paths: {{ {paths} }}\n"
    );
    fs::write(directory.path().join("a.yaml"), document).unwrap();
    let path = directory.path().join("guard.toml");
    let text = format!(
        "upstream = \"http://127.0.0.1:1\"\nissuer = \"http://127.0.0.1:2\"\naudience = \"a\"\n\
         openapi = \"a.yaml\"\n{operations}"
    );
    fs::write(&path, text).unwrap();
    Configuration::read(&path, &|_| None).unwrap()
}

const INTEGER: &str = "parameters: [{ in: path, name: id, schema: { type: integer } }]";

/// G12
#[test]
fn what_is_not_understood_shuts_what_could_be_it() {
    let public = "get: { security: [] }";
    for (paths, expected) in [
        // by a parameter of a kind
        (
            format!("'/a/{{x}}{{y}}': {{ get: {{}} }}, '/a/{{id}}': {{ {INTEGER}, {public} }}"),
            &["GET /a/{id:int} undeclared", "GET /a/{x}{y} undeclared"][..],
        ),
        (
            format!("'/u/{{n}}': {{ $ref: nope.yaml }}, '/u/{{id}}': {{ {INTEGER}, {public}, put: {{ security: [] }} }}"),
            &["GET /u/{id:int} undeclared", "PUT /u/{id:int} undeclared", "? /u/{n} undeclared"],
        ),
        (
            format!("'/u/{{n}}': {{ get: {{ $ref: nope.yaml }} }}, '/u/{{id}}': {{ {INTEGER}, {public} }}"),
            &["GET /u/{id:int} undeclared", "GET /u/{n} undeclared"],
        ),
        (
            format!("'/u/{{n}}': {{ get: {{ security: [{{ k: [] }}] }} }}, '/u/{{id}}': {{ {INTEGER}, {public} }}"),
            &["GET /u/{id:int} undeclared", "GET /u/{n} undeclared"],
        ),
        (
            format!("'/a/{{id}}?b=1': {{ get: {{}} }}, '/a/{{id}}': {{ {INTEGER}, {public} }}"),
            &["GET /a/{id:int} undeclared", "GET /a/{id} undeclared"],
        ),
        // by a parameter with a text beside it
        (
            format!("'/a/{{x}}{{y}}': {{ get: {{}} }}, '/a/{{id}}.json': {{ {public} }}"),
            &["GET /a/{id}.json undeclared", "GET /a/{x}{y} undeclared"],
        ),
        // below a prefix that is not known
        (
            format!("/e: {{ servers: [{{ url: 'https://h/{{v}}' }}], get: {{}} }}, '/{{v}}/e': {{ {public} }}, '/{{p}}': {{ {public} }}"),
            &["GET /e undeclared", "GET /{p} public", "GET /{v}/e undeclared"],
        ),
        // the controls: what is written out, other methods, other paths
        (
            format!("'/a/{{x}}{{y}}': {{ get: {{}} }}, /a/me: {{ {public} }}, '/a/{{id}}': {{ put: {{ security: [] }} }}, '/b/{{id}}': {{ {public} }}"),
            &["GET /a/me public", "GET /a/{x}{y} undeclared", "GET /b/{id} public", "PUT /a/{id} public"],
        ),
        (
            "/c: { get: {}, put: {}, psot: {} }".to_owned(),
            &["? /c undeclared", "GET /c sound", "PUT /c sound"],
        ),
        (
            "'/users/me;x=1': { get: {} }, '/users/{id}': { get: { x-airside: { any_object: true } } }".to_owned(),
            &["GET /users/me;x=1 undeclared", "GET /users/{id} sound"],
        ),
    ] {
        let mut found = classes(&check::lines(&read(&paths, "")));
        let mut expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{paths}");
    }
}

#[test]
fn guard_toml_settles_whatever_a_document_leaves_open() {
    let declared = |name: &str| {
        format!("[[operation]]\nmatch = \"{name}\"\nscope = \"a\"\nany_object = true\n")
    };
    for (paths, name, more) in SETTLED {
        let mut found = classes(&check::lines(&read(paths, &declared(name))));
        let mut expected = vec![format!("{name} sound")];
        expected.extend(more.iter().map(ToString::to_string));
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{paths}");
    }
    // what frameworks take for one of its operations is said, and starts
    let lines = check::lines(&read(
        "/users/: { get: {} }",
        &declared("GET /users").replace("\"a\"", "\"b\""),
    ));
    assert_eq!(
        classes(&lines),
        ["GET /users sound", "GET /users/ undeclared"]
    );
    // what the document's rules need and nobody configured
    let paths = "/a: { get: { x-airside: { action: x } } }, '/b/{id}': { get: { x-airside: { owner: { view: v, key: '{path:id}', equals: sub } } } }";
    let lines = check::lines(&read(paths, ""));
    assert_eq!(
        classes(&lines),
        ["GET /a undeclared", "GET /b/{id} undeclared"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_takes_several_is_shut_below_it() {
    // G12
    let world = documented(SEVERAL_SEGMENTS).await;
    let alice = world.token("alice", "r");
    world.reached();
    for path in BELOW {
        let status = world.get(&alice, path).await.status;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    assert_eq!(world.reached(), 0);
    // the controls
    for path in ["/other/x/y", "/alt"] {
        let status = world.get(&alice, path).await.status;
        assert_eq!(world.reached(), 1, "{path}: {status}");
    }
}

/// A guard whose API is described by a document.
async fn documented(document: &str) -> World {
    let world = World::new().await;
    fs::write(world.directory.path().join("openapi.yaml"), document).unwrap();
    world.write("openapi = \"openapi.yaml\"", "");
    world.reload();
    world
}

/// A document with parts that are not understood.
const NOT_UNDERSTOOD: &str = r##"
openapi: "3.1.0"
security: [{ o: [r] }]
components: { securitySchemes: { o: { type: oauth2, flows: {} } } }
paths:
  /admin: { $ref: "#/components/nowhere" }
  /srv: { servers: [{ url: "/{v}" }], get: {} }
  /odd/{a}{b}: { get: {} }
  /odd/{p}: { get: { security: [] } }
  /{page}: { get: { security: [] } }
  /a/b: { get: { security: [] } }
  "/a/b?c=d": { get: { security: [] } }
"##;

/// A document with segments that take several.
const SEVERAL_SEGMENTS: &str = r##"
openapi: "3.1.0"
security: [{ o: [r] }]
components: { securitySchemes: { o: { type: oauth2 } } }
paths:
  "/admin/{proxy+}": { get: { x-airside: { role: admin } } }
  /f/**: { get: { x-airside: { role: admin } } }
  "/{t}/{a}/{b}": { get: { x-airside: { any_object: true } } }
  /alt: { get: { x-airside: { scope: r }, security: [{ o: [s] }, { o: [t] }] } }
x-airside: { any_token: true }
"##;

/// Paths below a segment that takes several.
const BELOW: [&str; 5] = [
    "/admin/x",
    "/admin/x/y",
    "/ADMIN/x/y",
    "/admin/x/y/z",
    "/f/x/y",
];

/// Paths of a document, the operation of `guard.toml`, and what is declared beside it.
const SETTLED: [(&str, &str, &[&str]); 9] = [
    ("'/{a}{b}': { get: {} }", "GET /{ab}", &[]),
    ("/a//b: { get: {} }", "GET /a/b", &[]),
    (
        "/c: { servers: [{ url: 'https://h/{v}' }], get: {} }",
        "GET /v1/c",
        &[],
    ),
    (
        "/c: { servers: [{ url: 'https://h/{v}' }], get: {} }",
        "GET /c",
        &[],
    ),
    ("/c: { get: {}, psot: {} }", "POST /c", &["GET /c sound"]),
    ("'/d/{n}': { $ref: nope.yaml }", "GET /d/{n}", &[]),
    ("/c: { trace: {}, query: {} }", "GET /c", &[]),
    (
        "/a: { get: { x-airside: { action: nothing } } }",
        "GET /a",
        &[],
    ),
    ("'/admin/{proxy+}': { get: {} }", "GET /admin/{path*}", &[]),
];
