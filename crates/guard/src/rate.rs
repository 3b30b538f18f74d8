//! Rate limits of addresses, clients and people.

mod table;
mod written;

use std::{net::IpAddr, sync::Arc, time::Instant};

use airside_jose::VerifiedToken;
use airside_net::address::subscriber;
use http::{HeaderMap, HeaderValue};
use parking_lot::Mutex;

use self::table::Table;
pub(crate) use self::written::Rate;
use crate::error::RequestError;

/// The limits of a guard.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RateLimits {
    /// The limit of each address (IPv6: each /64).
    pub address: Option<Rate>,
    /// The limit of each client.
    pub client: Option<Rate>,
    /// The limit of each person.
    pub subject: Option<Rate>,
}

/// The use of the limits; it survives a configuration reload.
#[derive(Clone, Debug, Default)]
pub(crate) struct RateMemory {
    limits: Arc<Mutex<Vec<Arc<Limit>>>>,
}

/// The limits of a configuration, with their use.
#[derive(Debug)]
pub(crate) struct Rates {
    address: Option<Arc<Limit>>,
    client: Option<Arc<Limit>>,
    subject: Option<Arc<Limit>>,
}

#[derive(Debug)]
struct Limit {
    name: &'static str,
    rate: Rate,
    used: Table,
    /// The start of its times.
    start: Instant,
}

/// The remaining requests of a limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RemainingLimit {
    name: &'static str,
    rate: Rate,
    remaining: u32,
}

impl RateMemory {
    /// Returns the limit of this name with its use; a changed rate starts fresh.
    fn limit(&self, name: &'static str, rate: Rate) -> Arc<Limit> {
        let mut limits = self.limits.lock();
        let known = limits
            .iter()
            .find(|one| one.name == name && one.rate == rate);
        if let Some(known) = known {
            return Arc::clone(known);
        }
        let limit = Arc::new(Limit {
            name,
            rate,
            used: Table::new(SETS, rate),
            start: Instant::now(),
        });
        limits.retain(|one| one.name != name);
        limits.push(Arc::clone(&limit));
        limit
    }
}

impl Rates {
    pub(crate) fn new(limits: &RateLimits, memory: &RateMemory) -> Self {
        let limit = |name, rate: Option<Rate>| rate.map(|rate| memory.limit(name, rate));
        Self {
            address: limit("address", limits.address),
            client: limit("client", limits.client),
            subject: limit("subject", limits.subject),
        }
    }

    /// Counts one request of an address.
    pub(crate) fn address(
        &self,
        address: Option<IpAddr>,
    ) -> Result<Vec<RemainingLimit>, RequestError> {
        match (&self.address, address) {
            (Some(limit), Some(address)) => Ok(vec![limit.take(&subscriber(address).to_string())?]),
            _ => Ok(Vec::new()),
        }
    }

    /// Counts one request of a client and of a person.
    pub(crate) fn caller(
        &self,
        token: &VerifiedToken,
    ) -> Result<Vec<RemainingLimit>, RequestError> {
        let person = token.subject() != token.client_id();
        let limits = [
            (&self.client, Some(token.client_id())),
            (&self.subject, person.then(|| token.subject())),
        ];
        let taken = limits.into_iter().filter_map(|(limit, key)| {
            let (limit, key) = (limit.as_ref()?, key?);
            Some(limit.take(key))
        });
        taken.collect()
    }
}

impl Limit {
    fn take(&self, key: &str) -> Result<RemainingLimit, RequestError> {
        match self.used.take(key, self.start.elapsed()) {
            Ok(remaining) => Ok(RemainingLimit {
                name: self.name,
                rate: self.rate,
                remaining,
            }),
            Err(wait) => Err(RequestError::TooMany {
                retry_after: wait.as_secs().saturating_add(1),
            }),
        }
    }
}

impl RemainingLimit {
    /// Adds the headers of remaining requests (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and
    /// 4).
    pub(crate) fn say(remaining_limits: &[Self], headers: &mut HeaderMap) {
        for one in remaining_limits {
            let (name, window) = (one.name, one.rate.window.as_secs());
            let policy = format!("\"{name}\";q={};w={window}", one.rate.requests);
            let left = format!("\"{name}\";r={}", one.remaining);
            for (header, value) in [("ratelimit-policy", policy), ("ratelimit", left)] {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    headers.append(header, value);
                }
            }
        }
    }
}

/// The number of sets, for 65 536 keys a limit.
const SETS: usize = 4_096;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_limit_is_read_or_refused() {
        assert_eq!(Rate::parse("100/s").unwrap().window, Duration::from_secs(1));
        assert_eq!(Rate::parse("5/h").unwrap().requests.get(), 5);
        for none in ["", "100", "0/s", "-1/s", "1/d", "1/ s", "x/s"] {
            assert_eq!(Rate::parse(none), None, "{none}");
        }
    }

    #[test]
    fn who_has_used_a_limit_waits_and_others_do_not() {
        let limits = RateLimits {
            address: Rate::parse("2/h"),
            ..RateLimits::default()
        };
        let rates = Rates::new(&limits, &RateMemory::default());
        let take = |address: &str| rates.address(Some(address.parse().unwrap()));
        assert_eq!(take("192.0.2.1").unwrap()[0].remaining, 1);
        assert!(take("192.0.2.1").is_ok());
        let refused = take("192.0.2.1").unwrap_err();
        assert!(matches!(refused, RequestError::TooMany { retry_after } if retry_after > 1_000));
        assert!(take("192.0.2.2").is_ok());
        // one /64 is one
        assert!(take("2001:db8::1").is_ok() && take("2001:db8::2").is_ok());
        assert!(take("2001:db8::3").is_err() && take("2001:db8:0:1::1").is_ok());
    }

    #[test]
    fn a_reload_forgets_no_use_unless_the_rate_has_changed() {
        let memory = RateMemory::default();
        let take = |rate: &str| {
            let limits = RateLimits {
                address: Rate::parse(rate),
                ..RateLimits::default()
            };
            let address = Some("192.0.2.1".parse().unwrap());
            Rates::new(&limits, &memory).address(address).is_ok()
        };
        assert!(take("1/h") && !take("1/h"));
        assert!(take("2/h") && take("2/h") && !take("2/h"));
    }
}
