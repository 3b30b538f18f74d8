//! The run in which the canaries are used.

mod configuration;
mod good;
mod mistake;

use std::{fs, process::Command};

use airside_client::basic;
use airside_jose::{Algorithm, Signer, SigningKey};
use airside_testkit::{Answer, Browser};

use crate::{
    app::{CHALLENGE, VERIFIER},
    browser_mode::API,
    server::{Place, Server},
};

const PASSWORD: &str = "canary-password-of-alice";
const SECOND_PASSWORD: &str = "canary-second-password-of-bob";
const WEB: &str = "canary-secret-of-the-client-web";
const GUARD: &str = "canary-secret-of-the-guard-for-browsers";
/// 32 bytes.
const KEY: &str = "Y2FuYXJ5LWtleS1lbmNyeXB0aW9uLWtleS0tLTMyLS0=";
const ELSEWHERE: &str = "canary-secret-of-somebody-elsewhere";
const WRONG_GUARD: &str = "canary-secret-that-the-issuer-does-not-know";
const OF_A_DATABASE: &str = "canary-password-of-a-database";

/// Issuer, API and guard, and what they were told and said.
pub struct Run {
    issuer: Server,
    api: Server,
    guard: Server,
    /// The output of a guard that the issuer refuses.
    refused_guard: String,
    operations: String,
    /// Of the issuer, of the guard, and of the guard that is refused.
    places: [Place; 3],
    browser: Browser,
    app: Signer,
    canaries: Vec<(String, String)>,
    errors: String,
    /// Tokens that live.
    access: String,
    refresh: String,
}

/// The canaries that were used, and the places where they may have been written.
pub struct Used {
    pub canaries: Vec<(String, String)>,
    pub places: [Place; 3],
}

impl Run {
    pub fn start() -> Self {
        let mut place = Place::new("");
        let mut refused_place = Place::new("");
        let [origin, other] =
            [&place, &refused_place].map(|one| format!("http://{}", one.address()));
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let jwk = key.public_jwk("k1");
        let text = configuration::issuer([&origin, &other], &serde_json::to_value(&jwk).unwrap());
        let mut issuer_place = Place::new(&text);
        issuer_place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", KEY);
        issuer_place.set("RUST_LOG", "trace");
        // room enough, until it is taken away
        let issuer = issuer_place.serve_on_a_disk_of(1024 * 1024);
        let script = place.at("api.py");
        fs::write(&script, API).unwrap();
        let api = Server::start(Command::new("python3").arg(&script));
        let operations = Place::new("").address();
        let text = configuration::guard(&place.address(), &operations, &api.url, &issuer.url);
        place.write("guard.toml", text);
        let text = configuration::guard(
            &refused_place.address(),
            &Place::new("").address(),
            &api.url,
            &issuer.url,
        );
        refused_place.write("guard.toml", text);
        for (place, secret) in [(&mut place, GUARD), (&mut refused_place, WRONG_GUARD)] {
            place.set("SECRET", secret);
            place.set("RUST_LOG", "trace");
        }
        let guard = Server::start(place.command().arg("guard"));
        let mut run = Self {
            issuer,
            api,
            guard,
            refused_guard: String::new(),
            operations,
            places: [issuer_place, place, refused_place],
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
            ("the secret of a guard that is refused", WRONG_GUARD),
            ("the key-encryption key", KEY),
            ("a secret of elsewhere", ELSEWHERE),
            ("the password of a database", OF_A_DATABASE),
            ("the verifier", VERIFIER),
        ] {
            run.plant(name, secret);
        }
        for (name, client_id, secret) in [
            ("the client's Basic credentials", "web", WEB),
            ("wrong Basic credentials", "web", ELSEWHERE),
            ("those of a guard", "bank-web", WRONG_GUARD),
        ] {
            run.plant(name, &basic(client_id, secret).replace("Basic ", ""));
        }
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
        let basic = basic("web", WEB);
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

    /// Stops everything: what was used, and what everything said.
    pub async fn end(self) -> (Used, Vec<(String, String)>) {
        let browser = Browser::new();
        let metrics = browser.get(&self.issuer.at("/metrics")).await.text();
        let observed = format!("http://{}/observed", self.operations);
        let observed = browser.get(&observed).await.text();
        let events = self.places[0].run("-o json events search");
        drop(self.api);
        let sinks = [
            ("guard's log", self.guard.last_words()),
            ("log of a refused guard", self.refused_guard),
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

fn authorize() -> String {
    format!(
        "/authorize?response_type=code&client_id=web&redirect_uri=https%3A%2F%2Fweb.example%2Fcb\
         &scope=openid+offline_access+accounts:read&code_challenge={CHALLENGE}\
         &code_challenge_method=S256"
    )
}

/// The headers that a browser sends with a request that the app's own page makes.
const OURS: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];

/// The headers that a browser sends when a person opens an address.
const NAVIGATION: [(&str, &str); 4] = [
    ("sec-fetch-site", "none"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("accept", "text/html"),
];
