//! Text of requests and people is shown as text.

use super::{attempt, form};
use crate::world::World;

const PAYLOAD: &str = "\"><script>alert(1)</script><img src=x onerror='a'>";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_request_carries_is_shown_as_text() {
    // ASVS-1.2.1, A26
    let world = World::new().await;
    let hint = world.app("spa").with("login_hint", PAYLOAD);
    let (page, _) = form(&hint).await;
    let uri = format!("https://app.example/cb{PAYLOAD}");
    let refused = world.app("spa").redirect_uri(&uri).authorize().await;
    assert_eq!(refused.status, 400);
    let unknown = world.app(PAYLOAD).authorize().await;
    for answer in [page, refused, unknown] {
        let text = answer.text();
        assert!(!text.contains("<script"), "{text}");
        assert!(!text.contains("<img"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_name_is_shown_as_text() {
    // ASVS-1.2.1, A26
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let answer = attempt(&app, &sealed, PAYLOAD, "wrong").await;
    assert_eq!(answer.status, 401);
    assert!(!answer.text().contains("<script"), "{}", answer.text());
}
