//! Priorities of requests, in the order in which they are refused.

use std::time::Duration;

use super::queue::Rank;

/// The priorities of requests, in the order in which they are refused: the first ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Administration over the network; the operator's own socket waits for nothing.
    Administration,
    /// Every page of a sign-in, and every caller that has not proved anything yet.
    SignIn,
    /// The first tokens of a grant.
    Code,
    /// The next tokens of a grant.
    Refresh,
    /// Tokens of machines, which need no store. They wait among refreshes: one client must not take
    /// all permits.
    Machine,
}

impl Priority {
    /// Every priority, in order.
    pub const ALL: [Self; 5] = [
        Self::Administration,
        Self::SignIn,
        Self::Code,
        Self::Refresh,
        Self::Machine,
    ];

    /// Returns the name of the priority in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administration => "administration",
            Self::SignIn => "sign_in",
            Self::Code => "code",
            Self::Refresh => "refresh",
            Self::Machine => "client_credentials",
        }
    }

    pub(super) const fn rank(self) -> Rank {
        Rank::Waits(match self {
            Self::Administration => 0,
            Self::SignIn => 1,
            Self::Code => 2,
            Self::Refresh | Self::Machine => 3,
        })
    }

    /// Returns how long a write may wait in the store before requests are refused; `None` for requests
    /// that write nothing.
    pub(super) const fn max_store_delay(self) -> Option<Duration> {
        match self {
            Self::Administration => Some(Duration::from_millis(250)),
            Self::SignIn => Some(Duration::from_millis(500)),
            Self::Code => Some(Duration::from_millis(1000)),
            Self::Refresh => Some(Duration::from_millis(2000)),
            Self::Machine => None,
        }
    }
}
