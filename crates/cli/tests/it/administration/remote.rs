//! A server that is administered over the network, and one behind its socket.

use airside_testkit::assert_contains;

use super::*;

const WITH_ADMIN_API: &str = r#"
admin_api = true

[[client]]
client_id = "ops"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "a secret of the test, long enough"
grant_types = ["client_credentials"]
scope = "airside:admin:read airside:admin:write"
"#;

/// A token for the admin API of a server.
fn token(place: &Place, server: &Server, scope: &str) -> String {
    let resource = server.at("/api/admin/v1");
    let got = place.json(&[
        "token",
        "get",
        "--url",
        &server.url,
        "--client",
        "ops",
        "--secret",
        "a secret of the test, long enough",
        "--resource",
        &resource,
        "--scope",
        scope,
    ]);
    got["access_token"].as_str().unwrap().to_owned()
}

/// With a token instead of the data directory, as from another machine.
#[test]
fn a_server_elsewhere_is_administered_with_a_token() {
    let place = Place::new(WITH_ADMIN_API);
    let server = place.serve();
    let elsewhere = Place::new("");
    let run = |token: &str, arguments: &[&str]| {
        let mut command = elsewhere.command();
        command
            .env("AIRSIDE_URL", &server.url)
            .env("AIRSIDE_TOKEN", token);
        ended(command.args(arguments))
    };
    let all = token(&place, &server, "airside:admin:read airside:admin:write");
    let address = "http://127.0.0.1/cb";
    let create = [
        "client",
        "create",
        "spa",
        "--public",
        "--redirect-uri",
        address,
    ];
    let made = run(&all, &create);
    made.assert_code(0);
    let listed = run(&all, &["-o", "json", "client", "list"]);
    assert!(listed.out.contains("spa"));
    let called = place.run("events search kind:admin.called");
    assert!(called.out.contains("ops"));

    let reader = token(&place, &server, "airside:admin:read");
    assert_eq!(run(&reader, &["client", "show", "spa"]).code, 0);
    let refused = run(&reader, &["client", "delete", "spa"]);
    refused.assert_ended(4, "airside:admin:write");
    assert_eq!(run("nonsense", &["client", "list"]).code, 4);
    assert_needs_a_token_and_https(&elsewhere, &server);
}

/// Requires a token, and https for another machine.
fn assert_needs_a_token_and_https(elsewhere: &Place, server: &Server) {
    let without = elsewhere.run(&["client", "list", "--url", &server.url]);
    without.assert_ended(2, "--token");
    let plain = "client list --url http://id.example.com --token x";
    elsewhere.run(plain).assert_ended(2, "https");
}

const ORDERS: &str = "https://orders.example/v1";

/// The command that adds an API with two scopes.
fn create_orders() -> String {
    let scopes = "--scope orders:read --scope orders:write";
    format!("resource create {ORDERS} {scopes} --signing-alg EdDSA --claim tenant")
}

#[test]
fn an_api_is_added_to_a_running_server_over_its_socket() {
    let (place, _server) = start();
    let created = place.json(&create_orders());
    assert_eq!(created["scopes"], json!(["orders:read", "orders:write"]));
    place.run(&create_orders()).assert_code(5);
    let edited = place.json(&format!("resource edit {ORDERS} --no-claims"));
    assert_eq!(edited["claims"], json!([]));
    assert_eq!(edited["signing_alg"], "EdDSA");
    assert_eq!(place.json(&["resource", "show", ORDERS]), edited);
    let listed = place.run("resource list");
    assert_contains(&listed.out, ORDERS);
    assert_contains(&listed.out, "https://api.example");
    let wrong = place.run("resource create https://x.example --claim sub");
    wrong.assert_ended(2, "`sub`");
}

#[test]
fn a_token_file_that_is_empty_is_told_before_anything_is_sent() {
    let place = Place::new("");
    for text in ["", "\n"] {
        place.write("token", text);
        let refused = place.run("client list --url https://127.0.0.1:1 --token @token");
        refused.assert_ended(2, "the file `token` is empty");
    }
    place.write("token", "a token");
    let sent = place.run("client list --url https://127.0.0.1:1 --token @token");
    sent.assert_code(6);
}

#[test]
fn an_api_of_the_store_stays_while_a_client_lists_it_and_outlives_the_server() {
    let (place, server) = start();
    place.run(&create_orders()).assert_code(0);
    let client = "client create shop --grant-type client_credentials --scope orders:read";
    let client = place.json(client);
    let secret = client["client_secret"].as_str().unwrap();
    let get = &format!("token get --client shop --secret {secret}");
    assert_eq!(place.json(get)["scope"], "orders:read");
    let refused = place.run(&["resource", "delete", ORDERS]);
    refused.assert_ended(5, "`shop`");
    let configured = place.run("resource delete https://api.example");
    configured.assert_ended(5, "configuration file");

    assert_eq!(server.terminate(), 0);
    let _server = place.serve();
    assert_eq!(place.json(get)["scope"], "orders:read");
    place.run("client delete shop").assert_code(0);
    place
        .run(&["resource", "delete", ORDERS, "--yes"])
        .assert_code(0);
    place.run(&["resource", "show", ORDERS]).assert_code(3);
}

#[test]
fn whoever_gives_an_api_a_scope_of_another_is_told_what_clients_must_send() {
    let bank = "[[resource]]\nidentifier = \"https://bank.example\"\nscopes = [\"read\"]\n";
    let place = Place::new(bank);
    let _server = place.serve();
    let made = place.run("resource create https://r.example --scope write");
    made.assert_code(0);
    assert!(!made.err.contains("belongs to"), "{}", made.err);
    let edited = place.run("resource edit https://r.example --scope read --scope write");
    edited.assert_code(0);
    let said = "the scope `read` belongs to `https://bank.example` too";
    assert_contains(&edited.err, said);
    let other = place.run("resource create https://s.example --scope read");
    assert_contains(&other.err, said);
    let checked = place.run("config check");
    checked.assert_code(0);
    let said = "warning: the scope `read` belongs to several APIs, `https://bank.example`";
    assert_contains(&checked.err, said);
}
