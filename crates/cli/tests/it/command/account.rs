//! Accounts.

use airside_testkit::assert_contains;

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
        place.run(arguments).assert_code(0);
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
        assert_contains(&refused.err, "the last administrator");
    }
    // the control: others may go, and so may one of two
    place.run("user delete alice").assert_code(0);
    create("grace", &["--admin"]);
    place.run("user disable ada").assert_code(0);
    place.run("user delete grace").assert_code(5);
    place.run("user delete grace --force").assert_code(0);
}

#[test]
fn an_account_gets_another_name_and_keeps_the_rest() {
    let (place, _server) = start();
    for name in ["alice", "bob"] {
        let create =
            &format!("user create {name} --password 'correct horse battery' --role viewer");
        place.run(create).assert_code(0);
    }
    let before = place.json("user show alice");
    let renamed = place.json("user rename alice alicia");
    assert_eq!(
        (&renamed["id"], &renamed["roles"]),
        (&before["id"], &before["roles"])
    );
    assert_eq!(renamed["username"], "alicia");
    place.run("user show alice").assert_code(3);
    place.run("user rename bob Alicia").assert_code(5);
    place.run("user rename bob 'bo b'").assert_code(2);
    let events = place.run("events search user:alicia").out;
    assert_contains(&events, "`alice` is now `alicia`");
}

#[test]
fn a_link_for_the_first_administrator_is_made_again_until_there_is_one() {
    let (place, server) = start();
    let link = || place.run("-o json user setup-link");
    let made = link().json()["link"].as_str().unwrap().to_owned();
    assert!(made.starts_with(&server.at("/setup?token=")), "{made}");
    assert_ne!(
        link().json()["link"],
        made,
        "the one before it works no more"
    );
    let create = "user create ada --admin --password 'correct horse battery'";
    place.run(create).assert_code(0);
    assert_eq!(link().code, 5);
}

#[test]
fn an_account_that_must_wait_is_unlocked() {
    let (place, _server) = start();
    let create = "user create alice --password 'correct horse battery'";
    place.run(create).assert_code(0);
    place.run("user unlock alice").assert_code(0);
    place.run("user unlock nobody").assert_code(3);
    assert!(
        place
            .run("events search user:alice")
            .out
            .contains("unlocked")
    );
}
