//! Registered, unregistered and loopback addresses in `redirect_uri`.

use super::{assert_page, loopback};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_uri_that_differs_in_anything_is_refused_on_a_page_that_names_the_nearest() {
    // RFC9700-4.1.3, A01, A05
    let world = World::new().await;
    for uri in VARIANTS {
        let answer = world.app("spa").redirect_uri(uri).authorize().await;
        assert_page(&answer, uri);
        let text = answer.text();
        let (_, nearest) = text.split_once("<dt>Nearest</dt>").expect(uri);
        let nearest = nearest.split("</dd>").next().unwrap();
        assert!(nearest.contains("https://app.example/cb<"), "{nearest}");
    }
}

const VARIANTS: [&str; 20] = [
    "https://app.example/cb/",
    "https://app.example/CB",
    "https://APP.example/cb",
    "HTTPS://app.example/cb",
    "http://app.example/cb",
    "https://app.example/cb?x=1",
    "https://app.example/cb?",
    "https://app.example/cb#x",
    "https://app.example/cb#",
    "https://user@app.example/cb",
    "https://app.example@evil.example/cb",
    "https://app.example/x/../cb",
    "https://app.example/cb/..",
    "https://app.example/%63b",
    "https://app.example:443/cb",
    "https://app.example\\@evil.example/cb",
    "https://app.example.evil.example/cb",
    "https://app.example./cb",
    "https://\u{430}pp.example/cb",
    " https://app.example/cb",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_loopback_client_may_listen_on_any_port() {
    // RFC8252-7.3
    let world = World::with(loopback()).await;
    for port in ["", ":1", ":51004", ":65535"] {
        let uri = format!("http://127.0.0.1{port}/cb");
        let app = world.app("public-cli").scope("openid").redirect_uri(&uri);
        let answer = app.code_answer("alice").await;
        let start = format!("{uri}?");
        assert!(answer.header("location").starts_with(&start), "{uri}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_port_of_a_loopback_address_is_free() {
    // RFC8252-8.3, A06
    let world = World::with(loopback()).await;
    for host in [
        "localhost:51004",
        "localhost",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:",
        "127.0.0.1:80@evil.example",
        "127.0.0.2:51004",
        "[::1]:51004",
    ] {
        let uri = format!("http://{host}/cb");
        let answer = world.app("public-cli").redirect_uri(&uri).authorize().await;
        assert_page(&answer, &uri);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_client_or_redirect_uri_is_refused_on_a_page() {
    // RFC6749-3.1, A11
    let world = World::new().await;
    for (name, value) in [
        ("client_id", "spa"),
        ("redirect_uri", "https://app.example/cb"),
    ] {
        let url = world.app("spa").authorize_url();
        let answer = world.browser().get(&format!("{url}&{name}={value}")).await;
        assert_page(&answer, name);
    }
}
