//! `airside token explain`.

use airside_testkit::assert_contains;

use super::*;

#[test]
fn a_decision_is_explained() {
    let world = World::new();
    let place = world.configure("", OPERATIONS);
    let token = world.token();
    let explain = |request: &str| place.run(&["token", "explain", &token, "--request", request]);
    let allowed = explain("GET https://bank.example/clients/robot/reports?x=1");
    allowed.assert_code(0);
    let lines: Vec<_> = allowed.out.lines().collect();
    assert_eq!(lines[0], "request    GET /clients/robot/reports?x=1");
    assert!(lines[1].contains("guard.toml:16:9"), "{}", allowed.out);
    assert!(
        lines[3].starts_with("function   scope `accounts:read`"),
        "{}",
        allowed.out
    );
    assert_eq!(lines[6], "allowed");
    for (request, said, status) in [
        (
            "GET /clients/other/reports",
            "object     the object has another owner than the caller",
            "404",
        ),
        (
            "GET https://bank.example/a/../reports",
            "request    the request is ambiguous",
            "400",
        ),
        (
            "POST /reports",
            "operation  the path has no operation with this method",
            "405",
        ),
        (
            "GET /nothing",
            "operation  no such operation is declared",
            "404",
        ),
    ] {
        let refused = explain(request);
        assert_eq!(refused.code, 7, "{request}");
        assert_contains(&refused.out, said);
        assert_contains(&refused.err, status);
    }
    let broken = place.run("token explain nonsense --request 'GET /reports'");
    assert_contains(&broken.out, "token      ");
    assert_eq!(broken.code, 7);
}

#[test]
fn an_explanation_asks_what_is_revoked_and_makes_no_file() {
    let world = World::new();
    let keys = "feed = { client_id = \"bank-api\", client_secret = { env = \"GUARD_SECRET\" }, on_loss = \"refuse\" }";
    let browser = "[browser]\norigin = \"http://127.0.0.1:8090\"\nclient_id = \"robot\"\n\
                   client_secret = { env = \"GUARD_SECRET\" }\nscope = \"openid\"\nsessions_file = \"sessions\"\n";
    let place = world.configure(keys, &format!("{browser}{OPERATIONS}"));
    let explain = |token: &str, request: &str| {
        let mut command = place.command();
        command.env("GUARD_SECRET", "another secret of the test, long enough");
        ended(command.args(["token", "explain", token, "--request", request]))
    };
    let token = world.token();
    world.place.run(&["token", "revoke", &token]).assert_code(0);
    let revoked = explain(&token, "GET /reports");
    assert_eq!(revoked.code, 7, "{}", revoked.out);
    assert_contains(&revoked.err, "401");
    let other = world.token();
    for (request, code, said) in [
        ("GET /reports?next=http://x/admin", 0, "allowed"),
        ("GET /reports#x", 7, "fragment"),
        ("GET /auth/sign-in", 0, "answered by the guard itself"),
        (
            "GET /.well-known/oauth-protected-resource",
            0,
            "answered by the guard itself",
        ),
    ] {
        let explained = explain(&other, request);
        assert_eq!(explained.code, code, "{request}: {}", explained.err);
        assert!(explained.out.contains(said), "{request}: {}", explained.out);
    }
    assert!(!place.at("sessions").exists());
    world.issuer.kill();
    let lost = explain(&other, "GET /reports");
    assert_eq!(lost.code, 7);
    for said in [
        "feed       revocations were not asked: ",
        "token      the revocation feed is not connected, and `on_loss` is `refuse`",
    ] {
        assert_contains(&lost.out, said);
    }
}
