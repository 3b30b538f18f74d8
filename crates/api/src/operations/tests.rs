//! Operations that requests are for, and those that they only seem to be for.

use proptest::prelude::*;

use super::*;

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
    let all = [
        "a GET /",
        "a GET /users/{id}",
        "b GET /users/me",
        "a DELETE /users/{id}",
        "c GET /{a}/b",
    ];
    let found = |method, path| found(&all, method, path);
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
    for path in [
        "/v2/users/7",
        "/users/7.json/x",
        "/USERS/me",
        "/users",
        "/users/7/8",
        "/users/",
    ] {
        assert_eq!(found("GET", path), "Path", "{path}");
    }
}

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
    for path in [
        "/items/07",
        "/items/7.0",
        "/items/+7",
        "/items/0x7",
        "/items/%EF%BC%97",
    ] {
        assert_eq!(found(&typed, "GET", path), "ambiguous", "{path}");
    }
    assert!(found(&typed, "GET", "/items/seven").starts_with("GET /items/{name}"));
    let only = ["role GET /items/all", "scope GET /items/{id:int}"];
    for path in ["/items/ALL", "/items/01", "/items/1e0"] {
        assert_eq!(found(&only, "GET", path), "Path", "{path}");
    }
    // another method's kind is no text
    let methods = ["scope GET /items/{id:int}", "scope DELETE /items/{id}"];
    assert!(found(&methods, "DELETE", "/items/7").starts_with("DELETE"));
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
fn a_suffix_that_is_declared_may_be_left_out() {
    let rest = [
        "public GET /{path*}",
        "scope GET /orders.json",
        "scope GET /accounts/{id}.json",
    ];
    for path in [
        "/orders",
        "/orders/",
        "/orders.xml",
        "/accounts/bob",
        "/accounts/bob.xml",
        "/accounts/bob.JSON",
    ] {
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
        assert!(
            found.starts_with("POST /op/{name}:cancel"),
            "{path}: {found}"
        );
    }
    let ends = [
        "admin GET /cmp/{base}...{head}",
        "public GET /cmp/{x}",
        "a GET /num/+{n}",
        "a GET /dot/{a}.",
    ];
    for path in ["/cmp/+...b", "/cmp/a...+", "/num/+49", "/dot/x."] {
        let found = found(&ends, "GET", path);
        assert!(
            !found.contains("{x}") && found.starts_with("GET"),
            "{path}: {found}"
        );
    }
    assert_eq!(found(&ends, "GET", "/cmp/a....."), "ambiguous");
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

#[test]
fn operations_that_fold_onto_each_other_are_refused() {
    for (one, other) in [
        ("a GET /users/{id}", "b GET /users/{name}"),
        ("a GET /users/{id}", "a GET /users/{name}"),
        ("a GET /users", "b GET /Users"),
        ("a GET /users", "b GET /users/"),
        ("a GET /users/{id}/", "b GET /users/{id}"),
        ("a GET /feed", "b GET /feed.json"),
        ("a GET /accounts/{id}.json", "b GET /accounts/{name}"),
        ("a GET /a+b", "b GET /a%20b"),
        ("a GET /{id}.json", "b GET /{id}.JSON"),
    ] {
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

/// What one framework makes of a path: the folds of one or two of them.
#[derive(Clone, Copy, Debug)]
enum Fold {
    Case,
    SlashLess,
    SlashMore,
    Suffix,
    Ends,
    Plus,
}

fn read_as(path: &[String], folds: &[Fold]) -> Vec<String> {
    let mut path = path.to_vec();
    for fold in folds {
        match fold {
            Fold::Case => path.iter_mut().for_each(|one| *one = one.to_lowercase()),
            Fold::SlashLess if path.len() > 1 && path.last().is_some_and(String::is_empty) => {
                path.pop();
            }
            Fold::SlashMore if path.last().is_some_and(|last| !last.is_empty()) => {
                path.push(String::new());
            }
            Fold::Suffix => {
                if let Some(last) = path.last_mut()
                    && let Some(at) = last.rfind('.').filter(|at| *at > 0)
                {
                    last.truncate(at);
                }
            }
            Fold::Ends => path
                .iter_mut()
                .for_each(|one| *one = one.trim_end_matches(['.', ' ']).to_owned()),
            Fold::Plus => path.iter_mut().for_each(|one| *one = one.replace('+', " ")),
            _ => {}
        }
    }
    path
}

/// A framework that takes the first route that matches, the more specific before the others: the path
/// as it is, or in its reading. Where it folds case, it folds its routes too.
fn routed<'a>(
    all: &'a [Operation<String>],
    readings: [&[String]; 2],
    folds_case: bool,
) -> Option<&'a Operation<String>> {
    let mut routes: Vec<_> = all.iter().collect();
    routes.sort_by_key(|one| {
        let rank = |segment: &crate::segment::Segment| match segment {
            crate::segment::Segment::Text(_) => 0,
            crate::segment::Segment::Mixed(_) => 1,
            crate::segment::Segment::Parameter(one) if one.kind != crate::ParameterKind::Any => 2,
            crate::segment::Segment::Parameter(_) => 3,
        };
        let ranks: Vec<_> = one.path.segments().iter().map(rank).collect();
        (one.path.takes_rest(), ranks)
    });
    routes.into_iter().find(|one| {
        let path = match folds_case {
            true => Template::parse(&one.path.to_string().to_lowercase()).unwrap(),
            false => one.path.clone(),
        };
        readings.iter().any(|reading| path.matches(reading))
    })
}

proptest! {
    #[test]
    fn no_fold_leads_to_another_permission(
        paths in prop::collection::vec(
            prop::collection::vec(
                prop::sample::select(vec!["all", "All", "items", "a.json", "a", "{x}", "{x}.json", "{x:int}", "{x}:c", "+{x}", "{x}.", "a b", ""]),
                1..4,
            ),
            1..6,
        ),
        permissions in prop::collection::vec(0..3_u8, 6),
        request in prop::collection::vec(
            prop::sample::select(vec!["all", "ALL", "All", "items", "ITEMS", "a.json", "a", "A.JSON", "7", "7.json", "a+b", "a b", "a.", "all ", "all.x", "+:c", "+7", "x.", ".:c", ""]),
            1..4,
        ),
        folds in prop::collection::vec(
            prop::sample::select(vec![Fold::Case, Fold::SlashLess, Fold::SlashMore, Fold::Suffix, Fold::Ends, Fold::Plus]),
            0..3,
        ),
    ) {
        let mut all = Vec::new();
        for (at, (segments, permission)) in paths.iter().zip(&permissions).enumerate() {
            // the names of parameters differ, and nothing is empty but the last
            let segments: Vec<_> = segments.iter().enumerate()
                .filter(|(place, text)| !text.is_empty() || *place + 1 == segments.len())
                .map(|(place, text)| text.replace('x', &format!("x{at}{place}")))
                .collect();
            let text = format!("{permission} GET /{}", segments.join("/"));
            let mut more = all.clone();
            more.push(operation(&text));
            if Operations::new(more.clone()).is_ok() {
                all = more;
            }
        }
        let operations = Operations::new(all.clone()).unwrap();
        let mut path = String::new();
        for (place, segment) in request.iter().enumerate() {
            if segment.is_empty() && place + 1 < request.len() {
                continue;
            }
            path.push('/');
            crate::target::push_encoded(&mut path, segment);
        }
        let target = Target::parse(&path).unwrap();
        let matches = all.iter().any(|one| one.path.matches(target.segments()));
        let outcome = operations.find(&Method::GET, &target);
        prop_assert_eq!(matches, !matches!(outcome, Err(FindError::Path | FindError::Slash)), "{}", path);
        if let Ok((found, _)) = outcome {
            let read = read_as(target.segments(), &folds);
            let folds_case = folds.iter().any(|fold| matches!(fold, Fold::Case));
            if let Some(other) = routed(&all, [target.segments(), &read], folds_case) {
                prop_assert_eq!(
                    &found.permission, &other.permission,
                    "{} is {}, and {:?} by {:?} is {}", path, found.name(), read, folds, other.name()
                );
            }
        }
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
