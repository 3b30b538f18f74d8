//! A server that is administered over the network, and one behind its socket.

use super::*;

/// With a token instead of the data directory, as from another machine.
#[test]
fn a_server_elsewhere_is_administered_with_a_token() {
    let place = Place::new(
        r#"
admin_api = true

[[client]]
client_id = "ops"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "a secret of the test, long enough"
grant_types = ["client_credentials"]
scope = "airside:admin:read airside:admin:write"
"#,
    );
    let server = place.serve();
    let resource = server.at("/api/admin/v1");
    let token = |scope: &str| {
        let got = place.run(&[
            "-o",
            "json",
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
        got.json()["access_token"].as_str().unwrap().to_owned()
    };
    let elsewhere = Place::new("");
    let run = |token: &str, arguments: &[&str]| {
        let mut command = elsewhere.command();
        command
            .env("AIRSIDE_URL", &server.url)
            .env("AIRSIDE_TOKEN", token);
        ended(command.args(arguments))
    };
    let all = token("airside:admin:read airside:admin:write");
    let made = run(
        &all,
        &[
            "client",
            "create",
            "spa",
            "--public",
            "--redirect-uri",
            "http://127.0.0.1/cb",
        ],
    );
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(
        run(&all, &["-o", "json", "client", "list"])
            .out
            .contains("spa")
    );
    assert!(
        place
            .run(&["events", "search", "kind:admin.called"])
            .out
            .contains("ops")
    );

    let reader = token("airside:admin:read");
    assert_eq!(run(&reader, &["client", "show", "spa"]).code, 0);
    let refused = run(&reader, &["client", "delete", "spa"]);
    assert_eq!(refused.code, 4);
    assert!(
        refused.err.contains("airside:admin:write"),
        "{}",
        refused.err
    );
    assert_eq!(run("nonsense", &["client", "list"]).code, 4);
    // without a token, and over plain http to elsewhere
    let mut bare = elsewhere.command();
    let without = ended(bare.args(["client", "list", "--url", &server.url]));
    assert_eq!(without.code, 2);
    assert!(without.err.contains("--token"), "{}", without.err);
    let mut plain = elsewhere.command();
    let plain = ended(plain.args([
        "client",
        "list",
        "--url",
        "http://id.example.com",
        "--token",
        "x",
    ]));
    assert_eq!(plain.code, 2);
    assert!(plain.err.contains("https"), "{}", plain.err);
}

#[test]
fn an_api_is_added_to_a_running_server_over_its_socket() {
    let (place, server) = start();
    let api = "https://orders.example/v1";
    let create = [
        "-o",
        "json",
        "resource",
        "create",
        api,
        "--scope",
        "orders:read",
        "--scope",
        "orders:write",
        "--signing-alg",
        "EdDSA",
        "--claim",
        "tenant",
    ];
    let created = place.run(&create).json();
    assert_eq!(created["scopes"], json!(["orders:read", "orders:write"]));
    assert_eq!(place.run(&create).code, 5);
    let client = place.run(&[
        "-o",
        "json",
        "client",
        "create",
        "shop",
        "--grant-type",
        "client_credentials",
        "--scope",
        "orders:read",
    ]);
    let secret = client.json()["client_secret"].as_str().unwrap().to_owned();
    let get = [
        "-o", "json", "token", "get", "--client", "shop", "--secret", &secret,
    ];
    assert_eq!(place.run(&get).json()["scope"], "orders:read");

    let edit = ["-o", "json", "resource", "edit", api, "--no-claims"];
    let edited = place.run(&edit).json();
    assert_eq!(
        (&edited["claims"], &edited["signing_alg"]),
        (&json!([]), &json!("EdDSA"))
    );
    let shown = place.run(&["-o", "json", "resource", "show", api]).json();
    assert_eq!(shown, edited);
    let listed = place.run(&["resource", "list"]);
    assert!(
        listed.out.contains(api) && listed.out.contains("https://api.example"),
        "{}",
        listed.out
    );

    let refused = place.run(&["resource", "delete", api]);
    assert_eq!(refused.code, 5);
    assert!(refused.err.contains("`shop`"), "{}", refused.err);
    let configured = place.run(&["resource", "delete", "https://api.example"]);
    assert_eq!(configured.code, 5);
    assert!(
        configured.err.contains("configuration file"),
        "{}",
        configured.err
    );
    let wrong = place.run(&["resource", "create", "https://x.example", "--claim", "sub"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("`sub`"), "{}", wrong.err);

    // it outlives the server
    assert_eq!(server.terminate(), 0);
    let _server = place.serve();
    assert_eq!(place.run(&get).json()["scope"], "orders:read");
    assert_eq!(place.run(&["client", "delete", "shop"]).code, 0);
    assert_eq!(place.run(&["resource", "delete", api]).code, 0);
    assert_eq!(place.run(&["resource", "show", api]).code, 3);
}
