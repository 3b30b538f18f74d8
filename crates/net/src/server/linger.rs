//! The end of a connection of which the peer is still sending.
//!
//! A socket that is closed while bytes wait in it, or arrive later, resets the connection: the peer's
//! system then throws the answer away. So nothing more is written, and what comes is read raw for a
//! moment (RFC 9112 §9.6). The connection counts as one that only waits: it makes room for others.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::ReadBuf,
    time::{Sleep, sleep},
};

use super::{
    body::{DRAIN_TIME, MAX_DRAINED},
    listener::Io,
};

/// The time for which a connection is still read after its sending side is closed.
#[derive(Default)]
pub(super) struct Linger {
    /// From the beginning on.
    until: Option<Pin<Box<Sleep>>>,
    read_bytes: u64,
}

impl Linger {
    pub(super) const fn has_begun(&self) -> bool {
        self.until.is_some()
    }

    /// Is ready when the peer has closed its side as well, or has used up its moment.
    pub(super) fn poll(&mut self, mut io: Pin<&mut dyn Io>, context: &mut Context<'_>) -> Poll<()> {
        let until = self
            .until
            .get_or_insert_with(|| Box::pin(sleep(DRAIN_TIME)));
        if until.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let mut bytes = [0; BUFFER_BYTES];
        while self.read_bytes < MAX_DRAINED {
            let mut buffer = ReadBuf::new(&mut bytes);
            if ready!(io.as_mut().poll_read(context, &mut buffer)).is_err() {
                break;
            }
            match buffer.filled().len() {
                0 => break,
                read => self.read_bytes += read as u64,
            }
        }
        Poll::Ready(())
    }
}

/// So little that it lies on the stack.
const BUFFER_BYTES: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::{
        io::{AsyncWriteExt as _, DuplexStream, duplex},
        time::{Duration, Instant},
    };

    use super::*;

    /// Reads to the end of the moment: how long it was.
    async fn linger(io: DuplexStream) -> Duration {
        let (mut io, mut linger): (Pin<Box<dyn Io>>, _) = (Box::pin(io), Linger::default());
        let started = Instant::now();
        poll_fn(|context| linger.poll(io.as_mut(), context)).await;
        started.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_read_until_its_peer_closes_it_for_two_seconds_and_16_mib_at_most() {
        let (silent, near) = duplex(1024);
        assert_eq!(linger(near).await, Duration::from_secs(2));
        drop(silent);
        let (closed, near) = duplex(1024);
        drop(closed);
        assert_eq!(linger(near).await, Duration::ZERO);
        let (mut endless, near) = duplex(64 * 1024);
        let sending = tokio::spawn(async move {
            let mut sent = 0;
            while endless.write_all(&[0; 64 * 1024]).await.is_ok() {
                sent += 64 * 1024;
            }
            sent
        });
        assert_eq!(linger(near).await, Duration::ZERO);
        let sent = sending.await.unwrap();
        assert!(
            (MAX_DRAINED..=MAX_DRAINED + 128 * 1024).contains(&sent),
            "{sent}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_sends_on_and_on_has_no_more_time() {
        let (mut slow, near) = duplex(1024);
        let sending = tokio::spawn(async move {
            while slow.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        });
        assert_eq!(linger(near).await, Duration::from_secs(2));
        sending.await.unwrap();
    }
}
