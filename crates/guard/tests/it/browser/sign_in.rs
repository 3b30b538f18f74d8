//! Signing in.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_a_page_signs_in_and_comes_back_to_it() {
    let world = world().await;
    let person = Person::of(&world);
    // a script is told
    let refused = person.get("/echo?x=1", &OURS).await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    // a person is taken
    let opened = person.get("/echo?x=1", &OPENED).await;
    assert_eq!(opened.status, 303);
    assert_eq!(
        opened.header("location"),
        "/auth/sign-in?return_to=%2Fecho%3Fx%3D1"
    );
    let back = person.sign_in(opened.header("location")).await;
    assert_eq!(back.header("location"), "/echo?x=1");
    assert_eq!(person.get("/echo?x=1", &OPENED).await.status, 200);
    // and again, when an API asks for a better sign-in
    let again = person
        .get("/stepped-up", &OPENED)
        .await
        .header("location")
        .to_owned();
    assert_eq!(
        again,
        "/auth/sign-in?return_to=%2Fstepped-up&acr_values=high"
    );
    let sent = person.browser.get(&person.at(&again)).await;
    assert!(
        sent.header("location").contains("acr_values=high"),
        "{}",
        sent.header("location")
    );
    // one that the issuer does not make leads to a page, not round in a circle
    assert_eq!(person.sign_in(&again).await.status, 403);
    world.provider.doings().id_token = json!({ "acr": "high" });
    assert_eq!(
        person.sign_in(&again).await.header("location"),
        "/stepped-up"
    );
    assert_eq!(
        person
            .get("/auth/sign-in?return_to=//evil.example", &OPENED)
            .await
            .status,
        400
    );
    assert_eq!(world.reached(), 1);
}

/// A12, A14, A18, T06, RFC9207-2.4
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_ends_in_the_browser_where_it_began() {
    let world = world().await;
    let (alice, mallory) = (Person::of(&world), Person::of(&world));
    let begun = |answer: Answer| world.provider.sign_in(answer.header("location"));
    let back = begun(alice.get("/auth/sign-in", &OPENED).await);
    // in another browser, without its cookie, with another one
    let stale = mallory.come_back(&back).await;
    assert_eq!(stale.status, 400);
    assert!(stale.text().contains("begun elsewhere"), "{}", stale.text());
    mallory.get("/auth/sign-in", &OPENED).await;
    assert_eq!(mallory.come_back(&back).await.status, 400);
    // an answer of another issuer, or of none
    for iss in ["&iss=https%3A%2F%2Fevil.example", ""] {
        let back = begun(alice.get("/auth/sign-in", &OPENED).await);
        let (before, _) = back.split_once("&iss=").unwrap();
        assert_eq!(
            alice.come_back(&format!("{before}{iss}")).await.status,
            502,
            "{iss}"
        );
        assert_eq!(alice.come_back(&back).await.status, 400, "the flow is over");
    }
    // two tabs at once, the first one last
    let first = begun(alice.get("/auth/sign-in?return_to=/echo", &OPENED).await);
    let second = begun(alice.get("/auth/sign-in", &OPENED).await);
    assert_eq!(alice.come_back(&second).await.status, 303);
    let before = alice.browser.cookies();
    assert_eq!(alice.come_back(&first).await.header("location"), "/echo");
    // each sign-in makes a session of its own, and ends the one before
    assert_ne!(alice.browser.cookies(), before);
    assert_eq!(world.provider.doings().revoked.len(), 1);
    // an answer is good once; who went back and allowed access once more is signed in all the same
    let again = alice.come_back(&first).await;
    assert_eq!(again.status, 400);
    assert!(
        again.text().contains("You are signed in already"),
        "{}",
        again.text()
    );
    assert_eq!(alice.get("/echo", &OPENED).await.status, 200);
}

/// J23, T16: what the issuer answers is believed only as far as it is proved.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_not_proved_makes_no_session() {
    let world = world().await;
    for (what, id_token) in [
        ("another nonce", json!({ "nonce": "other" })),
        ("no nonce", json!({ "nonce": null })),
        ("another client's", json!({ "aud": "other" })),
        ("another issuer's", json!({ "iss": "https://evil.example" })),
        ("expired", json!({ "exp": 1 })),
    ] {
        world.provider.doings().id_token = id_token;
        let person = Person::of(&world);
        let answer = person.sign_in("/auth/sign-in").await;
        assert_eq!(answer.status, 502, "{what}");
        assert!(person.browser.cookies().is_empty(), "{what}");
    }
    world.provider.doings().id_token = json!({});
    world.provider.doings().audience = "https://other.example";
    assert_eq!(
        Person::of(&world).sign_in("/auth/sign-in").await.status,
        502
    );
    let denied = Person::of(&world);
    let sent = denied
        .get("/auth/sign-in?return_to=/accounts/7%3Fx%3D1", &OPENED)
        .await;
    let back = world.provider.sign_in(sent.header("location"));
    let back = back.replace("code=", "error=access_denied&was=");
    let page = denied.come_back(&back).await;
    assert_eq!(page.status, 403);
    assert!(
        page.text().contains("access was not allowed"),
        "{}",
        page.text()
    );
    // what was opened is not forgotten
    let again = "href=\"/auth/sign-in?return_to=%2Faccounts%2F7%3Fx%3D1\"";
    assert!(page.text().contains(again), "{}", page.text());
    for header in [
        "content-security-policy",
        "x-frame-options",
        "referrer-policy",
    ] {
        assert!(!page.header(header).is_empty(), "{header}");
    }
}
