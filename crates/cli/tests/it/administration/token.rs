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
    place.run(&["token", "revoke", &token]).assert_code(0);
    assert_eq!(inspect()["active"], false);
}

/// The id of the key that signs by ES256.
fn signing(keys: &Value) -> String {
    let all = keys.as_array().unwrap().iter();
    let mut of = all.filter(|k| k["algorithm"] == "ES256" && k["state"] == "signing");
    of.next().unwrap()["kid"].as_str().unwrap().to_owned()
}

#[test]
fn keys_rotate_retire_and_drop() {
    let (place, _server) = start();
    let secret = machine(&place);
    let first = signing(&place.json("key list"));
    let token = get(&place, &secret).json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = signing(&place.json("key rotate --alg ES256"));
    assert_ne!(
        first, second,
        "with publish_ahead = 0s the new key signs at once"
    );
    let active = || place.json(&["token", "inspect", &token])["active"].clone();
    assert_eq!(active(), true);
    let third = signing(&place.json(&["key", "retire", &second]));
    assert_ne!(second, third);
    for nothing in ["nothing", "-nothing"] {
        place.run(&["key", "retire", nothing]).assert_code(3);
    }
    place.run("key rotate --emergency").assert_code(0);
    for other in ["ES384", "HS256", "FOO"] {
        let refused = place.run(&format!("key rotate --alg {other}"));
        refused.assert_ended(2, "it is one of RS256, PS256, ES256, EdDSA");
    }
    assert_eq!(active(), false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_tokens_through_the_browser() {
    let (place, server) = start();
    place.run("user create alice --password 'correct horse battery'");
    place.run(
        "client create cli --public --redirect-uri http://127.0.0.1/callback --scope 'openid read'",
    );
    let get = "-o json token get --code --no-open --client cli --scope";
    let mut command = place.command();
    command.args(get.split(' ')).arg("openid read");
    let piped = command.stderr(Stdio::piped()).stdout(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    let address = lines.find(|line| line.starts_with("http")).unwrap();
    sign_in_and_consent(&server, &address).await;
    let output = child.wait_with_output().unwrap();
    let tokens: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(tokens["scope"], "openid read");
    assert!(tokens["id_token"].is_string());
    end_grant_and_session(&place);
}

/// Goes through the pages of a server until the browser is back at the command.
async fn sign_in_and_consent(server: &Server, address: &str) {
    let browser = Browser::new();
    let page = browser.get(address).await.header("location").to_owned();
    let sealed = browser.get(&page).await.hidden("interaction");
    let fields = [
        ("interaction", sealed.as_str()),
        ("username", "alice"),
        ("password", "correct horse battery"),
    ];
    let on = browser.post(&server.at("/sign-in"), &fields).await;
    let page = browser.get(on.header("location")).await;
    let page = browser.get(page.header("location")).await;
    let sealed = page.hidden("interaction");
    let fields = [("interaction", sealed.as_str()), ("decision", "allow")];
    let back = browser.post(&server.at("/consent"), &fields).await;
    let back = browser.get(back.header("location")).await;
    assert_eq!(back.status, 200);
}

/// Sees what the person has allowed, and where, and ends it.
fn end_grant_and_session(place: &Place) {
    for (object, end) in [("grant", "revoke"), ("session", "end")] {
        let list = || place.json(&[object, "list", "alice"]);
        let id = list()[0]["id"].as_str().unwrap().to_owned();
        assert!(place.run(&[object, "list", "alice"]).out.contains(&id));
        let ended = place.run(&[object, end, &id]);
        ended.assert_ended(0, &format!("ed the {object} `{id}`"));
        assert_contains(&ended.out, &id);
        assert_eq!(list(), serde_json::json!([]), "{object}");
        place.run(&[object, end, "nonsense"]).assert_code(3);
    }
}
