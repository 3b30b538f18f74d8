//! What all commands have in common: errors for programs, lists that are changed item by item, and secrets,
//! certificates and tokens on the command line.

use std::fs;

use serde_json::{Value, json};

use crate::server::{Ended, Place, Server};

fn start() -> (Place, Server) {
    let place = Place::new(
        "[[resource]]\nidentifier = \"https://api.example\"\nscopes = [\"read\", \"write\"]\n",
    );
    let server = place.serve();
    (place, server)
}

/// The last line on standard error.
fn error(ended: &Ended) -> Value {
    let line = ended.err.lines().last().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|_| panic!("{}", ended.err))
}

#[test]
fn what_goes_wrong_is_json_for_programs() {
    let (place, _server) = start();
    for (arguments, kind, code) in [
        (
            &["-o", "json", "client", "show", "nobody"][..],
            "not_found",
            3,
        ),
        (
            &["client", "show", "nobody", "--output=json"],
            "not_found",
            3,
        ),
        (
            &["-o", "json", "client", "create", "x", "--metadata", "{"],
            "usage",
            2,
        ),
        (&["-o", "json", "nonsense"], "usage", 2),
        (&["client", "show", "--output", "json"], "usage", 2),
    ] {
        let ended = place.run(arguments);
        let error = error(&ended);
        assert_eq!(ended.code, code, "{arguments:?}");
        assert_eq!(
            (&error["error"]["kind"], &error["error"]["exit_code"]),
            (&json!(kind), &json!(code))
        );
        assert!(
            !error["error"]["message"]
                .as_str()
                .unwrap()
                .starts_with("error"),
            "{error}"
        );
        assert_eq!(ended.out, "", "{arguments:?}");
    }
    let for_people = place.run(&["client", "show", "nobody"]);
    assert!(for_people.err.starts_with("error: "), "{}", for_people.err);
}

#[test]
fn results_are_json_of_the_right_types() {
    let place = Place::new("");
    let version = place.run(&["-o", "json", "version"]).json();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    let shown = place.run(&["-o", "json", "config", "show"]).json();
    let value = |key: &str| {
        let mut rows = shown.as_array().unwrap().iter();
        rows.find(|row| row["key"] == key).unwrap()["value"].clone()
    };
    assert_eq!(value("listen"), "127.0.0.1:8080");
    assert_eq!(value("trusted_proxies"), json!([]));
    assert_eq!(value("admin_api"), false);
}

#[test]
fn lists_of_a_client_are_changed_item_by_item() {
    let (place, _server) = start();
    let a = "https://a.example/cb";
    let b = "https://b.example/cb";
    let created = place.run(&[
        "-o",
        "json",
        "client",
        "create",
        "web",
        "--redirect-uri",
        a,
        "--redirect-uri",
        a,
        "--scope",
        "read",
        "--first-party",
        "--allowed-origin",
        "https://c.example",
    ]);
    let created = created.json();
    assert_eq!(
        created["redirect_uris"],
        json!([a]),
        "nothing is stored twice"
    );
    assert_eq!(created["first_party"], true);
    assert_eq!(created["allowed_origins"], json!(["https://c.example"]));

    let edit = |arguments: &[&str]| {
        let edit = ["-o", "json", "client", "edit", "web"];
        place.run(&[&edit, arguments].concat())
    };
    let edited = edit(&[
        "--add-redirect-uri",
        b,
        "--add-redirect-uri",
        a,
        "--add-scope",
        "write",
    ])
    .json();
    assert_eq!(edited["redirect_uris"], json!([a, b]));
    assert_eq!(edited["scope"], "read write");
    let edited = edit(&[
        "--remove-redirect-uri",
        a,
        "--remove-scope",
        "read",
        "--add-grant-type",
        "refresh_token",
        "--remove-allowed-origin",
        "https://c.example",
        "--first-party=false",
    ])
    .json();
    assert_eq!(edited["redirect_uris"], json!([b]));
    assert_eq!(edited["scope"], "write");
    assert_eq!(
        edited["grant_types"],
        json!(["authorization_code", "refresh_token"])
    );
    assert_eq!(edited["allowed_origins"], json!([]));
    assert_eq!(edited["first_party"], false);
    // the rest stays
    assert_eq!(edited["token_endpoint_auth_method"], "client_secret_basic");

    let refused = edit(&["--remove-redirect-uri", a]);
    assert_eq!(refused.code, 3);
    assert!(refused.err.contains(b), "{}", refused.err);
    // a script is not asked
    assert_eq!(place.run(&["client", "delete", "web"]).code, 0);
}

#[test]
fn a_password_may_begin_with_a_hyphen() {
    let (place, _server) = start();
    let password = "-x is a password of mine";
    for arguments in [
        &["user", "create", "alice", "--password", password][..],
        &[
            "user",
            "set-password",
            "alice",
            "--password",
            "--also this one is good",
        ],
    ] {
        let ended = place.run(arguments);
        assert_eq!(ended.code, 0, "{}", ended.err);
    }
}

#[test]
fn a_token_says_what_it_is_without_a_server() {
    let place = Place::new("");
    // {"alg":"RS256","typ":"JWT"} and {"iss":"i","sub":"s","aud":"c","exp":1,"auth_time":2}
    let id = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJpIiwic3ViIjoicyIsImF1ZCI6ImMiLCJleHAiOjEsImF1dGhfdGltZSI6Mn0.c2ln";
    for arguments in [
        &["-o", "json", "token", "inspect", "--offline", id][..],
        // no server answers, and that is said
        &["-o", "json", "token", "inspect", id],
    ] {
        let said = place.run(arguments).json();
        assert_eq!(
            (&said["kind"], &said["why"]),
            (
                &json!("ID token"),
                &json!("expired; the signature is not checked")
            )
        );
        assert_eq!(said["claims"]["exp"], 1);
    }
    let for_people = place.run(&["token", "inspect", id]).out;
    assert!(for_people.contains("1970-01-01 00:00:01Z"), "{for_people}");

    // {"alg":"ES256","typ":"at+jwt"} and {"client_id":"c"}: nobody answers, and it says what it can
    let access = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJjbGllbnRfaWQiOiJjIn0.c2ln";
    let said = place.run(&["-o", "json", "token", "inspect", access]);
    assert_eq!(said.json()["kind"], "access token");
    assert!(said.err.contains("no server answers"), "{}", said.err);

    for garbage in ["garbage", "a.b.c", "-"] {
        let ended = place.run(&["token", "inspect", garbage]);
        assert_eq!(ended.code, 2, "{garbage}: {}", ended.err);
        assert!(ended.err.contains("this is not a token"), "{}", ended.err);
    }
}

#[test]
fn a_certificate_authority_of_ones_own_is_trusted_by_its_file() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let place = Place::new("");
    let address = place.address();
    let (_, port) = address.split_once(':').unwrap();
    let url = format!("https://localhost:{port}");
    let directory = place.data().parent().unwrap().to_owned();
    let write = |name: &str, text: &str| fs::write(directory.join(name), text).unwrap();
    write("cert.pem", &made.cert.pem());
    write("key.pem", &made.signing_key.serialize_pem());
    let tls = "[tls]\ncertificate = \"cert.pem\"\nprivate_key = \"key.pem\"\n";
    write(
        "airside.toml",
        &format!("issuer = \"{url}\"\nadmin_api = true\n{tls}"),
    );
    let _server = place.serve();
    let elsewhere = Place::new("");
    let list = ["--url", &url, "--token", "-not-a-token", "client", "list"];
    let stranger = elsewhere.run(&list);
    assert_eq!(stranger.code, 6, "{}", stranger.err);
    let ca = directory.join("cert.pem");
    let known = elsewhere.run(&[&["--ca", ca.to_str().unwrap()], &list[..]].concat());
    // it was heard, and the token is refused
    assert_eq!(known.code, 4, "{}", known.err);
    let nothing = elsewhere.run(&[&["--ca", "/nowhere.pem"], &list[..]].concat());
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("/nowhere.pem"), "{}", nothing.err);
}

/// What the README shows of it are lines of it, in their order.
#[test]
fn the_demo_prints_what_the_readme_shows() {
    let readme = include_str!("../../../../README.md");
    let (_, shown) = readme.split_once("```text\nStep 1").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let shown = format!("Step 1{shown}");
    let printed = Place::new("").run(&["demo", "--headless"]).out;
    let mut printed = printed.lines();
    for line in shown.lines().filter(|line| *line != "…") {
        assert!(printed.any(|one| one == line), "`{line}` is not printed");
    }
}

#[test]
fn the_demo_is_json_for_programs() {
    let place = Place::new("");
    let played = place.run(&["-o", "json", "demo", "--headless"]).json();
    assert_eq!(played["steps"].as_array().unwrap().len(), 7);
    assert_eq!(played["attacks"].as_array().unwrap().len(), 10);
    assert!(played["attacks"][0]["stopped_by"].is_string());
}

#[test]
fn the_last_administrator_stays_unless_forced() {
    let (place, _server) = start();
    let password = "correct horse battery";
    let create = |name: &str, flags: &[&str]| {
        let create = ["user", "create", name, "--password", password];
        assert_eq!(place.run(&[&create, flags].concat()).code, 0, "{name}");
    };
    create("ada", &["--admin"]);
    create("alice", &[]);
    let last = [
        &["user", "delete", "ada"][..],
        &["user", "disable", "ada"],
        &["user", "edit", "ada", "--admin", "false"],
    ];
    for arguments in last {
        let refused = place.run(arguments);
        assert_eq!(refused.code, 5, "{arguments:?}: {}", refused.err);
        assert!(
            refused.err.contains("the last administrator"),
            "{}",
            refused.err
        );
    }
    // the control: others may go, and so may one of two
    assert_eq!(place.run(&["user", "delete", "alice"]).code, 0);
    create("grace", &["--admin"]);
    assert_eq!(place.run(&["user", "disable", "ada"]).code, 0);
    assert_eq!(place.run(&["user", "delete", "grace"]).code, 5);
    assert_eq!(place.run(&["user", "delete", "grace", "--force"]).code, 0);
}

#[test]
fn an_account_gets_another_name_and_keeps_the_rest() {
    let (place, _server) = start();
    for name in ["alice", "bob"] {
        let create = [
            "user",
            "create",
            name,
            "--password",
            "correct horse battery",
            "--role",
            "viewer",
        ];
        assert_eq!(place.run(&create).code, 0);
    }
    let before = place.run(&["-o", "json", "user", "show", "alice"]).json();
    let renamed = place
        .run(&["-o", "json", "user", "rename", "alice", "alicia"])
        .json();
    assert_eq!(
        (&renamed["id"], &renamed["roles"]),
        (&before["id"], &before["roles"])
    );
    assert_eq!(renamed["username"], "alicia");
    assert_eq!(place.run(&["user", "show", "alice"]).code, 3);
    let taken = place.run(&["user", "rename", "bob", "Alicia"]);
    assert_eq!(taken.code, 5, "{}", taken.err);
    assert_eq!(place.run(&["user", "rename", "bob", "bo b"]).code, 2);
    let events = place.run(&["events", "search", "user:alicia"]).out;
    assert!(events.contains("`alice` is now `alicia`"), "{events}");
}

#[test]
fn a_link_for_the_first_administrator_is_made_again_until_there_is_one() {
    let (place, server) = start();
    let link = || place.run(&["-o", "json", "user", "setup-link"]);
    let made = link().json()["link"].as_str().unwrap().to_owned();
    assert!(made.starts_with(&server.at("/setup?token=")), "{made}");
    assert_ne!(
        link().json()["link"],
        made,
        "the one before it works no more"
    );
    let create = [
        "user",
        "create",
        "ada",
        "--admin",
        "--password",
        "correct horse battery",
    ];
    assert_eq!(place.run(&create).code, 0);
    assert_eq!(link().code, 5);
}

#[test]
fn an_account_that_must_wait_is_unlocked() {
    let (place, _server) = start();
    let create = [
        "user",
        "create",
        "alice",
        "--password",
        "correct horse battery",
    ];
    assert_eq!(place.run(&create).code, 0);
    assert_eq!(place.run(&["user", "unlock", "alice"]).code, 0);
    assert_eq!(place.run(&["user", "unlock", "nobody"]).code, 3);
    assert!(
        place
            .run(&["events", "search", "user:alice"])
            .out
            .contains("unlocked")
    );
}

#[test]
fn lists_are_filtered_and_end_where_they_are_told_to() {
    let (place, _server) = start();
    for (name, role) in [("alice", "viewer"), ("alicia", "editor"), ("bob", "viewer")] {
        let create = [
            "user",
            "create",
            name,
            "--password",
            "correct horse battery",
            "--role",
            role,
        ];
        assert_eq!(place.run(&create).code, 0);
    }
    let names = |arguments: &[&str]| {
        let list = [&["-o", "json", "user", "list"], arguments].concat();
        let listed = place.run(&list).json();
        let listed = listed.as_array().unwrap().iter();
        listed
            .map(|user| user["username"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["alice", "alicia", "bob"]);
    assert_eq!(names(&["ALI"]), ["alice", "alicia"]);
    assert_eq!(names(&["viewer"]), ["alice", "bob"]);
    assert_eq!(names(&["viewer", "--limit", "1"]), ["alice"]);
    assert_eq!(names(&["nobody"]), Vec::<String>::new());
    for id in ["shop", "shop-admin", "desk"] {
        let create = [
            "client",
            "create",
            id,
            "--public",
            "--redirect-uri",
            "https://a.example/cb",
        ];
        assert_eq!(place.run(&create).code, 0);
    }
    let shops = place.run(&["-o", "json", "client", "list", "shop"]).json();
    assert_eq!(shops.as_array().unwrap().len(), 2);
}
