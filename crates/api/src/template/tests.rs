use super::*;

fn values(template: &str, path: &str) -> Option<Result<Parameters, AmbiguityError>> {
    let template = Template::parse(template).unwrap();
    let target = Target::parse(path).unwrap();
    let segments = target.segments();
    template
        .matches(segments)
        .then(|| template.values(segments))
}

fn one(template: &str, path: &str) -> Option<String> {
    let values = values(template, path)?.unwrap();
    let values: Vec<_> = values
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    Some(values.join(" "))
}

#[test]
fn paths_are_as_apis_have_them() {
    for (template, path, said) in MATCHES {
        assert_eq!(
            one(template, path).as_deref(),
            Some(said),
            "{template} {path}"
        );
    }
}

#[test]
fn another_path_is_not_matched() {
    for (template, path) in NO_MATCHES {
        assert_eq!(one(template, path), None, "{template} {path}");
    }
}

#[test]
fn a_segment_that_can_be_split_in_two_ways_is_ambiguous() {
    for (template, path) in [
        ("/{base}...{head}", "/a...b...c"),
        ("/{base}...{head}", "/a....b"),
        ("/{a}-{b}-{c}", "/1-2-3-4"),
    ] {
        assert!(
            values(template, path).unwrap().is_err(),
            "{template} {path}"
        );
    }
    assert!(values("/{a:int}-{b}", "/1-2-3").unwrap().is_err());
    // the controls
    assert_eq!(one("/{a}-{b}", "/1-2").as_deref(), Some("a=1 b=2"));
    assert_eq!(one("/{a:int}-{b}", "/x-2"), None);
    assert!(values("/{a}-{b}-{c}", &format!("/{}", "-".repeat(8_000))).is_some());
}

#[test]
fn a_path_that_cannot_be_meant_is_refused_and_says_how_to_write_it() {
    for path in MEANINGLESS {
        assert!(Template::parse(path).is_err(), "{path}");
    }
    for path in RESTS {
        let why = Template::parse(path).unwrap_err();
        assert!(why.contains("`{path*}`"), "{path}: {why}");
    }
}

#[test]
fn a_parameter_in_the_spelling_of_a_framework_is_refused_and_says_how_to_write_it() {
    for (path, means) in FRAMEWORK_PARAMETERS {
        let why = Template::parse(path).unwrap_err();
        assert!(why.contains(means), "{path}: {why}");
    }
    // what an API may well have
    for path in [
        "/v1/{name}:cancel",
        "/v1/jobs:batch",
        "/$metadata",
        "/Products({key})",
        "/a/%3Aid",
        "/a/%5Bid%5D",
        "/@{user}",
        "/:",
    ] {
        assert!(Template::parse(path).is_ok(), "{path}");
    }
}

#[test]
fn what_is_not_understood_could_be_anything() {
    for (path, outline) in [
        ("/admin", "/admin"),
        ("/odd/{a}{b}/x", "/odd/{}/x"),
        ("/a/../b?c", "/b"),
        ("/a//b/./c", "/a/b/c"),
        ("/users/me;x=1/a", "/users/me/a"),
        ("/a/b%2f", "/a/{}"),
        ("/a/{b", "/a/{}"),
        ("/a/", "/a/"),
        ("/", "/"),
        ("", "/"),
        ("/admin/{proxy+}", "/admin/{*}"),
        ("/f/{+path}/x", "/f/{*}"),
        ("/g/**", "/g/{*}"),
        ("/i/{a}/*", "/i/{}/{*}"),
    ] {
        assert_eq!(Template::lenient(path).outline(), outline, "{path}");
    }
}

#[test]
fn a_rough_path_is_told_apart_by_its_texts_alone() {
    let rough = |path: &str| Template::lenient(path).rough().join("/");
    for path in ["/A/{b}", "/a/{b:int}/", "/a/{b}.json", "/a/x{b}"] {
        assert_eq!(rough(path), "a/{}", "{path}");
    }
    assert_ne!(rough("/a/b"), rough("/a/{b}"));
    let could_end =
        |one: &str, other: &str| Template::lenient(one).could_end(&Template::lenient(other));
    for other in ["/e", "/v1/e", "/{v}/e", "/v1/{x}", "/static/{path*}"] {
        assert!(could_end("/e", other), "{other}");
    }
    for other in ["/f", "/e/f", "/{x}/f", "/{x}"] {
        assert!(!could_end("/e", other), "{other}");
    }
    assert!(!could_end("/a/e", "/e") && could_end("/{a}/e", "/{x}/e"));
}

#[test]
fn it_is_written_as_it_was_read() {
    for path in [
        "/",
        "/items/",
        "/v1/{name}:cancel",
        "/{a}...{b}/",
        "/static/{path*}",
        "/{path*}",
        "/items/{id:int}",
    ] {
        assert_eq!(Template::parse(path).unwrap().to_string(), path);
    }
    let mut template = Template::parse("/a/{id}/{name}").unwrap();
    template.describe(|name| (name == "id").then_some(ParameterKind::Integer));
    assert_eq!(template.to_string(), "/a/{id:int}/{name}");
    assert_eq!(template.outline(), "/a/{}/{}");
    let mut other = Template::parse("/a/{x}/{y}").unwrap();
    other.describe_like(&template);
    assert_eq!(other.to_string(), "/a/{x:int}/{y}");
}

/// Templates, paths that they match, and the values of the parameters.
const MATCHES: [(&str, &str, &str); 19] = [
    ("/", "/", ""),
    ("/items/", "/items/", ""),
    ("/items/{id}", "/items/7", "id=7"),
    ("/items/{id}/", "/items/7/", "id=7"),
    ("/Accounts/{Sid}.json", "/Accounts/AC1.json", "Sid=AC1"),
    (
        "/Accounts/{Sid}.json",
        "/Accounts/a.json.json",
        "Sid=a.json",
    ),
    ("/v1/{name}:cancel", "/v1/op:cancel", "name=op"),
    ("/{base}...{head}", "/main...topic", "base=main head=topic"),
    ("/v{major}.{minor}/x", "/v1.2/x", "major=1 minor=2"),
    ("/caf\u{e9}/{id}", "/caf%C3%A9/7", "id=7"),
    ("/caf%C3%A9/a%20b", "/caf%c3%a9/a%20b", ""),
    ("/{path*}", "/", "path="),
    ("/{path*}", "/a/b", "path=a/b"),
    ("/static/{path*}", "/static/css/a.css", "path=css/a.css"),
    ("/static/{path*}", "/static/", "path="),
    ("/{org}/-/{path*}", "/o/-/a/", "org=o path=a/"),
    ("/items/{id:int}", "/items/-7", "id=-7"),
    (
        "/items/{id:uuid}",
        "/items/67E55044-10b1-426f-9247-bb680e5fe0c8",
        "id=67E55044-10b1-426f-9247-bb680e5fe0c8",
    ),
    ("/items/{state:open|closed}", "/items/open", "state=open"),
];

/// Templates, and paths that they do not match.
const NO_MATCHES: [(&str, &str); 18] = [
    ("/items/", "/items"),
    ("/items", "/items/"),
    ("/items/{id}", "/items/"),
    ("/items/{id}", "/items/7/"),
    ("/Accounts/{Sid}.json", "/Accounts/AC1.JSON"),
    ("/Accounts/{Sid}.json", "/Accounts/.json"),
    ("/v1/{name}:cancel", "/v1/op"),
    ("/{base}...{head}", "/main..topic"),
    ("/static/{path*}", "/static"),
    ("/items/{id:int}", "/items/01"),
    ("/items/{id:int}", "/items/+1"),
    ("/items/{id:int}", "/items/1e0"),
    ("/items/{id:int}", "/items/1.0"),
    ("/items/{id:int}", "/items/ALL"),
    ("/items/{id:int}", "/items/-0"),
    ("/items/{id:int}", "/items/18446744073709551616"),
    (
        "/items/{id:uuid}",
        "/items/67e5504410b1426f9247bb680e5fe0c8",
    ),
    ("/items/{state:open|closed}", "/items/Open"),
];

/// Paths that cannot be meant.
const MEANINGLESS: [&str; 12] = [
    "users",
    "/a/{}",
    "/a//b",
    "/a/..",
    "/a;b",
    "/{a}{b}",
    "/{a",
    "/a}",
    "/{a}/{a}",
    "/{id:number}",
    "/a%2fb",
    "/{a{b}}",
];

/// Other spellings of a rest.
const RESTS: [&str; 10] = [
    "/*",
    "/**",
    "/a/*",
    "/{path...}",
    "/{*path}",
    "/{path*}/a",
    "/a{path*}",
    "/{**path}",
    "/{+path}",
    "/:{path*}",
];

/// Parameters in the spelling of a framework, and how to write them.
const FRAMEWORK_PARAMETERS: [(&str, &str); 13] = [
    ("/accounts/:id", "`{id}`"),
    ("/accounts/:account_id?", "`{account_id}`"),
    ("/accounts/<int:id>/", "`{id:int}`"),
    ("/accounts/<uuid:id>", "`{id:uuid}`"),
    ("/accounts/<id>", "`{id}`"),
    ("/files/<path:name>", "`{name*}`"),
    ("/accounts/[id]", "`{id}`"),
    ("/docs/[...slug]", "`{slug}`"),
    ("/accounts/{int:id}", "`{id:int}`"),
    ("/accounts/{str:name}", "`{name}`"),
    ("/files/{path:name}", "`{name*}`"),
    ("/^accounts", "`{id}`"),
    ("/(?P<id>[0-9]+)", "`{id}`"),
];
