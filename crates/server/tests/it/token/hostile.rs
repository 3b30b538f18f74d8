//! Text made to be understood as something else (CWE-89, CWE-674).

use airside_jose::base64url;
use http::Method;
use serde_json::json;

use crate::{
    client_auth::assertion::present,
    world::{World, basic},
};

const HOSTILE: [&str; 8] = [
    "' OR '1'='1",
    "x'; DROP TABLE client; --",
    "%",
    "_____",
    "billing' --",
    "{{7*7}}${7*7}<script>",
    "../../etc/passwd",
    "\u{202e}\u{feff}\u{1f4a9}",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_client_id_is_never_a_pattern_or_a_statement() {
    // T45
    let world = World::new().await;
    let form = [("grant_type", "client_credentials")];
    for text in HOSTILE {
        let url = world.at("/token");
        let header = basic(text, "billing-secret");
        let headers = [("authorization", header.as_str())];
        let answer = world.browser().post_with(&url, &headers, &form).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{text}");
        let answer = world
            .browser()
            .post(&url, &[form[0], ("client_id", text)])
            .await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{text}");
    }
    assert_eq!(world.app("billing").token(&form).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_resources_and_tokens_are_never_patterns_or_statements() {
    // T45
    let world = World::new().await;
    let app = world.app("spa");
    let grant = ("grant_type", "refresh_token");
    let tokens = app.sign_in("alice").await;
    let own = ("refresh_token", tokens.refresh());
    for text in HOSTILE {
        let answer = app.token(&[grant, own, ("scope", text)]).await;
        assert_eq!(answer.outcome(), "400 invalid_scope", "{text}");
        let answer = app.token(&[grant, own, ("resource", text)]).await;
        assert_eq!(answer.outcome(), "400 invalid_target", "{text}");
        for answer in [app.refresh(text).await, app.redeem(text).await] {
            assert_eq!(answer.outcome(), "400 invalid_grant", "{text}");
        }
        assert_eq!(app.revoke(text).await.status, 200, "{text}");
    }
    assert_eq!(app.refresh(tokens.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deeply_nested_assertion_is_refused() {
    // T46, J19
    let world = World::new().await;
    let header = base64url::encode(br#"{"alg":"ES256","kid":"k1"}"#);
    for deep in ["[".repeat(5_000), r#"{"sub":"#.repeat(700)] {
        let deep = base64url::encode(deep.as_bytes());
        for token in [
            format!("{header}.{deep}.AAAA"),
            format!("{deep}.{header}.AAAA"),
        ] {
            assert_eq!(
                present(&world, &token).await.outcome(),
                "401 invalid_client"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deeply_nested_bearer_token_is_refused() {
    // T46, J18, J19
    let world = World::new().await;
    let deep = base64url::encode("[".repeat(5_000).as_bytes());
    let dots = ".".repeat(6_000);
    for token in [
        &format!("{deep}.e30.AAAA"),
        &format!("e30.{deep}.AAAA"),
        &dots,
    ] {
        let answer = world.app("spa").userinfo(token).await;
        assert!(
            matches!(answer.status.as_u16(), 401 | 431),
            "{}",
            answer.status
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deeply_nested_body_at_the_admin_api_is_refused() {
    // T46
    let world = World::new().await;
    let mut deep = json!(1);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let user = json!({ "username": "deep", "claims": { "deep": deep } });
    assert_eq!(world.admin("POST", "/users", user).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_not_unfolded() {
    // D05
    let world = World::new().await;
    let basic = basic("billing", "billing-secret");
    let form = "grant_type=client_credentials";
    // the same form, stored in a gzip stream without being compressed
    let mut gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x1d\x00\xe2\xff".to_vec();
    gzip.extend(form.as_bytes());
    let checksum = form.bytes().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1))
        })
    });
    gzip.extend((!checksum).to_le_bytes());
    gzip.extend(29_u32.to_le_bytes());
    let send = async |encoding: &str, body: Vec<u8>| {
        let mut headers = vec![
            ("authorization", basic.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        if !encoding.is_empty() {
            headers.push(("content-encoding", encoding));
        }
        let url = world.at("/token");
        world
            .browser()
            .send(Method::POST, &url, &headers, body)
            .await
    };
    assert_eq!(send("gzip", gzip).await.outcome(), "400 invalid_request");
    assert_eq!(send("", form.into()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_said_to_be_of_one_type() {
    let world = World::new().await;
    let basic = basic("billing", "billing-secret");
    let send = async |types: &[&'static str]| {
        let types = types.iter().map(|one| ("content-type", *one));
        let headers: Vec<_> = types.chain([("authorization", basic.as_str())]).collect();
        let (url, body) = (
            world.at("/token"),
            b"grant_type=client_credentials".to_vec(),
        );
        let browser = world.browser();
        let answer = browser.send(Method::POST, &url, &headers, body);
        answer.await.outcome()
    };
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    for types in [
        [form, json].as_slice(),
        &[json, form],
        &[form, form],
        &[json],
        &[],
    ] {
        assert_eq!(send(types).await, "400 invalid_request", "{types:?}");
    }
    assert_eq!(send(&[form]).await, "200", "the control");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_account_fills_no_disk() {
    // D06: what a request carries waits in its own address
    let world = World::new().await;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
        ("client_id", "spa"),
    ];
    let try_it = async |times: usize| {
        for _ in 0..times {
            let app = world.app("spa");
            let page = app.authorize().await.header("location").to_owned();
            assert_eq!(app.browser.get(&page).await.status, 200);
            let refused = app.browser.post(&world.at("/token"), &form).await;
            assert_eq!(refused.outcome(), "400 invalid_grant");
            let assertion = world.browser().post(&world.at("/token"), &[]).await;
            assert_eq!(assertion.outcome(), "401 invalid_client");
        }
        world.events().await;
        world.files().len()
    };
    // the audit trail tells the first refusals of a client and reason, and no more in an hour
    let before = try_it(3).await;
    assert_eq!(try_it(200).await, before);
    // the control: a grant is written
    world.app("spa").sign_in("alice").await;
    assert!(world.files().len() > before);
}
