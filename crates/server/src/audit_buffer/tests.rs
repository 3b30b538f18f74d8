use airside_oauth::{
    id::EventId,
    key::entropy::Entropy,
    state::event::{EventKind, Origin},
    time::Time,
};
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

#[test]
fn a_transaction_takes_some_of_many_events_and_all_of_few() {
    let buffer = with(2 * WRITTEN_AT_ONCE + 3);
    let taken: Vec<_> = (0..4).map(|_| buffer.take().len()).collect();
    assert_eq!(taken, [WRITTEN_AT_ONCE, WRITTEN_AT_ONCE, 3, 0]);
}

#[test]
fn a_buffer_that_is_written_keeps_no_memory() {
    let buffer = with(WRITTEN_AT_ONCE);
    buffer.take();
    assert_eq!(buffer.waiting.lock().capacity(), 0);
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
