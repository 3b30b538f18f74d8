//! A first `guard.toml` for a document: nothing is open that the document does not open, and each open
//! question is there.

mod alone;
mod hostile;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use airside_guard::{
    Configuration, check,
    init::{self, Settings},
    operation::Class,
};
use serde_json::{Value, json};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/init")
}

/// Documents in the manner of well-known ones, and what each leaves open.
const DOCUMENTS: [(&str, &[&str]); 5] = [
    (
        "django.yaml",
        &[
            "GET /api/books/{id:int}/",
            "GET /api/orders/{uuid:uuid}/",
            "PATCH /api/orders/{uuid:uuid}/",
            "DELETE /api/reviews/{id:int}/",
            "GET /api/reviews/{id:int}/",
            "PUT /api/reviews/{id:int}/",
            "GET /api/users/{id:int}/",
        ],
    ),
    (
        "twilio.yaml",
        &[
            "GET /2010-04-01/Accounts.json",
            "POST /2010-04-01/Accounts.json",
            "GET /2010-04-01/Accounts/{AccountSid}/Calls.json",
            "POST /2010-04-01/Accounts/{AccountSid}/Calls.json",
            "GET /2010-04-01/Accounts/{AccountSid}/Calls/{CallSid}/Recordings.json",
            "DELETE /2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json",
            "GET /2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json",
            "POST /2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json",
            "GET /2010-04-01/Accounts/{Sid}.json",
            "POST /2010-04-01/Accounts/{Sid}.json",
        ],
    ),
    (
        "box.json",
        &[
            "GET /2.0/comments/{comment_id}",
            "DELETE /2.0/files/{file_id}",
            "GET /2.0/files/{file_id}",
            "PUT /2.0/files/{file_id}",
            "GET /2.0/files/{file_id}/content",
            "GET /2.0/folders/{folder_id}/items",
            "DELETE /2.0/users/{user_id}",
            "GET /2.0/users/{user_id}/avatar",
        ],
    ),
    (
        "kubernetes.json",
        &[
            "GET /api/v1/namespaces/{namespace}/pods",
            "POST /api/v1/namespaces/{namespace}/pods",
            "DELETE /api/v1/namespaces/{namespace}/pods/{name}",
            "GET /api/v1/namespaces/{namespace}/pods/{name}",
            "PATCH /api/v1/namespaces/{namespace}/pods/{name}",
            "GET /api/v1/namespaces/{namespace}/pods/{name}/proxy/{path}",
            "POST /api/v1/namespaces/{namespace}/pods/{name}/proxy/{path}",
            "GET /api/v1/namespaces/{namespace}/secrets/{name}",
            "GET /api/v1/watch/namespaces/{namespace}/pods",
            "PUT /apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale",
            "GET /logs/{logpath}",
        ],
    ),
    (
        "digitalocean.yaml",
        &[
            "DELETE /v2/droplets/{droplet_id:int}",
            "GET /v2/droplets/{droplet_id:int}",
            "POST /v2/droplets/{droplet_id:int}/actions",
            "GET /v2/droplets/{droplet_id:int}/actions/{action_id:int}",
            "DELETE /v2/me/keys/{key_id}",
        ],
    ),
];

fn begun(document: &Path) -> Result<String, String> {
    let settings = Settings {
        openapi: document.to_str().unwrap(),
        ..Settings::default()
    };
    init::text(document, &document.display().to_string(), &settings)
}

/// Reads a configuration, in which the database is one that is never asked.
fn read(text: &str) -> Result<Configuration, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("guard.toml");
    fs::write(&path, text).unwrap();
    let environment = |_: &str| Some("sqlite:nothing.db".to_owned());
    Configuration::read(&path, &environment).map_err(|problems| problems.to_string())
}

/// The operations of a configuration, with their classes.
fn classes(text: &str) -> Result<BTreeSet<(String, Class)>, String> {
    let lines = check::lines(&read(text)?).into_iter();
    let named = lines.map(|line| (format!("{} {}", line.method, line.path), line.class));
    Ok(named.collect())
}

/// The operations of a document alone.
fn alone(document: &Path) -> Result<BTreeSet<(String, Class)>, String> {
    classes(&format!(
        "upstream = \"http://127.0.0.1:1\"\nissuer = \"http://127.0.0.1:2\"\naudience = \"a\"\nopenapi = {}\n",
        json!(document)
    ))
}

/// `UPDATE_REFERENCE=1` writes the files again.
#[test]
fn a_document_becomes_a_guard_toml_with_its_open_questions() {
    for (name, open) in DOCUMENTS {
        let document = cases().join(name);
        let settings = Settings {
            openapi: name,
            ..Settings::default()
        };
        let text = init::text(&document, name, &settings).unwrap();
        let golden = document.with_extension("toml");
        if std::env::var_os("UPDATE_REFERENCE").is_some() {
            fs::write(&golden, &text).unwrap();
        }
        require_same(&golden, &text);
        let configuration = Configuration::read(&golden, &|_| None).unwrap();
        let lines = check::lines(&configuration).into_iter();
        let undeclared = lines.filter(|line| line.class == Class::Undeclared);
        let undeclared = undeclared.map(|line| format!("{} {}", line.method, line.path));
        assert_eq!(undeclared.collect::<Vec<_>>(), open, "{name}");
        let begun = classes(&begun(&document).unwrap()).unwrap();
        assert_eq!(begun, alone(&document).unwrap(), "{name}");
    }
}

/// The class that a proposal says that its rule has.
fn said(proposal: &str) -> Class {
    let (_, said) = proposal.split_once("   # ").unwrap();
    let classes = [
        Class::SoundUntilExpiry,
        Class::Sound,
        Class::RaceWindow,
        Class::Heuristic,
    ];
    let mut classes = classes.into_iter();
    let found = classes.find(|class| said.starts_with(&class.to_string()));
    assert!(found.is_some(), "{proposal}");
    found.unwrap()
}

/// The operation of a block, and the class that it has in a configuration.
fn class_of(block: &[&str], text: &str) -> Class {
    let text = text.replace("# [database]\n# url", "[database]\nurl");
    let all = classes(&text);
    assert!(all.is_ok(), "{all:?}\n{}", block.join("\n"));
    let all = all.unwrap();
    let line = block.iter().find_map(|line| line.split_once("match = \""));
    let (_, name) = line.unwrap();
    let outline = |name: &str| name.replace(":int}", "}").replace(":uuid}", "}");
    let name = outline(name.trim_end_matches('"'));
    let found = all.iter().find(|(other, _)| outline(other) == name);
    assert!(found.is_some(), "{name}: {all:?}");
    found.unwrap().1
}

#[test]
fn each_proposal_makes_a_rule_of_the_class_that_it_says() {
    let mut count = 0;
    for (name, _) in DOCUMENTS {
        let text = begun(&cases().join(name)).unwrap();
        for block in text
            .split("\n\n")
            .filter(|block| block.contains("\n[[operation]]"))
        {
            let lines: Vec<_> = block.lines().collect();
            for at in 0..lines.len() {
                let is_proposal = |line: &str| {
                    ["# owner = ", "# any_object"]
                        .iter()
                        .any(|one| line.starts_with(one))
                };
                if !is_proposal(lines[at]) {
                    continue;
                }
                let with = |more: usize| {
                    let chosen = lines.iter().enumerate().map(|(other, line)| match *line {
                        line if (at..=at + more).contains(&other) => {
                            line.strip_prefix("# ").unwrap()
                        }
                        line => line,
                    });
                    let chosen = chosen.collect::<Vec<_>>().join("\n");
                    class_of(&lines, &text.replace(block, &chosen))
                };
                count += 1;
                match lines[at].contains("with the next line") {
                    true => assert_eq!((with(1), with(0)), (Class::Sound, Class::Heuristic)),
                    false => assert_eq!(with(0), said(lines[at]), "{block}"),
                }
            }
        }
        for block in text
            .split("\n\n")
            .filter(|block| block.contains("\n# [[operation]]"))
        {
            let bare = block.replace("\n# ", "\n");
            let (said_by_document, rule) = bare.split_once("\n[[operation]]").unwrap();
            if !said_by_document.contains("To check them") {
                continue;
            }
            let lines: Vec<_> = rule.lines().collect();
            let class = class_of(
                &lines,
                &text.replace(block, &format!("\n[[operation]]{rule}")),
            );
            assert_eq!(
                class,
                said(lines.iter().find(|line| line.starts_with("owner")).unwrap())
            );
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn any_document_is_begun_as_it_is_checked() {
    let mut read = 0;
    for entry in fs::read_dir(cases().with_file_name("documents")).unwrap() {
        let document = entry.unwrap().path();
        if document.is_dir() {
            continue;
        }
        match (begun(&document), alone(&document)) {
            (Ok(text), Ok(classes)) => {
                assert_eq!(self::classes(&text), Ok(classes), "{document:?}\n{text}");
                read += 1;
            }
            (begun, alone) => {
                // that one has the line of `guard.toml` too
                let (begun, alone) = (begun.unwrap_err(), alone.unwrap_err());
                assert!(alone.starts_with(&format!("error: {begun}")), "{alone}");
            }
        }
    }
    assert!(read > 15, "{read}");
}

/// Writes a document into a directory of its own, and asserts that beginning opens nothing.
fn require_as_alone(document: &Value) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.json");
    fs::write(&path, document.to_string()).unwrap();
    let text = begun(&path).unwrap();
    assert_eq!(classes(&text), alone(&path), "{text}");
    text
}

fn document(paths: Value) -> Value {
    json!({ "openapi": "3.1.0", "security": [{ "o": ["a"] }], "paths": paths,
        "components": { "securitySchemes": { "o": { "type": "oauth2" }, "k": { "type": "apiKey" } } } })
}

fn require_same(golden: &Path, text: &str) {
    let written = fs::read_to_string(golden).unwrap_or_default();
    assert!(
        written == text,
        "{}: run this test with UPDATE_REFERENCE=1 and review the change\n{text}",
        golden.display()
    );
}

#[test]
fn what_the_operator_says_is_in_its_place() {
    let settings = Settings {
        openapi: "a\"b.json",
        upstream: Some("http://10.0.0.1:9000"),
        issuer: Some("https://id.example"),
        audience: Some("urn:a\"\n[x]"),
    };
    let text = init::text(&cases().join("box.json"), "box.json", &settings).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    let text_of = |key: &str| table[key].as_str().unwrap();
    assert_eq!(text_of("openapi"), "a\"b.json");
    assert_eq!(text_of("upstream"), "http://10.0.0.1:9000");
    assert_eq!(text_of("issuer"), "https://id.example");
    assert_eq!(text_of("audience"), "urn:a\"\n[x]");
    assert!(!text.contains(": FILL IN"));
    assert!(text.contains("http://10.0.0.1:9000/2.0/files/{path:file_id}"));
    let missing = init::text(&cases().join("nothing.yaml"), "nothing.yaml", &settings);
    let why = missing.unwrap_err();
    assert!(why.starts_with("nothing.yaml: it cannot be read: "));
}
