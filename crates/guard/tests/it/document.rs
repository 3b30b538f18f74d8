//! Documents that others made: what is understood counts, and the rest is said.

mod unread;

use std::{
    fs,
    path::{Path, PathBuf},
};

use airside_guard::{
    Configuration,
    check::{self, Line},
};

use crate::world::World;

/// The configuration of a document below `document/`.
fn configure(document: &str, keys: &str, operations: &str) -> Result<Configuration, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("guard.toml");
    let document = cases().join(document);
    let text = format!(
        "upstream = \"http://127.0.0.1:1\"\nissuer = \"http://127.0.0.1:2\"\naudience = \"a\"\n\
         openapi = \"{}\"\n{keys}\n{operations}",
        document.display()
    );
    fs::write(&path, text).unwrap();
    Configuration::read(&path, &|_| None).map_err(|problems| problems.to_string())
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/documents")
}

fn lines(document: &str) -> Vec<Line> {
    check::lines(&configure(document, "", "").unwrap())
}

/// `GET /a sound`, for each.
fn classes(lines: &[Line]) -> Vec<String> {
    let lines = lines.iter();
    lines
        .map(|line| format!("{} {} {}", line.method, line.path, line.class))
        .collect()
}

/// Documents, their operations, and what some rule says of them.
const READ: [(&str, &[&str], &str); 20] = [
    (
        "op-ref.yaml",
        &["GET /v2/account/keys sound", "POST /v2/account/keys sound"],
        "scope `ssh_key:create`",
    ),
    (
        "itemlevel-x.yaml",
        &["DELETE /admin sound", "GET /admin sound"],
        "role `admin`",
    ),
    ("rootlevel-x.yaml", &["GET /admin sound"], "role `admin`"),
    (
        "trailing.yaml",
        &["GET /ok sound", "GET /users/ sound"],
        "scope `a`",
    ),
    (
        "suffix.yaml",
        &["GET /Accounts/{Sid}.json sound", "GET /ok sound"],
        "`Sid` in the path = sub",
    ),
    (
        "odata.yaml",
        &["GET /users(name='{name}') undeclared"],
        "whose `name`",
    ),
    (
        "querypath.yaml",
        &["POST /a undeclared", "GET /b undeclared"],
        "query or fragment",
    ),
    (
        "nonascii.yaml",
        &["GET /a b sound", "GET /größe sound"],
        "scope `a`",
    ),
    ("server-vars.yaml", &["GET /v1/items sound"], "scope `a`"),
    (
        "server-vars-ebay.yaml",
        &["GET /sell/v1/items sound"],
        "scope `a`",
    ),
    (
        "server-vars-root.yaml",
        &["GET /nnrf-disc/v1/items sound"],
        "scope `a`",
    ),
    (
        "server-protorel.yaml",
        &["GET /v1/items sound"],
        "scope `a`",
    ),
    (
        "alternatives.yaml",
        &["GET /a undeclared", "GET /b undeclared"],
        "alternatives with different scopes",
    ),
    (
        "optional.yaml",
        &["GET /a sound", "GET /b undeclared"],
        "lets everybody in",
    ),
    (
        "apikey-one.yaml",
        &["GET /a sound", "POST /webhook undeclared"],
        "`k` is an `apiKey`",
    ),
    (
        "and-key.yaml",
        &["GET /a undeclared"],
        "`org` is an `apiKey`",
    ),
    ("scheme-ref.yaml", &["GET /a sound"], "scope `a`"),
    ("upper-method.yaml", &["GET /a undeclared"], "small letters"),
    ("deep200.json", &["GET /a undeclared"], "no scope, role"),
    ("bignum.yaml", &["GET /a undeclared"], "no scope, role"),
];

#[test]
fn each_operation_of_a_document_is_judged_alone() {
    for (document, operations, said) in READ {
        let lines = lines(document);
        assert_eq!(classes(&lines), operations, "{document}");
        let rules: Vec<_> = lines.iter().map(|line| line.rule.as_str()).collect();
        assert!(
            rules.iter().any(|rule| rule.contains(said)),
            "{document}: {rules:?}"
        );
    }
}

#[test]
fn a_document_that_is_not_understood_says_why() {
    for (document, said) in REFUSED {
        let why = configure(document, "", "").unwrap_err();
        assert!(
            why.contains(document) && why.contains(said),
            "{document}: {why}"
        );
    }
    let empty = ["empty-paths.yaml", "webhooks-only.yaml"];
    for document in empty {
        let configuration = configure(document, "", "").unwrap();
        let remarks = configuration.remarks.join("\n");
        assert!(remarks.contains("no operations"), "{document}: {remarks}");
    }
    // every case is one of these
    let files = fs::read_dir(cases()).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let files = files.filter(|file| file.is_file());
    assert_eq!(files.count(), READ.len() + REFUSED.len() + empty.len());
}

#[test]
fn guard_toml_declares_what_the_document_does_not() {
    for (document, name) in DECLARED {
        let operation =
            format!("[[operation]]\nmatch = \"{name}\"\nrole = \"admin\"\nany_object = true\n");
        let configuration = configure(document, "", &operation).unwrap();
        let after = check::lines(&configuration);
        assert_eq!(after.len(), lines(document).len(), "{document}");
        let one = after
            .iter()
            .find(|line| line.place.contains("guard.toml"))
            .unwrap();
        assert_eq!(one.rule, "role `admin`", "{document}");
    }
}

#[test]
fn path_prefix_is_in_place_of_servers() {
    let paths = |document, prefix: &str| {
        let keys = format!("path_prefix = \"{prefix}\"");
        let configuration = configure(document, &keys, "");
        configuration.map(|read| classes(&check::lines(&read)))
    };
    for (prefix, path) in [
        ("/v9", "/v9/items"),
        ("/v9/", "/v9/items"),
        ("/", "/items"),
        ("", "/items"),
    ] {
        let all = paths("server-vars.yaml", prefix).unwrap();
        assert_eq!(all, [format!("GET {path} sound")], "{prefix}");
    }
    for prefix in ["v9", "/{v}", "/a?b", "/a/../b"] {
        let why = paths("server-vars.yaml", prefix).unwrap_err();
        assert!(why.contains("path_prefix"), "{prefix}: {why}");
    }
}

#[test]
fn the_totals_are_by_class() {
    let summary = |document| check::summary(&lines(document));
    assert_eq!(
        summary("apikey-one.yaml"),
        "2 operations: 1 sound, 1 undeclared"
    );
    assert_eq!(summary("scheme-ref.yaml"), "1 operation: 1 sound");
    assert!(summary("empty-paths.yaml").contains("no operations"));
}

/// Writes a document that is as large as those of large APIs.
fn large(operations: usize) -> String {
    let field = format!(
        "{{\"type\":\"string\",\"description\":\"{}\"}}",
        "x".repeat(60)
    );
    let fields: Vec<_> = (0..100)
        .map(|at| format!("\"field{at}\":{field}"))
        .collect();
    let content = format!(
        "{{\"content\":{{\"application/json\":{{\"schema\":{{\"properties\":{{{}}}}}}}}}}}",
        fields.join(",")
    );
    let paths = (0..operations).map(|at| {
        format!(
            "\"/r{at}/{{id}}\":{{\"post\":{{\"x-airside\":{{\"any_object\":true}},\"parameters\":\
             [{{\"$ref\":\"#/components/parameters/id\"}}],\"requestBody\":{content}}}}}"
        )
    });
    let paths: Vec<_> = paths.collect();
    format!(
        "{{\"openapi\":\"3.0.3\",\"security\":[{{\"o\":[\"a\"]}}],\"paths\":{{{}}},\"components\":{{\
         \"securitySchemes\":{{\"o\":{{\"type\":\"oauth2\"}}}},\"parameters\":{{\"id\":{{\"in\":\"path\",\
         \"name\":\"id\",\"schema\":{{\"type\":\"integer\"}}}}}}}}}}",
        paths.join(",")
    )
}

#[test]
fn a_large_document_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("openapi.json");
    let text = large(1_200);
    assert!(text.len() > 12_000_000);
    fs::write(&path, text).unwrap();
    let lines = lines(path.to_str().unwrap());
    assert_eq!(check::summary(&lines), "1200 operations: 1200 sound");
    assert_eq!(lines[0].path, "/r0/{id:int}");
}

#[test]
fn what_guard_toml_declares_is_replaced_whatever_else_is_at_its_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("openapi.yaml");
    let document = "openapi: 3.1.0\npaths: { '/a/{id}': { psot: {}, get: { parameters: \
        [{ in: path, name: id, schema: { type: integer } }] } } }\n";
    fs::write(&path, document).unwrap();
    let document = path.to_str().unwrap();
    assert_eq!(
        classes(&lines(document)),
        ["GET /a/{id:int} undeclared", "? /a/{id} undeclared"]
    );
    let operation = "[[operation]]\nmatch = \"GET /a/{id}\"\nrole = \"admin\"\nany_object = true\n";
    let configuration = configure(document, "", operation).unwrap();
    assert_eq!(
        classes(&check::lines(&configuration)),
        ["GET /a/{id:int} sound"]
    );
}

/// A pipe that nobody writes to is not waited for, and what is too much is read once.
#[cfg(unix)]
#[test]
fn a_document_is_a_regular_file() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe.yaml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let refused = configure(&pipe.display().to_string(), "", "").unwrap_err();
    assert!(refused.contains("not a regular file"), "{refused}");
    let refused = configure(&directory.path().display().to_string(), "", "").unwrap_err();
    assert!(refused.contains("not a regular file"), "{refused}");
}

const REFUSED: [(&str, &str); 5] = [
    ("swagger2.yaml", "Swagger 2.0"),
    ("v32.yaml", "OpenAPI 3.2"),
    ("float-version.yaml", "quotes"),
    ("html.yaml", "web page"),
    ("empty.yaml", "empty"),
];

/// Documents, and operations of theirs that are declared nowhere else.
const DECLARED: [(&str, &str); 7] = [
    ("alternatives.yaml", "GET /a"),
    ("optional.yaml", "GET /b"),
    ("apikey-one.yaml", "POST /webhook"),
    ("and-key.yaml", "GET /a"),
    ("querypath.yaml", "POST /a"),
    ("upper-method.yaml", "GET /a"),
    ("odata.yaml", "GET /users(name='{other}')"),
];
