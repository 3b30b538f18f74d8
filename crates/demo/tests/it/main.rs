//! The demonstration from outside: what it prints, and what it records.

use std::net::SocketAddr;

use airside_demo::theatre::Theatre;

#[tokio::test(flavor = "multi_thread")]
async fn every_step_is_done_and_every_attack_refused_without_telling_a_secret() {
    let listen: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let mut lines = Vec::new();
    let played = airside_demo::run(listen, &mut |line| lines.push(line.to_owned())).await;
    let text = lines.join("\n");
    assert!(played.is_ok(), "{played:?}\n{text}");
    assert_eq!(
        lines.last().map(String::as_str),
        Some("7 steps done, 12 attacks refused")
    );
    let ends: Vec<_> = lines
        .iter()
        .filter(|l| l.starts_with("refused: "))
        .collect();
    assert_eq!(ends.len(), 12);
    for name in ["code_challenge = ", "code_verifier = ", "redirect_uri = "] {
        assert!(text.contains(name), "{name}");
    }
    assert!(text.contains("verified with 0 network calls"));
    assert!(text.contains("refresh_token.reused"));
    assert_no_secret(&text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_loopback_is_refused() {
    let listen: SocketAddr = "192.0.2.1:0".parse().unwrap();
    let mut lines = 0;
    let played = airside_demo::run(listen, &mut |_| lines += 1).await;
    assert!(played.is_err());
    assert_eq!(lines, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_has_holes_in_the_bare_bank_and_none_behind_the_guard() {
    let listen: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let theatre = Theatre::open(listen, Vec::new()).await.unwrap();
    let page = theatre.record().await.unwrap();
    let (_, card) = page.split_once("id=\"attack-scanner\"").unwrap();
    let (without, with) = card.split_once("class=\"with-guard\"").unwrap();
    for hole in [
        "<code>GET /api/v1/accounts/{id}</code>",
        "<code>GET /api/v1/payees/{id}</code>",
        "<code>DELETE /api/v1/payees/{id}</code>",
        "<code>GET /api/v1/admin/users</code>",
    ] {
        assert!(
            without.contains(&format!("<li>{hole}: ")),
            "{hole}: {without}"
        );
    }
    assert!(with.contains("No hole is proven"), "{with}");
    assert!(page.contains("refresh_token.reused: "));
    theatre.stop().await.unwrap();
}

/// Passwords and the bank's secret begin with `password-` and `bank-` and 64 hexadecimal digits;
/// tokens, codes and cookies are longer than anything that is printed in one word.
fn assert_no_secret(text: &str) {
    let underline = |line: &&str| line.chars().all(|c| "-=".contains(c));
    for line in text.lines().filter(|line| !underline(line)) {
        let is_secret = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let longest = line.split(|c| !is_secret(c)).map(str::len).max();
        assert!(longest.unwrap_or_default() < 50, "{line}");
        for prefix in ["password-", "bank-"] {
            let mut told = line.split(prefix).skip(1);
            let digits = |rest: &str| rest.chars().take_while(char::is_ascii_hexdigit).count();
            assert!(told.all(|rest| digits(rest) < 8), "{line}");
        }
    }
}
