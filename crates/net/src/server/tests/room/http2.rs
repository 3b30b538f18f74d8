//! An HTTP/2 connection makes room.

use super::*;

/// D02
#[tokio::test(start_paused = true)]
async fn an_idle_http2_connection_hears_a_goodbye() {
    let running = serve_at_most(1).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(&opening()).await.unwrap();
    assert_eq!(next_frame(&mut stream).await.unwrap().0, SETTINGS);
    assert_there_is_room(&running).await;
    let mut reasons = Vec::new();
    while let Some((kind, payload)) = next_frame(&mut stream).await {
        if kind == GOAWAY {
            reasons.push(payload.get(4..8).unwrap().to_owned());
        }
    }
    // the first that it says: NO_ERROR
    assert_eq!(reasons.first().unwrap(), &[0; 4]);
}

/// D02
#[tokio::test(start_paused = true)]
async fn an_answer_for_which_no_window_is_opened_makes_room() {
    let running = serve_at_most(1).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let closed = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let request = frame(HEADERS, END_HEADERS | END_STREAM, 1, GET);
    let bytes = [opening(), closed, request].concat();
    stream.write_all(&bytes).await.unwrap();
    running.entered.notified().await;
    assert_there_is_room(&running).await;
    while next_frame(&mut stream).await.is_some() {}
}
