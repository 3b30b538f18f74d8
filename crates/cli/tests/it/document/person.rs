//! A person with a browser, who does what the pages leave to them.

use airside_testkit::{Answer, Browser};

/// The headers that a browser sends with a request by which a person opens a page.
pub const NAVIGATION: [(&str, &str); 3] = [
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// Makes the first administrator by the link that a first start prints.
pub async fn set_up(link: &str, username: &str) {
    let (issuer, _) = link.split_once("/setup").unwrap();
    let browser = Browser::new();
    let token = browser.get(link).await.hidden("token");
    let fields = [
        ("token", &*token),
        ("username", username),
        ("password", PASSWORD),
    ];
    let made = browser.post(&format!("{issuer}/setup"), &fields).await;
    assert_eq!(made.status, 200, "{}", made.text());
}

/// Opens an authorization request, signs in and allows the client: the answer at the redirect URI.
pub async fn sign_in(browser: &Browser, address: &str, username: &str) -> Answer {
    let (issuer, _) = address.split_once("/authorize?").unwrap();
    let first = browser.get(address).await;
    assert!(first.status.is_redirection(), "{}", first.text());
    let page = browser.get(first.header("location")).await;
    let fields = [
        ("interaction", &*page.hidden("interaction")),
        ("username", username),
        ("password", PASSWORD),
    ];
    let signed_in = browser.post(&format!("{issuer}/sign-in"), &fields).await;
    let again = browser.get(signed_in.header("location")).await;
    let page = browser.get(again.header("location")).await;
    let interaction = page.hidden("interaction");
    let fields = [("interaction", &*interaction), ("decision", "allow")];
    let allowed = browser.post(&format!("{issuer}/consent"), &fields).await;
    let back = allowed.header("location");
    browser.get_with(back, &NAVIGATION).await
}
