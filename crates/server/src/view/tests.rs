mod consent;
mod example;
mod form;
mod hostile_text;

use self::example::{error, home, pages, setup, sign_in, view};
use super::*;

#[test]
fn every_page_is_whole_and_asks_nobody_else() {
    for (name, page) in pages("Bank", "alice") {
        assert_eq!(page.matches("<link").count(), 1, "{name}");
        assert!(page.contains("<link rel=\"icon\" href=\"data:"), "{name}");
        assert!(
            page.starts_with("<!doctype html>\n<html lang=\"en\" dir=\"ltr\">"),
            "{name}"
        );
        assert_eq!(page.matches("<h1>").count(), 1, "{name}");
        assert_eq!(page.matches("<main>").count(), 1, "{name}");
        for forbidden in [
            "<script", "style=", " src=", "<img", "url(", "@import", "onclick", "='",
        ] {
            assert!(!page.contains(forbidden), "{name} has {forbidden}");
        }
        assert_addresses_are_shown(name, &page);
    }
}

fn assert_addresses_are_shown(name: &str, page: &str) {
    let addresses = page.match_indices("http");
    for (index, _) in addresses.filter(|(_, scheme)| scheme.contains("://")) {
        let before = &page[..index];
        assert!(
            before.ends_with("<bdi>") || before.ends_with("<a href=\""),
            "{name}"
        );
    }
}

#[test]
fn every_page_weighs_at_most_20_kb() {
    for (name, page) in pages("Bank", "alice") {
        assert!(page.len() <= 20_000, "{name}: {} bytes", page.len());
    }
}

#[test]
fn every_list_without_bullets_is_still_a_list() {
    // WebKit takes the role away with the bullets
    for (name, page) in pages("Bank", "alice") {
        assert_eq!(
            page.matches("<ul").count(),
            page.matches(" role=\"list\"").count(),
            "{name}"
        );
    }
}

#[test]
fn headings_have_no_full_stop_and_errors_are_titled_by_theirs() {
    for (name, page) in pages("Bank", "alice") {
        let (_, rest) = page.split_once("<h1>").unwrap();
        let (heading, _) = rest.split_once("</h1>").unwrap();
        assert!(!heading.ends_with('.'), "{name}: {heading}");
        if name.starts_with("error") || name.starts_with("terminal") || name.starts_with("wrong") {
            assert!(
                page.contains(&format!("<title>{heading} · Airside</title>")),
                "{name}"
            );
        }
    }
}

#[test]
fn a_wrong_host_leads_to_the_same_page_of_the_issuer() {
    let page = WrongHostPage {
        opened: "http://localhost:8080",
        issuer: "https://id.example.com",
        go_on: Some(Hidden("https://id.example.com/authorize?a=1&b=2")),
        fix: None,
    };
    let html = view().wrong_host(&page);
    assert!(html.contains("href=\"https://id.example.com/authorize?a=1&amp;b=2\">Go on at <code><bdi>https://id.example.com</bdi>"));
    assert!(!html.contains("class=\"command\""));
    let html = view().wrong_host(&WrongHostPage {
        go_on: None,
        fix: Some("airside serve --issuer http://localhost:8080"),
        ..page
    });
    assert!(html.contains("href=\"https://id.example.com\">Go on at"));
    assert!(html.contains("<h2>To use the address that you opened instead</h2>"));
}

#[test]
fn an_error_ends_with_what_helps_in_its_case() {
    let page = view().error(&ErrorPage {
        link: Some(Link {
            href: "https://bank.example/",
            text: "Back to",
            name: Some("Bank"),
        }),
        command: Some("airside user create NAME --admin"),
        ..error()
    });
    assert!(page.contains("<p>Give the app’s makers this error id.</p>"));
    assert!(page.contains("<a href=\"https://bank.example/\">Back to <bdi>Bank</bdi></a>"));
    assert!(page.contains("<bdi>airside user create NAME --admin</bdi></code>"));
    assert!(!view().error(&error()).contains("<a "));
}

#[test]
fn an_error_explains_only_when_told_to() {
    let open = view().error(&ErrorPage {
        details: Some(Details::default()),
        ..error()
    });
    assert!(open.contains("<details open>"));
    assert!(!view().error(&error()).contains("<details"));
    assert!(view().error(&error()).contains("<bdi>01JERR</bdi>"));
}

#[test]
fn home_names_the_issuer_and_the_wrong_host() {
    let page = view().home(&HomePage {
        opened: None,
        ..home()
    });
    assert!(page.contains("<bdi>https://id.example.com</bdi>"));
    assert!(!page.contains("role=\"status\""));
    let page = view().home(&home());
    let (note, _) = page
        .split_once("There is nothing to do on this page")
        .unwrap();
    assert!(note.contains("You opened <code><bdi>http://192.168.1.5:8080</bdi></code>"));
    let page = view().home(&HomePage {
        username: Some("alice"),
        ..home()
    });
    assert!(page.contains("You are signed in as <bdi>alice</bdi>."));
    assert!(page.contains("<a id=\"sign-out\" href=\"/base/sign-out\">Sign out</a>"));
}

#[test]
fn a_hidden_value_is_not_in_debug() {
    assert!(!format!("{:?}", sign_in()).contains("seal"));
    assert!(!format!("{:?}", setup()).contains("token\""));
}
