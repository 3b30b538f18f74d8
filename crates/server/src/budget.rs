//! Sign-in attempts: taken before the password is checked, given back when it was right.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use airside_oauth::time::Time;

use crate::settings::SignInLimits;

/// Counts failures by account name and by address, in bounded memory.
///
/// A name counts whether or not an account has it, so that a refusal tells nothing.
#[derive(Debug)]
pub struct Budget {
    limits: SignInLimits,
    spent: Mutex<HashMap<Key, Spent>>,
}

/// Too many failures; try again after this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct Exhausted {
    /// How long to wait.
    pub retry_after: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Spent {
    since: Time,
    failures: u32,
}

impl Budget {
    /// A budget with nothing spent.
    pub fn new(limits: SignInLimits) -> Self {
        Self {
            limits,
            spent: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one attempt for `account` from `address`.
    ///
    /// # Errors
    ///
    /// [`Exhausted`] if either has none left; nothing is taken then.
    pub fn take(&self, account: &str, address: Option<IpAddr>, now: Time) -> Result<(), Exhausted> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= MOST_KEYS {
            spent.retain(|_, entry| now.within(self.limits.failure_window, entry.since));
        }
        let keys = self.keys(account, address);
        for (key, _) in &keys {
            // a clock that went back prolongs no wait
            if let Some(entry) = spent.get_mut(key) {
                entry.since = entry.since.min(now);
            }
        }
        for (key, limit) in &keys {
            if let Some(entry) = spent.get(key)
                && now.within(self.limits.failure_window, entry.since)
                && entry.failures >= *limit
            {
                let end = entry.since.plus(self.limits.failure_window);
                let millis = u64::try_from(end.as_millis() - now.as_millis()).unwrap_or(0);
                return Err(Exhausted {
                    retry_after: Duration::from_millis(millis.max(1_000)),
                });
            }
        }
        for (key, _) in keys {
            let entry = spent.entry(key).or_insert(Spent {
                since: now,
                failures: 0,
            });
            if !now.within(self.limits.failure_window, entry.since) {
                *entry = Spent {
                    since: now,
                    failures: 0,
                };
            }
            entry.failures = entry.failures.saturating_add(1);
        }
        Ok(())
    }

    /// Undoes [`Self::take`]: the password was not judged, so nothing was learnt either way.
    pub fn undo(&self, account: &str, address: Option<IpAddr>) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in self.keys(account, address) {
            if let Some(entry) = spent.get_mut(&key) {
                entry.failures = entry.failures.saturating_sub(1);
            }
        }
    }

    /// The password was right: gives back the account's whole count, and one of the address's.
    pub fn give_back(&self, account: &str, address: Option<IpAddr>) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in self.keys(account, address) {
            match (&key, spent.get_mut(&key)) {
                (Key::Account(_), _) => drop(spent.remove(&key)),
                (Key::Address(_), Some(entry)) => entry.failures = entry.failures.saturating_sub(1),
                (Key::Address(_), None) => {}
            }
        }
    }

    fn keys(&self, account: &str, address: Option<IpAddr>) -> Vec<(Key, u32)> {
        let mut keys = vec![(
            Key::Account(account.to_owned()),
            self.limits.account_failures,
        )];
        keys.extend(address.map(|ip| (Key::Address(network(ip)), self.limits.address_failures)));
        keys
    }
}

/// An IPv6 customer has a /64 at least, so single addresses mean nothing there.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
    }
}

/// Names are at most 128 characters, so this is some ten megabytes. To fill it within a window, an
/// attacker needs more password hashes than the machine can compute.
const MOST_KEYS: usize = 50_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn budget() -> Budget {
        Budget::new(SignInLimits::default())
    }

    const NOW: Time = Time::from_millis(0);

    #[test]
    fn the_eleventh_failure_of_an_account_is_refused_until_the_window_ends() {
        // T32
        let budget = budget();
        for _ in 0..10 {
            budget.take("alice", None, NOW).unwrap();
        }
        let refused = budget
            .take("alice", None, NOW.plus(Duration::from_secs(60)))
            .unwrap_err();
        assert_eq!(refused.retry_after, Duration::from_secs(14 * 60));
        assert!(budget.take("bob", None, NOW).is_ok());
        assert!(
            budget
                .take("alice", None, NOW.plus(Duration::from_secs(901)))
                .is_ok()
        );
    }

    #[test]
    fn an_address_has_a_budget_of_its_own_and_ipv6_counts_by_network() {
        // T32
        let budget = budget();
        for i in 0..100_u32 {
            let ip: IpAddr = format!("2001:db8::{i:x}").parse().unwrap();
            budget.take(&i.to_string(), Some(ip), NOW).unwrap();
        }
        let same_network = "2001:db8::ffff".parse().ok();
        assert!(budget.take("x", same_network, NOW).is_err());
        assert!(budget.take("x", "2001:db8:1::1".parse().ok(), NOW).is_ok());
    }

    #[test]
    fn an_attempt_that_was_not_judged_does_not_clear_the_failures_before_it() {
        let budget = budget();
        for _ in 0..9 {
            budget.take("alice", None, NOW).unwrap();
        }
        for _ in 0..3 {
            budget.take("alice", None, NOW).unwrap();
            budget.undo("alice", None);
        }
        assert!(budget.take("alice", None, NOW).is_ok());
        assert!(budget.take("alice", None, NOW).is_err());
    }

    #[test]
    fn a_success_gives_the_attempt_back() {
        let budget = budget();
        for _ in 0..30 {
            budget.take("alice", None, NOW).unwrap();
            budget.give_back("alice", None);
        }
    }
}
