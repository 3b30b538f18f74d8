//! Joining the two ends of a WebSocket.

use std::time::Duration;

use airside_net::CloseSignal;
use airside_resource::Caller;
use http::{
    HeaderValue, Response, StatusCode,
    header::{CONNECTION, UPGRADE},
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use super::{
    Guard,
    answer::{pass_on, pass_on_head},
};
use crate::{
    body::{self, AnswerBody, Body},
    error::RequestError,
    header, websocket,
};

impl Guard {
    /// Waits until a WebSocket of this caller must end: its token has expired or is revoked.
    pub(super) fn end_of_token(&self, caller: Option<&Caller>) -> impl Future<Output = ()> + use<> {
        let caller = caller.cloned();
        let now = (self.clock)();
        let lifetime = caller.as_ref().map_or(MAX_SOCKET, |caller| {
            let left = caller.token().expires_at().seconds_since(now);
            Duration::from_secs(u64::try_from(left).unwrap_or(0))
        });
        let resource_server = self.resource_server.clone();
        async move {
            let expired = tokio::time::sleep(lifetime);
            match caller {
                Some(caller) => tokio::select! {
                    () = expired => {}
                    () = resource_server.revoked(&caller) => {}
                },
                None => expired.await,
            }
        }
    }
}

/// Joins the two ends of a WebSocket.
///
/// # Errors
///
/// [`RequestError::BadAnswer`] if the upstream switches to another protocol (RFC 9110 §7.8).
pub(super) fn switch(
    client: OnUpgrade,
    signal: Option<CloseSignal>,
    mut answer: Response<AnswerBody>,
    end_of_token: impl Future<Output = ()> + Send + 'static,
) -> Result<Response<Body>, RequestError> {
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(pass_on(answer));
    }
    if !header::is_websocket(answer.headers()) {
        let why = "it switches to a protocol that was not asked for";
        return Err(RequestError::BadAnswer(why));
    }
    let upstream = hyper::upgrade::on(&mut answer);
    let (parts, connection) = answer.into_parts();
    tokio::spawn(relay(client, upstream, connection, signal, end_of_token));
    let mut response = pass_on_head(parts, body::empty());
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    Ok(response)
}

/// Relays between both sides of a WebSocket; `connection` is one of the upstream's until it ends.
async fn relay(
    client: OnUpgrade,
    upstream: OnUpgrade,
    connection: AnswerBody,
    signal: Option<CloseSignal>,
    end_of_token: impl Future<Output = ()>,
) {
    let _connection = connection;
    let (Ok(client), Ok(upstream)) = tokio::join!(client, upstream) else {
        return;
    };
    let (client, upstream) = (TokioIo::new(client), TokioIo::new(upstream));
    websocket::relay(client, upstream, signal, end_of_token).await;
    tracing::debug!("a WebSocket ended");
}

/// The lifetime of a public WebSocket, which has no token.
const MAX_SOCKET: Duration = Duration::from_secs(24 * 60 * 60);
