//! A session that expires is not a logout: nobody ended it, and clients know its age from `auth_time`.

use std::time::Duration;

use super::{DAY, Receiver, deliver, sign_out, signed_in, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_expires_or_is_swept_tells_nobody() {
    // OIDC-BackChannel-2.5
    let receiver = Receiver::new().await;
    let (world, deliverer) = world(&[&receiver]).await;
    signed_in(&world, "public-1").await;
    let lifetimes = world.issuer.profile().lifetimes;
    for time in [
        lifetimes.session_idle + Duration::from_secs(1),
        lifetimes.session,
        60 * DAY,
    ] {
        world.advance(time);
        world.housekeeping().await;
        assert_eq!(deliver(&deliverer).await, 0, "{time:?}");
    }
    assert!(receiver.tokens().is_empty());
    // the control
    let (app, hint) = signed_in(&world, "public-1").await;
    sign_out(&app, &hint).await;
    assert_eq!(deliver(&deliverer).await, 1);
}
