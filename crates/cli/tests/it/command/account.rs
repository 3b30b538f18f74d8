//! Accounts.

use super::*;

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
    let before = place.json(&["user", "show", "alice"]);
    let renamed = place.json(&["user", "rename", "alice", "alicia"]);
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
