//! Configurations that are refused, and what is said of them.

use crate::world::{OPERATIONS, World};

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_is_said() {
    let world = World::new().await;
    let problems = |keys: &str, operations: &str| {
        world.write(keys, operations);
        match world.read() {
            Ok(_) => String::new(),
            Err(problems) => problems.to_string(),
        }
    };
    assert_eq!(problems("", OPERATIONS), "");
    for (keys, said) in WRONG_KEYS {
        let said_of = problems(keys, "");
        assert!(said_of.contains(said), "{keys}: {said_of}");
    }
    for (operation, said) in WRONG_OPERATIONS {
        let said_of = problems("", &format!("[[operation]]\n{operation}"));
        assert!(said_of.contains(said), "{operation}: {said_of}");
    }
}

/// Keys that are wrong, and what is said of them.
const WRONG_KEYS: [(&str, &str); 21] = [
    ("unknown = 1", "unknown"),
    ("openapi = \"nowhere.yaml\"", "nowhere.yaml"),
    (
        "forward_auth = { listen = \"127.0.0.1:0\", proxy = \"nginx\" }",
        "forward_auth.secret",
    ),
    (
        "feed = { client_id = \"a\", client_secret = { env = \"NOWHERE\" } }",
        "NOWHERE",
    ),
    ("database = { url = { env = \"NOWHERE\" } }", "NOWHERE"),
    ("database = { url = \"sqlite:a.db\" }", "database"),
    ("status_list = { on_loss = \"ignore\" }", "ignore"),
    ("identity_headers = { \"X_User\" = \"sub\" }", "X_User"),
    (
        "identity_headers = { \"Content-Type\" = \"sub\" }",
        "Content-Type",
    ),
    ("identity_headers = { \"X~User\" = \"sub\" }", "X~User"),
    ("cors = { origins = [] }", "names no site"),
    ("cors = { origins = [\"*\"] }", "cors.origins"),
    ("cors = { origins = [\"null\"] }", "cors.origins"),
    (
        "cors = { origins = [\"https://a.example/\"] }",
        "cors.origins",
    ),
    (
        "cors = { origins = [\"https://a.example/x\"] }",
        "cors.origins",
    ),
    (
        "cors = { origins = [\"http://a.example\"] }",
        "cors.origins",
    ),
    (
        "cors = { origins = [\"https://*.a.example\"] }",
        "cors.origins",
    ),
    (
        "cors = { origins = [\"https://a.example\"], max_age = \"10\" }",
        "cors.max_age",
    ),
    (
        "cors = { origins = [\"https://a.example\"], expose = [\"*\"] }",
        "cors.expose",
    ),
    (
        "cors = { origins = [\"https://a.example\"], credentials = true }",
        "cors.credentials",
    ),
    (
        "policies = { schema = \"a\", policies = \"b\" }",
        "`policies.schema` cannot be read",
    ),
];

/// Operations that are wrong, and what is said of them.
const WRONG_OPERATIONS: [(&str, &str); 33] = [
    (
        "match = \"GET /a/{id}\"\nowner = { path = \"other\", equals = \"sub\" }",
        "no parameter `other`",
    ),
    (
        "match = \"POST /a\"\nowner = { response = \"/o\", equals = \"sub\" }",
        "for GET only",
    ),
    (
        "match = \"GET /a\"\npublic = \"x\"\nscope = \"y\"",
        "cannot be combined",
    ),
    ("match = \"GET /a\"\npublic = \" \"", "says why"),
    (
        "match = \"POST /a\"\nscope = \"x\"\nshow = [\"/f\"]",
        "of a GET only",
    ),
    (
        "match = \"GET /a\"\nscope = \"x\"\nhide = [{ field = \"/f\", unless_scope = \"y\" }]",
        "write `show = [\"/id\"",
    ),
    (
        "match = \"GET /a\"\npublic = \"x\"\nhide = []",
        "write `show = [",
    ),
    (
        "match = \"GET /a\"\nscope = \"x\"\nshow = [\"f\"]",
        "`show`: `f` names no field",
    ),
    (
        "match = \"GET /a\"\nscope = \"x\"\nshow = [{ field = \"f\", scope = \"y\" }]",
        "`show`: `f` names no field",
    ),
    (
        "match = \"GET /a\"\nscope = \"x\"\nshow = [{ field = \"/f\", scope = \"y z\" }]",
        "not one scope",
    ),
    (
        "match = \"GET /a\"\nscope = \"x\"\nshow = [{ field = \"/f\", unless_scope = \"y\" }]",
        "unknown key `unless_scope` in `operation.show`",
    ),
    (
        "match = \"GET /a\"\npublic = \"x\"\nshow = [\"/f\"]",
        "cannot be combined",
    ),
    (
        "match = \"GET /a\"\npublic = \"x\"\nquery_fields = []",
        "cannot be combined",
    ),
    (
        "match = \"GET /a\"\nowner = { lookup = \"http://a/x#{query:id}\", pointer = \"/o\", equals = \"sub\" }",
        "is in the fragment",
    ),
    (
        "match = \"GET /a\"\nowner = { lookup = \"http://a/x?{query:id}\", pointer = \"/o\", equals = \"sub\" }",
        "is the name of a parameter",
    ),
    (
        "match = \"GET /a\"\nany_token = true\nbody_fields = [\"/f\"]",
        "a GET has none",
    ),
    (
        "match = \"POST /a\"\nany_token = true\nbody_fields = [\"f\"]",
        "begins with `/`",
    ),
    (
        "match = \"POST /a\"\npublic = \"x\"\nbody_fields = [\"/f\"]",
        "cannot be combined",
    ),
    (
        "match = \"POST /a\"\npublic = \"x\"\nquery_fields = []",
        "cannot be combined",
    ),
    (
        "match = \"POST /a\"\nany_token = true\nbody = \"json\"",
        "not a media type",
    ),
    (
        "match = \"POST /a/{from}\"\nowner = { body = \"/From\", equals = \"sub\" }",
        "in another place",
    ),
    (
        "match = \"GET /a/{id}\"\nowner = { query = \"id[]\", equals = \"sub\" }",
        "in another place",
    ),
    (
        "match = \"POST /a\"\nowner = { lookup = \"http://a/{query:x}/{body:/x}\", pointer = \"/o\", equals = \"sub\" }",
        "in another place",
    ),
    ("match = \"GET /a\"\nscpe = \"y\"", "scpe"),
    ("match = \"BREW /a\"\nany_token = true", "BREW"),
    ("match = \"GET /a\"\naction = \"Audit\"", "[policies]"),
    (
        "match = \"GET /a\"\nowner = { lookup = \"http://{query:host}/x\", pointer = \"/o\", equals = \"sub\" }",
        "written out",
    ),
    (
        "match = \"GET /a\"\nowner = { query = \"a\", equals = \"sub\", in = \"/x\" }",
        "one claim",
    ),
    (
        "match = \"GET /a/{id}\"\nowner = { view = \"v\", key = \"{path:id}\", equals = \"sub\" }",
        "`owner.view` needs `[database]`",
    ),
    (
        "match = \"GET /a/{id}\"\nowner = { view = \"v\", equals = \"sub\" }",
        "`owner.view` needs `key`",
    ),
    (
        "match = \"GET /a/{id}\"\nowner = { view = \"v\", key = \"a{path:id}\", equals = \"sub\" }",
        "not one value",
    ),
    (
        "match = \"GET /a/{id}\"\nowner = { view = \"v\", key = \"{path:other}\", equals = \"sub\" }",
        "`{path:other}` is none of",
    ),
    (
        "match = \"GET /a/{id}\"\nowner = { view = \"v WHERE 1=1 --\", key = \"{path:id}\", equals = \"sub\" }",
        "not the name of a view",
    ),
];
