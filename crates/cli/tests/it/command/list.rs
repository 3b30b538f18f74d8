//! Lists, and changes of them.

use super::*;

#[test]
fn lists_of_a_client_are_changed_item_by_item() {
    let (place, _server) = start();
    let a = "https://a.example/cb";
    let b = "https://b.example/cb";
    let created = place.run(&format!("-o json client create web --redirect-uri {a} --redirect-uri {a} --scope read --first-party --allowed-origin https://c.example"));
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
    assert_eq!(
        edited["token_endpoint_auth_method"],
        Value::Null,
        "not stated"
    );

    let refused = edit(&["--remove-redirect-uri", a]);
    refused.assert_ended(3, b);
    // a script is not asked
    place.run("client delete web").assert_code(0);
}

#[test]
fn lists_are_filtered_and_end_where_they_are_told_to() {
    let (place, _server) = start();
    for (name, role) in [("alice", "viewer"), ("alicia", "editor"), ("bob", "viewer")] {
        let create =
            &format!("user create {name} --password 'correct horse battery' --role {role}");
        place.run(create).assert_code(0);
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
    for list in ["user list", "client list", "events search"] {
        let none = place.run(&format!("{list} --limit 0"));
        none.assert_ended(2, "it is 1 at least");
    }
    for id in ["shop", "shop-admin", "desk"] {
        let create = &format!("client create {id} --public --redirect-uri https://a.example/cb");
        place.run(create).assert_code(0);
    }
    let shops = place.json("client list shop");
    assert_eq!(shops.as_array().unwrap().len(), 2);
}
