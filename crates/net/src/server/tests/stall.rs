//! Answers that wait: for a peer that takes nothing, not for ever; for the service, as long as it
//! wants.

use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

use hyper::body::Frame;

use super::{
    super::{activity::Activity, answer::WatchedBody},
    flood::{
        CANCEL, DATA, END_HEADERS, END_STREAM, GET, HEADERS, LARGE, PING, RESET, SETTINGS,
        WINDOW_UPDATE, frame, next_frame, opening,
    },
    *,
};

/// Reads to the end, and says that it is alive whenever the server asks; what kinds came.
async fn alive(mut stream: TcpStream) -> Vec<u8> {
    let mut kinds = Vec::new();
    while let Some((kind, payload)) = next_frame(&mut stream).await {
        kinds.push(kind);
        if kind == PING
            && stream
                .write_all(&frame(PING, 1, 0, &payload))
                .await
                .is_err()
        {
            break;
        }
    }
    kinds
}

/// D02: CVE-2019-9517
#[tokio::test(start_paused = true)]
async fn an_answer_for_which_no_window_is_opened_is_given_up_after_thirty_seconds() {
    let running = serve().await;
    let request = frame(HEADERS, END_HEADERS | END_STREAM, 1, GET);
    // SETTINGS_INITIAL_WINDOW_SIZE
    let closed = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let bytes = [opening(), closed, request.clone()].concat();
    stream.write_all(&bytes).await.unwrap();
    let started = tokio::time::Instant::now();
    let kinds = alive(stream).await;
    let waited = started.elapsed();
    assert!(
        kinds.contains(&HEADERS) && !kinds.contains(&DATA),
        "{kinds:?}"
    );
    assert!(
        waited >= Duration::from_secs(30) && waited < Duration::from_secs(42),
        "{waited:?}"
    );
    // control: with the usual window it comes, and the connection stays for its minute
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream
        .write_all(&[opening(), request].concat())
        .await
        .unwrap();
    let started = tokio::time::Instant::now();
    assert!(alive(stream).await.contains(&DATA));
    assert!(started.elapsed() >= Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn only_an_answer_that_was_not_asked_for_waits_for_the_peer() {
    let (activity, _told) = Activity::new(Limits::default());
    let (pieces, stream) = tokio::sync::mpsc::channel::<Bytes>(1);
    let mut body = WatchedBody::new(Pieces(stream), activity.request(true));
    let mut context = Context::from_waker(Waker::noop());
    let mut poll = || Pin::new(&mut body).poll_frame(&mut context).is_ready();
    let thirty = Duration::from_secs(30);
    let now = tokio::time::Instant::now;
    assert_eq!(activity.deadline(), Some(now() + thirty));
    assert!(!poll());
    assert_eq!(activity.deadline(), None, "it waits for the service");
    pieces.send(Bytes::from_static(b"x")).await.unwrap();
    assert!(poll());
    let offered = now();
    assert_eq!(activity.deadline(), Some(offered + thirty));
    advance(Duration::from_secs(20)).await;
    assert_eq!(activity.deadline(), Some(offered + thirty));
    let second = activity.request(true);
    assert_eq!(activity.deadline(), None, "another request is not answered");
    drop(second);
    assert!(!poll());
    drop(body);
    assert!(activity.idle_since().is_some());
}

/// D02
#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_takes_is_not_held_by_others_that_move() {
    let running = serve().await;
    let get = |number| frame(HEADERS, END_HEADERS | END_STREAM, number, GET);
    let closed = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let bytes = [opening(), closed, get(1)].concat();
    stream.write_all(&bytes).await.unwrap();
    let started = tokio::time::Instant::now();
    let (from, mut to) = stream.into_split();
    let mut from = tokio::io::BufReader::new(from);
    for number in (3..).step_by(2) {
        // within every time that an answer may wait, another comes and goes
        let next = started + Duration::from_secs(5) * (number / 2);
        while let Ok(read) = tokio::time::timeout_at(next, next_frame(&mut from)).await {
            match read {
                Some((PING, payload)) => {
                    let _ = to.write_all(&frame(PING, 1, 0, &payload)).await;
                }
                Some(_) => {}
                None => {
                    let waited = started.elapsed();
                    assert!(waited < Duration::from_secs(42), "{waited:?}");
                    assert!(waited >= Duration::from_secs(30), "{waited:?}");
                    return;
                }
            }
        }
        let before = match number {
            3 => Vec::new(),
            _ => frame(RESET, 0, number - 2, &CANCEL),
        };
        let _ = to.write_all(&[before, get(number)].concat()).await;
        assert!(number < 50, "it is held");
    }
}

#[tokio::test(start_paused = true)]
async fn a_drain_waits_for_an_answer_that_is_larger_than_the_window() {
    let running = serve().await;
    let request = frame(HEADERS, END_HEADERS | END_STREAM, 1, LARGE);
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let bytes = [opening(), request].concat();
    stream.write_all(&bytes).await.unwrap();
    let mut came = 0;
    while came < 65_535 {
        came += data(&mut stream).await.expect("a piece of the answer");
    }
    running.drain.start();
    sleep(Duration::from_secs(5)).await;
    let more = (64 * 1024 * 1024_u32).to_be_bytes();
    let windows = [0, 1].map(|stream| frame(WINDOW_UPDATE, 0, stream, &more));
    stream.write_all(&windows.concat()).await.unwrap();
    while let Some(size) = data(&mut stream).await {
        came += size;
    }
    assert_eq!(came, 64 * 1024 * 1024);
    running.server.await.unwrap();
}

/// The number of bytes of the answer in the next frame; none at the end.
async fn data(stream: &mut TcpStream) -> Option<usize> {
    let (kind, payload) = next_frame(stream).await?;
    Some(if kind == DATA { payload.len() } else { 0 })
}

#[tokio::test]
async fn only_http2_answers_are_given_out_in_pieces() {
    let (activity, _told) = Activity::new(Limits::default());
    for (multiplexed, pieces) in [(true, 3), (false, 1)] {
        let text = Bytes::from(vec![b'x'; 40_000]);
        let mut body = WatchedBody::new(Full::new(text), activity.request(multiplexed));
        let mut sizes = Vec::new();
        while !body.is_end_stream() {
            let left = 40_000 - sizes.iter().sum::<usize>();
            assert_eq!(body.size_hint().exact(), Some(left as u64));
            let frame = body.frame().await.unwrap().unwrap();
            sizes.push(frame.into_data().unwrap().len());
        }
        assert_eq!((sizes.len(), sizes.iter().sum()), (pieces, 40_000));
        assert!(body.frame().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn of_several_answers_the_one_that_moved_least_recently_counts() {
    let (activity, _told) = Activity::new(Limits::default());
    let mut context = Context::from_waker(Waker::noop());
    let body = || {
        let text = Full::new(Bytes::from_static(b"x"));
        WatchedBody::new(text, activity.request(true))
    };
    let thirty = Duration::from_secs(30);
    let now = tokio::time::Instant::now;
    let (mut first, offered) = (body(), now());
    advance(Duration::from_secs(20)).await;
    let mut second = body();
    assert_eq!(activity.deadline(), Some(offered + thirty));
    assert!(Pin::new(&mut second).poll_frame(&mut context).is_ready());
    drop(second);
    assert_eq!(activity.deadline(), Some(offered + thirty));
    let sent = activity.request(true);
    assert_eq!(activity.deadline(), None, "another request is worked on");
    sent.waits().for_body.begin();
    assert_eq!(activity.deadline(), Some(offered + thirty));
    // control: it moves, and has its time again
    assert!(Pin::new(&mut first).poll_frame(&mut context).is_ready());
    assert_eq!(activity.deadline(), Some(now() + thirty));
}

#[tokio::test(start_paused = true)]
async fn only_a_connection_whose_every_request_waits_for_the_peer_is_held_by_it() {
    let (activity, _told) = Activity::new(Limits::default());
    let text = Full::new(Bytes::from_static(b"x"));
    let _answered = WatchedBody::new(text, activity.request(true));
    let sent = activity.request(true);
    sent.waits().for_body.begin();
    advance(Duration::from_millis(2_900)).await;
    assert!(!activity.is_held(), "not for long");
    let worked_on = activity.request(true);
    advance(Duration::from_secs(1)).await;
    assert!(!activity.is_held(), "one request is worked on");
    drop(worked_on);
    assert!(activity.is_held() && activity.tell_to_leave());
    assert!(!activity.tell_to_leave(), "once is enough");
    sent.waits().for_body.end();
    assert!(!activity.is_held(), "the body goes on");
}

pub(super) struct Pieces(pub(super) tokio::sync::mpsc::Receiver<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
    }
}
