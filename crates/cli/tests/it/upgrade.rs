//! Stores of earlier releases, which this one serves while clients refresh; and the way back: a store that
//! the next release has added to.
//!
//! `upgrade/VERSION` has what that release wrote; `scripts/release-store` keeps it.

mod kept;

use std::time::Duration;

use airside_testkit::Answer;
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};

use self::kept::Kept;
use crate::{app::refresh, server::Place};

const ROUNDS: usize = 12;

/// The app of a chain: asks until it is answered, as one that keeps its token does.
async fn goes_on(url: String, mut token: String) -> Result<String, Answer> {
    for _ in 0..ROUNDS {
        token = loop {
            match refresh(&url, &token).await {
                Some(answer) if answer.status == 200 => break answer.member("refresh_token"),
                Some(answer) if answer.status != 503 => return Err(answer),
                _ => sleep(Duration::from_millis(20)).await,
            }
        };
    }
    Ok(token)
}

/// Starts this version, and starts it once more, while every chain goes on.
async fn is_served(kept: &Kept) {
    let url = format!("http://{}", kept.place.address());
    let mut apps = JoinSet::new();
    for chain in &kept.chains {
        apps.spawn(goes_on(url.clone(), chain.clone()));
    }
    let server = kept.place.serve();
    assert_eq!(server.terminate(), 0);
    let _server = kept.place.serve();
    while let Some(ended) = apps.join_next().await {
        let ended = ended.unwrap();
        assert!(ended.is_ok(), "{ended:?}");
    }
    nothing_was_lost(&kept.place);
}

/// No alarm, and what was stored is there.
fn nothing_was_lost(place: &Place) {
    for kind in [
        "refresh_token.reused",
        "refresh_token.unissued",
        "grant.revoked",
        "session.ended",
    ] {
        let found = place.json(&["events", "search", &format!("kind:{kind}")]);
        assert_eq!(found, json!([]), "{kind}");
    }
    assert_eq!(place.json("user list")[0]["username"], "alice");
    assert_eq!(
        place.json("session list alice").as_array().unwrap().len(),
        1
    );
}

/// Every column that the earlier version knows is there, of the same type: what going back needs.
async fn only_adds(kept: &Kept) {
    let before = kept.columns();
    assert!(before.len() > 50, "{before:?}");
    is_served(kept).await;
    let after = kept.columns();
    let gone: Vec<_> = before.difference(&after).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_on_sqlite_loses_nothing_and_takes_nothing_away() {
    for release in kept::releases() {
        only_adds(&Kept::on_sqlite(&release)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_on_postgresql_loses_nothing_and_takes_nothing_away() {
    for release in kept::releases() {
        only_adds(&Kept::on_postgresql(&release)).await;
    }
}

/// A release, this many minor versions after this one.
fn after_this(minors: u32) -> String {
    let mut numbers = env!("CARGO_PKG_VERSION").split('.');
    let major = numbers.next().unwrap();
    let minor: u32 = numbers.next().unwrap().parse().unwrap();
    format!("{major}.{}", minor + minors)
}

async fn the_way_back(kept: &Kept) {
    // this version makes its tables; then a later one adds to each of them
    assert_eq!(kept.place.serve().terminate(), 0);
    kept.add_to_every_table(&after_this(1));
    is_served(kept).await;
    kept.add_to_every_table(&after_this(2));
    let refused = kept.place.run("serve --listen 127.0.0.1:0");
    refused.assert_ended(1, "a newer version has used it");
    let checked = kept.place.run("config check");
    checked.assert_ended(7, "a newer version has used it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_on_sqlite_is_taken_back_by_one_version_and_not_by_two() {
    let newest = kept::releases().pop().unwrap();
    the_way_back(&Kept::on_sqlite(&newest)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_on_postgresql_is_taken_back_by_one_version_and_not_by_two() {
    let newest = kept::releases().pop().unwrap();
    the_way_back(&Kept::on_postgresql(&newest)).await;
}
