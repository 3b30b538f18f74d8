use serde_json::{Value, json};

use super::*;
use crate::operation::Class;

/// The operations of a document alone in its directory, and those by which no request is known.
fn read_apart(text: &str) -> Result<apart::DistinctOperations, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.yaml");
    std::fs::write(&path, text).unwrap();
    let mut documented = super::read(&path, "a.yaml", None)?;
    let remarks = std::mem::take(&mut documented.remarks);
    let mut apart = super::apart(documented.left());
    apart.remarks.extend(remarks);
    Ok(apart)
}

fn read(text: &str) -> Result<Vec<Operation>, String> {
    let apart = read_apart(text)?;
    assert_eq!(apart.unread, []);
    Ok(apart.operations)
}

const DOCUMENT: &str = "
openapi: 3.1.0
servers: [{ url: 'https://api.example.com/api/v1/' }]
security: [{ oauth: [accounts:read] }]
components:
  securitySchemes:
    oauth: { type: oauth2 }
    key: { type: apiKey }
paths:
  /accounts/{id}:
    summary: an account
    parameters: []
    get:
      x-airside:
        owner: { response: /owner, equals: sub }
        query_fields: [fields]
        show: [/id, { field: /ssn, scope: pii }]
    delete:
      x-airside: { role: admin, any_object: true }
    put:
      x-airside: { owner: { path: id, equals: org }, body_fields: [/name, /tags/*] }
    patch: {}
  /accounts:
    get: {}
  /health:
    get: { security: [] }
";

fn classes(text: &str) -> Vec<String> {
    let all = read(text).unwrap();
    let all = all.iter();
    all.map(|one| {
        format!(
            "{} {} {}: {}",
            one.method,
            one.path,
            one.permission.class(),
            one.permission.rule()
        )
    })
    .collect()
}

#[test]
fn security_requirements_and_extensions_are_rules() {
    let mut lines = classes(DOCUMENT);
    lines.sort();
    assert_eq!(
        lines,
        [
            "DELETE /api/v1/accounts/{id} sound: scope `accounts:read` and role `admin`",
            "GET /api/v1/accounts sound: scope `accounts:read`",
            "GET /api/v1/accounts/{id} sound: scope `accounts:read` and `/owner` of the answer = sub, of the query only `fields`, of the answer only `/id`, with scope `pii` also `/ssn`",
            "GET /api/v1/health public: public: the document requires no security",
            "PATCH /api/v1/accounts/{id} undeclared: whose `id` a caller may touch is not said: add `owner`, or `any_object = true`",
            "PUT /api/v1/accounts/{id} sound: scope `accounts:read` and `id` in the path = org, of the body only `/name`, `/tags/*`, of the query nothing else",
        ]
    );
    let json = serde_json::to_string(&serde_saphyr::from_str::<Value>(DOCUMENT).unwrap());
    assert_eq!(classes(&json.unwrap()).len(), 6);
}

#[test]
fn the_media_types_of_a_body_are_declared() {
    for one in read(BODIES).unwrap() {
        let takes = |essence| one.body.takes(essence);
        match one.method.as_str() {
            "POST" => assert!(takes("application/json") && takes("text/plain")),
            "PUT" => assert!(takes("multipart/form-data") && !takes("application/json")),
            "PATCH" => assert!(one.body.is_empty()),
            _ => assert!(one.body.takes_any()),
        }
    }
}

#[test]
fn without_security_nothing_is_declared() {
    let bare = "openapi: 3.0.3\npaths: { /a: { get: {} } }";
    let all = read(bare).unwrap();
    assert_eq!(
        all.iter()
            .map(|one| one.permission.class())
            .collect::<Vec<_>>(),
        [Class::Undeclared]
    );
}

#[test]
fn a_document_that_is_not_understood_says_which_it_is() {
    for (document, said) in [
        ("", "empty"),
        ("# nothing\n\n", "empty"),
        (" \n<!doctype html><html></html>", "web page"),
        ("swagger: '2.0'", "Swagger 2.0"),
        ("openapi: 3.2.0", "3.2"),
        ("openapi: 3.1", "quotes"),
        ("openapi: 2.0.0", "another version"),
        ("- 1", "not an OpenAPI document"),
        ("a: [", "a.yaml"),
        ("openapi: 3.1.0\nopenapi: 3.1.0", "a.yaml"),
    ] {
        let problem = read(document).unwrap_err();
        assert!(
            problem.starts_with("a.yaml: ") && problem.contains(said),
            "{said}: {problem}"
        );
    }
    let none = read_apart("openapi: 3.1.0\nwebhooks: {}").unwrap();
    assert!(none.remarks[0].contains("a.yaml: it has no operations"));
}

#[test]
fn what_cannot_be_judged_is_undeclared_alone() {
    for (from, to, said) in NOT_JUDGED {
        let all = read(&DOCUMENT.replace(from, to)).unwrap();
        let of_class = |class| {
            all.iter()
                .filter(move |one| one.permission.class() == class)
        };
        let whys: Vec<_> = of_class(Class::Undeclared)
            .map(|one| one.permission.rule())
            .collect();
        // PATCH is undeclared in each
        assert_eq!((all.len(), whys.len()), (6, 2), "{to}: {whys:?}");
        assert!(
            whys.iter().any(|why| why.contains(said)),
            "{said}: {whys:?}"
        );
    }
}

/// The rule of `GET /a` by its security and its `x-airside`.
fn rule_of(security: &Value, extension: Option<Value>) -> String {
    let mut operation = json!({ "security": security });
    if let Some(extension) = extension {
        operation["x-airside"] = extension;
    }
    let document = json!({ "openapi": "3.1.0", "paths": { "/a": { "get": operation } },
        "components": { "securitySchemes": { "o": { "type": "oauth2" }, "k": { "type": "apiKey" },
            "p": { "type": "http", "scheme": "bearer" }, "b": { "type": "http", "scheme": "basic" } } } });
    let one = read(&document.to_string()).unwrap().remove(0);
    format!("{}: {}", one.permission.class(), one.permission.rule())
}

#[test]
fn an_alternative_is_judged_if_the_guard_can_judge_all_of_it() {
    for (security, rule) in [
        (json!([{ "o": ["a"] }, {}]), "sound: scope `a`"),
        (json!([{}, { "o": ["a"] }]), "sound: scope `a`"),
        (json!([{ "k": [] }, { "o": ["a"] }]), "sound: scope `a`"),
        (json!([{ "o": ["a"] }, { "p": ["a"] }]), "sound: scope `a`"),
        (
            json!([{ "o": ["a"], "p": ["b"] }]),
            "sound: scope `a` and scope `b`",
        ),
        (
            json!([{ "k": [] }, { "b": [] }]),
            "undeclared: the security scheme `k` is an `apiKey`",
        ),
        (
            json!([{ "k": [], "o": ["a"] }, {}]),
            "undeclared: the security scheme `k`",
        ),
        (
            json!([{ "b": [] }]),
            "undeclared: the security scheme `b` is HTTP `basic`",
        ),
        (json!([{}]), "undeclared: `{}`"),
        (
            json!([{ "o": ["a"] }, { "o": ["b"] }]),
            "undeclared: `security` has alternatives",
        ),
        (
            json!([{ "p": [] }, { "o": ["a"] }]),
            "undeclared: `security` has alternatives",
        ),
        (json!([]), "public: public"),
    ] {
        let said = rule_of(&security, None);
        assert!(said.starts_with(rule), "{security}: {said}");
    }
    // the operator chooses
    let several = json!([{ "o": ["a"] }, { "o": ["b"] }]);
    assert_eq!(
        rule_of(&several, Some(json!({ "scope": "b" }))),
        "sound: scope `b`"
    );
    assert!(rule_of(&several, Some(json!({ "role": "b" }))).starts_with("undeclared"));
}

#[test]
fn what_is_left_out_of_the_alternatives_is_said() {
    let document = "openapi: 3.1.0\ncomponents: { securitySchemes: { o: { type: oauth2 } } }\n\
        security: [{ o: [a] }, {}]\npaths: { /a: { get: {}, put: {} } }\n";
    let remarks = read_apart(document).unwrap().remarks;
    assert_eq!(remarks.len(), 1);
    assert!(remarks[0].contains("2 operations, `GET /a`"), "{remarks:?}");
}

#[test]
fn nothing_is_opened_by_inheritance() {
    let document = "
openapi: 3.1.0
x-airside: { role: admin, any_object: true }
paths:
  /a: { get: {} }
  /b/{id}: { get: {} }
  /c: { get: {}, x-airside: { public: probe } }
  /d/{id}: { get: { x-airside: { role: user, any_object: true } } }
  /e/{id}: { get: {}, x-airside: { owner: { path: id, equals: sub } } }
";
    assert_eq!(
        classes(document),
        [
            "GET /a sound: role `admin`",
            "GET /b/{id} undeclared: whose `id` a caller may touch is not said: add `owner`, or `any_object = true` (`any_object` is not inherited: it counts beside an operation)",
            "GET /c undeclared: no scope, role, action or owner is said (`public` is not inherited: it counts beside an operation)",
            "GET /d/{id} sound: role `user`",
            "GET /e/{id} sound: any token and `id` in the path = sub",
        ]
    );
}

/// Names and classes of a document with oauth2, whose paths are these.
fn apart_classes(paths: &str) -> (Vec<String>, Vec<String>, usize) {
    let document = format!(
        "openapi: 3.1.0\nsecurity: [{{ o: [a] }}]\n\
        components: {{ securitySchemes: {{ o: {{ type: oauth2 }} }} }}\npaths: {{ {paths} }}\n"
    );
    let apart = read_apart(&document).unwrap();
    let known = apart
        .operations
        .iter()
        .map(|one| format!("{} {}", one.name(), one.permission.class()));
    let unread = apart
        .unread
        .iter()
        .map(|one| format!("{} {}", one.method, one.path));
    let lists = (known.collect(), unread.collect(), apart.remarks.len());
    assert!(
        crate::operation::Operations::new(apart.operations).is_ok(),
        "{paths}"
    );
    lists
}

#[test]
fn operations_that_frameworks_take_for_each_other_are_undeclared_if_their_rules_differ() {
    let admin = "x-airside: { role: admin }";
    for (paths, known, unread, remarks) in [
        (
            format!("/users: {{ get: {{}} }}, /Users/: {{ get: {{ {admin} }} }}, /b: {{ get: {{}} }}"),
            vec!["GET /users undeclared", "GET /Users/ undeclared", "GET /b sound"],
            vec![],
            0,
        ),
        ("/users: { get: {} }, /Users/: { get: {} }".to_owned(), vec!["GET /users sound", "GET /Users/ sound"], vec![], 0),
        (
            format!("/a: {{ get: {{}} }}, /a.json: {{ get: {{}} }}, /a.json.gz: {{ get: {{ {admin} }} }}"),
            vec!["GET /a undeclared", "GET /a.json undeclared", "GET /a.json.gz undeclared"],
            vec![],
            0,
        ),
        // one path with two names
        (
            "'/a/{x}': { get: { x-airside: { owner: { path: x, equals: sub } } } }, \
             '/a/{y}': { get: { x-airside: { any_object: true } } }, /b: { get: {} }".to_owned(),
            vec!["GET /a/{x} undeclared", "GET /b sound"],
            vec!["GET /a/{y}"],
            0,
        ),
        (
            "'/a/{x}': { get: { x-airside: { any_object: true } } }, '/a/{y}': { get: { x-airside: { any_object: true } } }".to_owned(),
            vec!["GET /a/{x} sound"],
            vec![],
            1,
        ),
        // a query is not a path
        ("'/a?b': { get: {} }, /c: { get: {} }".to_owned(), vec!["GET /c sound", "GET /a undeclared"], vec![], 0),
        ("'/a?b': { get: {} }, /a: { get: {} }".to_owned(), vec!["GET /a sound"], vec![], 1),
        (
            format!("'/a?b': {{ get: {{ {admin} }} }}, /a: {{ get: {{}} }}"),
            vec!["GET /a undeclared"],
            vec!["GET /a"],
            0,
        ),
        (
            "'/#a': { post: {} }, '/#b': { post: {} }".to_owned(),
            vec!["POST / undeclared"],
            vec!["POST /"],
            0,
        ),
        // what the guard cannot read at all
        ("'/{a}{b}': { get: {} }, /c: { get: {}, psot: {} }".to_owned(), vec!["GET /c sound"], vec!["GET /{a}{b}", "? /c"], 0),
    ] {
        let (mut all, mut unknown, said) = apart_classes(&paths);
        let (mut known, mut unread) = (known, unread);
        all.sort();
        known.sort_unstable();
        unknown.sort();
        unread.sort_unstable();
        assert_eq!((all, unknown, said), (
            known.into_iter().map(str::to_owned).collect(),
            unread.into_iter().map(str::to_owned).collect(),
            remarks,
        ), "{paths}");
    }
}

#[cfg(unix)]
#[test]
fn only_regular_files_below_the_directory_are_read() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("s3cret.yaml"), "security: []").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::create_dir(at("api")).unwrap();
    std::fs::write(at("beside.yaml"), "security: []").unwrap();
    std::fs::write(at("api/inside.yaml"), "security: []").unwrap();
    std::fs::write(at("api/broken.yaml"), "s3cret: [s3cret").unwrap();
    std::fs::write(at("api/twice.json"), "{\"s3cret\": 1, \"s3cret\": 1}").unwrap();
    std::os::unix::fs::symlink(outside.path().join("s3cret.yaml"), at("api/link.yaml")).unwrap();
    std::os::unix::fs::symlink(outside.path(), at("api/linked")).unwrap();
    std::os::unix::fs::symlink(at("api/inside.yaml"), at("api/alias.yaml")).unwrap();
    for (reference, said) in REFERENCES {
        let document =
            format!("openapi: 3.1.0\npaths: {{ /a: {{ get: {{ $ref: '{reference}' }} }} }}\n");
        std::fs::write(at("api/openapi.yaml"), document).unwrap();
        let documented = super::read(&at("api/openapi.yaml"), "openapi.yaml", None).unwrap();
        let one = super::apart(documented.left()).operations.remove(0);
        let rule = one.permission.rule();
        match said {
            "" => assert_eq!(one.permission.class(), Class::Public, "{reference}: {rule}"),
            said => assert!(
                one.permission.class() == Class::Undeclared && rule.contains(said),
                "{reference}: {rule}"
            ),
        }
        assert!(
            !rule.replace(reference, "").contains("s3cret"),
            "{reference}: {rule}"
        );
    }
}

/// Parts of [`DOCUMENT`], what takes their place, and the reason that is said.
const NOT_JUDGED: [(&str, &str, &str); 12] = [
    (
        "security: []",
        "security: [{ key: [] }]",
        "`key` is an `apiKey`",
    ),
    ("security: []", "security: [{}]", "lets everybody in"),
    (
        "security: []",
        "security: [{ key: [], oauth: [] }]",
        "apiKey",
    ),
    ("security: []", "security: [{ none: [] }]", "not declared"),
    (
        "security: []",
        "security: [{ oauth: [] }, { oauth: [a] }]",
        "alternatives",
    ),
    (
        "security: []",
        "security: [], x-airside: { role: a }",
        "`security: []`",
    ),
    ("security: []", "security: ", "not a list"),
    (
        "security: []",
        "security: [{ oauth: [a] }], x-airside: { public: a }",
        "`public`",
    ),
    ("role: admin,", "rol: admin,", "rol"),
    (
        "role: admin,",
        "hide: [{ field: /ssn, unless_scope: pii }],",
        "write `show =",
    ),
    ("role: admin,", "match: GET /,", "for `guard.toml`"),
    (
        "role: admin, any_object: true",
        "owner: { response: /owner, equals: sub }",
        "for GET only",
    ),
];

/// References, and the reason why they are not followed.
const REFERENCES: [(&str, &str); 10] = [
    ("../beside.yaml", "out of"),
    ("link.yaml", "not a regular file"),
    ("linked/s3cret.yaml", "not a regular file"),
    (".", "not a regular file"),
    ("nowhere.yaml", "cannot be read"),
    ("broken.yaml", "not JSON or YAML (line 1"),
    ("twice.json", "not JSON or YAML (line 1"),
    ("http://127.0.0.1:1/a.yaml", "fetched"),
    ("inside.yaml", ""),
    ("alias.yaml", ""),
];

/// Operations whose bodies have media types.
const BODIES: &str = "
openapi: 3.1.0
components:
  requestBodies:
    upload: { content: { multipart/form-data: {} } }
    same: { $ref: '#/components/requestBodies/upload' }
    circle: { $ref: '#/components/requestBodies/circle' }
paths:
  /a:
    post: { requestBody: { content: { Application/JSON: {}, 'text/plain; charset=utf-8': {} } } }
    put: { requestBody: { $ref: '#/components/requestBodies/same' } }
    patch: { requestBody: { $ref: '#/components/requestBodies/circle' } }
    delete: { x-airside: { body: '*/*' }, requestBody: { content: { a/b: {} } } }
";
