//! Sign-in attempts: taken before the password is checked, given back if it was right.

mod counter;
#[cfg(test)]
mod tests;

use std::{hash::Hash, net::IpAddr, time::Duration};

use airside_net::address::subscriber;
use airside_oauth::time::Time;
use parking_lot::{Mutex, MutexGuard};

use self::counter::{CountedAttempt, FailureCounter};
use crate::settings::SignInLimits;

/// Counts sign-in failures by account name and by address.
///
/// A name counts whether or not an account has it, so that a refusal tells nothing. Memory is bounded
/// and an attempt costs the same however many names and addresses are counted
/// (docs/decisions/0002).
#[derive(Debug)]
pub struct SignInThrottle(Mutex<Counters>);

#[derive(Debug)]
struct Counters {
    accounts: FailureCounter<str>,
    addresses: FailureCounter<IpAddr>,
    /// For which accounts and addresses a refusal was reported in this window.
    reported_accounts: FailureCounter<str>,
    reported_addresses: FailureCounter<IpAddr>,
}

/// An attempt that was taken; it counts as a failure unless it is given back.
#[derive(Debug)]
#[must_use]
pub struct Attempt {
    account: CountedAttempt,
    address: Option<CountedAttempt>,
}

/// The account or the address has too many failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct TooManyAttempts {
    /// The time to wait before the next attempt.
    pub retry_after: Duration,
    /// True if no refusal of this account or address was reported in this window: a flood of attempts
    /// makes no flood of reports.
    pub is_news: bool,
}

impl SignInThrottle {
    /// Makes a throttle with nothing counted.
    pub fn new(limits: SignInLimits) -> Self {
        let window = limits.failure_window;
        Self(Mutex::new(Counters {
            accounts: FailureCounter::new(SETS, limits.account_failures, window),
            addresses: FailureCounter::new(SETS, limits.address_failures, window),
            reported_accounts: FailureCounter::new(REPORTED_SETS, 1, window),
            reported_addresses: FailureCounter::new(REPORTED_SETS, 1, window),
        }))
    }

    /// Judges by other limits from now on; what was counted stays counted.
    pub fn set_limits(&self, limits: SignInLimits) {
        let window = limits.failure_window;
        let mut counters = self.counters();
        counters.accounts.set_limit(limits.account_failures, window);
        counters
            .addresses
            .set_limit(limits.address_failures, window);
        counters.reported_accounts.set_limit(1, window);
        counters.reported_addresses.set_limit(1, window);
    }

    /// Takes one attempt for `account` from `address`; without an address, the account alone counts.
    ///
    /// # Errors
    ///
    /// [`TooManyAttempts`] if either has none left; nothing is taken then.
    pub fn take(
        &self,
        account: &str,
        address: Option<IpAddr>,
        now: Time,
    ) -> Result<Attempt, TooManyAttempts> {
        let address = address.map(subscriber);
        let mut counters = self.counters();
        let account_wait = counters.accounts.wait(account, now);
        let address_wait = address.and_then(|address| counters.addresses.wait(&address, now));
        if let Some(wait) = account_wait.max(address_wait) {
            let is_news = match (account_wait, address) {
                (None, Some(address)) => is_first(&mut counters.reported_addresses, &address, now),
                _ => is_first(&mut counters.reported_accounts, account, now),
            };
            return Err(TooManyAttempts {
                retry_after: wait.max(MIN_WAIT),
                is_news,
            });
        }
        Ok(Attempt {
            account: counters.accounts.count(account, now),
            address: address.map(|address| counters.addresses.count(&address, now)),
        })
    }

    /// Undoes [`Self::take`]: the password was not judged, so nothing was learnt either way.
    pub fn undo(&self, attempt: &Attempt) {
        let mut counters = self.counters();
        counters.accounts.undo(&attempt.account);
        if let Some(address) = &attempt.address {
            counters.addresses.undo(address);
        }
    }

    /// The password was right: gives back the account's whole count, and one of the address's.
    pub fn give_back(&self, attempt: &Attempt) {
        let mut counters = self.counters();
        counters.accounts.clear(&attempt.account);
        if let Some(address) = &attempt.address {
            counters.addresses.undo(address);
        }
    }

    /// Forgets the failures of an account.
    pub fn unlock(&self, account: &str, now: Time) {
        let mut counters = self.counters();
        let counted = counters.accounts.count(account, now);
        counters.accounts.clear(&counted);
    }

    fn counters(&self) -> MutexGuard<'_, Counters> {
        self.0.lock()
    }
}

/// Returns true the first time in a window.
fn is_first<K: Hash + ?Sized>(reported: &mut FailureCounter<K>, key: &K, now: Time) -> bool {
    let is_first = reported.wait(key, now).is_none();
    if is_first {
        let _ = reported.count(key, now);
    }
    is_first
}

/// For 65 536 names and as many addresses: 2 MiB each when full.
const SETS: usize = 4_096;
/// For 4 096 names and as many addresses; what finds no room shares a report.
const REPORTED_SETS: usize = 256;
const MIN_WAIT: Duration = Duration::from_secs(1);
