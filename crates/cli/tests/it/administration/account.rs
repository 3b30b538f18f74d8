//! Accounts, their names and their claims.

use airside_testkit::assert_contains;

use super::*;

#[test]
fn an_account_lives_from_create_to_delete() {
    let (place, _server) = start();
    let create = "user create alice --password 'correct horse battery' --role customer";
    place.run(create).assert_code(0);
    place.run(create).assert_code(5);
    let edit = "user edit alice --claim email=a@example.com";
    let edited = place.json(edit);
    assert_eq!(
        (&edited["claims"]["email"], &edited["roles"][0]),
        (&json!("a@example.com"), &json!("customer"))
    );
    let roles = place.json("user edit alice --role b --role a --role b");
    assert_eq!(roles["roles"], json!(["b", "a"]), "each once");
    assert_eq!(place.json("user disable alice")["disabled"], true);
    assert_eq!(place.json("user enable alice")["disabled"], false);
    place
        .run("user set-password alice --password short")
        .assert_code(2);
    place
        .run("user set-password alice --password 'another good one'")
        .assert_code(0);
    place.run("user delete alice").assert_code(0);
    place.run("user show alice").assert_code(3);
}

const USERNAMES: &str = include_str!("../../../../../docs/operations/usernames.md");

#[test]
fn the_page_about_usernames_does_what_it_says() {
    let (place, _server) = start();
    let commands = USERNAMES
        .split("```")
        .find_map(|block| block.strip_prefix("sh\n"));
    run_all(&place, commands.unwrap());
    let shown = place.json("user show ｒｅｎé");
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
    refused.assert_code(2);
    assert!(refused.err.contains("Cyrillic") && refused.err.contains("--force"));
    assert_eq!(create("p\u{430}ypal", &["--force"]).code, 0);
    let refused = create("foo bar", &["--force"]);
    refused.assert_ended(2, "cannot contain a space");
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
    let listed = place.run("-o json user list --collisions");
    let expected = json!([
        { "name": "carl", "username": "carl" },
        { "name": "carl", "username": "ｃarl" },
    ]);
    assert_eq!(listed.json(), expected);
    let shown = place.json("user show ｃarl");
    assert_eq!(shown["username"], "ｃarl");
    let log = server.last_words();
    assert_eq!(log.matches("usernames collide").count(), 2, "{log}");
}

const CLAIMS: &str = include_str!("../../../../../docs/operations/claims.md");

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
    let alice = place.json("user show alice");
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
        assert_contains(&refused.err, said);
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
