//! Answers of receivers, and the attempts that follow them.

use std::{sync::Arc, time::Duration};

use airside_net::{Drain, Listener};
use airside_server::Issuer;
use airside_testkit::Browser;
use http::StatusCode;

use super::{
    DAY, deliver,
    receiver::{Behaviour, Receiver},
    signed_out,
};
use crate::token::claims;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundreds_end_the_delivery_and_400_is_a_final_refusal() {
    // OIDC-BackChannel-2.8
    for (status, event) in [(200, "delivered"), (204, "delivered"), (400, "refused")] {
        let receiver = Receiver::new().await;
        receiver.behave(Behaviour::Status(StatusCode::from_u16(status).unwrap()));
        let (world, deliverer) = signed_out(&receiver).await;
        assert_eq!(deliver(&deliverer).await, 1);
        world.advance(DAY);
        assert_eq!(deliver(&deliverer).await, 0, "{status}");
        let last = world.events().await.pop().unwrap();
        assert_eq!(last, format!("logout.{event}"));
        let metrics = metrics(&deliverer).await;
        let line = format!("airside_logout_tokens_total{{outcome=\"{event}\"}} 1\n");
        assert!(metrics.contains(&line), "{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_down_slow_or_lying_is_tried_again_until_it_answers() {
    // OIDC-BackChannel-2.8, D07
    for behaviour in [
        Behaviour::Status(StatusCode::INTERNAL_SERVER_ERROR),
        Behaviour::Status(StatusCode::CREATED),
        Behaviour::Status(StatusCode::NOT_FOUND),
        Behaviour::Redirect,
        Behaviour::HangUp,
        Behaviour::Silent,
        Behaviour::Garbage,
        Behaviour::Trickle,
        Behaviour::EndlessHead,
    ] {
        let receiver = Receiver::new().await;
        receiver.behave(behaviour);
        let (world, deliverer) = signed_out(&receiver).await;
        assert_eq!(deliver(&deliverer).await, 1, "{behaviour:?}");
        world.advance(Duration::from_secs(9));
        assert_eq!(
            deliver(&deliverer).await,
            0,
            "{behaviour:?}: not before 10 s"
        );
        receiver.behave(Behaviour::Status(StatusCode::OK));
        world.advance(Duration::from_secs(7));
        assert_eq!(
            deliver(&deliverer).await,
            1,
            "{behaviour:?}: at 15 s at the latest"
        );
        world.advance(DAY);
        assert_eq!(deliver(&deliverer).await, 0, "{behaviour:?}");
        let jtis: Vec<_> = receiver
            .tokens()
            .iter()
            .map(|it| claims(it)["jti"].clone())
            .collect();
        assert!(
            jtis.windows(2).all(|pair| pair[0] != pair[1]),
            "a new token each time"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_status_of_an_answer_counts() {
    // OIDC-BackChannel-2.8, G13
    for behaviour in [Behaviour::Endless, Behaviour::Page] {
        let receiver = Receiver::new().await;
        receiver.behave(behaviour);
        let (world, deliverer) = signed_out(&receiver).await;
        assert_eq!(deliver(&deliverer).await, 1);
        assert_eq!(world.events().await.pop().unwrap(), "logout.delivered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pauses_grow_to_an_hour_and_after_a_day_it_is_given_up() {
    // OIDC-BackChannel-2.5
    let receiver = Receiver::new().await;
    receiver.behave(Behaviour::Status(StatusCode::SERVICE_UNAVAILABLE));
    let (world, deliverer) = signed_out(&receiver).await;
    let mut pauses = Vec::new();
    deliver(&deliverer).await;
    while pauses.is_empty() || world.events().await.last().unwrap() != "logout.given_up" {
        // exactly at first, then a minute at a time
        let step = if pauses.len() < 2 { 1 } else { 60 };
        let mut pause = 0_u64;
        while pause == 0 || deliver(&deliverer).await == 0 {
            world.advance(Duration::from_secs(step));
            pause += step;
            assert!(pause <= 3_660, "an hour at most");
        }
        pauses.push(pause);
    }
    assert!(pauses[0] >= 10 && pauses[0] <= 15, "{pauses:?}");
    assert!(pauses[1] >= 20 && pauses[1] <= 30, "{pauses:?}");
    let day: u64 = pauses.iter().sum();
    assert!((22 * 3_600..=24 * 3_600 + 60).contains(&day), "{day}");
    let attempts = receiver.tokens().len();
    assert!((25..60).contains(&attempts), "{attempts}");
    world.advance(DAY);
    assert_eq!(deliver(&deliverer).await, 0);
}

async fn metrics(deliverer: &Arc<Issuer>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let (listener, drain) = (Listener::tcp(listener), Drain::new());
    let serving = airside_server::serve_metrics(Arc::clone(deliverer), listener, drain.clone());
    let serving = tokio::spawn(serving);
    let text = Browser::new().get(&url).await.text();
    drain.start();
    serving.await.unwrap();
    text
}
