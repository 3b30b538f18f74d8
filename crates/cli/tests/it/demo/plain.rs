//! The page without JavaScript, and who may use it.

use std::{env, fs, os::unix::fs::PermissionsExt as _, process::Command};

use airside_testkit::{Browser, assert_contains};

use super::start;
use crate::server::{AIRSIDE, Server, ended};

/// The token of a run, from its page.
async fn token(demo: &Server) -> String {
    Browser::new().get(&demo.at("/")).await.hidden("token")
}

/// Sends a form of the page as a browser without scripts does: the place that it leads to, and the page there.
async fn sent(demo: &Server, path: &str, fields: &[(&str, &str)]) -> (String, String) {
    let (browser, token) = (Browser::new(), token(demo).await);
    let body: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", &token)
        .extend_pairs(fields)
        .finish();
    let headers = [("content-type", FORM), ("origin", &*demo.url)];
    let answer = browser
        .send(http::Method::POST, &demo.at(path), &headers, body)
        .await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text());
    let page = browser.get(&demo.at("/")).await.text();
    (answer.header("location").to_owned(), page)
}

/// A form of the page, and what its answer leads to.
struct PlainForm {
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    anchor: &'static str,
    says: &'static str,
}

const FORMS: [PlainForm; 8] = [
    PlainForm {
        path: "/attack/other-account",
        fields: &[],
        anchor: "attack-other-account",
        says: "Refused: 404",
    },
    PlainForm {
        path: "/attack/scanner",
        fields: &[],
        anchor: "attack-scanner",
        says: "No hole is proven",
    },
    PlainForm {
        path: "/attack/code-twice",
        fields: &[],
        anchor: "attack-code-twice",
        says: "code.reused: ",
    },
    PlainForm {
        path: "/without/token/code_verifier",
        fields: &[],
        anchor: "trial-token",
        says: "Without code_verifier",
    },
    PlainForm {
        path: "/count",
        fields: &[],
        anchor: "look-ups",
        says: "counted at the server",
    },
    PlainForm {
        path: "/inspect",
        fields: &[
            ("pasted", "a.b.c"),
            ("request", "GET /api/v1/accounts/1001"),
        ],
        anchor: "inspector",
        says: "does not let it through",
    },
    PlainForm {
        path: "/protect",
        fields: &[("document", "")],
        anchor: "protect",
        says: "there is no document",
    },
    PlainForm {
        path: "/play",
        fields: &[],
        anchor: "steps",
        says: "Seven steps",
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_every_form_leads_back_to_its_part() {
    let demo = start();
    for form in FORMS {
        let (location, page) = sent(&demo, form.path, form.fields).await;
        assert_eq!(location, format!("/#{}", form.anchor));
        assert_contains(&page, &format!("id=\"{}\"", form.anchor));
        assert_contains(&page, form.says);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_screen_says_what_a_code_verifier_is_for() {
    let demo = start();
    let page = Browser::new().get(&demo.at("/")).await.text();
    let (first, _) = page.split_once("id=\"steps\"").unwrap();
    for part in ["<b>secret</b>", "<b>fingerprint</b>", "code_verifier"] {
        assert_contains(first, part);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_messages_are_an_ordered_list_of_links_to_their_panels() {
    let demo = start();
    let page = Browser::new().get(&demo.at("/")).await.text();
    for number in 1..=19 {
        assert_contains(&page, &format!("href=\"#message-{number}\""));
        assert_contains(&page, &format!("id=\"message-{number}\""));
    }
    assert_contains(&page, "<ol class=\"messages\">");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_needs_the_pages_own_host_origin_and_token() {
    let demo = start();
    let (browser, token) = (Browser::new(), token(&demo).await);
    let host = demo.url.trim_start_matches("http://").to_owned();
    let (origin, good) = (demo.url.as_str(), format!("token={token}"));
    for (host, origin, body, status) in [
        (&*host, Some(origin), &*good, 303),
        (&*host, Some("http://evil.example"), &*good, 403),
        (&*host, Some("null"), &*good, 403),
        (&*host, None, &*good, 403),
        (&*host, Some(origin), "token=run-0000", 403),
        (&*host, Some(origin), "", 403),
        ("evil.example", Some("http://evil.example"), &*good, 421),
    ] {
        let mut headers = vec![("content-type", FORM), ("host", host)];
        headers.extend(origin.map(|origin| ("origin", origin)));
        let (post, url) = (http::Method::POST, demo.at("/attack/stolen-code"));
        let sent = browser.send(post, &url, &headers, body.to_owned());
        assert_eq!(sent.await.status, status, "{host} {origin:?} {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_name_of_the_address_gets_no_page() {
    let demo = start();
    let elsewhere = [("host", "rebound.example")];
    let answer = Browser::new().get_with(&demo.at("/"), &elsewhere).await;
    assert_eq!(answer.status, 421);
    assert!(!answer.text().contains("run-"));
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
        assert_contains(policy, part);
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
    assert_contains(&third.err, "in use");
    // it ends as it is told, without an error
    assert_eq!(one.terminate(), 0);
    assert_eq!(Browser::new().get(&other.at("/")).await.status, 200);
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let refused = ended(Command::new(AIRSIDE).args(["demo", "--listen", "0.0.0.0:0"]));
    refused.assert_ended(2, "loopback");
}

/// A program that opens addresses, and the file in which it keeps them.
struct Opener {
    directory: tempfile::TempDir,
}

impl Opener {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("xdg-open");
        fs::write(&program, "#!/bin/sh\necho \"$1\" >>\"$OPENED\"\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        Self { directory }
    }

    fn opened(&self) -> String {
        fs::read_to_string(self.directory.path().join("opened")).unwrap_or_default()
    }

    fn start(&self, arguments: &[&str], display: &str) -> Server {
        let (own, others) = (self.directory.path(), env::var("PATH").unwrap());
        let mut command = Command::new(AIRSIDE);
        command.arg("demo").args(arguments).env("DISPLAY", display);
        command.env("PATH", format!("{}:{others}", own.display()));
        command.env("OPENED", own.join("opened"));
        Server::start(command.env_remove("WAYLAND_DISPLAY"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_is_opened_where_there_is_one_unless_that_is_not_wanted() {
    let opener = Opener::new();
    // neither of these opens one: what is opened afterwards is the first line
    let _no_screen = opener.start(&[], "");
    let _not_wanted = opener.start(&["--no-open"], ":0");
    let demo = opener.start(&[], ":0");
    let expected = format!("{}\n", demo.url);
    while opener.opened().len() < expected.len() {
        tokio::task::yield_now().await;
    }
    assert_eq!(opener.opened(), expected);
}

const FORM: &str = "application/x-www-form-urlencoded";
