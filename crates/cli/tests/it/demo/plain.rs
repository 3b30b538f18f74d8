//! The page without JavaScript, and who may use it.

use std::{env, fs, os::unix::fs::PermissionsExt as _, process::Command};

use airside_testkit::Browser;

use super::start;
use crate::server::{AIRSIDE, Server, ended};

/// The token of a run, from its page.
async fn token(demo: &Server) -> String {
    Browser::new().get(&demo.at("/")).await.hidden("token")
}

fn post(path: &str, fields: &[(&str, &str)]) -> (String, String) {
    let body: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    (path.to_owned(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_every_form_leads_back_to_its_part() {
    let demo = start();
    let (browser, token) = (Browser::new(), token(&demo).await);
    let origin = demo.url.clone();
    for (form, anchor, said) in [
        (
            post("/attack/other-account", &[("token", &token)]),
            "attack-other-account",
            "Refused: 404",
        ),
        (
            post("/without/token/code_verifier", &[("token", &token)]),
            "trial-token",
            "Without code_verifier",
        ),
        (
            post("/count", &[("token", &token)]),
            "look-ups",
            "counted at the server",
        ),
        (
            post(
                "/inspect",
                &[
                    ("token", &token),
                    ("pasted", "a.b.c"),
                    ("request", "GET /api/v1/accounts/1001"),
                ],
            ),
            "inspector",
            "does not let it through",
        ),
        (
            post("/protect", &[("token", &token), ("document", "")]),
            "protect",
            "there is no document",
        ),
        (post("/play", &[("token", &token)]), "steps", "Seven steps"),
    ] {
        let (path, body) = form;
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", &*origin),
        ];
        let answer = browser
            .send(http::Method::POST, &demo.at(&path), &headers, body)
            .await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
        assert_eq!(answer.header("location"), format!("/#{anchor}"));
        let page = browser.get(&demo.at("/")).await.text();
        assert!(page.contains(&format!("id=\"{anchor}\"")), "{path}");
        assert!(page.contains(said), "{path}: {said}");
    }
    // the messages are an ordered list of links to their panels
    let page = browser.get(&demo.at("/")).await.text();
    for number in 1..=19 {
        assert!(page.contains(&format!("href=\"#message-{number}\"")));
        assert!(page.contains(&format!("id=\"message-{number}\"")));
    }
    assert!(page.contains("<ol class=\"messages\">"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_needs_the_pages_own_host_origin_and_token() {
    let demo = start();
    let (browser, token) = (Browser::new(), token(&demo).await);
    let host = demo.url.trim_start_matches("http://").to_owned();
    let origin = demo.url.clone();
    let good = format!("token={token}");
    let form = "application/x-www-form-urlencoded";
    for (host, origin, body, status) in [
        (&*host, Some(&*origin), &*good, 303),
        (&*host, Some("http://evil.example"), &*good, 403),
        (&*host, Some("null"), &*good, 403),
        (&*host, None, &*good, 403),
        (&*host, Some(&*origin), "token=run-0000", 403),
        (&*host, Some(&*origin), "", 403),
        ("evil.example", Some("http://evil.example"), &*good, 421),
    ] {
        let mut headers = vec![("content-type", form), ("host", host)];
        headers.extend(origin.map(|origin| ("origin", origin)));
        let url = demo.at("/attack/stolen-code");
        let answer = browser
            .send(http::Method::POST, &url, &headers, body.to_owned())
            .await;
        assert_eq!(answer.status, status, "{host} {origin:?} {body}");
    }
    let elsewhere = [("host", "rebound.example")];
    let answer = browser.get_with(&demo.at("/"), &elsewhere).await;
    assert_eq!(answer.status, 421);
    assert!(!answer.text().contains(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_allows_nothing_from_elsewhere() {
    let demo = start();
    let page = Browser::new().get(&demo.at("/")).await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    for part in [
        "connect-src 'self';",
        "form-action 'self';",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(page.header("cache-control"), "no-store");
    let text = page.text();
    assert!(!text.contains(" style=") && !text.contains(" onclick="));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_demos_run_at_once_and_a_port_in_use_is_named() {
    let (one, other) = (start(), start());
    assert_ne!(one.url, other.url);
    for demo in [&one, &other] {
        assert_eq!(Browser::new().get(&demo.at("/")).await.status, 200);
    }
    let address = one.url.trim_start_matches("http://");
    let third = ended(Command::new(AIRSIDE).args(["demo", "--no-open", "--listen", address]));
    third.assert_ended(1, address);
    assert!(third.err.contains("in use"), "{}", third.err);
    // it ends as it is told, without an error
    assert_eq!(one.terminate(), 0);
    assert_eq!(Browser::new().get(&other.at("/")).await.status, 200);
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let refused = ended(Command::new(AIRSIDE).args(["demo", "--listen", "0.0.0.0:0"]));
    refused.assert_ended(2, "loopback");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_is_opened_where_there_is_one_unless_that_is_not_wanted() {
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("xdg-open");
    fs::write(&program, "#!/bin/sh\necho \"$1\" >>\"$OPENED\"\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let opened = directory.path().join("opened");
    let path = format!(
        "{}:{}",
        directory.path().display(),
        env::var("PATH").unwrap()
    );
    let run = |arguments: &[&str], display: &str| {
        let mut command = Command::new(AIRSIDE);
        command.arg("demo").args(arguments).env("PATH", &path);
        command.env("OPENED", &opened).env("DISPLAY", display);
        Server::start(command.env_remove("WAYLAND_DISPLAY"))
    };
    // neither of these opens one: what is opened afterwards is the first line
    let _no_screen = run(&[], "");
    let _not_wanted = run(&["--no-open"], ":0");
    let demo = run(&[], ":0");
    let expected = format!("{}\n", demo.url);
    while fs::read_to_string(&opened).unwrap_or_default().len() < expected.len() {
        tokio::task::yield_now().await;
    }
    assert_eq!(fs::read_to_string(&opened).unwrap(), expected);
}
