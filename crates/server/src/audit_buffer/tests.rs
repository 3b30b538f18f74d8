use std::{cell::RefCell, future::Ready, pin::pin};

use airside_oauth::{
    id::EventId,
    key::entropy::Entropy,
    state::event::{EventKind, Origin},
    time::Time,
};
use futures_util::FutureExt;
use tokio::time::Instant;

use super::*;

fn event() -> Event {
    let at = Time::from_millis(1);
    Event {
        id: EventId::new(at, &Entropy::from_seed([1; 32])),
        at,
        kind: EventKind::TokenIssued,
        client: None,
        user: None,
        grant: None,
        origin: Origin::default(),
        detail: String::new(),
    }
}

fn with(events: usize) -> AuditBuffer {
    let buffer = AuditBuffer::default();
    (0..events).for_each(|_| buffer.note(event()));
    buffer
}

#[tokio::test]
async fn a_transaction_takes_some_of_many_events_and_all_of_few() {
    let (buffer, sizes): (_, RefCell<Vec<_>>) = (with(2 * WRITTEN_AT_ONCE + 3), RefCell::default());
    let write = |events: Vec<Event>| {
        sizes.borrow_mut().push(events.len());
        std::future::ready(Ok(()))
    };
    buffer.write_by(write).await.unwrap();
    assert_eq!(sizes.into_inner(), [WRITTEN_AT_ONCE, WRITTEN_AT_ONCE, 3]);
    // what is written keeps no memory
    assert_eq!(buffer.waiting.lock().capacity(), 0);
}

#[tokio::test]
async fn a_flush_waits_for_the_one_that_is_writing() {
    let (buffer, written) = (with(1), Notify::new());
    let write = |_| async {
        written.notified().await;
        Ok(())
    };
    let mut first = pin!(buffer.write_by(write));
    assert!(first.as_mut().now_or_never().is_none());
    let never = |_| -> Ready<_> { unreachable!("the event is written twice") };
    let mut second = pin!(buffer.write_by(never));
    assert!(second.as_mut().now_or_never().is_none());
    written.notify_one();
    first.await.unwrap();
    second.await.unwrap();
}

#[tokio::test]
async fn a_flush_that_fails_or_is_dropped_loses_no_event() {
    let buffer = with(3);
    let failing = |_| std::future::ready(Err(Unavailable::new("the disk is gone")));
    assert!(buffer.write_by(failing).await.is_err());
    let hanging = |_| std::future::pending();
    assert!(buffer.write_by(hanging).now_or_never().is_none());
    assert_eq!(buffer.oldest().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn events_are_due_after_the_delay_or_when_there_are_many() {
    let delay = Duration::from_secs(1);
    for (events, expected) in [(1, delay), (WRITTEN_AT_ONCE, Duration::ZERO)] {
        let (buffer, noted) = (with(events), Instant::now());
        buffer.due(delay).await;
        assert_eq!(
            noted.elapsed().as_millis(),
            expected.as_millis(),
            "{events}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_event_nothing_is_due() {
    let due = tokio::time::timeout(Duration::from_secs(3_600), with(0).due(Duration::ZERO)).await;
    assert!(due.is_err());
}
