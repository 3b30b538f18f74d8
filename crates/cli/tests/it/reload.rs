//! SIGHUP: a running server reads its configuration again.

mod file;

use std::fs;

use airside_testkit::assert_contains;

use crate::server::{Place, Server};

const BEFORE: &str = r#"
[[resource]]
identifier = "https://api.example"
scopes = ["read"]

[[client]]
client_id = "old"
client_secret = "the secret of the old one"
grant_types = ["client_credentials"]
scope = "read"
"#;

const AFTER: &str = r#"
[[resource]]
identifier = "https://api.example"
scopes = ["read", "write"]

[[resource]]
identifier = "https://new.example"
scopes = ["new"]

[[client]]
client_id = "new"
client_secret = "the secret of the new one"
grant_types = ["client_credentials"]
scope = "write new"
"#;

const TAKEN_OVER: &str = "the configuration was read again";
const REFUSED: &str = "the new configuration is not used";

/// Writes another configuration and tells the server; returns what it logs, up to `last`.
fn reload(place: &Place, server: &Server, text: &str, last: &str) -> Vec<String> {
    place.write("airside.toml", text);
    server.hang_up();
    server.hear_up_to(last)
}

/// The exit code of a request for a token.
fn token(place: &Place, client: &str, scope: &str) -> i32 {
    let secret = format!("the secret of the {client} one");
    let arguments = &format!("token get --client {client} --secret '{secret}' --scope {scope}");
    place.run(arguments).code
}

/// Requires these exit codes of requests for tokens by the old client and by the new one.
#[track_caller]
fn assert_codes(place: &Place, old: i32, new: i32) {
    let codes = (token(place, "old", "read"), token(place, "new", "new"));
    assert_eq!(codes, (old, new));
}

#[test]
fn clients_and_apis_change_and_a_client_that_is_gone_is_disabled() {
    let place = Place::new(BEFORE);
    let server = place.serve();
    assert_codes(&place, 0, 3);
    let said = reload(&place, &server, AFTER, TAKEN_OVER).pop().unwrap();
    assert_contains(&said, r#""clients_created":1"#);
    assert_contains(&said, r#""clients_disabled":1"#);
    assert_codes(&place, 4, 0);
    let old = place.json("client show old");
    assert_eq!(old["disabled"], true);

    reload(&place, &server, BEFORE, TAKEN_OVER);
    assert_codes(&place, 0, 4);
    assert_eq!(server.terminate(), 0);
}

#[test]
fn the_level_of_the_log_changes_without_a_restart() {
    let at = |level: &str| format!("{BEFORE}\n[log]\nlevel = \"{level}\"\n");
    let place = Place::new(&at("error"));
    let server = place.serve();
    // a line at `info`, which a server at `error` does not write
    let said = reload(&place, &server, &at("info"), TAKEN_OVER);
    assert!(
        said.iter().all(|line| !line.contains("log.level")),
        "{said:?}"
    );
    assert_eq!(server.terminate(), 0);
}

#[test]
fn a_bad_file_changes_nothing_and_the_log_says_what_is_wrong() {
    let place = Place::new(BEFORE);
    let server = place.serve();
    let unknown = AFTER.replace("scope = \"write new\"", "scope = \"write nwe\"");
    let no_toml = format!("{AFTER}\n[[client");
    let no_key = format!("{AFTER}\n[sign_in]\naccount_failure = 3\n");
    for (text, expected) in [
        (&unknown, "nwe"),
        (&no_toml, "airside.toml"),
        (&no_key, "account_failure"),
    ] {
        let said = reload(&place, &server, text, REFUSED).pop().unwrap();
        assert_contains(&said, expected);
        // for the commands, which read it too
        place.write("airside.toml", BEFORE);
        assert_codes(&place, 0, 3);
    }
    assert_eq!(server.terminate(), 0);
}

#[test]
fn what_needs_a_restart_is_said_and_everything_else_is_taken_over() {
    let place = Place::new(BEFORE);
    let server = place.serve();
    let text = format!(
        "issuer = \"http://localhost:9\"\ndata = \"elsewhere\"\nadmin_api = true\n{AFTER}\n\
         [tokens]\naccess_token_lifetime = \"1m\"\n[store]\nurl = \"sqlite:other.db\"\n\
         [sign_in]\naccount_failures = 3\n"
    );
    let said = reload(&place, &server, &text, TAKEN_OVER);
    assert_needs_a_restart(&said);
    assert_eq!(token(&place, "new", "new"), 6, "`data` names no server now");
    let data = place.data();
    let data = data.to_str().unwrap();
    let secret = "the secret of the new one";
    let get =
        &format!("--data {data} -o json token get --client new --secret '{secret}' --scope new");
    assert_eq!(place.run(get).json()["expires_in"], 900);
    assert!(!place.at("elsewhere").exists());
    // the control: without such a change nothing is said
    let said = reload(&place, &server, BEFORE, TAKEN_OVER);
    assert!(
        said.iter().all(|line| !line.contains("until a restart")),
        "{said:?}"
    );
}

/// Requires that the keys which need a restart are named, and no others.
fn assert_needs_a_restart(said: &[String]) {
    let restart = said.iter().find(|line| line.contains("until a restart"));
    let restart = restart.unwrap();
    for (key, is_named) in [
        ("issuer", true),
        ("data", true),
        ("admin_api", true),
        ("tokens.access_token_lifetime", true),
        ("store.url", true),
        ("sign_in", false),
        ("client", false),
        ("resource", false),
        ("listen", false),
        ("tls", false),
    ] {
        assert_eq!(restart.contains(key), is_named, "{key}: {restart}");
    }
}

const API: &str = "https://orders.example";

/// The configuration of a client of an API.
fn client_of(api: &str, scope: &str) -> String {
    format!(
        "[[client]]\nclient_id = \"new\"\nclient_secret = \"the secret of the new one\"\n\
         grant_types = [\"client_credentials\"]\nscope = \"{scope}\"\nresources = [\"{api}\"]\n"
    )
}

/// A server whose file names a client of an API, which is in the store.
fn with_api_in_store() -> (Place, Server) {
    let place = Place::new("");
    let server = place.serve();
    let create = &format!("resource create {API} --scope orders:read");
    place.run(create).assert_code(0);
    let file = client_of(API, "orders:read");
    reload(&place, &server, &file, TAKEN_OVER);
    (place, server)
}

#[test]
fn a_client_of_the_file_may_name_an_api_of_the_store() {
    let (place, server) = with_api_in_store();
    assert_eq!(token(&place, "new", "orders:read"), 0);
    place.run(&["resource", "delete", API]).assert_code(5);
    // a name that neither has is refused, and the nearest of either is named
    let wrong = client_of("https://order.example", "orders:read");
    let said = reload(&place, &server, &wrong, REFUSED);
    assert_contains(&said.concat(), API);
    assert_eq!(token(&place, "new", "orders:read"), 0);
    place.write("airside.toml", client_of(API, "orders:read"));
    assert_eq!(server.terminate(), 0);
    place.run("config check").assert_code(0);
    let _server = place.serve();
    assert_eq!(token(&place, "new", "orders:read"), 0);
}

#[test]
fn a_check_and_a_start_know_the_apis_of_the_store() {
    let (place, server) = with_api_in_store();
    assert_eq!(server.terminate(), 0);
    for wrong in [
        client_of("https://order.example", "orders:read"),
        client_of(API, "orders:reed"),
    ] {
        place.write("airside.toml", wrong);
        place.run("config check").assert_code(7);
        place.run("serve --listen 127.0.0.1:0").assert_code(2);
    }
}

#[test]
fn a_restored_store_brings_the_apis_that_the_file_names() {
    let (place, _server) = with_api_in_store();
    let backup = place.at("backup.db").display().to_string();
    place.run(&["backup", "create", &backup]).assert_code(0);
    let other = Place::new(&client_of(API, "orders:read"));
    other.run("config check").assert_code(7);
    other.run(&["backup", "restore", &backup]).assert_code(0);
    let key = other.data().join("master.key");
    fs::copy(place.data().join("master.key"), key).unwrap();
    let _other = other.serve();
    assert_eq!(token(&other, "new", "orders:read"), 0);
}
