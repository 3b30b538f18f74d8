//! The page that asks a person to consent.

use super::example::{consent, view};
use crate::view::*;

#[test]
fn allow_and_deny_are_the_only_submits_of_consent() {
    let page = view().consent(&consent());
    assert_eq!(page.matches("<form").count(), 1);
    assert_eq!(page.matches("type=\"submit\"").count(), 2);
    assert_eq!(page.matches("<button").count(), 2);
    assert!(page.contains("id=\"allow\" type=\"submit\" name=\"decision\" value=\"allow\""));
    assert!(
        page.contains(
            "id=\"deny\" class=\"second\" type=\"submit\" name=\"decision\" value=\"deny\""
        )
    );
}

#[test]
fn consent_says_who_what_and_how_long() {
    let page = view().consent(&consent());
    assert!(page.contains("<bdi>bank.example</bdi>"));
    assert!(!page.contains("class=\"mark"), "the operator registered it");
    let other = "<a id=\"other-account\" href=\"/base/sign-in?interaction=seal\">Not you?</a>";
    assert!(page.contains(other));
    assert!(page.contains("see your email address"));
    assert!(page.contains("<p>Until 23 December 2026, even if you sign out.</p>"));
}

#[test]
fn consent_says_how_the_client_is_known() {
    let page = view().consent(&ConsentPage {
        standing: ClientStanding::FirstParty,
        stays_until: None,
        ..consent()
    });
    assert!(page.contains("Run by the same people"));
    assert!(page.contains("Until you sign out here"));
    let page = view().consent(&ConsentPage {
        standing: ClientStanding::AnyProgram,
        ..consent()
    });
    assert!(page.contains("Any program on this device could be asking."));
}

#[test]
fn consent_links_to_the_pages_of_the_client_and_shows_its_logo_as_text() {
    // RFC7591-2, A26
    let page = view().consent(&consent());
    assert!(
        page.contains("href=\"https://bank.example/privacy?a=1&amp;b\""),
        "{page}"
    );
    assert!(page.contains("href=\"https://bank.example/terms\""));
    assert!(page.contains("<code><bdi>https://bank.example/logo.svg</bdi></code>"));
    let page = view().consent(&ConsentPage {
        pages: ClientLinks::default(),
        ..consent()
    });
    assert!(!page.contains("Privacy policy") && !page.contains("Logo:"));
}

#[test]
fn consent_says_single_claims_in_words() {
    // OIDC-Core-5.5
    let page = view().consent(&consent());
    let words =
        "<span class=\"words\">see your date of birth</span><code><bdi>birthdate</bdi></code>";
    assert!(page.contains(words), "{page}");
    let other = "<span class=\"words\">see what this server knows as your</span><code><bdi>department</bdi></code>";
    assert!(page.contains(other), "{page}");
}

#[test]
fn consent_lists_each_scope_below_its_own_api() {
    let page = view().consent(&consent());
    let (openid, apis) = page.split_once("<h3>").unwrap();
    assert!(openid.contains("<code><bdi>email</bdi></code>") && !openid.contains("accounts"));
    let blocks: Vec<_> = apis.split("<h3>").collect();
    let read = "use <code><bdi>accounts:read</bdi></code>";
    for (block, (api, right)) in blocks.iter().zip([
        ("https://api.example.com", read),
        ("https://mail.example.com", "<li>use this API</li>"),
    ]) {
        assert!(block.starts_with(&format!("At <code><bdi>{api}</bdi></code></h3>")));
        assert!(block.contains(right), "{block}");
        assert_eq!(block.matches("<li>").count(), 1);
    }
    let told = "This API is told your <code><bdi>org</bdi></code>, <code><bdi>preferred_username</bdi></code>.";
    assert!(blocks[0].contains(told) && !blocks[1].contains("is told"));
    let page = view().consent(&ConsentPage {
        openid: vec![],
        claims: vec![],
        ..consent()
    });
    assert_eq!(page.matches("<ul class=\"list\" role=\"list\">").count(), 2);
}
