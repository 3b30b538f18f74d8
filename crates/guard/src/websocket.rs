//! A WebSocket between a caller and the API (RFC 6455): bytes are relayed, and it ends with a close
//! frame.

mod frame;

use std::{io, time::Duration};

use airside_net::CloseSignal;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, join, split},
    sync::watch,
    time::timeout,
};

use self::frame::Frames;

/// The reason for which the guard closes a WebSocket, as a status code (RFC 6455 §7.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseReason {
    /// The guard stops, or is overloaded.
    GoingAway = 1001,
    /// The caller's token has expired or is revoked.
    PolicyViolation = 1008,
}

/// Relays bytes until one side closes, the guard has to, or `end_of_token` completes.
pub(crate) async fn relay<C, U>(
    client: C,
    upstream: U,
    signal: Option<CloseSignal>,
    end_of_token: impl Future<Output = ()>,
) where
    C: AsyncRead + AsyncWrite + Unpin,
    U: AsyncRead + AsyncWrite + Unpin,
{
    let (mut from_client, mut to_client) = split(client);
    let (mut from_upstream, mut to_upstream) = split(upstream);
    let (say, said) = watch::channel(None);
    let passing = async {
        // a client's frames are masked (RFC 6455 §5.1)
        tokio::join!(
            pass(
                &mut from_client,
                &mut to_upstream,
                Side::Client,
                said.clone()
            ),
            pass(
                &mut from_upstream,
                &mut to_client,
                Side::Server,
                said.clone()
            ),
        )
    };
    let closing = async {
        let goodbye = tokio::select! {
            () = requested(signal) => CloseReason::GoingAway,
            () = end_of_token => CloseReason::PolicyViolation,
        };
        say.send_replace(Some(goodbye));
        // what ends slower is cut, by the listener at the latest
        tokio::time::sleep(GOODBYE_TIME).await;
    };
    tokio::select! {
        _ = passing => {}
        () = closing => {}
    }
    if said.borrow().is_some() {
        // data that was not read would make the system reset the connection, and lose the frame
        let rest = linger(
            join(from_client, to_client),
            join(from_upstream, to_upstream),
        );
        drop(timeout(LINGER_TIME, rest).await);
    }
}

async fn requested(signal: Option<CloseSignal>) {
    match signal {
        Some(mut signal) => drop(signal.requested().await),
        None => std::future::pending().await,
    }
}

/// The side whose frames are relayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

async fn pass(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    side: Side,
    mut said: watch::Receiver<Option<CloseReason>>,
) -> io::Result<()> {
    let mut frames = Frames::default();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let count = tokio::select! {
            biased;
            goodbye = wanted(&mut said), if frames.is_between() => {
                to.write_all(&goodbye.frame(side)).await?;
                return to.shutdown().await;
            }
            count = from.read(&mut buffer) => count?,
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        if bytes.is_empty() {
            return to.shutdown().await;
        }
        let between = frames.read(bytes);
        let now = *said.borrow();
        if let (Some(goodbye), Some(between)) = (now, between) {
            to.write_all(bytes.get(..between).unwrap_or(bytes)).await?;
            to.write_all(&goodbye.frame(side)).await?;
            return to.shutdown().await;
        }
        to.write_all(bytes).await?;
    }
}

async fn wanted(said: &mut watch::Receiver<Option<CloseReason>>) -> CloseReason {
    match said.wait_for(Option::is_some).await.map(|said| *said) {
        Ok(Some(goodbye)) => goodbye,
        Ok(None) | Err(_) => std::future::pending().await,
    }
}

/// Reads what both ends still send, until both have closed.
async fn linger(mut client: impl AsyncRead + Unpin, mut upstream: impl AsyncRead + Unpin) {
    let mut sinks = (tokio::io::sink(), tokio::io::sink());
    let _ = tokio::join!(
        tokio::io::copy(&mut client, &mut sinks.0),
        tokio::io::copy(&mut upstream, &mut sinks.1),
    );
}

impl CloseReason {
    /// Returns the close frame (RFC 6455 §5.5.1) among the frames of this side.
    fn frame(self, side: Side) -> Vec<u8> {
        let [high, low] = (self as u16).to_be_bytes();
        match side {
            Side::Server => vec![CLOSE, 2, high, low],
            // the mask need not be secret here: the guard writes what it covers
            Side::Client => vec![CLOSE, frame::MASKED | 2, 0, 0, 0, 0, high, low],
        }
    }
}

/// The first byte of a close frame: the final bit and the opcode.
const CLOSE: u8 = 0x88;
const BUFFER_BYTES: usize = 8 * 1024;
/// The time for frames in progress to end.
const GOODBYE_TIME: Duration = Duration::from_secs(5);
const LINGER_TIME: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_each_frame_is_known_however_its_bytes_arrive() {
        // D10: RFC 6455 §5.7
        let frames: Vec<Vec<u8>> = vec![
            vec![0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f],
            vec![
                0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
            ],
            vec![0x89, 0x00],
            [vec![0x82, 0x7e, 0x01, 0x00], vec![7; 256]].concat(),
            [
                vec![0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4],
                vec![7; 65536],
            ]
            .concat(),
        ];
        let all = frames.concat();
        for size in [1, 2, 3, 7, 64, all.len()] {
            let mut reader = Frames::default();
            let mut ends = Vec::new();
            for (number, chunk) in all.chunks(size).enumerate() {
                for (index, _) in chunk.iter().enumerate() {
                    let read = reader.read(&chunk[index..=index]);
                    ends.extend(read.map(|_| number * size + index + 1));
                }
            }
            let expected = frames.iter().scan(0, |end, frame| {
                *end += frame.len();
                Some(*end)
            });
            assert_eq!(ends, expected.collect::<Vec<_>>());
        }
        let last_whole = Frames::default().read(&all[..all.len() - 1]);
        assert_eq!(last_whole, Some(all.len() - 65536 - 14));
    }

    #[tokio::test(start_paused = true)]
    async fn a_close_frame_is_never_put_into_another_frame() {
        // D13
        let (mut client, guard_client) = tokio::io::duplex(1024);
        let (mut upstream, guard_upstream) = tokio::io::duplex(1024);
        let lifetime = Duration::from_secs(60);
        let relay = tokio::spawn(relay(
            guard_client,
            guard_upstream,
            None,
            tokio::time::sleep(lifetime),
        ));
        // the server has sent half of a frame when the time is over
        upstream.write_all(&[0x81, 0x05, b'H', b'e']).await.unwrap();
        let mut half = [0; 4];
        client.read_exact(&mut half).await.unwrap();
        tokio::time::sleep(lifetime + Duration::from_millis(1)).await;
        upstream.write_all(b"llo").await.unwrap();
        upstream.write_all(&[0x81, 0x05]).await.unwrap();
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).await.unwrap();
        assert!(rest.starts_with(b"llo"));
        assert_eq!(rest.get(3..), Some(&[0x88, 2, 0x03, 0xf0][..]));
        let mut to_upstream = Vec::new();
        upstream.read_to_end(&mut to_upstream).await.unwrap();
        assert_eq!(to_upstream, [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xf0]);
        drop((client, upstream));
        relay.await.unwrap();
    }
}
