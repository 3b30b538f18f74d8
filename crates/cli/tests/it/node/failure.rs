//! Nodes and databases that are killed, and a database that cannot be written to.

use airside_testkit::{Browser, postgres, postgres::Cluster};

use super::{CLIENTS, is_active, own, places, soon};
use crate::{
    app::{App, post, redeem, refresh},
    load::{Load, Moments, assert_nothing_lost, begin, kills},
    server::Place,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_has_lost_nothing_that_it_acknowledged() {
    let places = places::<2>(&postgres::schema());
    let [first, second] = places.each_ref().map(Place::serve);
    let urls = places.each_ref().map(own);
    let mut chains = begin(&first.url, CLIENTS).await;
    let mut nodes = [Some(first), Some(second)];
    let mut moments = Moments::new();
    for kill in 0..kills() {
        let victim = kill % 2;
        let load = Load::start(&[&urls[0], &urls[1]], chains);
        moments.pass().await;
        nodes[victim].take().unwrap().kill();
        moments.pass().await;
        nodes[victim] = Some(places[victim].serve());
        chains = load.stop().await;
    }
    assert_nothing_lost(&urls[0], &places[0], &chains, kills() * CLIENTS / 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_database_has_lost_nothing_that_was_acknowledged() {
    let database = Cluster::start();
    let places = places::<2>(&database.url());
    let nodes = places.each_ref().map(Place::serve);
    let urls = places.each_ref().map(own);
    let mut chains = begin(&nodes[0].url, CLIENTS).await;
    let mut moments = Moments::new();
    for _ in 0..kills().div_ceil(5) {
        let load = Load::start(&[&urls[0], &urls[1]], chains);
        moments.pass().await;
        database.kill();
        database.restart();
        moments.pass().await;
        chains = load.stop().await;
    }
    assert_nothing_lost(&urls[0], &places[0], &chains, CLIENTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_read_only_health_is_degraded_and_what_reads_is_answered() {
    let database = Cluster::start();
    let mut places = places::<2>(&database.url());
    places[1].set("AIRSIDE_HEALTH__READY", "writes");
    let nodes = places.each_ref().map(Place::serve);
    let urls = places.each_ref().map(own);
    let app = App::sign_in(&nodes[0].url).await;
    let first = redeem(&urls[0], &app.code().await).await.unwrap();
    let health = async |expected: [(u16, &str); 2]| {
        for (url, expected) in urls.iter().zip(expected) {
            let url = format!("{url}/health/ready");
            let hears = async || {
                let answer = Browser::new().get(&url).await;
                (answer.status.as_u16(), &answer.json()["status"])
                    == (expected.0, &expected.1.into())
            };
            soon(expected.1, hears).await;
        }
    };
    health([(200, "ready"); 2]).await;

    database.sql("ALTER SYSTEM SET default_transaction_read_only = on");
    database.sql("SELECT pg_reload_conf()");
    health([(200, "degraded"), (503, "degraded")]).await;
    let token = first.member("refresh_token");
    assert_eq!(refresh(&urls[0], &token).await.unwrap().status, 503);
    assert!(is_active(&urls[0], &first.member("access_token")).await);
    assert_eq!(
        Browser::new()
            .get(&format!("{}/jwks", urls[0]))
            .await
            .status,
        200
    );

    database.sql("ALTER SYSTEM RESET default_transaction_read_only");
    database.sql("SELECT pg_reload_conf()");
    health([(200, "ready"); 2]).await;
    assert_eq!(refresh(&urls[0], &token).await.unwrap().status, 200);
    database.stop();
    let url = format!("{}/health/ready", urls[0]);
    let gone = async || Browser::new().get(&url).await.json()["status"] == "store unavailable";
    soon("reads fail", gone).await;
    assert_eq!(Browser::new().get(&url).await.status, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_standby_has_everything_that_was_acknowledged() {
    for _ in 0..kills().div_ceil(5) {
        let primary = Cluster::start();
        let standby = primary.synchronous_standby();
        let places = places::<2>(&primary.url_with(&standby));
        let nodes = places.each_ref().map(Place::serve);
        let urls = places.each_ref().map(own);
        let chains = begin(&nodes[0].url, CLIENTS).await;
        let revoked = begin(&nodes[0].url, 1).await.remove(0);
        let mut moments = Moments::new();

        let load = Load::start(&[&urls[0], &urls[1]], chains);
        moments.pass().await;
        let fields = [("token", revoked.token.as_str())];
        let answer = post(&format!("{}/revoke", urls[1]), &fields).await.unwrap();
        assert_eq!(answer.status, 200);
        moments.pass().await;
        primary.kill();
        standby.promote();
        moments.pass().await;
        let chains = load.stop().await;

        for chain in &chains {
            let answer = refresh(&urls[0], &chain.token).await.unwrap();
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        let answer = refresh(&urls[1], &revoked.token).await.unwrap();
        assert_eq!(answer.status, 400, "a revocation was lost");
        assert!(chains.iter().map(|chain| chain.acknowledged).sum::<usize>() > CLIENTS);
    }
}
