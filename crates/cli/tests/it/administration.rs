//! The commands that talk to a running server.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use airside_testkit::Browser;
use serde_json::{Value, json};

use crate::server::{Place, Server, ended};

const CONFIGURATION: &str = r#"
[keys]
publish_ahead = "0s"

[[resource]]
identifier = "https://api.example"
scopes = ["read"]
signing_alg = "ES256"

[[resource]]
identifier = "https://plain.example"

[[client]]
client_id = "configured"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "a secret of the test"
grant_types = ["client_credentials"]
scope = "read"
"#;

fn start() -> (Place, Server) {
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    (place, server)
}

fn machine(place: &Place) -> String {
    let created = place.run(&[
        "-o",
        "json",
        "client",
        "create",
        "m2m",
        "--grant-type",
        "client_credentials",
        "--scope",
        "read",
    ]);
    created.json()["client_secret"].as_str().unwrap().to_owned()
}

fn get(place: &Place, secret: &str) -> crate::server::Ended {
    place.run(&[
        "-o", "json", "token", "get", "--client", "m2m", "--secret", secret,
    ])
}

#[test]
fn a_client_lives_from_create_to_delete() {
    let (place, _server) = start();
    machine(&place);
    let edit = ["-o", "json", "client", "edit", "m2m", "--name", "Billing"];
    assert_eq!(place.run(&edit).json()["client_name"], "Billing");
    let again = [
        "client",
        "create",
        "m2m",
        "--grant-type",
        "client_credentials",
    ];
    assert_eq!(place.run(&again).code, 5);
    assert_eq!(place.run(&["client", "delete", "m2m"]).code, 0);
    assert_eq!(place.run(&["client", "show", "m2m"]).code, 3);
    let nonsense = [
        "client",
        "create",
        "x",
        "--public",
        "--grant-type",
        "client_credentials",
    ];
    assert_eq!(place.run(&nonsense).code, 2);
}

#[test]
fn a_configured_client_is_read_only() {
    let (place, _server) = start();
    let refused = place.run(&["client", "delete", "configured"]);
    assert_eq!(refused.code, 5);
    assert!(
        refused.err.contains("configuration file"),
        "{}",
        refused.err
    );
}

#[test]
fn a_redirect_uri_can_be_added() {
    let (place, _server) = start();
    let create = [
        "client",
        "create",
        "spa",
        "--public",
        "--redirect-uri",
        "https://a.example/cb",
    ];
    assert_eq!(place.run(&create).code, 0);
    let add = [
        "-o",
        "json",
        "client",
        "edit",
        "spa",
        "--add-redirect-uri",
        "https://b.example/cb",
    ];
    let uris = place.run(&add).json()["redirect_uris"].clone();
    assert_eq!(
        uris,
        json!(["https://a.example/cb", "https://b.example/cb"])
    );
}

#[test]
fn an_api_without_scopes_is_named_by_the_clients_that_list_it() {
    // T16
    let (place, _server) = start();
    let secret = machine(&place);
    let api = "https://plain.example";
    let token = || {
        place.run(&[
            "-o",
            "json",
            "token",
            "get",
            "--client",
            "m2m",
            "--secret",
            &secret,
            "--resource",
            api,
        ])
    };
    let refused = token();
    assert_eq!(refused.code, 4, "{}", refused.err);
    assert!(refused.err.contains("invalid_target"), "{}", refused.err);
    let edit = |api: &str| place.run(&["-o", "json", "client", "edit", "m2m", "--resource", api]);
    assert_eq!(edit("https://nowhere.example").code, 2);
    assert_eq!(edit(api).json()["resources"], json!([api]));
    let shown = place.run(&["-o", "json", "client", "show", "m2m"]);
    assert_eq!(shown.json()["resources"], json!([api]));
    assert!(token().json()["access_token"].is_string());
}

#[test]
fn a_rotated_secret_goes_on_working_until_the_next_rotation() {
    let (place, _server) = start();
    let first = machine(&place);
    let rotate = || {
        let rotated = place
            .run(&["-o", "json", "client", "rotate-secret", "m2m"])
            .json();
        rotated["client_secret"].as_str().unwrap().to_owned()
    };
    let second = rotate();
    assert_eq!(
        (get(&place, &first).code, get(&place, &second).code),
        (0, 0)
    );
    rotate();
    assert_eq!(
        (get(&place, &first).code, get(&place, &second).code),
        (4, 0)
    );
}

#[test]
fn a_secret_can_come_from_a_file_or_the_environment() {
    let (place, _server) = start();
    let secret = machine(&place);
    std::fs::write(place.directory.path().join("secret"), format!("{secret}\n")).unwrap();
    assert_eq!(get(&place, "@secret").code, 0);
    let mut command = place.command();
    command
        .env("M2M", &secret)
        .args(["token", "get", "--client", "m2m", "--secret", "env:M2M"]);
    assert_eq!(crate::server::ended(&mut command).code, 0);
    assert_eq!(get(&place, "env:NOT_SET").code, 2);
    assert_eq!(get(&place, "wrong").code, 4);
}

#[test]
fn a_token_is_inspected_and_revoked() {
    let (place, _server) = start();
    let secret = machine(&place);
    let token = get(&place, &secret).json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let inspect = || {
        place
            .run(&["-o", "json", "token", "inspect", &token])
            .json()
    };
    assert_eq!(inspect()["claims"]["client_id"], "m2m");
    assert_eq!(inspect()["active"], true);
    assert_eq!(place.run(&["token", "revoke", &token]).code, 0);
    assert_eq!(inspect()["active"], false);
}

#[test]
fn keys_rotate_retire_and_drop() {
    let (place, _server) = start();
    let secret = machine(&place);
    let signing = |keys: &Value| {
        let all = keys.as_array().unwrap().iter();
        let mut of = all.filter(|k| k["algorithm"] == "ES256" && k["state"] == "signing");
        of.next().unwrap()["kid"].as_str().unwrap().to_owned()
    };
    let first = signing(&place.run(&["-o", "json", "key", "list"]).json());
    let token = get(&place, &secret).json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = signing(
        &place
            .run(&["-o", "json", "key", "rotate", "--alg", "ES256"])
            .json(),
    );
    assert_ne!(
        first, second,
        "with publish_ahead = 0s the new key signs at once"
    );
    let active = || {
        place
            .run(&["-o", "json", "token", "inspect", &token])
            .json()["active"]
            .clone()
    };
    assert_eq!(active(), true);
    let third = signing(&place.run(&["-o", "json", "key", "retire", &second]).json());
    assert_ne!(second, third);
    for nothing in ["nothing", "-nothing"] {
        assert_eq!(place.run(&["key", "retire", nothing]).code, 3);
    }
    assert_eq!(place.run(&["key", "rotate", "--emergency"]).code, 0);
    assert_eq!(active(), false);
}

#[test]
fn an_account_lives_from_create_to_delete() {
    let (place, _server) = start();
    let create = [
        "user",
        "create",
        "alice",
        "--password",
        "correct horse battery",
        "--role",
        "customer",
    ];
    assert_eq!(place.run(&create).code, 0);
    assert_eq!(place.run(&create).code, 5);
    let edit = [
        "-o",
        "json",
        "user",
        "edit",
        "alice",
        "--claim",
        "email=a@example.com",
    ];
    let edited = place.run(&edit).json();
    assert_eq!(
        (&edited["claims"]["email"], &edited["roles"][0]),
        (&json!("a@example.com"), &json!("customer"))
    );
    assert_eq!(
        place
            .run(&["-o", "json", "user", "disable", "alice"])
            .json()["disabled"],
        true
    );
    assert_eq!(
        place.run(&["-o", "json", "user", "enable", "alice"]).json()["disabled"],
        false
    );
    assert_eq!(
        place
            .run(&["user", "set-password", "alice", "--password", "short"])
            .code,
        2
    );
    assert_eq!(
        place
            .run(&[
                "user",
                "set-password",
                "alice",
                "--password",
                "another good one"
            ])
            .code,
        0
    );
    assert_eq!(place.run(&["user", "delete", "alice"]).code, 0);
    assert_eq!(place.run(&["user", "show", "alice"]).code, 3);
}

/// Runs commands of a page, one a line.
fn run_all(place: &Place, commands: &str) {
    let own = std::path::Path::new(crate::server::AIRSIDE)
        .parent()
        .unwrap();
    let path = format!("{}:{}", own.display(), std::env::var("PATH").unwrap());
    for command in commands.lines() {
        let mut bash = place.within(std::process::Command::new("bash"));
        let ran = ended(bash.args(["-c", command]).env("PATH", &path));
        assert_eq!(ran.code, 0, "{command}: {}", ran.err);
    }
}

const USERNAMES: &str = include_str!("../../../../docs/operations/usernames.md");

#[test]
fn the_page_about_usernames_does_what_it_says() {
    let (place, _server) = start();
    let commands = USERNAMES
        .split("```")
        .find_map(|block| block.strip_prefix("sh\n"));
    run_all(&place, commands.unwrap());
    let shown = place.run(&["-o", "json", "user", "show", "ｒｅｎé"]).json();
    assert_eq!(shown["username"], "rené");
}

#[test]
fn a_name_that_mixes_scripts_is_made_by_force_and_one_that_is_forbidden_is_not() {
    // RFC8265-3.3, UTS39-5.1
    let (place, _server) = start();
    let create = |name: &str, more: &[&str]| {
        let create = [
            "user",
            "create",
            name,
            "--password",
            "correct horse battery",
        ];
        place.run(&[&create[..], more].concat())
    };
    let refused = create("p\u{430}ypal", &[]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("Cyrillic") && refused.err.contains("--force"));
    assert_eq!(create("p\u{430}ypal", &["--force"]).code, 0);
    let refused = create("foo bar", &["--force"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(
        refused.err.contains("cannot contain a space"),
        "{}",
        refused.err
    );
    assert_eq!(create("ＰＡＵＬ", &[]).code, 0);
    assert_eq!(create("paul", &[]).code, 5);
}

#[test]
fn accounts_that_are_one_by_rfc_8265_are_told_at_the_start_and_listed() {
    let (place, server) = start();
    assert_eq!(server.terminate(), 0);
    let database = rusqlite::Connection::open(place.data().join("airside.db")).unwrap();
    for name in ["carl", "ｃarl"] {
        let user = "INSERT INTO user (id, username, roles, administrator, claims, epoch, disabled, \
                    created_at) VALUES (randomblob(16), ?1, '[]', 0, '{}', 0, 0, 7)";
        database.execute(user, [name]).unwrap();
    }
    drop(database);
    let server = place.serve();
    let listed = place.run(&["-o", "json", "user", "list", "--collisions"]);
    let expected = json!([
        { "name": "carl", "username": "carl" },
        { "name": "carl", "username": "ｃarl" },
    ]);
    assert_eq!(listed.json(), expected);
    let shown = place.run(&["-o", "json", "user", "show", "ｃarl"]).json();
    assert_eq!(shown["username"], "ｃarl");
    let log = server.last_words();
    assert_eq!(log.matches("usernames collide").count(), 2, "{log}");
}

const CLAIMS: &str = include_str!("../../../../docs/operations/claims.md");

#[test]
fn the_page_about_claims_does_what_it_says() {
    let mut blocks = CLAIMS.split("```").skip(1).step_by(2);
    let place = Place::new(
        blocks
            .find_map(|block| block.strip_prefix("toml\n"))
            .unwrap(),
    );
    let _server = place.serve();
    let commands = blocks.find_map(|block| block.strip_prefix("sh\n")).unwrap();
    run_all(&place, commands);
    let alice = place.run(&["-o", "json", "user", "show", "alice"]).json();
    let expected = json!({
        "org": "other", "email": "alice@example.com", "email_verified": true,
        "teams": ["red", "blue"], "address": { "locality": "Bonn", "country": "DE" },
    });
    assert_eq!(alice["claims"], expected);
}

#[test]
fn claims_are_read_by_their_names_and_changed_one_by_one() {
    // OIDC-Core-5.1
    let (place, _server) = start();
    let run = |more: &[&str]| place.run(&[&["-o", "json", "user"], more].concat());
    let create = ["create", "bob", "--password", "correct horse battery"];
    let given = [
        "--claim",
        "birthdate=1990",
        "--claim",
        "level=3",
        "--claim",
        "email_verified=true",
        "--claim-json",
        "teams=[1]",
    ];
    let made = run(&[&create[..], &given].concat()).json();
    let expected =
        json!({ "birthdate": "1990", "level": "3", "email_verified": true, "teams": [1] });
    assert_eq!(made["claims"], expected);
    for (flags, said) in [
        (
            &["--claim", "email_verified=yes"] as &[&str],
            "`true` or `false`",
        ),
        (&["--claim", "sub=alice"], "the claim `sub` cannot be set"),
        (&["--claim-json", "birthdate=1990"], "must be a date"),
        (&["--claim-json", "org=acme"], "is not JSON"),
        (&["--claim", "org"], "is not NAME=VALUE"),
        (&["--claim", "a=1", "--claim", "a=2"], "is given twice"),
        (&["--claim", "a=1", "--claim-json", "a=2"], "is given twice"),
        (
            &["--claim", "a=1", "--remove-claim", "a"],
            "cannot be set and removed",
        ),
    ] {
        let refused = run(&[&["edit", "bob"], flags].concat());
        assert_eq!(refused.code, 2, "{flags:?}");
        assert!(refused.err.contains(said), "{}", refused.err);
    }
    let edit = [
        "edit",
        "bob",
        "--claim",
        "level=4",
        "--remove-claim",
        "teams",
        "--remove-claim",
        "absent",
    ];
    let expected = json!({ "birthdate": "1990", "level": "4", "email_verified": true });
    assert_eq!(run(&edit).json()["claims"], expected);
    assert_eq!(
        run(&["edit", "bob", "--role", "teller"]).json()["claims"],
        expected
    );
}

#[test]
fn the_audit_trail_tells_what_was_done() {
    let (place, _server) = start();
    let secret = machine(&place);
    assert_eq!(get(&place, &secret).code, 0);
    let search = |query: &str| place.run(&["-o", "json", "events", "search", query]).json();
    assert_eq!(
        search("kind:token.issued since:5m client:m2m")
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(search("client:nobody"), json!([]));
    assert_eq!(place.run(&["events", "search", "colour:red"]).code, 2);
    assert_eq!(
        place.run(&["events", "search", "kind:nothing.done"]).code,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_tokens_through_the_browser() {
    let (place, server) = start();
    place.run(&[
        "user",
        "create",
        "alice",
        "--password",
        "correct horse battery",
    ]);
    place.run(&[
        "client",
        "create",
        "cli",
        "--public",
        "--redirect-uri",
        "http://127.0.0.1/callback",
        "--scope",
        "openid read",
    ]);
    let mut child = place
        .command()
        .args([
            "-o",
            "json",
            "token",
            "get",
            "--code",
            "--no-open",
            "--client",
            "cli",
            "--scope",
            "openid read",
        ])
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let address = lines.find(|line| line.starts_with("http")).unwrap();
    let browser = Browser::new();
    let page = browser.get(&address).await.header("location").to_owned();
    let sealed = browser.get(&page).await.hidden("interaction");
    let fields = [
        ("interaction", sealed.as_str()),
        ("username", "alice"),
        ("password", "correct horse battery"),
    ];
    let on = browser
        .post(&server.at("/sign-in"), &fields)
        .await
        .header("location")
        .to_owned();
    let page = browser.get(&on).await.header("location").to_owned();
    let sealed = browser.get(&page).await.hidden("interaction");
    let fields = [("interaction", sealed.as_str()), ("decision", "allow")];
    let back = browser
        .post(&server.at("/consent"), &fields)
        .await
        .header("location")
        .to_owned();
    assert_eq!(browser.get(&back).await.status, 200);
    let output = child.wait_with_output().unwrap();
    let tokens: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(tokens["scope"], "openid read");
    assert!(tokens["id_token"].is_string());
    // what the person has allowed, and where: seen, and ended
    for (object, end) in [("grant", "revoke"), ("session", "end")] {
        let list = || place.run(&["-o", "json", object, "list", "alice"]).json();
        let id = list()[0]["id"].as_str().unwrap().to_owned();
        assert!(place.run(&[object, "list", "alice"]).out.contains(&id));
        assert_eq!(place.run(&[object, end, &id]).code, 0);
        assert_eq!(list(), serde_json::json!([]), "{object}");
        assert_eq!(place.run(&[object, end, "nonsense"]).code, 3);
    }
}

#[test]
fn small_commands_answer() {
    let place = Place::new("");
    assert!(place.run(&["version"]).out.starts_with("airside "));
    assert!(place.run(&["completions", "bash"]).out.contains("complete"));
    assert_eq!(place.run(&["config", "schema"]).json()["type"], "object");
    assert_eq!(place.run(&["nonsense"]).code, 2);
}

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

#[test]
fn an_algorithm_that_left_is_told_by_the_check_and_by_the_list() {
    let place = Place::new("");
    let left = || {
        let check = place.run(&["config", "check"]);
        assert_eq!(check.code, 0, "{}", check.err);
        let says = |name: &str| check.err.contains(&format!("lacks {name}, of which"));
        ["RS256", "ES256", "EdDSA"].map(says)
    };
    assert_eq!(left(), [false; 3]);
    let server = place.serve();
    assert_eq!(left(), [false; 3]);
    let file = place.directory.path().join("airside.toml");
    std::fs::write(file, "[keys]\nalgorithms = [\"RS256\", \"ES256\"]\n").unwrap();
    // while the server runs, and while it does not
    assert_eq!(left(), [false, false, true]);
    assert_eq!(server.terminate(), 0);
    assert_eq!(left(), [false, false, true]);

    let server = place.serve();
    assert_eq!(left(), [false; 3]);
    let key = || {
        let keys = place.run(&["-o", "json", "key", "list"]).json();
        let keys = keys.as_array().unwrap().clone();
        let of_alg = |key: &Value| key["algorithm"] == "EdDSA";
        let keys: Vec<_> = keys.into_iter().filter(of_alg).collect();
        assert_eq!(keys.len(), 1);
        keys[0].clone()
    };
    assert_eq!(
        (&key()["state"], &key()["note"]),
        (&json!("retired"), &json!("`keys.algorithms` lacks EdDSA"))
    );
    let table = place.run(&["key", "list"]).out;
    assert!(
        table.contains("retired") && table.contains("lacks EdDSA"),
        "{table}"
    );
    let kid = key()["kid"].as_str().unwrap().to_owned();
    // it is retired already, and no other one is made
    assert_eq!(place.run(&["key", "retire", &kid]).code, 5);
    assert_eq!(key()["kid"], kid);
    assert_eq!(server.terminate(), 0);
}

#[test]
fn a_search_of_events_knows_the_kinds_and_says_when_it_was_cut() {
    let (place, _server) = start();
    let search = |terms: &[&str]| place.run(&[&["events", "search"], terms].concat());
    let misspelt = search(&["kind:key.create"]);
    assert_eq!(misspelt.code, 2);
    assert!(misspelt.err.contains("`key.created`"), "{}", misspelt.err);
    let help = search(&["--help"]).out;
    for kind in airside_oauth::state::event::EventKind::ALL {
        assert!(help.contains(kind.as_str()), "{}", kind.as_str());
    }
    let cut = place.run(&[
        "-o",
        "json",
        "events",
        "search",
        "kind:key.created",
        "--limit",
        "1",
    ]);
    let (_, last) = cut.err.split_once("before:").unwrap();
    let last = format!("before:{}", last.trim());
    let first = cut.json()[0]["id"].clone();
    let rest = ["-o", "json", "events", "search", "kind:key.created", &last];
    let rest = place.run(&rest);
    assert!(!rest.err.contains("older events"), "{}", rest.err);
    let rest = rest.json();
    assert!(
        rest.as_array()
            .unwrap()
            .iter()
            .all(|event| event["id"] != first)
    );
    assert!(!rest.as_array().unwrap().is_empty());
}
