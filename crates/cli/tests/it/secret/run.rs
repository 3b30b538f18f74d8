//! What is done with the canaries.

use std::{fs, process::Command};

use airside_jose::{Algorithm, Signer, SigningKey, Typ};
use airside_testkit::{Answer, Browser};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustix::process::{Resource, Rlimit, prlimit};
use serde_json::{Value, json};

use crate::{
    app::{CHALLENGE, VERIFIER},
    browser_mode::{API, OPERATIONS},
    server::{Place, Server},
};

const PASSWORD: &str = "canary-password-of-alice";
const SECOND_PASSWORD: &str = "canary-second-password-of-bob";
const WEB: &str = "canary-secret-of-the-client-web";
const GUARD: &str = "canary-secret-of-the-guard-for-browsers";
/// 32 bytes.
const KEY: &str = "Y2FuYXJ5LWtleS1lbmNyeXB0aW9uLWtleS0tLTMyLS0=";
const ELSEWHERE: &str = "canary-secret-of-somebody-elsewhere";
const OF_A_DATABASE: &str = "canary-password-of-a-database";

/// Issuer, API and guard, and what they were told and said.
pub struct Run {
    issuer: Server,
    api: Server,
    guard: Server,
    operations: String,
    places: [Place; 2],
    browser: Browser,
    app: Signer,
    canaries: Vec<(String, String)>,
    errors: String,
    /// Tokens that live.
    access: String,
    refresh: String,
}

/// What was used, and where it may have been written.
pub struct Used {
    pub canaries: Vec<(String, String)>,
    pub places: [Place; 2],
}

impl Run {
    pub fn start() -> Self {
        let mut place = Place::new("");
        let origin = format!("http://{}", place.address());
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let jwk = key.public_jwk("k1");
        let text = configuration(&origin, &serde_json::to_value(&jwk).unwrap());
        let mut issuer_place = Place::new(&text);
        issuer_place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", KEY);
        issuer_place.set("RUST_LOG", "trace");
        // room enough, until it is taken away
        let issuer = issuer_place.serve_on_a_disk_of(1024 * 1024);
        let script = place.directory.path().join("api.py");
        fs::write(&script, API).unwrap();
        let api = Server::start(Command::new("python3").arg(&script));
        let operations = Place::new("").address();
        let text = guard(&place.address(), &operations, &api.url, &issuer.url);
        fs::write(place.directory.path().join("guard.toml"), text).unwrap();
        place.set("SECRET", GUARD);
        place.set("RUST_LOG", "trace");
        let guard = Server::start(place.command().arg("guard"));
        let mut run = Self {
            issuer,
            api,
            guard,
            operations,
            places: [issuer_place, place],
            browser: Browser::new(),
            app: Signer::new(key, "k1"),
            canaries: Vec::new(),
            errors: String::new(),
            access: String::new(),
            refresh: String::new(),
        };
        for (name, secret) in [
            ("alice's password", PASSWORD),
            ("bob's password", SECOND_PASSWORD),
            ("the client's secret", WEB),
            ("the guard's secret", GUARD),
            ("the key-encryption key", KEY),
            ("a secret of elsewhere", ELSEWHERE),
            ("the password of a database", OF_A_DATABASE),
            ("the verifier", VERIFIER),
        ] {
            run.plant(name, secret);
        }
        run.plant("the client's Basic credentials", &basic("web", WEB));
        run.plant("wrong Basic credentials", &basic("web", ELSEWHERE));
        run
    }

    fn plant(&mut self, name: &str, secret: &str) {
        self.canaries.push((name.to_owned(), secret.to_owned()));
    }

    /// An error may say what is wrong, and never with what.
    fn refused(&mut self, answer: &Answer) {
        assert!(!answer.status.is_success(), "{}", answer.text());
        let head = format!("{:?} ", answer.headers);
        self.errors.push_str(&(head + &answer.text() + "\n"));
    }

    fn cookies(&mut self, whose: &str) {
        for (name, value) in self.browser.cookies() {
            self.plant(&format!("{whose} cookie {name}"), &value);
        }
    }

    /// Follows the way through sign-in and consent until `until`.
    async fn through(&self, mut url: String, until: &str) -> Answer {
        for _ in 0..10 {
            let page = self.browser.get_with(&url, &NAVIGATION).await;
            let answer = match page.status.as_u16() {
                200 => self.submit(&url, &page).await,
                _ => page,
            };
            let location = answer.header("location").to_owned();
            if location.starts_with(until) {
                return answer;
            }
            assert_ne!(location, "", "{} {}", answer.status, answer.text());
            url = location;
        }
        panic!("the flow does not end: {url}");
    }

    async fn submit(&self, url: &str, page: &Answer) -> Answer {
        let sealed = page.hidden("interaction");
        let sealed = ("interaction", sealed.as_str());
        if url.contains("/sign-in") {
            let fields = [sealed, ("username", "alice"), ("password", PASSWORD)];
            return self
                .browser
                .post(&self.issuer.at("/sign-in"), &fields)
                .await;
        }
        let fields = [sealed, ("decision", "allow")];
        self.browser
            .post(&self.issuer.at("/consent"), &fields)
            .await
    }

    pub async fn sign_in_at_the_guard(&mut self) {
        let callback = self.guard.at("/auth/callback");
        let start = self.guard.at("/auth/sign-in?return_to=/");
        let back = self.through(start, &callback).await;
        self.plant("a code of the guard", &back.returned("code").unwrap());
        self.cookies("before the end of the sign-in,");
        let answer = self
            .browser
            .get_with(back.header("location"), &NAVIGATION)
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        self.cookies("signed in,");
        // the same again: used
        let again = self
            .browser
            .get_with(back.header("location"), &NAVIGATION)
            .await;
        self.errors.push_str(&again.text());
    }

    async fn token(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let basic = format!("Basic {}", basic("web", WEB));
        let headers = [("authorization", basic.as_str())];
        let client = Browser::new();
        client
            .post_with(&self.issuer.at(path), &headers, fields)
            .await
    }

    async fn code(&mut self) -> String {
        let answer = self
            .through(self.issuer.at(&authorize()), "https://web.example/cb")
            .await;
        let code = answer.returned("code").unwrap();
        self.plant("a code", &code);
        code
    }

    fn tokens(&mut self, answer: &Answer) {
        assert_eq!(answer.status, 200, "{}", answer.text());
        for name in ["access_token", "refresh_token", "id_token"] {
            if let Some(token) = answer.json()[name].as_str() {
                self.plant(name, token);
            }
        }
        self.access = answer.member("access_token");
        self.refresh = answer.member("refresh_token");
    }

    pub async fn use_the_issuer(&mut self) {
        let code = self.code().await;
        let redeem = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.token("/token", &redeem).await;
        self.tokens(&answer);
        let token = self.refresh.clone();
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
        ];
        let answer = self.token("/token", &refresh).await;
        self.tokens(&answer);
        for path in ["/introspect", "/revoke"] {
            let token = [("token", token.as_str())];
            assert_eq!(self.token(path, &token).await.status, 200);
        }
        // that was its whole chain: another one, and a code used twice
        let code = self.code().await;
        let redeem = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.token("/token", &redeem).await;
        self.tokens(&answer);
        let answer = self.token("/token", &redeem).await;
        self.refused(&answer);
        let code = self.code().await;
        let redeem = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.token("/token", &redeem).await;
        self.tokens(&answer);
        self.assert_a_proof().await;
    }

    /// A machine's assertion, which is good once.
    async fn assert_a_proof(&mut self) {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let claims = json!({
            "iss": "robot", "sub": "robot", "aud": self.issuer.url, "jti": "canary-jti-of-a-proof",
            "iat": now, "exp": now + 60,
        });
        let proof = self
            .app
            .sign_compact(Typ::Jwt, claims.to_string().as_bytes())
            .unwrap();
        self.plant("an assertion", &proof);
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion", proof.as_str()),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
        ];
        let answer = Browser::new()
            .post(&self.issuer.at("/token"), &fields)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.plant("a machine's token", &answer.member("access_token"));
        let answer = Browser::new()
            .post(&self.issuer.at("/token"), &fields)
            .await;
        self.refused(&answer);
    }

    pub async fn use_the_guard(&mut self) {
        // by the cookie, by the token, and by the token over HTTP/2
        let session = self
            .browser
            .get_with(&self.guard.at("/auth/session"), &OURS)
            .await;
        assert_eq!(session.json()["signed_in"], true);
        let answer = self
            .browser
            .get_with(&self.guard.at("/accounts/1"), &OURS)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let bearer = format!("Bearer {}", self.access);
        let headers = [("authorization", bearer.as_str())];
        let stranger = Browser::new();
        let answer = stranger
            .get_with(&self.guard.at("/accounts/1"), &headers)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        for url in [self.guard.at("/accounts/1"), self.issuer.at("/userinfo")] {
            assert_eq!(over_http2(&url, &bearer).await, 200);
        }
        let answer = stranger
            .get_with(&self.guard.at("/forgotten"), &headers)
            .await;
        self.refused(&answer);
        let answer = stranger
            .get_with(&self.guard.at("/accounts/2"), &headers)
            .await;
        self.refused(&answer);
    }

    pub async fn make_mistakes(&mut self) {
        let stranger = Browser::new();
        let bearer = format!("Bearer {ELSEWHERE}");
        let changed = format!("Bearer {}x", self.access);
        for value in [&bearer, &changed] {
            let headers = [("authorization", value.as_str())];
            for url in [self.guard.at("/accounts/1"), self.issuer.at("/userinfo")] {
                let answer = stranger.get_with(&url, &headers).await;
                self.refused(&answer);
            }
        }
        for url in [
            self.guard
                .at(&format!("/accounts/1?access_token={ELSEWHERE}")),
            self.guard.at(&format!(
                "/auth/callback?code={ELSEWHERE}&state={ELSEWHERE}"
            )),
            self.issuer
                .at(&format!("/userinfo?access_token={ELSEWHERE}")),
            self.issuer.at(&format!(
                "/authorize?client_id=web&client_secret={ELSEWHERE}"
            )),
            self.issuer.at(&format!(
                "{}&redirect_uri=https://evil.example/{ELSEWHERE}",
                authorize().replace("redirect_uri", "other")
            )),
            self.issuer.at(&format!("/{ELSEWHERE}/nothing")),
        ] {
            let answer = stranger.get(&url).await;
            let head = format!("{:?} ", answer.header("location"));
            assert_ne!(answer.status, 200, "{url}");
            self.errors.push_str(&head);
            // a page may say to the person at it which address it was asked to lead to
            if !url.contains("evil.example") {
                self.errors.push_str(&answer.text());
            }
        }
        let wrong = format!("Basic {}", basic("web", ELSEWHERE));
        let headers = [("authorization", wrong.as_str())];
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", self.refresh.as_str()),
        ];
        let answer = stranger
            .post_with(&self.issuer.at("/token"), &headers, &form)
            .await;
        self.refused(&answer);
        for fields in [
            [
                ("grant_type", "refresh_token"),
                ("refresh_token", ELSEWHERE),
            ],
            [("grant_type", "authorization_code"), ("code", ELSEWHERE)],
            [("grant_type", ELSEWHERE), ("password", ELSEWHERE)],
            [
                ("client_assertion", ELSEWHERE),
                ("client_assertion_type", ELSEWHERE),
            ],
        ] {
            let answer = self.token("/token", &fields).await;
            self.refused(&answer);
        }
        self.sign_in_wrongly().await;
        self.name_a_database();
    }

    async fn sign_in_wrongly(&mut self) {
        let stranger = Browser::new();
        let answer = stranger.get(&self.issuer.at(&authorize())).await;
        let page = stranger.get(answer.header("location")).await;
        let sealed = page.hidden("interaction");
        // a person may also type the password where the name belongs
        for (name, password) in [("alice", ELSEWHERE), (ELSEWHERE, PASSWORD)] {
            let fields = [
                ("interaction", sealed.as_str()),
                ("username", name),
                ("password", password),
            ];
            let answer = stranger.post(&self.issuer.at("/sign-in"), &fields).await;
            assert_eq!(answer.status, 401);
            // the page has the name that was typed, for whoever typed it
            let text = answer.text();
            assert!(!text.contains(PASSWORD) && (name != "alice" || !text.contains(ELSEWHERE)));
        }
    }

    /// A database that cannot be reached, with a password in its address.
    fn name_a_database(&mut self) {
        let mut place = Place::new("");
        let url = format!("postgres://airside:{OF_A_DATABASE}@127.0.0.1:1/airside");
        place.set("AIRSIDE_STORE__URL", &url);
        place.set("RUST_LOG", "trace");
        place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", KEY);
        for arguments in [
            &["serve"][..],
            &["config", "show"],
            &["backup", "create", "x.db"],
        ] {
            let ended = place.run(arguments);
            self.errors.push_str(&(ended.out + &ended.err));
        }
    }

    pub async fn administer(&mut self) {
        self.places[0].set("CANARY", SECOND_PASSWORD);
        for arguments in [
            &["user", "create", "bob", "--password", "env:CANARY"][..],
            &["user", "set-password", "bob", "--password", "env:CANARY"],
            &["key", "rotate", "--alg", "ES256"],
            &["config", "show"],
            &["backup", "create", "saved.db"],
        ] {
            let ended = self.places[0].run(arguments);
            assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.err);
            self.errors.push_str(&(ended.out + &ended.err));
        }
        let arguments = [
            "-o",
            "json",
            "client",
            "create",
            "made",
            "--auth-method",
            "client_secret_post",
        ];
        let more = [
            "--grant-type",
            "client_credentials",
            "--scope",
            "accounts:read",
        ];
        let made = self.places[0].run(&[&arguments[..], &more].concat()).json();
        self.plant(
            "a secret that was made",
            made["client_secret"].as_str().unwrap(),
        );
    }

    /// What cannot be written is an error of the server's own.
    pub async fn fill_the_disk(&mut self) {
        let limit = |current| Rlimit {
            current,
            maximum: None,
        };
        let pid = Some(self.issuer.pid());
        prlimit(pid, Resource::Fsize, limit(Some(4096))).unwrap();
        let token = self.refresh.clone();
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
        ];
        let answer = self.token("/token", &refresh).await;
        assert_eq!(answer.status, 503);
        self.refused(&answer);
        prlimit(pid, Resource::Fsize, limit(None)).unwrap();
        let answer = self.token("/token", &refresh).await;
        self.tokens(&answer);
    }

    /// Stops everything: what was used, and what everything said.
    pub async fn end(self) -> (Used, Vec<(String, String)>) {
        let browser = Browser::new();
        let metrics = browser.get(&self.issuer.at("/metrics")).await.text();
        let observed = format!("http://{}/observed", self.operations);
        let observed = browser.get(&observed).await.text();
        let events = self.places[0].run(&["-o", "json", "events", "search"]);
        drop(self.api);
        let sinks = [
            ("guard's log", self.guard.last_words()),
            ("issuer's log", self.issuer.last_words()),
            ("metrics", metrics),
            ("observed", observed),
            ("events", events.out),
            ("errors", self.errors),
        ];
        let sinks = sinks.map(|(name, text)| (name.to_owned(), super::searchable(text.as_bytes())));
        let used = Used {
            canaries: self.canaries,
            places: self.places,
        };
        (used, sinks.into())
    }
}

fn basic(name: &str, secret: &str) -> String {
    STANDARD.encode(format!("{name}:{secret}"))
}

fn authorize() -> String {
    format!(
        "/authorize?response_type=code&client_id=web&redirect_uri=https%3A%2F%2Fweb.example%2Fcb\
         &scope=openid+offline_access+accounts:read&code_challenge={CHALLENGE}\
         &code_challenge_method=S256"
    )
}

async fn over_http2(url: &str, bearer: &str) -> u16 {
    let authority = url
        .strip_prefix("http://")
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let stream = tokio::net::TcpStream::connect(authority).await.unwrap();
    let io = TokioIo::new(stream);
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(url).header("authorization", bearer);
    let request = request.body(Full::<Bytes>::default()).unwrap();
    sender
        .send_request(request)
        .await
        .unwrap()
        .status()
        .as_u16()
}

fn configuration(origin: &str, key: &Value) -> String {
    let toml = |value: &Value| {
        let members = value.as_object().unwrap().iter();
        let members = members.map(|(name, value)| format!("{name} = {value}"));
        format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
    };
    format!(
        r#"
[[resource]]
identifier = "https://bank.example"
scopes = ["accounts:read"]

[[client]]
client_id = "bank-web"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "{GUARD}"
redirect_uris = ["{origin}/auth/callback"]
post_logout_redirect_uris = ["{origin}/"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid profile offline_access accounts:read"

[[client]]
client_id = "web"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "{WEB}"
redirect_uris = ["https://web.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid offline_access accounts:read"
refresh_token_rotation = true

[[client]]
client_id = "robot"
token_endpoint_auth_method = "private_key_jwt"
grant_types = ["client_credentials"]
scope = "accounts:read"
jwks = {{ keys = [{}] }}

[[user]]
username = "alice"
password = "{PASSWORD}"
"#,
        toml(key)
    )
}

fn guard(address: &str, operations: &str, api: &str, issuer: &str) -> String {
    format!(
        "listen = \"{address}\"\noperations_listen = \"{operations}\"\nupstream = \"{api}\"\n\
         issuer = \"{issuer}\"\naudience = \"https://bank.example\"\n\
         [browser]\norigin = \"http://{address}\"\nclient_id = \"bank-web\"\n\
         client_secret = {{ env = \"SECRET\" }}\nsessions_file = \"sessions.db\"\n\
         scope = \"openid profile offline_access accounts:read\"\n{OPERATIONS}"
    )
}

/// What a browser says of what the app's own page asks for.
const OURS: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];

/// What a browser says of an address that a person opens.
const NAVIGATION: [(&str, &str); 4] = [
    ("sec-fetch-site", "none"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("accept", "text/html"),
];
