//! Searching the audit trail.

use std::time::Duration;

use airside_oauth::{state::event::EventKind, time::Timestamp};
use airside_testkit::Answer;

use super::{found, search};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_kind_is_refused_with_the_nearest() {
    let world = World::new().await;
    let refused = search(&world, "kind=signin.refused").await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.text().contains("`sign_in.refused`"),
        "{}",
        refused.text()
    );
    for kind in EventKind::ALL {
        let answer = search(&world, &format!("kind={}", kind.as_str())).await;
        assert_eq!(answer.status, 200, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_says_that_there_are_more_and_where_they_are() {
    let world = World::new().await;
    let all = found(&world, "limit=1000&kind=key.created").await;
    let (mut seen, mut query) = (Vec::new(), "limit=2&kind=key.created".to_owned());
    loop {
        let answer = search(&world, &query).await;
        let page = answer.json().as_array().unwrap().clone();
        seen.extend(page.clone());
        let Some(next) = next(&answer) else {
            break;
        };
        assert_eq!(page.len(), 2);
        query = next;
    }
    assert_eq!(seen, all);
    // the control: what is whole says nothing of more
    let whole = search(&world, &format!("limit={}&kind=key.created", all.len())).await;
    assert!(!whole.headers.contains_key("link"));
    assert_eq!(whole.json().as_array().unwrap().len(), all.len());
}

/// The query of the next page, which is relative to the address that was asked.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.headers.get("link")?.to_str().unwrap();
    let (address, rel) = link.split_once('>').unwrap();
    assert_eq!(rel, "; rel=\"next\"");
    Some(address.strip_prefix("<?").unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_begins_at_a_time_in_either_form() {
    let world = World::new().await;
    world.app("spa").sign_in("alice").await;
    let all = found(&world, "").await.len();
    let now = world.issuer.now();
    let offset = Timestamp::from(now).to_string().replace('Z', "%2B00:00");
    let later = Timestamp::from(now.plus(Duration::from_secs(1)));
    for (since, expected) in [
        ("0".to_owned(), all),
        ("1970-01-01T00:00:00Z".to_owned(), all),
        (
            offset,
            found(&world, &format!("since={}", now.as_millis()))
                .await
                .len(),
        ),
        (later.to_string(), 0),
        (later.time().as_millis().to_string(), 0),
    ] {
        assert_eq!(
            found(&world, &format!("since={since}")).await.len(),
            expected,
            "{since}"
        );
    }
    for wrong in [
        "yesterday",
        "2026-11-29",
        "-1",
        "1.5",
        "2026-13-01T00:00:00Z",
    ] {
        let answer = search(&world, &format!("since={wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}");
        let says = answer.text().contains("RFC 3339") || wrong == "-1";
        assert!(says, "{}", answer.text());
    }
}
