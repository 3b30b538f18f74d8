//! Requests that a framework could take for another operation.

use super::*;

#[test]
fn what_a_framework_could_take_for_another_operation_is_ambiguous() {
    let items = [
        "role GET /items/all",
        "scope GET /items/{id}",
        "scope PUT /items/{id}",
    ];
    for path in [
        "/items/ALL",
        "/items/all.json",
        "/items/all.",
        "/items/all%20",
        "/items/All.JSON",
    ] {
        assert_eq!(found(&items, "GET", path), "ambiguous", "{path}");
        assert_eq!(found(&items, "HEAD", path), "ambiguous", "{path}");
        // no other operation has the method
        assert!(found(&items, "PUT", path).starts_with("PUT"), "{path}");
    }
    for path in ["/items/%61ll", "/items/all"] {
        assert_eq!(found(&items, "GET", path), "GET /items/all []", "{path}");
    }
    for path in [
        "/items/7",
        "/items/allx",
        "/items/al",
        "/items/all-1",
        "/items/7.json",
    ] {
        assert!(
            found(&items, "GET", path).starts_with("GET /items/{id}"),
            "{path}"
        );
    }
    let public = ["public GET /{file}", "scope GET /echo"];
    assert_eq!(found(&public, "GET", "/Echo"), "ambiguous");
    assert!(found(&public, "GET", "/logo.png").starts_with("GET /{file}"));
    // with the same permission it does not matter
    let same = ["scope GET /items/all", "scope GET /items/{id}"];
    assert!(found(&same, "GET", "/items/ALL").starts_with("GET /items/{id}"));
}

#[test]
fn other_lengths_partial_segments_and_rests_are_no_way_around() {
    let rest = [
        "public GET /static/{path*}",
        "admin GET /static/admin",
        "admin GET /static/u/{id}",
    ];
    for path in [
        "/static/ADMIN",
        "/static/admin/",
        "/static/admin.html",
        "/static/u/7/8",
        "/static/U/7",
    ] {
        assert_eq!(found(&rest, "GET", path), "ambiguous", "{path}");
    }
    assert_eq!(found(&rest, "GET", "/static/admin"), "GET /static/admin []");
    assert!(found(&rest, "GET", "/static/css/a.css").starts_with("GET /static/{path*}"));
    let all = [
        "public GET /{path*}",
        "scope GET /items/{id}",
        "scope GET /items",
    ];
    for path in [
        "/items/",
        "/Items/7",
        "/items/7/8",
        "/items/7/",
        "/index.php/items/7",
        "/ITEMS",
    ] {
        assert_eq!(found(&all, "GET", path), "ambiguous", "{path}");
    }
    for path in ["/", "/assets/app.js", "/index.php"] {
        assert!(
            found(&all, "GET", path).starts_with("GET /{path*}"),
            "{path}"
        );
    }
    let slash = [
        "scope GET /items/",
        "admin GET /items/{id}/",
        "admin GET /items/{id}/all",
    ];
    assert_eq!(found(&slash, "GET", "/items/"), "GET /items/ []");
    assert!(found(&slash, "GET", "/items/7/").starts_with("GET /items/{id}/"));
}

#[test]
fn a_kind_closes_most_of_it() {
    let typed = [
        "role GET /items/all",
        "scope GET /items/{id:int}",
        "name GET /items/{name}",
    ];
    assert!(found(&typed, "GET", "/items/7").starts_with("GET /items/{id:int}"));
    for path in OTHER_NUMBERS {
        assert_eq!(found(&typed, "GET", path), "ambiguous", "{path}");
    }
    assert!(found(&typed, "GET", "/items/seven").starts_with("GET /items/{name}"));
    let only = ["role GET /items/all", "scope GET /items/{id:int}"];
    for path in ["/items/ALL", "/items/01", "/items/1e0"] {
        assert_eq!(found(&only, "GET", path), "Path", "{path}");
    }
    // another method's kind is not a text
    let methods = ["scope GET /items/{id:int}", "scope DELETE /items/{id}"];
    assert!(found(&methods, "DELETE", "/items/7").starts_with("DELETE"));
}

#[test]
fn a_suffix_that_is_declared_may_be_left_out() {
    let rest = [
        "public GET /{path*}",
        "scope GET /orders.json",
        "scope GET /accounts/{id}.json",
    ];
    for path in WITHOUT_SUFFIX {
        assert_eq!(found(&rest, "GET", path), "ambiguous", "{path}");
    }
    for path in ["/orders.json", "/accounts/bob.json"] {
        assert!(
            found(&rest, "GET", path).ends_with(']') && !found(&rest, "GET", path).contains("path"),
            "{path}"
        );
    }
    let items = ["role GET /users/all.json", "scope GET /users/{id}"];
    for path in ["/users/all", "/users/all.xml"] {
        assert_eq!(found(&items, "GET", path), "ambiguous", "{path}");
    }
    assert!(found(&items, "GET", "/users/7").starts_with("GET /users/{id}"));
}

#[test]
fn names_with_dots_are_told_apart_where_they_are_declared() {
    let names = ["list GET /users.list", "identity GET /users.identity"];
    for name in ["list", "identity"] {
        let path = format!("/users.{name}");
        assert_eq!(found(&names, "GET", &path), format!("GET {path} []"));
    }
    assert_eq!(found(&names, "GET", "/users.other"), "Path");
}

#[test]
fn ends_of_a_partial_segment_count() {
    let actions = ["admin POST /op/{name}:cancel", "scope POST /op/{name}"];
    for path in ["/op/+:cancel", "/op/%20:cancel", "/op/1:cancel"] {
        let found = found(&actions, "POST", path);
        let is_cancel = found.starts_with("POST /op/{name}:cancel");
        assert!(is_cancel, "{path}: {found}");
    }
    let ends = [
        "admin GET /cmp/{base}...{head}",
        "public GET /cmp/{x}",
        "a GET /num/+{n}",
        "a GET /dot/{a}.",
    ];
    for path in ["/cmp/+...b", "/cmp/a...+", "/num/+49", "/dot/x."] {
        let found = found(&ends, "GET", path);
        let is_exact = !found.contains("{x}") && found.starts_with("GET");
        assert!(is_exact, "{path}: {found}");
    }
    assert_eq!(found(&ends, "GET", "/cmp/a....."), "ambiguous");
}

#[test]
fn a_long_segment_is_no_way_around() {
    let actions = ["admin POST /v1/{name}:cancel", "scope POST /v1/{name}"];
    let long = "0".repeat(4_000);
    assert!(
        found(&actions, "POST", &format!("/v1/{long}:cancel"))
            .starts_with("POST /v1/{name}:cancel")
    );
    assert_eq!(
        found(&actions, "POST", &format!("/v1/{long}:CANCEL")),
        "ambiguous"
    );
    assert!(found(&actions, "POST", &format!("/v1/{long}")).starts_with("POST /v1/{name} "));
    let three = ["scope GET /cmp/{a}-{b}-{c}"];
    assert_eq!(
        found(&three, "GET", &format!("/cmp/{}", "-".repeat(8_000))),
        "ambiguous"
    );
}

#[test]
fn texts_that_some_frameworks_leave_encoded_are_no_other_operations() {
    let cafe = ["public GET /caf\u{e9}", "scope GET /{id}"];
    assert_eq!(found(&cafe, "GET", "/caf%C3%A9"), "ambiguous");
    assert_eq!(found(&cafe[..1], "GET", "/caf%C3%A9"), "GET /caf\u{e9} []");
    // where the other is for everybody, nobody gets more
    let open = ["scope GET /caf\u{e9}/{id}", "public GET /{path*}"];
    assert!(found(&open, "GET", "/caf%C3%A9/1").starts_with("GET /caf\u{e9}/{id}"));
}

/// Paths without the suffix that is declared.
const WITHOUT_SUFFIX: [&str; 6] = [
    "/orders",
    "/orders/",
    "/orders.xml",
    "/accounts/bob",
    "/accounts/bob.xml",
    "/accounts/bob.JSON",
];

/// Numbers that only some frameworks take for integers.
const OTHER_NUMBERS: [&str; 5] = [
    "/items/07",
    "/items/7.0",
    "/items/+7",
    "/items/0x7",
    "/items/%EF%BC%97",
];
