//! `/revocations`, and the library that follows it.

mod follow;
mod paged;

use airside_oauth::{
    key::secret::Digest,
    state::{
        decide::{Commit, Effect, Pivot},
        feed::{FeedEntry, FeedSubject},
    },
};

use airside_resource::{FeedOptions, IssuerConnection};
use serde_json::{Value, json};

use crate::world::World;

/// Returns what a resource server is answered.
async fn ask(world: &World, fields: &[(&str, &str)]) -> Value {
    let answer = world.app("bank-api").revocations(fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

/// Returns the options with which the bank follows the feed at `endpoint`.
fn options(endpoint: &str, secret: &str) -> FeedOptions {
    FeedOptions {
        endpoint: endpoint.parse().unwrap(),
        client_id: "bank-api".to_owned(),
        client_secret: secret.to_owned(),
        connection: IssuerConnection {
            loopback_http: true,
            ..IssuerConnection::default()
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_kills_a_token_is_told_in_order() {
    let world = World::new().await;
    let first = ask(&world, &[]).await;
    assert_eq!(
        (&first["reset"], &first["revocations"]),
        (&json!(true), &json!([]))
    );
    let app = world.app("spa");
    let alice = app.sign_in("alice").await;
    world.app("spa").sign_in("bob").await;
    assert_eq!(app.revoke(alice.refresh()).await.status, 200);
    let machine = world.machine_token().await;
    assert_eq!(world.app("billing").revoke(&machine).await.status, 200);
    let body = json!({ "disabled": true });
    world.administer("PATCH", "/users/bob", body).await;

    let all = ask(&world, &[]).await;
    let listed = all["revocations"].as_array().unwrap();
    let kinds: Vec<_> = listed.iter().map(kind).collect();
    assert_eq!(kinds, ["grant", "jti", "grant"]);
    from_a_position(&world, &all).await;
}

/// From a position on, there is what came after it.
async fn from_a_position(world: &World, all: &Value) {
    // nothing comes after the last
    let (epoch, position) = (all["epoch"].to_string(), all["position"].to_string());
    let rest = ask(world, &[("epoch", &epoch), ("position", &position)]).await;
    assert_eq!(
        (&rest["reset"], &rest["revocations"]),
        (&json!(false), &json!([]))
    );
    assert_eq!(rest["position"], all["position"]);
    // of another store: all again
    let other = ask(world, &[("epoch", "77"), ("position", &position)]).await;
    assert_eq!(
        (&other["reset"], &other["revocations"]),
        (&json!(true), &all["revocations"])
    );
}

fn kind(entry: &Value) -> &'static str {
    let mut kinds = ["grant", "jti", "client", "user", "kid"].into_iter();
    kinds.find(|kind| entry.get(kind).is_some()).unwrap()
}

/// After a failover to a standby that had not got the last writes, or a restored file: what comes next
/// has positions that the reader believes to know.
#[tokio::test(flavor = "multi_thread")]
async fn a_position_ahead_of_the_end_is_answered_with_everything() {
    let world = World::new().await;
    let app = world.app("spa");
    let alice = app.sign_in("alice").await;
    app.revoke(alice.refresh()).await;
    let all = ask(&world, &[]).await;
    let (epoch, end) = (all["epoch"].to_string(), all["position"].as_i64().unwrap());
    let at = async |position: i64, more: &[(&str, &str)]| {
        let position = position.to_string();
        let fields = [("epoch", epoch.as_str()), ("position", &position)];
        ask(&world, &[&fields, more].concat()).await
    };
    let wait = [("wait", "25")];
    let ahead = at(end + 1, &wait).await;
    assert_eq!(ahead["reset"], true);
    for member in ["revocations", "position"] {
        assert_eq!(ahead[member], all[member]);
    }
    // the controls
    assert_eq!(at(end - 1, &wait).await["reset"], false);
    let known = at(end, &[]).await;
    assert_eq!(known["reset"], false);
    assert_eq!(known["revocations"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_resource_servers_hear_of_revocations() {
    let world = World::new().await;
    assert_eq!(world.app("bank-api").revocations(&[]).await.status, 200);
    for client in ["spa", "web", "billing"] {
        let refused = world.app(client).revocations(&[]).await;
        assert_eq!(refused.json()["error"], "invalid_client", "{client}");
    }
    for wrong in [("position", "x"), ("epoch", "-1"), ("wait", "1s")] {
        let refused = world.app("bank-api").revocations(&[wrong]).await;
        assert_eq!(refused.json()["error"], "invalid_request", "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_whether_there_is_more() {
    let world = World::new().await;
    let now = world.issuer.now();
    let commits = (0..1_001).map(|n: u32| {
        let digest = Digest::of(&n.to_be_bytes());
        let subject = FeedSubject::Jti(n.to_string());
        let entry = Effect::Feed(FeedEntry { subject, at: now });
        let commit = Commit::new(Pivot::UseOnce { digest, until: now }).and(entry);
        world.store.commit(commit)
    });
    for committed in futures_util::future::join_all(commits).await {
        committed.unwrap();
    }
    let first = ask(&world, &[]).await;
    assert_eq!(extent(&first), (true, 1_000));
    let (epoch, position) = (first["epoch"].to_string(), first["position"].to_string());
    let rest = ask(&world, &[("epoch", &epoch), ("position", &position)]).await;
    assert_eq!(extent(&rest), (false, 1));
}

/// Returns true if there is more, and the number of revocations on the page.
fn extent(page: &Value) -> (bool, usize) {
    let revocations = page["revocations"].as_array().unwrap();
    (page["more"].as_bool().unwrap(), revocations.len())
}
