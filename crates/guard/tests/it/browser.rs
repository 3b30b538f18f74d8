//! Browser mode: the guard signs people in, and a browser has a cookie instead of a token.

mod session;
mod sign_in;

use airside_testkit::{Answer, Browser};
use futures_util::future::join_all;
use http::{Method, StatusCode};
use serde_json::json;

use crate::world::World;

const MODE: &str = r#"
[browser]
origin = "http://127.0.0.1:8090"
client_id = "app"
client_secret = { env = "SECRET" }
scope = "openid offline_access read write"
"#;

const OPERATIONS: &str = r#"
[[operation]]
match = "GET /"
public = "the app itself"

[[operation]]
match = "GET /echo"
any_token = true

[[operation]]
match = "POST /echo"
scope = "write"

[[operation]]
match = "GET /users/{user}/orders"
scope = "read"
query_fields = []
owner = { path = "user", equals = "sub" }

[[operation]]
match = "GET /write"
scope = "admin"

[[operation]]
match = "GET /stepped-up"
acr = "high"
max_age = 60

[[operation]]
match = "POST /transfers"
acr = "high"
max_age = 60
"#;

/// As a browser says that our own script asks.
const OURS: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];
const OPENED: [(&str, &str); 3] = [
    ("sec-fetch-site", "none"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];

/// A person's browser before the guard.
struct Person<'a> {
    world: &'a World,
    browser: Browser,
}

impl<'a> Person<'a> {
    fn of(world: &'a World) -> Self {
        Self {
            world,
            browser: Browser::new(),
        }
    }

    async fn signed_in(world: &'a World) -> Self {
        let person = Self::of(world);
        let answer = person.sign_in("/auth/sign-in").await;
        assert_eq!(answer.header("location"), "/", "{}", answer.text());
        person
    }

    fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.world.guard)
    }

    /// Through the issuer, and back.
    async fn sign_in(&self, path: &str) -> Answer {
        let sent = self.browser.get(&self.at(path)).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let back = self.world.provider.sign_in(sent.header("location"));
        self.come_back(&back).await
    }

    async fn come_back(&self, back: &str) -> Answer {
        let path = back.strip_prefix("http://127.0.0.1:8090").unwrap();
        self.browser.get(&self.at(path)).await
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.browser.get_with(&self.at(path), headers).await
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let url = self.at(path);
        self.browser.send(Method::POST, &url, headers, "").await
    }
}

async fn world() -> World {
    World::with("", &format!("{MODE}{OPERATIONS}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_calls_the_api_and_holds_no_token() {
    let world = world().await;
    let alice = Person::signed_in(&world).await;
    let cookies = alice.browser.cookies();
    let values: Vec<_> = cookies.values().collect();
    assert_eq!(cookies.len(), 1, "the flow's cookie is gone: {cookies:?}");
    assert_eq!(values[0].len(), 43);

    let own = alice.get("/users/alice/orders", &OURS).await;
    assert_eq!(own.status, 200, "{}", own.text());
    let seen = own.text();
    assert!(
        seen.contains("airside-subject: alice") && !seen.contains(values[0]),
        "{seen}"
    );
    assert!(
        !seen.contains("authorization") && !seen.contains("cookie"),
        "{seen}"
    );
    assert_eq!(own.header("cache-control"), "private");
    // whose objects is decided as by any token
    assert_eq!(alice.get("/users/bob/orders", &OURS).await.status, 404);

    let session = alice.get("/auth/session", &OURS).await;
    let about = json!({ "sub": "alice", "name": "Alice Adams", "email": "alice@example.com" });
    assert_eq!(
        session.json(),
        json!({ "signed_in": true, "claims": about })
    );
    // of somebody else nothing is believed
    world.provider.doings().user_info = json!({ "sub": "bob", "name": "Bob" });
    let again = Person::signed_in(&world).await;
    let session = again.get("/auth/session", &OURS).await.json();
    assert_eq!(
        session["claims"],
        json!({ "sub": "alice", "name": "Alice Adams" })
    );
    let nobody = Person::of(&world).get("/auth/session", &OURS).await;
    assert_eq!(nobody.json(), json!({ "signed_in": false }));
}

/// Headers that an operator allows to the API, and headers that are never forwarded.
#[tokio::test(flavor = "multi_thread")]
async fn the_api_may_have_the_token_and_never_the_cookie() {
    let keys = "forward_authorization = true\nforward_cookies = true";
    let world = World::with(keys, &format!("{MODE}{OPERATIONS}")).await;
    let alice = Person::signed_in(&world).await;
    let cookie = alice.browser.cookies().into_values().next().unwrap();
    alice.browser.set_cookie("theme", "dark");
    let seen = alice.get("/echo", &OURS).await.text();
    assert!(seen.contains("authorization: Bearer ey"), "{seen}");
    assert!(
        seen.contains("cookie: theme=dark\"") && !seen.contains(&cookie),
        "{seen}"
    );
}

/// The API's directives for shared caches are removed from an answer to a cookie.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_cookie_is_its_browsers_alone() {
    let world = world().await;
    let alice = Person::signed_in(&world).await;
    let own = alice.get("/echo?cached", &OURS).await;
    assert_eq!(own.status, 200, "{}", own.text());
    let caching = [own.header("cache-control"), own.header("vary")];
    assert_eq!(caching, ["private, max-age=60", "cookie"]);
    assert!(!own.headers.contains_key("cdn-cache-control"));
    // also where a WebSocket is asked for, and none is opened
    let upgrade = [OURS[0], ("connection", "upgrade"), ("upgrade", "websocket")];
    let own = alice.get("/echo?cached", &upgrade).await;
    assert!(own.text().contains("upgrade: websocket"), "{}", own.text());
    assert_eq!(own.header("cache-control"), "private, max-age=60");
    // the controls: answers to nobody, and to a token, are as the API has them
    let public = Person::of(&world).get("/?cached", &OURS).await;
    let bearer = format!("Bearer {}", world.token("alice", "read"));
    let token = ("authorization", bearer.as_str());
    let sent = Person::of(&world)
        .get("/echo?cached", &[OURS[0], token])
        .await;
    for answer in [public, sent] {
        let said = answer.header("cache-control");
        assert_eq!(said, "public, s-maxage=600, max-age=60");
    }
}

/// A15, A16, A20: a cookie alone is worth nothing in another site's request.
#[tokio::test(flavor = "multi_thread")]
async fn another_sites_page_cannot_use_the_cookie() {
    let world = world().await;
    let alice = Person::signed_in(&world).await;
    world.reached();
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site"), ("x-csrf", "1")],
        &[("origin", "https://evil.example")],
        &[("origin", "null"), ("x-csrf", "1")],
        &[],
    ] {
        for path in ["/echo", "/auth/sign-out"] {
            let answer = alice.post(path, headers).await;
            assert_eq!(answer.status, 403, "{path} {headers:?}");
            assert_eq!(answer.json()["error"], "cross_site_request");
        }
        assert_eq!(alice.get("/echo", headers).await.status, 403, "{headers:?}");
        assert_eq!(alice.get("/auth/session", headers).await.status, 403);
    }
    // also without the cookie, which a sign-out would clear
    let nobody = Person::of(&world);
    for headers in [&[("sec-fetch-site", "cross-site")][..], &[]] {
        let answer = nobody.post("/auth/sign-out", headers).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        assert!(answer.headers.get("set-cookie").is_none());
        assert_eq!(nobody.get("/auth/session", headers).await.status, 403);
    }
    let framed = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "iframe"),
    ];
    assert_eq!(nobody.get("/auth/sign-in", &framed).await.status, 403);
    assert_eq!(nobody.get("/auth/sign-in", &OPENED).await.status, 303);
    assert_eq!(nobody.post("/auth/sign-out", &OURS).await.status, 200);
    assert_eq!(world.reached(), 0);
    // the controls
    assert_eq!(alice.post("/echo", &OURS).await.status, 200);
    assert_eq!(alice.post("/echo", &[("x-csrf", "1")]).await.status, 200);
    let ours = [("origin", "http://127.0.0.1:8090")];
    assert_eq!(alice.post("/echo", &ours).await.status, 200);
    assert_eq!(alice.get("/echo", &OPENED).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_sends_a_form_in_vain_is_told_so_on_a_page() {
    let world = world().await;
    let (nobody, alice) = (Person::of(&world), Person::signed_in(&world).await);
    let form = [OURS[0], OPENED[1], OPENED[2]];
    let is_page = |answer: &Answer| {
        let kind = answer.headers.get("content-type");
        kind.is_some_and(|kind| kind == "text/html; charset=utf-8")
    };
    let refused = nobody.post("/echo", &form).await;
    assert_eq!(refused.status, 401);
    assert!(is_page(&refused));
    let page = refused.text();
    for part in ["You must sign in to send this", "href=\"/auth/sign-in\""] {
        assert!(page.contains(part), "{page}");
    }
    let unknown = alice.post("/nowhere", &form).await;
    assert_eq!(unknown.status, 404);
    assert!(is_page(&unknown));
    let stronger = alice.post("/transfers", &form).await;
    assert_eq!(stronger.status, 401);
    let page = stronger.text();
    let link = "href=\"/auth/sign-in?acr_values=high\"";
    assert!(page.contains(link), "{page}");
    // the controls: a script, and a form of another site
    let cross = [("sec-fetch-site", "cross-site"), OPENED[1], OPENED[2]];
    for (person, headers, status) in [(&nobody, &OURS[..], 401), (&alice, &cross[..], 403)] {
        let answer = person.post("/echo", headers).await;
        assert_eq!(answer.status, status);
        assert!(!is_page(&answer));
    }
    assert_eq!(world.reached(), 0);
    assert_eq!(alice.post("/echo", &form).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_mode_that_cannot_be_meant_is_refused() {
    let world = world().await;
    for (mode, said) in [
        (
            MODE.replace("http://127.0.0.1:8090", "http://app.example.com"),
            "browser.origin",
        ),
        (MODE.replace("openid ", ""), "openid"),
        (MODE.replace("SECRET", "OTHER"), "OTHER"),
        (format!("{MODE}lifetime = \"14\""), "browser.lifetime"),
        (format!("{MODE}path = \"/\""), "browser.path"),
        (format!("{MODE}path = \"/echo/{{x}}\""), "browser.path"),
        (format!("{MODE}path = \"/users\""), "lies below"),
    ] {
        world.write("", &format!("{mode}{OPERATIONS}"));
        let read = world.read();
        let problems = read.unwrap_err().to_string();
        assert!(problems.contains(said), "{said}: {problems}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_with_credentials_uses_the_cookie_and_no_other_does() {
    let cors = "[cors]\norigins = [\"https://app.example\"]\ncredentials = true\n";
    let world = World::with(cors, &format!("{MODE}{OPERATIONS}")).await;
    let alice = Person::signed_in(&world).await;
    let from = |origin| [("sec-fetch-site", "same-site"), ("origin", origin)];
    let answer = alice.post("/echo", &from("https://app.example")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://app.example"
    );
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    let answer = alice.post("/echo", &from("https://evil.example")).await;
    assert_eq!(answer.status, 403);
    assert!(answer.headers.get("access-control-allow-origin").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_a_page_that_is_refused_sees_a_page_and_a_script_gets_json() {
    let world = world().await;
    let alice = Person::signed_in(&world).await;
    for (path, status, sentence) in REFUSED {
        let page = alice.get(path, &OPENED).await;
        assert_eq!(page.status, status, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-store");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(page.text().contains(sentence), "{}", page.text());

        let script = alice.get(path, &OURS).await;
        assert_eq!(script.status, status, "{path}");
        assert_eq!(script.header("content-type"), "application/json");
    }
}

/// Paths, and the status and a sentence of the page.
const REFUSED: [(&str, u16, &str); 4] = [
    (
        "/users/bob/orders",
        404,
        "There is no such page, or it is not yours to see.",
    ),
    (
        "/nowhere",
        404,
        "There is no such page, or it is not yours to see.",
    ),
    (
        "/users/alice/orders?a=1;b=2",
        400,
        "Go back and follow the link again.",
    ),
    ("/write", 403, "your account lacks the permission"),
];
