//! Logout tokens that clients are to be sent: queued by the commit that ends a session, and delivered by
//! a job, at least once (OpenID Connect Back-Channel Logout 1.0 §2.5).

use std::time::Duration;

use crate::{
    id::{ClientId, SessionId, UserId},
    key::entropy::Entropy,
    time::Time,
};

/// A session that has ended, and a client that got an ID token in it and is still to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingLogout {
    /// Which one.
    pub key: LogoutKey,
    /// The user of the session.
    pub user: UserId,
    /// The time at which the session ended.
    pub ended_at: Time,
    /// The progress of its delivery.
    pub delivery: DeliveryState,
}

/// The name of a logout token that is to be delivered: there is one for each session and client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogoutKey {
    /// The session that has ended.
    pub session: SessionId,
    /// The client that must be told.
    pub client: ClientId,
}

/// The progress of a delivery. The sender that moves it on has the delivery until it is due again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryState {
    /// The number of attempts that have begun.
    pub attempts: u32,
    /// The time of the next attempt; while one is under way, the time at which it counts as lost.
    pub due_at: Time,
}

impl PendingLogout {
    /// Returns the state of a delivery that is attempted now: no other process attempts it before the
    /// lease of [`LEASE`] is over.
    pub fn leased(&self, now: Time) -> DeliveryState {
        DeliveryState {
            attempts: self.delivery.attempts.saturating_add(1),
            due_at: now.plus(LEASE),
        }
    }

    /// Returns the state after an attempt that failed: due again after 10 s at first, twice as long after
    /// each further attempt, an hour at most, and each time up to half as long again by chance. None if a
    /// day has passed since the session ended by then.
    pub fn after_failure(&self, now: Time, draw: &Entropy) -> Option<DeliveryState> {
        let due_at = now.plus(pause(self.delivery.attempts, draw));
        due_at
            .within(GIVE_UP_AFTER, self.ended_at)
            .then_some(DeliveryState {
                attempts: self.delivery.attempts,
                due_at,
            })
    }
}

fn pause(attempts: u32, draw: &Entropy) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << attempts.saturating_sub(1).min(MAX_DOUBLINGS));
    let base = doubled.min(MAX_PAUSE * 2 / 3);
    let [chance] = draw.bytes("logout pause");
    base + base / 2 * u32::from(chance) / u32::from(u8::MAX)
}

/// The time after which an attempt of which nothing was heard is lost: its process has stopped.
pub const LEASE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const MAX_PAUSE: Duration = Duration::from_secs(60 * 60);
/// More than enough for [`MAX_PAUSE`].
const MAX_DOUBLINGS: u32 = 16;
const GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, client, draw, session};

    fn failed(attempts: u32) -> PendingLogout {
        PendingLogout {
            key: LogoutKey {
                session: session().id,
                client: client().client_id,
            },
            user: session().user,
            ended_at: START,
            delivery: DeliveryState {
                attempts,
                due_at: START,
            },
        }
    }

    #[test]
    fn pauses_double_from_10_seconds_to_an_hour_and_differ_by_chance() {
        for (attempts, least) in [(1, 10), (2, 20), (3, 40), (9, 2_400), (200, 2_400)] {
            let pauses: Vec<_> = (0..50).map(|seed| pause(attempts, &draw(seed))).collect();
            let (least, most) = (
                Duration::from_secs(least),
                Duration::from_secs(least * 3 / 2),
            );
            assert!(pauses.iter().all(|pause| (least..=most).contains(pause)));
            assert!(pauses.iter().any(|pause| pause != &pauses[0]), "{attempts}");
            assert!(pauses.iter().all(|pause| *pause <= MAX_PAUSE));
        }
    }

    #[test]
    fn after_a_day_a_delivery_is_given_up() {
        let late = START.plus(GIVE_UP_AFTER);
        assert!(failed(12).after_failure(START, &draw(1)).is_some());
        assert!(
            failed(12)
                .after_failure(late.minus(MAX_PAUSE), &draw(1))
                .is_some()
        );
        assert_eq!(failed(12).after_failure(late, &draw(1)), None);
    }

    #[test]
    fn a_lease_counts_the_attempt_and_ends_by_itself() {
        let leased = failed(3).leased(START);
        assert_eq!((leased.attempts, leased.due_at), (4, START.plus(LEASE)));
    }
}
