//! Claims of an account, from the command line through a token and the guard to the API.

use airside_client::{Parameters, Person};
use airside_testkit::Browser;

use super::{World, curl, guard};
use crate::{
    app::{CHALLENGE, VERIFIER},
    server::Server,
};

const ISSUER: &str = r#"
[[resource]]
identifier = "https://bank.example"
scopes = ["accounts:read"]
claims = ["org", "preferred_username"]

[[client]]
client_id = "spa"
token_endpoint_auth_method = "none"
redirect_uris = ["https://app.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid offline_access accounts:read"

[[client]]
client_id = "bank-api"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "another secret of the test, long enough"
resource_server_for = ["https://bank.example"]

[[user]]
username = "alice"
password = "correct horse battery"
claims = { org = "acme", birthdate = "1990" }
"#;

const GUARD: &str = r#"
identity_headers = { "X-User-Id" = "sub", "X-User" = "preferred_username", "X-Org" = "org" }
feed = { client_id = "bank-api", client_secret = { env = "GUARD_SECRET" }, on_loss = "refuse" }
"#;

const OPERATIONS: &str = r#"
[[operation]]
match = "GET /orgs/{org}/accounts"
scope = "accounts:read"
owner = { path = "org", equals = "org" }
"#;

const REDIRECT_URI: &str = "https://app.example/cb";

/// Signs alice in and allows everything: the access token and the refresh token.
async fn sign_in(issuer: &Server) -> (String, String) {
    let query = Parameters::from([
        ("response_type", "code"),
        ("client_id", "spa"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid offline_access accounts:read"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let url = query.appended_to(&issuer.at("/authorize"));
    let alice = Person::new("alice", "correct horse battery");
    let code = Browser::new().code(&url, REDIRECT_URI, &alice).await;
    let fields = [
        ("client_id", "spa"),
        ("grant_type", "authorization_code"),
        ("redirect_uri", REDIRECT_URI),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let tokens = Browser::new().post(&issuer.at("/token"), &fields).await;
    let member = |name| tokens.member(name);
    (member("access_token"), member("refresh_token"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_of_an_account_reaches_the_api_and_a_change_ends_the_token() {
    // G02: and nobody else can say it
    let world = World::of(ISSUER);
    let place = world.configure(GUARD, OPERATIONS);
    let guard = guard(&place);
    guard.hear("the revocation feed is connected");
    let (token, refresh) = sign_in(&world.issuer).await;
    let at = |org: &str| guard.at(&format!("/orgs/{org}/accounts"));
    let forged = ["--header", "X-Org: other"];
    let (status, body) = curl(&at("acme"), Some(&token), &forged);
    assert_eq!(status, "200", "{body}");
    for header in [r#"["X-Org", "acme"]"#, r#"["X-User", "alice"]"#] {
        assert!(
            body.to_lowercase().contains(&header.to_lowercase()),
            "{body}"
        );
    }
    assert!(!body.contains("other"), "{body}");
    assert_eq!(curl(&at("other"), Some(&token), &[]).0, "404");

    let edit = "user edit alice --claim org=other";
    world.place.run(edit).assert_code(0);
    guard.hear("revocations were received");
    assert_eq!(curl(&at("acme"), Some(&token), &[]).0, "401");
    let fields = [
        ("client_id", "spa"),
        ("grant_type", "refresh_token"),
        ("refresh_token", &refresh),
    ];
    let next = Browser::new()
        .post(&world.issuer.at("/token"), &fields)
        .await;
    let next = next.member("access_token");
    assert_eq!(curl(&at("acme"), Some(&next), &[]).0, "404");
    let (status, body) = curl(&at("other"), Some(&next), &[]);
    assert_eq!(status, "200", "{body}");
}
