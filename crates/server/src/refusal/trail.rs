//! The share of refused requests that the audit trail tells: a few whole, the others as a number.

use std::{collections::HashMap, time::Duration};

use airside_oauth::{id::ClientId, refusal::RefusalReason, state::event::Event, time::Time};
use parking_lot::Mutex;

/// Lets the first [`WHOLE_EVENTS`] refusals of a client for one reason into the trail in each window, and
/// counts the others, so that a flood of refusals makes no flood of events.
#[derive(Debug, Default)]
pub struct RefusalTrail(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    /// The time of its first refusal; none before that.
    began: Option<Time>,
    /// Unknown clients share the entry without a client, which is told to no one.
    counted: HashMap<(Option<ClientId>, RefusalReason), Count>,
    /// The refusals for which there was no room in `counted`.
    beyond: Option<Rest>,
}

#[derive(Debug, Default)]
struct Count {
    whole: u32,
    rest: Option<Rest>,
}

/// Refusals that were only counted.
#[derive(Debug)]
struct Rest {
    number: u64,
    last: Event,
}

impl RefusalTrail {
    /// Returns the events that are due: this one, if it is among the first of its client and reason, and
    /// the numbers of a window that has ended.
    pub fn admit(&self, reason: RefusalReason, event: Event) -> Vec<Event> {
        let mut window = self.0.lock();
        let mut due = window.ended(event.at);
        window.began.get_or_insert(event.at);
        let told = window.admit(reason, event);
        due.extend(told.filter(|event| event.client.is_some()));
        due
    }

    /// Returns the numbers of the window, if it has ended.
    pub fn ended(&self, now: Time) -> Vec<Event> {
        self.0.lock().ended(now)
    }

    /// Ends the window, and returns its numbers.
    pub fn rest(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock()).numbers()
    }
}

impl Window {
    fn ended(&mut self, now: Time) -> Vec<Event> {
        let is_over = |began: Time| now < began || !now.within(WINDOW, began);
        match self.began.is_some_and(is_over) {
            true => std::mem::take(self).numbers(),
            false => Vec::new(),
        }
    }

    fn admit(&mut self, reason: RefusalReason, event: Event) -> Option<Event> {
        let key = (event.client.clone(), reason);
        if self.counted.len() >= MAX_COUNTED && !self.counted.contains_key(&key) {
            Rest::count(&mut self.beyond, event);
            return None;
        }
        let count = self.counted.entry(key).or_default();
        if count.whole < WHOLE_EVENTS {
            count.whole += 1;
            return Some(event);
        }
        Rest::count(&mut count.rest, event);
        None
    }

    fn numbers(self) -> Vec<Event> {
        let counted = self.counted.into_values().filter_map(|count| count.rest);
        let known = counted.filter(|rest| rest.last.client.is_some());
        let beyond = self.beyond.map(|rest| Rest {
            last: Event {
                client: None,
                detail: "requests of several clients were refused".to_owned(),
                ..rest.last
            },
            ..rest
        });
        known.chain(beyond).map(Rest::into_event).collect()
    }
}

impl Rest {
    fn count(rest: &mut Option<Self>, event: Event) {
        let before = rest.as_ref().map_or(0, |rest| rest.number);
        *rest = Some(Self {
            number: before.saturating_add(1),
            last: event,
        });
    }

    /// The event of the last one tells the number; the persons of the others are other ones.
    fn into_event(self) -> Event {
        let detail = format!("{} ({} more in an hour)", self.last.detail, self.number);
        Event {
            user: None,
            grant: None,
            detail,
            ..self.last
        }
    }
}

const WINDOW: Duration = Duration::from_secs(60 * 60);
const WHOLE_EVENTS: u32 = 3;
/// So one node writes at most 1 025 such events in an hour.
const MAX_COUNTED: usize = 256;

#[cfg(test)]
mod tests {
    use airside_oauth::{
        id::EventId,
        key::entropy::Entropy,
        state::event::{EventKind, Origin},
    };

    use super::*;

    fn refused(client: Option<&str>, second: i64) -> Event {
        let at = Time::from_millis(second * 1_000);
        Event {
            id: EventId::new(at, &Entropy::from_seed([1; 32])),
            at,
            kind: EventKind::TokenRefused,
            client: client.map(|id| id.parse().unwrap()),
            user: None,
            grant: None,
            origin: Origin::default(),
            detail: "/token invalid_client: wrong client secret".to_owned(),
        }
    }

    #[test]
    fn a_flood_of_one_client_and_reason_is_three_events_and_a_number() {
        let trail = RefusalTrail::default();
        let reason = RefusalReason::SecretWrong;
        let flood = (0..10_000).map(|_| trail.admit(reason, refused(Some("web"), 0)).len());
        assert_eq!(flood.sum::<usize>(), 3);
        // the control: another reason, another client
        let other = trail.admit(RefusalReason::AuthMethodWrong, refused(Some("web"), 0));
        assert_eq!(other.len(), 1);
        assert_eq!(trail.admit(reason, refused(Some("spa"), 0)).len(), 1);
        assert!(trail.ended(Time::from_millis(3_600_000)).is_empty());
        let ended = trail.ended(Time::from_millis(3_600_001));
        let details: Vec<_> = ended.iter().map(|event| event.detail.as_str()).collect();
        let number = "/token invalid_client: wrong client secret (9997 more in an hour)";
        assert_eq!(details, [number]);
        assert_eq!(trail.admit(reason, refused(Some("web"), 3_601)).len(), 1);
        assert!(trail.rest().is_empty());
    }

    #[test]
    fn a_refusal_after_the_window_brings_the_number_of_the_one_before() {
        let trail = RefusalTrail::default();
        for _ in 0..5 {
            trail.admit(RefusalReason::SecretWrong, refused(Some("web"), 0));
        }
        let due = trail.admit(RefusalReason::SecretWrong, refused(Some("web"), 4_000));
        assert_eq!(due.len(), 2);
        assert!(due[0].detail.ends_with("(2 more in an hour)"), "{due:?}");
    }

    #[test]
    fn unknown_clients_make_no_event() {
        let trail = RefusalTrail::default();
        for _ in 0..10 {
            let told = trail.admit(RefusalReason::ClientUnknown, refused(None, 0));
            assert!(told.is_empty());
        }
        assert!(trail.rest().is_empty());
    }

    #[test]
    fn a_flood_over_many_clients_is_bounded_too() {
        let trail = RefusalTrail::default();
        let mut events = 0;
        for n in 0..10_000 {
            let client = format!("client-{}", n % 1_000);
            let told = trail.admit(RefusalReason::SecretWrong, refused(Some(&client), 0));
            events += told.len();
        }
        let rest = trail.rest();
        assert!(events + rest.len() <= 1_025, "{events} and {}", rest.len());
        let beyond = rest.iter().find(|event| event.client.is_none()).unwrap();
        assert!(beyond.detail.contains("(7440 more"), "{}", beyond.detail);
    }
}
