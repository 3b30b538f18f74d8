//! From an OpenAPI document to a guard: `init`, `check`, fill in, `check`.

use std::fs;

use airside_testkit::assert_contains;

use crate::server::Place;

const DOCUMENT: &str = r#"
openapi: 3.1.0
info: { title: Bank, version: "1" }
security: [{ oauth: [accounts:read] }]
components: { securitySchemes: { oauth: { type: oauth2, flows: {} } } }
paths:
  /accounts: { get: {} }
  /accounts/{id}:
    get:
      responses:
        "200": { description: ok, content: { application/json: { schema: { properties: { owner: { type: string } } } } } }
"#;

const BEGIN: &str = "guard init --openapi openapi.yaml --upstream http://127.0.0.1:9 --issuer https://id.example --audience https://bank.example";

#[test]
fn a_configuration_that_is_there_already_stays() {
    let place = Place::new("");
    place.write("openapi.yaml", DOCUMENT);
    place.write("guard.toml", "mine");
    let again = place.run(BEGIN);
    again.assert_ended(5, "`guard.toml` exists and stays as it is");
    assert_eq!(fs::read_to_string(place.at("guard.toml")).unwrap(), "mine");
}

#[test]
fn a_document_becomes_a_configuration_that_lacks_what_is_not_known() {
    let place = Place::new("");
    place.write("openapi.yaml", DOCUMENT);
    let begun = place.run(BEGIN);
    assert_eq!((begun.code, begun.out.as_str()), (0, ""), "{}", begun.err);
    let said = "guard.toml is written, with 2 operations: 1 sound, 1 undeclared";
    assert_contains(&begun.err, said);
    let checked = place.run("guard check --only undeclared");
    checked.assert_code(7);
    let line = "GET  /accounts/{id}  undeclared  whose `id`";
    assert!(checked.out.starts_with(line), "{}", checked.out);
    assert_eq!(checked.out.lines().count(), 1, "{}", checked.out);

    let text = fs::read_to_string(place.at("guard.toml")).unwrap();
    let filled = text
        .replacen("# owner = ", "owner = ", 1)
        .replace("# query_fields", "query_fields");
    place.write("guard.toml", filled);
    let complete = place.run("guard check");
    complete.assert_code(0);
    assert_contains(&complete.out, "GET  /accounts/{id}  sound");
}

#[test]
fn the_configuration_finds_the_document_from_its_own_directory() {
    let place = Place::new("");
    let file = |name: &str| place.at(name);
    fs::create_dir_all(file("conf/api")).unwrap();
    for (document, config) in [
        ("conf/api/a.yaml", "conf/below.toml"),
        ("a.yaml", "conf/beside.toml"),
        ("a.yaml", "./here.toml"),
    ] {
        fs::write(file(document), DOCUMENT).unwrap();
        let begun = place.run(&format!(
            "guard init --openapi {document} --config {config} -o json"
        ));
        assert_eq!(begun.json()["totals"]["undeclared"], 1, "{config}");
        let checked = place.run(&["guard", "check", "--config", config]);
        assert_eq!(checked.code, 7, "{config}: {}", checked.err);
    }
}

#[test]
fn what_is_no_document_and_what_no_start_would_take_writes_nothing() {
    let place = Place::new("");
    let file = |name: &str| place.at(name);
    fs::write(file("openapi.yaml"), DOCUMENT).unwrap();
    for (text, said) in [
        ("", "the file is empty"),
        ("<!doctype html><p>", "it is a web page"),
        (
            "swagger: '2.0'\npaths: {}\n",
            "it is a Swagger 2.0 document",
        ),
        (
            "openapi: 3.2.0\npaths: {}\n",
            "it is an OpenAPI 3.2 document",
        ),
        ("a: [\u{202e}", ""),
    ] {
        fs::write(file("odd.yaml"), text).unwrap();
        let begun = place.run("guard init --openapi odd.yaml");
        assert_eq!(begun.code, 2, "{text}: {}", begun.err);
        let why = format!("error: odd.yaml: {said}");
        assert!(begun.err.starts_with(&why), "{text}: {}", begun.err);
        assert!(!begun.err.contains(['\u{1b}', '\u{202e}']), "{}", begun.err);
        let toml = "upstream = \"http://a\"\nissuer = \"https://b\"\naudience = \"c\"\nopenapi = \"odd.yaml\"\n";
        fs::write(file("check.toml"), toml).unwrap();
        let checked = place.run("guard check --config check.toml");
        // that one shows the line of its file too
        assert!(checked.err.starts_with(begun.err.trim_end()), "{text}");
    }
    for (flag, value) in [
        ("--upstream", "127.0.0.1:9000"),
        ("--upstream", "http://127.0.0.1:9000/v1"),
        ("--issuer", "id.example"),
        ("--audience", " "),
        ("--openapi", "nothing.yaml"),
    ] {
        let mut command = vec!["guard", "init", flag, value];
        if flag != "--openapi" {
            command.extend(["--openapi", "openapi.yaml"]);
        }
        let begun = place.run(&command);
        assert_eq!(begun.code, 2, "{flag} {value}: {}", begun.err);
    }
    assert!(!file("guard.toml").exists());
}
