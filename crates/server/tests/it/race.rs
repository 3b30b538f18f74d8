//! Races over HTTP: many requests at once, one outcome.

use airside_testkit::{Answer, Browser};
use futures_util::future::join_all;
use serde_json::json;

use crate::world::{App, Tokens, VERIFIER, World};

const MANY: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_redemptions_of_one_code_one_succeeds_and_the_grant_ends_revoked() {
    // T03, RFC6749-4.1.2
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    let form = [
        ("client_id", "spa"),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let answers = at_once(&world, &form).await;
    let granted: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert_eq!(granted.len(), 1);
    assert_outcomes(&answers, &["200", "400 invalid_grant"]);
    assert_dead(&app, &Tokens::of(granted[0])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_refreshes_of_one_token_all_get_the_one_successor() {
    // T10
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let answers = at_once(&world, &refresh_form(first.refresh())).await;
    assert_outcomes(&answers, &["200"]);
    let mut successors: Vec<_> = answers
        .iter()
        .map(|answer| answer.member("refresh_token"))
        .collect();
    successors.dedup();
    assert_eq!(successors.len(), 1);
    assert_ne!(successors[0], first.refresh());
    assert_eq!(app.refresh(&successors[0]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_reuses_of_an_old_token_revoke_once() {
    // T11
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let second = Tokens::of(&app.refresh(first.refresh()).await);
    let third = Tokens::of(&app.refresh(second.refresh()).await);
    let answers = at_once(&world, &refresh_form(first.refresh())).await;
    assert_outcomes(&answers, &["400 invalid_grant"]);
    let events = world.events().await;
    let reused = events.iter().filter(|kind| *kind == "refresh_token.reused");
    assert_eq!(reused.count(), 1);
    assert_dead(&app, &third).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_among_refreshes_wins_in_the_end() {
    // T14
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let form = refresh_form(first.refresh());
    let (answers, revoked) = tokio::join!(at_once(&world, &form), app.revoke(first.refresh()));
    assert_eq!(revoked.status, 200);
    assert_outcomes(&answers, &["200", "400 invalid_grant"]);
    assert_eq!(
        app.refresh(first.refresh()).await.outcome(),
        "400 invalid_grant"
    );
    for granted in answers.iter().filter(|answer| answer.status == 200) {
        assert_dead(&app, &Tokens::of(granted)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_last_two_administrators_who_go_at_once_one_stays() {
    let world = World::new().await;
    for name in ["one", "other"] {
        let user = json!({ "username": name, "administrator": true });
        world.create("/users", user).await;
    }
    let demoted = json!({ "administrator": false });
    let (one, other) = tokio::join!(
        world.admin("DELETE", "/users/one", json!(null)),
        world.admin("PATCH", "/users/other", demoted),
    );
    let mut statuses = [one, other].map(|answer| answer.status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(world.store.administrators(2).await.unwrap().len(), 1);
}

fn refresh_form(token: &str) -> [(&str, &str); 3] {
    [
        ("client_id", "spa"),
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
    ]
}

/// Sends the same form over as many connections.
async fn at_once(world: &World, form: &[(&str, &str)]) -> Vec<Answer> {
    let url = world.at("/token");
    let browsers: Vec<_> = (0..MANY).map(|_| Browser::new()).collect();
    join_all(browsers.iter().map(|browser| persist(browser, &url, form))).await
}

/// Comes back when told to: two hundred at once may be more than a busy machine can do.
async fn persist(browser: &Browser, url: &str, form: &[(&str, &str)]) -> Answer {
    loop {
        let answer = browser.post(url, form).await;
        if answer.status != 503 {
            return answer;
        }
    }
}

fn assert_outcomes(answers: &[Answer], allowed: &[&str]) {
    for answer in answers {
        let outcome = answer.outcome();
        assert!(
            allowed.contains(&outcome.as_str()),
            "{outcome} {}",
            answer.text()
        );
    }
}

async fn assert_dead(app: &App<'_>, tokens: &Tokens) {
    let refresh = app.refresh(tokens.refresh()).await;
    assert_eq!(refresh.outcome(), "400 invalid_grant");
    assert_eq!(app.userinfo(&tokens.access).await.status, 401);
}
