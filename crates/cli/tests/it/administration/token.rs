//! Tokens and keys.

use super::*;

#[test]
fn a_token_is_inspected_and_revoked() {
    let (place, _server) = start();
    let secret = machine(&place);
    let token = get(&place, &secret).json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let inspect = || place.json(&["token", "inspect", &token]);
    assert_eq!(inspect()["claims"]["client_id"], "m2m");
    assert_eq!(inspect()["active"], true);
    assert_eq!(place.run(&["token", "revoke", &token]).code, 0);
    assert_eq!(inspect()["active"], false);
}

#[test]
fn keys_rotate_retire_and_drop() {
    let (place, _server) = start();
    let secret = machine(&place);
    let signing = |keys: &Value| {
        let all = keys.as_array().unwrap().iter();
        let mut of = all.filter(|k| k["algorithm"] == "ES256" && k["state"] == "signing");
        of.next().unwrap()["kid"].as_str().unwrap().to_owned()
    };
    let first = signing(&place.json(&["key", "list"]));
    let token = get(&place, &secret).json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = signing(&place.json(&["key", "rotate", "--alg", "ES256"]));
    assert_ne!(
        first, second,
        "with publish_ahead = 0s the new key signs at once"
    );
    let active = || place.json(&["token", "inspect", &token])["active"].clone();
    assert_eq!(active(), true);
    let third = signing(&place.json(&["key", "retire", &second]));
    assert_ne!(second, third);
    for nothing in ["nothing", "-nothing"] {
        assert_eq!(place.run(&["key", "retire", nothing]).code, 3);
    }
    assert_eq!(place.run(&["key", "rotate", "--emergency"]).code, 0);
    assert_eq!(active(), false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_tokens_through_the_browser() {
    let (place, server) = start();
    place.run(&[
        "user",
        "create",
        "alice",
        "--password",
        "correct horse battery",
    ]);
    place.run(&[
        "client",
        "create",
        "cli",
        "--public",
        "--redirect-uri",
        "http://127.0.0.1/callback",
        "--scope",
        "openid read",
    ]);
    let mut child = place
        .command()
        .args([
            "-o",
            "json",
            "token",
            "get",
            "--code",
            "--no-open",
            "--client",
            "cli",
            "--scope",
            "openid read",
        ])
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let address = lines.find(|line| line.starts_with("http")).unwrap();
    let browser = Browser::new();
    let page = browser.get(&address).await.header("location").to_owned();
    let sealed = browser.get(&page).await.hidden("interaction");
    let fields = [
        ("interaction", sealed.as_str()),
        ("username", "alice"),
        ("password", "correct horse battery"),
    ];
    let on = browser
        .post(&server.at("/sign-in"), &fields)
        .await
        .header("location")
        .to_owned();
    let page = browser.get(&on).await.header("location").to_owned();
    let sealed = browser.get(&page).await.hidden("interaction");
    let fields = [("interaction", sealed.as_str()), ("decision", "allow")];
    let back = browser
        .post(&server.at("/consent"), &fields)
        .await
        .header("location")
        .to_owned();
    assert_eq!(browser.get(&back).await.status, 200);
    let output = child.wait_with_output().unwrap();
    let tokens: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(tokens["scope"], "openid read");
    assert!(tokens["id_token"].is_string());
    // what the person has allowed, and where: seen, and ended
    for (object, end) in [("grant", "revoke"), ("session", "end")] {
        let list = || place.json(&[object, "list", "alice"]);
        let id = list()[0]["id"].as_str().unwrap().to_owned();
        assert!(place.run(&[object, "list", "alice"]).out.contains(&id));
        assert_eq!(place.run(&[object, end, &id]).code, 0);
        assert_eq!(list(), serde_json::json!([]), "{object}");
        assert_eq!(place.run(&[object, end, "nonsense"]).code, 3);
    }
}
