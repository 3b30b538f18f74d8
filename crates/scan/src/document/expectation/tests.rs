use serde_json::{Value, json};

use crate::document::{Api, Hint, tests::api_of};

/// Returns the reason at an operation beside one for everybody, with a mark where it is weak.
fn reason(path: &str, operation: Value, roles: &[&str]) -> Option<String> {
    let mut api: Api = api_of(json!({"/notes": {"get": {}, "post": {}}, path: {"get": operation}}));
    let roles: Vec<_> = roles.iter().map(|role| (*role).to_owned()).collect();
    api.expect_roles(&roles);
    let mut operations = api.operations.into_iter();
    let one = operations.find(|one| one.path == path).unwrap();
    let mark = if one.hint == Hint::Name { "? " } else { "" };
    one.administrative.map(|why| format!("{mark}{why}"))
}

#[test]
fn a_document_says_in_many_ways_who_may_call_an_operation() {
    let scope = |name: &str| json!({"security": [{"bearer": [name]}]});
    for (path, operation, expected) in [
        (
            "/reports",
            json!({"x-roles": ["operator"]}),
            "the document requires the role `operator`",
        ),
        (
            "/reports",
            json!({"x-required-role": "clerk"}),
            "the document requires the role `clerk`",
        ),
        ("/admin/reports", json!({}), "its path has `admin`"),
        (
            "/back-office/reports",
            json!({}),
            "its path has `back-office`",
        ),
        (
            "/reports",
            json!({"description": "For operators only."}),
            "its description says so",
        ),
        ("/ops/reports", json!({}), "? its path has `ops`"),
        ("/internal/reports", json!({}), "? its path has `internal`"),
        (
            "/reports",
            json!({"tags": ["Operators"]}),
            "? its tag is `Operators`",
        ),
        (
            "/reports",
            scope("orders:manage"),
            "? the document requires the scope `orders:manage`",
        ),
        (
            "/reports",
            scope("reports:admin"),
            "the document requires the scope `reports:admin`",
        ),
    ] {
        let found = reason(path, operation.clone(), &[]);
        assert_eq!(found.as_deref(), Some(expected), "{path} {operation}");
    }
}

#[test]
fn the_role_of_a_caller_is_a_hint_wherever_it_is_named() {
    for (path, operation, expected) in [
        (
            "/merchant/orders",
            json!({}),
            Some("? its path has `merchant`"),
        ),
        (
            "/orders",
            json!({"summary": "For merchants only"}),
            Some("its description says so"),
        ),
        // the controls: a collection of merchants, and a text about one
        ("/merchants", json!({}), None),
        (
            "/orders",
            json!({"summary": "The orders of a merchant"}),
            None,
        ),
    ] {
        let found = reason(path, operation.clone(), &["merchant"]);
        assert_eq!(found.as_deref(), expected, "{path} {operation}");
        if !path.starts_with("/orders") {
            assert_eq!(reason(path, operation, &[]), None, "{path}");
        }
    }
}

#[test]
fn what_everybody_may_call_has_no_expectation() {
    for (path, operation) in [
        ("/reports", json!({"x-roles": ["user", "operator"]})),
        (
            "/reports",
            json!({"security": [{"bearer": ["reports:read"]}]}),
        ),
        ("/options", json!({"tags": ["operations"]})),
        ("/shops/{id}", json!({})),
    ] {
        assert_eq!(
            reason(path, operation.clone(), &[]),
            None,
            "{path} {operation}"
        );
    }
    // a prefix of all operations tells none from another
    let mut api = api_of(json!({"/internal/a": {"get": {}}, "/internal/b": {"get": {}}}));
    api.expect_roles(&[]);
    assert!(
        api.operations
            .iter()
            .all(|one| one.administrative.is_none())
    );
}

#[test]
fn a_name_counts_more_where_another_operation_with_it_refuses() {
    let mut api = api_of(json!({
        "/ops/usage": {"get": {}}, "/ops/notices": {"post": {}}, "/internal/a": {"get": {}},
        "/notes": {"get": {}, "post": {}}}));
    let at = |api: &Api, path: &str| {
        let mut all = api.operations.iter();
        all.find(|one| one.path == path)
            .map(|one| (one.index, one.hint))
            .unwrap()
    };
    let (usage, _) = at(&api, "/ops/usage");
    api.observe_hints(&[usage]);
    assert_eq!(at(&api, "/ops/notices").1, Hint::Observed);
    // the control
    assert_eq!(at(&api, "/internal/a").1, Hint::Name);
}
