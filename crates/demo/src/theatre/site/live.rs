//! The live log as a stream of server-sent events (HTML, server-sent events).

use std::{convert::Infallible, sync::Arc};

use airside_net::Drain;
use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::stream::{Stream, unfold};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::theatre::{
    live::{LiveLine, LiveLog},
    state::TheatreState,
    view,
};

/// The state that a stream needs.
#[derive(Clone)]
pub struct Live {
    log: LiveLog,
    drain: Drain,
}

/// Returns what the streams of a page need; they end when the drain starts.
pub fn state(state: &Arc<TheatreState>, drain: &Drain) -> Live {
    Live {
        log: state.company.live.clone(),
        drain: drain.clone(),
    }
}

/// Sends every later line as HTML.
pub async fn stream(
    State(live): State<Live>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let lines = live.log.follow();
    let events = unfold((lines, live.drain), async |(mut lines, drain)| {
        let line = tokio::select! {
            line = next(&mut lines) => line?,
            () = drain.started() => return None,
        };
        let event = Event::default().data(view::live_line(&line));
        Some((Ok(event), (lines, drain)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// Waits for the next line; those that came too fast are skipped.
async fn next(lines: &mut Receiver<LiveLine>) -> Option<LiveLine> {
    loop {
        match lines.recv().await {
            Ok(line) => return Some(line),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}
