//! The connections over which logout tokens are sent, and how many are sent at once.

use std::fmt;

use airside_net::{FetchPolicy, Fetcher};
use airside_oauth::client::ClientOrigin;

use super::slot::{MAX_IN_FLIGHT, Slots};

/// Sends logout tokens.
pub struct LogoutSender {
    /// Reaches public addresses.
    public: Fetcher,
    /// Reaches private networks as well, for addresses that an operator has chosen.
    private: Fetcher,
    pub(super) slots: Slots,
}

impl LogoutSender {
    /// Makes a sender that trusts the certificate authorities of `fetcher`, waits for an answer as long
    /// as it does, and has connections of its own.
    pub fn new(fetcher: &Fetcher) -> Self {
        let public = FetchPolicy {
            max_concurrent: MAX_IN_FLIGHT,
            allow_private_network: false,
            ..fetcher.policy()
        };
        let private = FetchPolicy {
            allow_private_network: true,
            ..public
        };
        Self {
            public: fetcher.with_policy(public),
            private: fetcher.with_policy(private),
            slots: Slots::default(),
        }
    }

    pub(super) fn fetcher(&self, origin: ClientOrigin) -> &Fetcher {
        match origin.may_name_private_addresses() {
            true => &self.private,
            false => &self.public,
        }
    }
}

impl fmt::Debug for LogoutSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogoutSender")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_an_operator_chose_may_be_private_and_loopback_only_in_development() {
        for allow_loopback_http in [false, true] {
            let policy = FetchPolicy {
                allow_loopback_http,
                ..FetchPolicy::default()
            };
            let sender = LogoutSender::new(&Fetcher::new(policy).unwrap());
            for origin in [ClientOrigin::Configuration, ClientOrigin::Administration] {
                let chosen = sender.fetcher(origin).policy();
                assert!(chosen.allow_private_network);
                assert_eq!(chosen.allow_loopback_http, allow_loopback_http);
            }
            assert!(!sender.public.policy().allow_private_network);
        }
    }
}
