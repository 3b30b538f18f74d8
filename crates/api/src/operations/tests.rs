//! Operations that requests are for, and those that they only seem to be for.

mod ambiguous;
mod fold;

use proptest::prelude::*;

use super::*;
use crate::{Template, content::Bodies};

impl Permission for String {
    fn is_open(&self) -> bool {
        self == "public"
    }
}

fn operation(text: &str) -> Operation<String> {
    // `role GET /path`
    let mut words = text.splitn(3, ' ');
    let permission = words.next().unwrap().to_owned();
    Operation {
        method: words.next().unwrap().parse().unwrap(),
        path: Template::parse(words.next().unwrap()).unwrap(),
        body: Bodies::default(),
        permission,
        place: text.to_owned(),
    }
}

fn operations(all: &[&str]) -> Operations<String> {
    Operations::new(all.iter().map(|text| operation(text)).collect()).unwrap()
}

fn found(all: &[&str], method: &str, path: &str) -> String {
    let target = Target::parse(path).unwrap();
    match operations(all).find(&method.parse().unwrap(), &target) {
        Ok((operation, parameters)) => format!("{} {parameters:?}", operation.name()),
        Err(FindError::Ambiguous(_)) => "ambiguous".to_owned(),
        Err(not_found) => format!("{not_found:?}"),
    }
}

#[test]
fn a_request_has_one_operation() {
    let found = |method, path| found(&ALL, method, path);
    assert_eq!(found("GET", "/"), "GET / []");
    assert_eq!(found("GET", "/users/7"), r#"GET /users/{id} [("id", "7")]"#);
    assert_eq!(found("GET", "/users/me"), "GET /users/me []");
    assert_eq!(found("HEAD", "/users/me"), "GET /users/me []");
    assert_eq!(found("GET", "/x/b"), r#"GET /{a}/b [("a", "x")]"#);
    // neither is more specific than the other
    assert_eq!(found("GET", "/users/b"), "ambiguous");
    // a path that is written out has its own methods
    assert_eq!(found("DELETE", "/users/me"), "Method([GET])");
    // G16: another method, another version, a format, another case
    assert_eq!(found("PUT", "/users/7"), "Method([DELETE, GET])");
    for path in NOWHERE {
        assert_eq!(found("GET", path), "Path", "{path}");
    }
}

#[test]
fn what_a_parameter_may_be_tells_only_what_it_matches() {
    // without kinds, a framework hands any text to the handler, which converts its beginning
    let rest = [
        "public GET /{path*}",
        "admin GET /items/{id:int}",
        "admin GET /reports/{kind:daily|weekly}",
    ];
    for path in ["/items/7abc", "/items/7,x", "/items/all", "/reports/dailyx"] {
        assert_eq!(found(&rest, "GET", path), "ambiguous", "{path}");
    }
    assert!(found(&rest, "GET", "/items/7").starts_with("GET /items/{id:int}"));
    assert!(found(&rest, "GET", "/other/7abc").starts_with("GET /{path*}"));
}

#[test]
fn head_has_operations_of_its_own() {
    let all = [
        "admin HEAD /head/{n}",
        "any GET /head/{n}",
        "any GET /head/all",
    ];
    assert_eq!(found(&all, "HEAD", "/head/ALL"), "ambiguous");
    assert!(found(&all, "HEAD", "/head/7").starts_with("HEAD /head/{n}"));
    assert!(found(&all, "GET", "/head/all").starts_with("GET /head/all"));
}

#[test]
fn operations_that_fold_onto_each_other_are_refused() {
    for (one, other) in FOLDED {
        let both = [operation(one), operation(other)];
        let why = Operations::new(both.into()).unwrap_err();
        assert!(why.contains(one) && why.contains(other), "{why}");
    }
    for (one, other) in [
        ("a GET /users", "a GET /Users"),
        ("a GET /users", "b PUT /users/"),
        ("a GET /users/{id}", "b GET /users/me"),
        ("a GET /users/{id:int}", "b GET /users/{name}"),
    ] {
        assert!(
            Operations::new([operation(one), operation(other)].into()).is_ok(),
            "{one} {other}"
        );
    }
}

#[test]
fn what_is_taken_for_each_other_is_one_group() {
    let all = [
        "a GET /users/{id}",
        "a GET /a.json.gz",
        "a GET /a",
        "b GET /Users/{name}/",
        "a GET /a.json",
        "a PUT /a",
        "a GET /users/{id:int}",
    ];
    let all: Vec<_> = all.iter().map(|text| operation(text)).collect();
    assert_eq!(alike(&all), [vec![0, 3], vec![1, 2, 4]]);
    assert!(alike(&all[..2]).is_empty());
}

#[test]
fn an_operation_knows_its_position_and_a_copy_has_none() {
    let all = operations(&["a GET /a", "b GET /b/{id}", "c POST /a"]);
    for (at, one) in all.iter().enumerate() {
        assert_eq!(all.position(one), Some(at));
    }
    let copy = all.clone();
    assert!(copy.iter().all(|one| all.position(one).is_none()));
    assert_eq!(operations(&[]).position(all.iter().next().unwrap()), None);
}

/// Operations of an API.
const ALL: [&str; 5] = [
    "a GET /",
    "a GET /users/{id}",
    "b GET /users/me",
    "a DELETE /users/{id}",
    "c GET /{a}/b",
];

/// Paths of no operation.
const NOWHERE: [&str; 6] = [
    "/v2/users/7",
    "/users/7.json/x",
    "/USERS/me",
    "/users",
    "/users/7/8",
    "/users/",
];

/// Operations that fold onto each other.
const FOLDED: [(&str, &str); 9] = [
    ("a GET /users/{id}", "b GET /users/{name}"),
    ("a GET /users/{id}", "a GET /users/{name}"),
    ("a GET /users", "b GET /Users"),
    ("a GET /users", "b GET /users/"),
    ("a GET /users/{id}/", "b GET /users/{id}"),
    ("a GET /feed", "b GET /feed.json"),
    ("a GET /accounts/{id}.json", "b GET /accounts/{name}"),
    ("a GET /a+b", "b GET /a%20b"),
    ("a GET /{id}.json", "b GET /{id}.JSON"),
];
