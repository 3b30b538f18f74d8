//! SIGHUP: a running server reads its configuration again.

use std::fs;

use rustix::process::{Signal, kill_process};

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
    fs::write(place.directory.path().join("airside.toml"), text).unwrap();
    kill_process(server.pid(), Signal::HUP).unwrap();
    server.hear_up_to(last)
}

/// The exit code of a request for a token.
fn token(place: &Place, client: &str, scope: &str) -> i32 {
    let secret = format!("the secret of the {client} one");
    let arguments = [
        "token", "get", "--client", client, "--secret", &secret, "--scope", scope,
    ];
    place.run(&arguments).code
}

#[test]
fn clients_and_apis_change_and_a_client_that_is_gone_is_disabled() {
    let place = Place::new(BEFORE);
    let server = place.serve();
    assert_eq!(
        (token(&place, "old", "read"), token(&place, "new", "new")),
        (0, 3)
    );
    let said = reload(&place, &server, AFTER, TAKEN_OVER).pop().unwrap();
    assert!(said.contains(r#""clients_created":1"#), "{said}");
    assert!(said.contains(r#""clients_disabled":1"#), "{said}");
    assert_eq!(
        (token(&place, "old", "read"), token(&place, "new", "new")),
        (4, 0)
    );
    let old = place.json(&["client", "show", "old"]);
    assert_eq!(old["disabled"], true);

    reload(&place, &server, BEFORE, TAKEN_OVER);
    assert_eq!(
        (token(&place, "old", "read"), token(&place, "new", "new")),
        (0, 4)
    );
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
        assert!(said.contains(expected), "{said}");
        // for the commands, which read it too
        fs::write(place.directory.path().join("airside.toml"), BEFORE).unwrap();
        assert_eq!(
            (token(&place, "old", "read"), token(&place, "new", "new")),
            (0, 3)
        );
    }
    fs::remove_file(place.directory.path().join("airside.toml")).unwrap();
    // no file at all is a configuration without clients; the next one is taken over
    kill_process(server.pid(), Signal::HUP).unwrap();
    server.hear(TAKEN_OVER);
    assert_eq!(token(&place, "old", "read"), 4);
    reload(&place, &server, AFTER, TAKEN_OVER);
    assert_eq!(token(&place, "new", "new"), 0);
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
    let restart = said.iter().find(|line| line.contains("until a restart"));
    let restart = restart.unwrap();
    let keys = [
        "issuer",
        "data",
        "admin_api",
        "tokens.access_token_lifetime",
        "store.url",
    ];
    for key in keys {
        assert!(restart.contains(key), "{key}: {restart}");
    }
    for key in ["sign_in", "client", "resource", "listen", "tls"] {
        assert!(!restart.contains(key), "{key}: {restart}");
    }
    assert_eq!(token(&place, "new", "new"), 6, "`data` names no server now");
    let data = place.data();
    let data = data.to_str().unwrap();
    let secret = "the secret of the new one";
    let get = [
        "--data", data, "-o", "json", "token", "get", "--client", "new", "--secret", secret,
        "--scope", "new",
    ];
    assert_eq!(place.run(&get).json()["expires_in"], 900);
    assert!(!place.directory.path().join("elsewhere").exists());
    // the control: without such a change nothing is said
    let said = reload(&place, &server, BEFORE, TAKEN_OVER);
    assert!(
        said.iter().all(|line| !line.contains("until a restart")),
        "{said:?}"
    );
}

#[test]
fn a_client_of_the_file_may_name_an_api_of_the_store() {
    let api = "https://orders.example";
    let client = |api: &str, scope: &str| {
        format!(
            "[[client]]\nclient_id = \"new\"\nclient_secret = \"the secret of the new one\"\n\
             grant_types = [\"client_credentials\"]\nscope = \"{scope}\"\nresources = [\"{api}\"]\n"
        )
    };
    let file = |place: &Place, text: &str| {
        fs::write(place.directory.path().join("airside.toml"), text).unwrap();
    };
    let place = Place::new("");
    let server = place.serve();
    let create = ["resource", "create", api, "--scope", "orders:read"];
    assert_eq!(place.run(&create).code, 0);
    reload(&place, &server, &client(api, "orders:read"), TAKEN_OVER);
    assert_eq!(token(&place, "new", "orders:read"), 0);
    assert_eq!(place.run(&["resource", "delete", api]).code, 5);
    // a name that neither has is refused, and the nearest of either is named
    let said = reload(
        &place,
        &server,
        &client("https://order.example", "orders:read"),
        REFUSED,
    );
    assert!(said.concat().contains(api), "{said:?}");
    assert_eq!(token(&place, "new", "orders:read"), 0);
    assert_eq!(server.terminate(), 0);

    for wrong in [
        client("https://order.example", "orders:read"),
        client(api, "orders:reed"),
    ] {
        file(&place, &wrong);
        let checked = place.run(&["config", "check"]);
        assert_eq!(checked.code, 7, "{}", checked.err);
        let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(refused.code, 2, "{}", refused.err);
    }
    file(&place, &client(api, "orders:read"));
    let checked = place.run(&["config", "check"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    let backup = place.directory.path().join("backup.db");
    let backup = backup.to_str().unwrap();
    assert_eq!(place.run(&["backup", "create", backup]).code, 0);
    let _server = place.serve();
    assert_eq!(token(&place, "new", "orders:read"), 0);

    // where the store does not have it yet
    let other = Place::new(&client(api, "orders:read"));
    assert_eq!(other.run(&["config", "check"]).code, 7);
    let restored = other.run(&["backup", "restore", backup]);
    assert_eq!(restored.code, 0, "{}", restored.err);
    let key = other.data().join("master.key");
    fs::copy(place.data().join("master.key"), key).unwrap();
    let _other = other.serve();
    assert_eq!(token(&other, "new", "orders:read"), 0);
}
