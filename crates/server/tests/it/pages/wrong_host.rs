//! A host that is not the issuer's: every address says so first, and leads to the right one.

use airside_testkit::Answer;
use http::Method;

use super::{assert_guarded, path::tenant};
use crate::world::{Setting, World};

const WRONG: &str = "other.example:8080";

async fn at(world: &World, host: &str, path: &str) -> Answer {
    let url = world.at(path);
    world.browser().get_with(&url, &[("host", host)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_host_shows_a_page_that_names_both() {
    // RFC9110-15.5.20
    let world = World::new().await;
    for path in PATHS {
        let answer = at(&world, WRONG, path).await;
        assert_eq!(answer.status, 421, "{path}");
        assert!(
            answer.text().contains("http://other.example:8080"),
            "{path}"
        );
        assert!(answer.text().contains(&world.url), "{path}");
        assert_guarded(&answer, path);
    }
}

/// Pages, addresses of programs, and one that there is not.
const PATHS: [&str; 8] = [
    "/authorize",
    "/sign-in",
    "/select-account",
    "/consent",
    "/sign-out",
    "/setup",
    "/nowhere",
    "/token",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_page_leads_to_the_same_address_of_the_issuer() {
    for world in [World::new().await, tenant().await] {
        let missing = world.at("/nowhere");
        for path in ["/setup?token=x", "/authorize?a=%2F", "/token", "/nowhere"] {
            let answer = at(&world, WRONG, path).await;
            let link = format!("href=\"{}\">Go on at", world.at(path));
            assert!(answer.text().contains(&link), "{}", answer.text());
        }
        // what was posted cannot be carried on by a link
        let host = [("host", WRONG)];
        let browser = world.browser();
        for path in ["/sign-in?a=b", "/nowhere"] {
            let answer = browser.send(Method::POST, &world.at(path), &host, "").await;
            assert_eq!(answer.status, 421);
            let link = format!("href=\"{}\">Go on at", world.url);
            assert!(answer.text().contains(&link), "{}", answer.text());
        }
        assert_eq!(browser.get(&missing).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_shown_only_where_it_works() {
    for (host, production, shown) in [
        ("localhost:8080", false, true),
        ("127.0.0.9:8080", false, true),
        ("[::1]:8080", false, true),
        (WRONG, false, false),
        ("192.168.1.5:8080", false, false),
        ("localhost.evil.example", false, false),
        ("localhost:8080", true, false),
    ] {
        let world = World::with(Setting {
            production,
            ..Setting::default()
        })
        .await;
        let text = at(&world, host, "/sign-in").await.text();
        let command = format!("airside serve --issuer http://{host}<");
        assert_eq!(text.contains("airside serve"), shown, "{host}");
        assert_eq!(text.contains(&command), shown, "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_says_first_what_was_opened() {
    let world = World::new().await;
    let text = at(&world, WRONG, "/").await.text();
    let (before, _) = text.split_once("There is nothing to do").unwrap();
    assert!(before.contains("<bdi>http://other.example:8080</bdi>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_for_apps_says_so_to_a_browser() {
    let world = World::new().await;
    let browser = world.browser();
    for path in ["/token", "/revoke", "/introspect", "/revocations"] {
        let accept = [("accept", "text/html")];
        let answer = browser.get_with(&world.at(path), &accept).await;
        assert_eq!(answer.status, 405, "{path}");
        assert!(
            answer
                .text()
                .contains("<h1>This address is for apps, not for browsers</h1>")
        );
    }
    let answer = browser.post(&world.at("/"), &[]).await;
    assert_eq!(answer.status, 405);
    assert!(!answer.text().contains("for apps"));
}
