//! Redirect URIs that are almost the registered one.

use url::Url;

use crate::{suite::Suite, target};

/// Tries each spelling with a client that is known and a person who has allowed it.
pub async fn run(suite: &mut Suite<'_>) {
    let registered = suite.target.options.redirect_uri.clone();
    let legal = suite.target.request();
    for (row, uri) in variants(&registered)
        .into_iter()
        .filter(|(_, uri)| *uri != registered)
    {
        suite
            .refuse(row, &uri, &legal.with("redirect_uri", &uri))
            .await;
    }
    if !is_loopback(&registered) {
        suite
            .report
            .not_applicable("A06", "the redirect URI is not of this machine");
    }
    let unknown = legal.with("client_id", "nobody-is-named-this");
    suite
        .refuse(
            "A08",
            "an unknown client with the same redirect URI",
            &unknown,
        )
        .await;
}

fn variants(registered: &str) -> Vec<(&'static str, String)> {
    let Ok(url) = Url::parse(registered) else {
        return Vec::new();
    };
    let (scheme, authority) = (url.scheme(), url.authority());
    let path = url.path();
    let at = |authority: &str| format!("{scheme}://{authority}{path}");
    let after = |text: &str| format!("{registered}{text}");
    let mut all = vec![
        ("A01", after("/")),
        ("A01", after("?x=1")),
        ("A01", after("x")),
        ("A01", after("%2f")),
        ("A01", after("%00")),
        ("A01", after(" ")),
        ("A01", format!(" {registered}")),
        (
            "A01",
            format!("{scheme}://{authority}{}", path.to_ascii_uppercase()),
        ),
        (
            "A01",
            registered.replacen(scheme, &scheme.to_ascii_uppercase(), 1),
        ),
        ("A01", at("evil.example")),
        ("A01", at(&format!("{authority}.evil.example"))),
        ("A02", at(&format!("evil.example@{authority}"))),
        ("A02", at(&format!("{authority}@evil.example"))),
        ("A02", at(&format!("{authority}%40evil.example"))),
        ("A02", at(&format!("a@@{authority}@evil.example"))),
        ("A02", at(&format!("{authority}\\@evil.example"))),
        ("A03", after("/../evil")),
        ("A03", after("/..;/evil")),
        ("A03", after("/%2e%2e/evil")),
        ("A03", after("/..%5cevil")),
        ("A03", after("/%252e%252e/evil")),
        ("A04", format!("{scheme}:/\\{authority}{path}")),
        ("A04", at(&format!("{authority}\t.evil.example"))),
        ("A04", at(&format!("{authority}\r\n.evil.example"))),
        ("A04", at("\u{ff45}vil.example")),
        ("A04", format!("//{authority}{path}")),
        ("A05", after("#")),
        ("A05", after("#x")),
        ("A07", "javascript:alert(1)".to_owned()),
        ("A07", "data:text/html,x".to_owned()),
        ("A07", "file:///etc/passwd".to_owned()),
        ("A07", format!("javascript://{authority}{path}%0aalert(1)")),
    ];
    if is_loopback(registered) {
        let others = other_loopback_authorities(&url);
        all.extend(others.map(|authority| ("A06", at(&authority))));
    }
    all
}

fn other_loopback_authorities(url: &Url) -> impl Iterator<Item = String> {
    let port = url.port().map(|port| format!(":{port}"));
    let port = port.unwrap_or_default();
    let other = match url.host_str() {
        Some("localhost") => "127.0.0.1",
        _ => "localhost",
    };
    let hosts = [
        other,
        "127.1",
        "2130706433",
        "0.0.0.0",
        "127.0.0.2",
        "[::ffff:127.0.0.1]",
    ];
    hosts.into_iter().map(move |host| format!("{host}{port}"))
}

fn is_loopback(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| target::is_loopback(&url))
}
