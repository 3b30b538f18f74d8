//! The keys of an issuer are found by its metadata.

use super::*;

#[tokio::test]
async fn keys_are_found_by_metadata_and_fetched_once() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = issuer.api().build().unwrap();
    let caller = airside.verify_token(&issuer.token(&key)).await.unwrap();
    assert_eq!(caller.token().subject(), "alice");
    for jti in 0..100 {
        let token = issuer.token_with(&key, "jti", jti.to_string());
        assert_eq!(status(&airside, &token).await, 200);
    }
    assert_eq!(issuer.asked("/jwks"), 1);
}

#[tokio::test]
async fn openid_metadata_is_the_second_choice() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    issuer.set(
        "/.well-known/oauth-authorization-server",
        StatusCode::NOT_FOUND,
        "",
    );
    issuer.publish_metadata("/.well-known/openid-configuration", &issuer.url);
    let airside = issuer.api().build().unwrap();
    assert_eq!(status(&airside, &issuer.token(&key)).await, 200);
}

#[tokio::test]
async fn metadata_of_an_issuer_with_a_path_is_at_the_inserted_path() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let identifier = format!("{}/tenant", issuer.url);
    issuer.publish_metadata(
        "/.well-known/oauth-authorization-server/tenant",
        &identifier,
    );
    let airside = ResourceServer::trusting(&identifier)
        .for_audience(AUDIENCE)
        .allow_loopback_http()
        .clock(issuer.clock())
        .build()
        .unwrap();
    let token = issuer.token_with(&key, "iss", identifier);
    assert_eq!(status(&airside, &token).await, 200);
}

#[tokio::test]
async fn an_address_without_metadata_is_passed_over() {
    // J23
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let identifier = format!("{}/x", issuer.url);
    let [oauth, openid, inserted] = [
        "/.well-known/oauth-authorization-server/x",
        "/x/.well-known/openid-configuration",
        "/.well-known/openid-configuration/x",
    ];
    let incomplete = format!(r#"{{"issuer":"{identifier}"}}"#);
    let of_another = format!(
        r#"{{"issuer":"{}","jwks_uri":"{}"}}"#,
        issuer.url, issuer.url
    );
    let verify = async || {
        let airside = ResourceServer::trusting(&identifier)
            .for_audience(AUDIENCE)
            .allow_loopback_http()
            .clock(issuer.clock())
            .build()
            .unwrap();
        let token = issuer.token_with(&key, "iss", identifier.clone());
        status(&airside, &token).await
    };
    for good in [openid, inserted] {
        issuer.set(openid, StatusCode::NOT_FOUND, "");
        issuer.publish_metadata(good, &identifier);
        for (code, body) in [
            (400, ""),
            (401, ""),
            (403, ""),
            (404, ""),
            (405, ""),
            (410, ""),
            (500, ""),
            (503, ""),
            (301, ""),
            (302, ""),
            (307, ""),
            (200, ""),
            (200, "<!doctype html>"),
            (200, "[]"),
            (200, "{}"),
            (200, incomplete.as_str()),
            (200, of_another.as_str()),
        ] {
            issuer.set(oauth, StatusCode::from_u16(code).unwrap(), body);
            assert_eq!(verify().await, 200, "{code} {body} {good}");
        }
        // whose it is counts at every address
        issuer.publish_metadata(good, &issuer.url);
        assert_eq!(verify().await, 503, "{good}");
    }
}

#[tokio::test]
async fn metadata_of_another_issuer_is_not_used() {
    // J23
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    for other in [
        format!("{}/", issuer.url),
        "https://evil.example".to_owned(),
    ] {
        issuer.publish_metadata("/.well-known/oauth-authorization-server", &other);
        let airside = issuer.api().build().unwrap();
        assert_eq!(status(&airside, &issuer.token(&key)).await, 503, "{other}");
    }
    assert_eq!(issuer.asked("/jwks"), 0);
}

#[tokio::test]
async fn http_is_not_fetched_outside_development() {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    issuer.publish(&[&key]);
    let airside = ResourceServer::trusting(&issuer.url)
        .for_audience(AUDIENCE)
        .clock(issuer.clock())
        .build()
        .unwrap();
    assert_eq!(status(&airside, &issuer.token(&key)).await, 503);
}
