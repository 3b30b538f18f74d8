//! At the connection limit, an idle connection makes room for a new one.

mod http2;

use super::{
    flood::{END_HEADERS, END_STREAM, GET, GOAWAY, HEADERS, SETTINGS, frame, next_frame, opening},
    *,
};

async fn serve_at_most(connections: usize) -> Running {
    let limits = Limits {
        connections,
        ..Limits::default()
    };
    serve_within(limits, |listener| listener).await
}

/// A connection that has had its answer and is idle, for less time than the earlier ones.
async fn idle(running: &Running) -> TcpStream {
    sleep(Duration::from_millis(1)).await;
    let mut stream = running.send(&get("/", "")).await;
    running.entered.notified().await;
    head(&mut stream).await;
    stream
}

/// Asks again on a connection that must be open.
async fn ask_again(stream: &mut TcpStream) {
    sleep(Duration::from_millis(1)).await;
    let request = get("/", "");
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(head(stream).await.starts_with("HTTP/1.1 200"));
}

/// A new client is served at once: not when some timeout of another connection is over.
async fn assert_there_is_room(running: &Running) {
    let request = get("/", "connection: close\r\n");
    let answer = timeout(Duration::from_secs(4), running.ask(&request)).await;
    assert!(answer.unwrap().starts_with("HTTP/1.1 200"));
}

/// D02
#[tokio::test(start_paused = true)]
async fn the_longest_idle_connection_makes_room_and_no_request_is_cut() {
    let running = serve_at_most(4).await;
    let busy = running.send(&get("/wait", "")).await;
    running.entered.notified().await;
    let first = idle(&running).await;
    let (mut second, mut third) = (idle(&running).await, idle(&running).await);
    assert_there_is_room(&running).await;
    assert_eq!(all(first).await, "");
    ask_again(&mut second).await;
    ask_again(&mut third).await;
    running.leave.notify_one();
    let mut busy = busy;
    assert!(head(&mut busy).await.starts_with("HTTP/1.1 200"));
}

/// D02
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_being_sent_is_not_cut() {
    let running = serve_at_most(2).await;
    // more than the system takes, and not read yet
    let large = running.send(&get("/large", "connection: close\r\n")).await;
    running.entered.notified().await;
    let younger = idle(&running).await;
    assert_there_is_room(&running).await;
    assert_eq!(all(younger).await, "");
    assert!(all(large).await.len() > 64 * 1024 * 1024);
}

/// D02
#[tokio::test(start_paused = true)]
async fn whoever_was_asked_last_is_the_longest_idle() {
    let running = serve_at_most(2).await;
    let mut first = idle(&running).await;
    let second = idle(&running).await;
    ask_again(&mut first).await;
    assert_there_is_room(&running).await;
    assert_eq!(all(second).await, "");
    ask_again(&mut first).await;
}

/// D02
#[tokio::test(start_paused = true)]
async fn half_a_header_and_silence_make_room_like_any_other_wait() {
    for begun in ["", "GET / HTTP/1.1\r\nhost:"] {
        let running = serve_at_most(2).await;
        let dribbling = running.send(begun).await;
        let mut younger = idle(&running).await;
        assert_there_is_room(&running).await;
        assert_eq!(all(dribbling).await, "", "{begun:?}");
        ask_again(&mut younger).await;
    }
}

/// D02
#[tokio::test(start_paused = true)]
async fn as_many_make_room_as_come() {
    let running = serve_at_most(4).await;
    let mut idle_ones = Vec::new();
    for _ in 0..4 {
        idle_ones.push(idle(&running).await);
    }
    let mut busy = Vec::new();
    for stream in idle_ones {
        busy.push(running.send(&get("/never", "")).await);
        running.entered.notified().await;
        assert_eq!(all(stream).await, "");
    }
    // control: no connection is idle any more, and the new one waits
    let mut waiting = running.send(&get("/", "")).await;
    let waits = timeout(Duration::from_millis(200), waiting.read_u8()).await;
    assert!(waits.is_err(), "it was served beside the four");
    busy.pop();
    assert!(head(&mut waiting).await.ends_with("tls=false"));
}

/// D02
#[tokio::test(start_paused = true)]
async fn a_request_that_begins_just_then_is_served_whole_or_not_at_all() {
    let running = serve_at_most(1).await;
    for _ in 0..200 {
        let mut stream = idle(&running).await;
        // then it makes room at once, while the request is on its way
        advance(Duration::from_secs(1)).await;
        let request = get("/", "");
        let (sent, ()) = tokio::join!(
            stream.write_all(request.as_bytes()),
            assert_there_is_room(&running)
        );
        let answer = match sent {
            Ok(()) => all(stream).await,
            Err(_) => String::new(),
        };
        assert!(
            answer.is_empty() || answer.ends_with("tls=false"),
            "{answer}"
        );
    }
}

/// D02
#[tokio::test(start_paused = true)]
async fn a_handshake_that_stalls_makes_room() {
    let balancers = TrustedProxies::parse(&["127.0.0.1".to_owned()]).unwrap();
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let running = serve_within(limits, |listener| listener.behind(balancers)).await;
    let stalled = running.send("PROXY TCP4 192.0.2.1").await;
    let header = "PROXY TCP4 192.0.2.1 192.0.2.9 56324 443\r\n";
    let request = header.to_owned() + &get("/", "connection: close\r\n");
    let answer = timeout(Duration::from_secs(4), running.ask(&request)).await;
    assert!(answer.unwrap().ends_with("192.0.2.1 tls=false"));
    assert_eq!(all(stalled).await, "");
}

/// D02
#[tokio::test(start_paused = true)]
async fn whoever_has_just_come_is_not_closed_for_whoever_comes_next() {
    let running = serve_at_most(2).await;
    let _busy = running.send(&get("/never", "")).await;
    running.entered.notified().await;
    // as in a handshake: nothing that the server sees has arrived
    let mut first = running.send("").await;
    let mut second = running.send(&get("/", "")).await;
    let waits = timeout(Duration::from_millis(900), second.read_u8()).await;
    assert!(waits.is_err(), "the first was closed, or both are served");
    ask_again(&mut first).await;
    // control: once it has had its second, it makes room
    assert!(head(&mut second).await.ends_with("tls=false"));
    assert_eq!(all(first).await, "");
}

/// D02
#[tokio::test(start_paused = true)]
async fn a_few_make_room_however_many_are_busy() {
    let open = OpenConnections::default();
    let mut members: Vec<_> = (0..256).map(|_| open.enter(Limits::default())).collect();
    let busy: Vec<_> = (members.iter().skip(32))
        .map(|member| member.activity.request(false))
        .collect();
    advance(Duration::from_secs(1)).await;
    let mut told = || {
        open.make_room();
        let told = members.iter_mut().map(|member| member.leave.try_recv());
        told.filter(Result::is_ok).count()
    };
    assert_eq!(told(), 1, "of those that wait");
    drop(busy);
    assert_eq!(told(), 1, "the others have waited for less than a second");
    advance(Duration::from_secs(1)).await;
    assert_eq!(told(), 4, "all wait now");
}

/// Of nine bytes of a body, four.
const HALF: &str = "POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1234";

/// D02
#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_makes_room() {
    let running = serve_at_most(2).await;
    let served = running.send(&get("/wait", "")).await;
    running.entered.notified().await;
    let stalled = running.send(HALF).await;
    running.entered.notified().await;
    assert_there_is_room(&running).await;
    assert_eq!(all(stalled).await, "");
    // control: a connection that waits for the service stays
    running.leave.notify_one();
    let mut served = served;
    assert!(head(&mut served).await.starts_with("HTTP/1.1 200"));
}

/// D02
#[tokio::test(start_paused = true)]
async fn a_body_that_goes_on_in_time_is_read() {
    let running = serve_at_most(1).await;
    let mut slow = running.send(HALF).await;
    running.entered.notified().await;
    let come = running.send(&get("/", "connection: close\r\n")).await;
    for byte in [b"5", b"6", b"7", b"8", b"9"] {
        sleep(Duration::from_millis(1_500)).await;
        slow.write_all(byte).await.unwrap();
    }
    assert!(all(slow).await.ends_with("9 bytes"));
    assert!(all(come).await.ends_with("tls=false"));
}

/// D02
#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_takes_makes_room_after_those_that_are_idle() {
    let running = serve_at_most(2).await;
    let large = running.send(&get("/large", "")).await;
    running.entered.notified().await;
    advance(Duration::from_secs(4)).await;
    let younger = idle(&running).await;
    // the idle one first, as soon as it has had its second
    let next = running.send(&get("/never", "")).await;
    running.entered.notified().await;
    assert_eq!(all(younger).await, "");
    assert_there_is_room(&running).await;
    assert!(all(large).await.len() < 64 * 1024 * 1024);
    drop(next);
}
