//! The examples, started as a newcomer would, with tokens of a real issuer.

use std::{env, path::PathBuf, process::Command};

use airside_client::{Parameters, Person};
use airside_testkit::{Answer, Browser, postgres};
use http::Method;
use serde_json::{Value, json};

use crate::{
    app::{CHALLENGE, VERIFIER, post},
    server::{Place, Server},
};

const CONFIGURATION: &str = r#"
[[client]]
client_id = "web"
token_endpoint_auth_method = "client_secret_post"
client_secret = "a secret of the test"
redirect_uris = ["https://web.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
scope = "accounts:read accounts:write"
first_party = true

[[resource]]
identifier = "https://bank.example"
scopes = ["accounts:read", "accounts:write"]

[[user]]
username = "alice"
password = "correct horse battery"

[[user]]
username = "bob"
password = "correct horse battery"

[[user]]
username = "carol"
password = "correct horse battery"
roles = ["admin"]
"#;

const REDIRECT_URI: &str = "https://web.example/cb";

/// An API and its issuer.
struct World {
    _issuer: Server,
    issuer: String,
    api: Server,
    _place: Place,
}

impl World {
    fn start(example: &str, environment: &[(&str, &str)]) -> Self {
        let place = Place::new(CONFIGURATION);
        let server = place.serve();
        let mut command = Command::new(built(example));
        command
            .env("ISSUER", &server.url)
            .env("LISTEN", "127.0.0.1:0");
        command.envs(environment.iter().copied());
        Self {
            issuer: server.url.clone(),
            _issuer: server,
            api: Server::start(&mut command),
            _place: place,
        }
    }

    /// Signs somebody in: an access token for the bank.
    async fn token(&self, username: &str, scope: &str) -> String {
        let query = Parameters::from([
            ("response_type", "code"),
            ("client_id", "web"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", scope),
            ("resource", "https://bank.example"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let url = query.appended_to(&format!("{}/authorize", self.issuer));
        let person = Person::new(username, "correct horse battery");
        let code = Browser::new().code(&url, REDIRECT_URI, &person).await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("code_verifier", VERIFIER),
        ];
        let tokens = post(&format!("{}/token", self.issuer), &fields).await;
        tokens.unwrap().member("access_token")
    }

    async fn call(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let authorization = format!("Bearer {token}");
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
        ];
        let body = body.to_string();
        Browser::new()
            .send(method, &self.api.at(path), &headers, body)
            .await
    }
}

/// Checks what every bank must do, wherever its accounts are.
async fn is_a_safe_bank(bank: &World) {
    let alice = bank.token("alice", "accounts:read accounts:write").await;
    let bob = bank.token("bob", "accounts:read accounts:write").await;
    let carol = bank.token("carol", "accounts:read").await;

    let wanted = json!({"name": "Savings", "owner": "bob"});
    let opened = bank
        .call(&alice, Method::POST, "/api/v1/accounts", wanted)
        .await;
    assert_eq!(opened.status, 200, "{}", opened.text());
    let account = opened.json();
    assert_eq!(account["name"], "Savings");
    let path = format!("/api/v1/accounts/{}", account["id"]);
    let get = async |token: &str, path: &str| {
        let answer = bank.call(token, Method::GET, path, Value::Null).await;
        (answer.status.as_u16(), answer.text())
    };
    // the control, and the attack
    assert_eq!(get(&alice, &path).await.0, 200);
    assert_eq!(
        get(&bob, &path).await,
        get(&bob, "/api/v1/accounts/999").await
    );
    assert_eq!(get(&bob, &path).await.0, 404);
    assert_eq!(get(&bob, "/api/v1/accounts").await, (200, "[]".to_owned()));
    let renamed = json!({"name": "Mine"});
    let rename = async |token: &str| {
        let changed = bank
            .call(token, Method::PATCH, &path, renamed.clone())
            .await;
        changed.status.as_u16()
    };
    assert_eq!(rename(&bob).await, 404);
    assert_eq!(rename(&carol).await, 403);
    assert_eq!(rename(&alice).await, 200);
    let delete_user = async |token: &str| {
        let path = "/api/v1/admin/delete-user";
        let answer = bank
            .call(token, Method::POST, path, json!({"user": "bob"}))
            .await;
        answer.status.as_u16()
    };
    assert_eq!(delete_user(&alice).await, 403);
    assert_eq!(delete_user(&carol).await, 200);
    assert_eq!(get("", "/health").await, (200, "alive\n".to_owned()));
    assert_eq!(
        bank.call(&bob, Method::DELETE, &path, Value::Null)
            .await
            .status,
        404
    );
    assert_eq!(
        bank.call(&alice, Method::DELETE, &path, Value::Null)
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bank_keeps_customers_apart() {
    is_a_safe_bank(&World::start("bank", &[])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bank_on_postgresql_keeps_customers_apart() {
    let database = postgres::schema();
    is_a_safe_bank(&World::start(
        "bank-postgres",
        &[("DATABASE_URL", &database)],
    ))
    .await;
}

/// Ours is another's issuer to it: the profile is the one for issuers that do not follow RFC 9068.
#[tokio::test(flavor = "multi_thread")]
async fn an_api_takes_the_tokens_of_another_issuer() {
    let api = World::start("other-issuer", &[("AUDIENCE", "https://bank.example")]);
    let alice = api.token("alice", "accounts:read").await;
    let get = async |token: &str, path: &str| {
        api.call(token, Method::GET, path, Value::Null)
            .await
            .status
            .as_u16()
    };
    assert_eq!(get(&alice, "/whoami").await, 200);
    assert_eq!(get(&alice, "/report").await, 403);
    assert_eq!(get("a.b.c", "/whoami").await, 401);
}

/// Examples are built with the tests, beside them.
pub fn built(example: &str) -> PathBuf {
    let own = env::current_exe().unwrap();
    let directory = own.parent().and_then(|deps| deps.parent()).unwrap();
    let program = directory.join("examples").join(example);
    assert!(program.exists(), "{program:?}: cargo build --examples");
    program
}
