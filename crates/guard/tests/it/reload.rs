//! Another configuration while requests are under way.

use airside_guard::Configuration;
use airside_jose::{Algorithm, SigningKey, base64url};
use aws_lc_rs::digest;
use serde_json::{Value, json};

use crate::world::{OPERATIONS, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_configuration_leaves_the_old_one() {
    let world = World::new().await;
    assert_eq!(world.get("", "/status").await.status, 404);
    world.write(
        "",
        "[[operation]]\nmatch = \"GET status\"\npublic = \"probe\"",
    );
    let refused = Configuration::read(&world.configuration_path(), &|_| None);
    let problems = refused.unwrap_err().to_string();
    assert!(
        problems.contains("guard.toml:7:9") && problems.contains("`status`"),
        "{problems}"
    );
    assert_eq!(world.get("", "/health").await.status, 200);

    let more = format!("{OPERATIONS}\n[[operation]]\nmatch = \"GET /status\"\npublic = \"probe\"");
    world.write("", &more);
    let good = Configuration::read(&world.configuration_path(), &|_| None).unwrap();
    let before = world.running.guard();
    before
        .resource_server()
        .revocations()
        .revoke_token("alice-read", airside_resource::UnixSeconds::MAX);
    world.running.replace(good).unwrap();
    assert_eq!(world.get("", "/status").await.status, 200);
    // what was revoked stays so
    let alice = world.token("alice", "read");
    assert_eq!(world.get(&alice, "/echo").await.status, 401);
    let bob = world.token("bob", "read");
    assert_eq!(world.get(&bob, "/echo").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_is_said() {
    let world = World::new().await;
    let problems = |keys: &str, operations: &str| {
        world.write(keys, operations);
        match Configuration::read(&world.configuration_path(), &|_| None) {
            Ok(_) => String::new(),
            Err(problems) => problems.to_string(),
        }
    };
    assert_eq!(problems("", OPERATIONS), "");
    for (keys, said) in [
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
    ] {
        let said_of = problems(keys, "");
        assert!(said_of.contains(said), "{keys}: {said_of}");
    }
    for (operation, said) in [
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
    ] {
        let said_of = problems("", &format!("[[operation]]\n{operation}"));
        assert!(said_of.contains(said), "{operation}: {said_of}");
    }
}

/// State about requests survives a reload.
#[tokio::test(flavor = "multi_thread")]
async fn a_reload_makes_no_proof_good_again_and_gives_nobody_more_requests() {
    let keys = "dpop = \"https://api.example.com\"\nrate_limit = { client = \"2/h\" }";
    let world = World::with(keys, OPERATIONS).await;
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let thumbprint = key.public_jwk("1").thumbprint();
    let token = world.token_with("alice", "", &json!({ "cnf": { "jkt": thumbprint } }));
    let proof = |jti: &str| {
        let digest = digest::digest(&digest::SHA256, token.as_bytes());
        let claims = json!({
            "jti": jti, "htm": "GET", "htu": "https://api.example.com/echo",
            "iat": airside_resource::clock::system()(),
            "ath": base64url::encode(digest.as_ref()),
        });
        proof_of(&key, &claims)
    };
    let send = async |proof: &str| {
        let lines = format!("Authorization: DPoP {token}\r\nDPoP: {proof}\r\n");
        world.send("", "GET /echo", &lines, "").await.status
    };
    let used = proof("1");
    assert_eq!(send(&used).await, 200);
    let reload = || {
        let configuration = Configuration::read(&world.configuration_path(), &|_| None).unwrap();
        world.running.replace(configuration).unwrap();
    };
    reload();
    assert_eq!(send(&used).await, 401, "it was used before");
    assert_eq!(send(&proof("2")).await, 200, "the control");
    reload();
    assert_eq!(send(&proof("3")).await, 429);
}

/// A DPoP proof (RFC 9449 §4.2).
fn proof_of(key: &SigningKey, claims: &Value) -> String {
    let jwk: Value = serde_json::from_slice(&key.public_jwk("1").to_json()).unwrap();
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk });
    let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = key.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", base64url::encode(&signature))
}
