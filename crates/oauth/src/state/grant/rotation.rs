//! The rotation of refresh tokens, and the judgement of one that is presented.

use std::time::Duration;

use crate::time::Time;

/// The state of a refresh token family: constant in size, whatever the number of rotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The generation last presented while it was current; none before the first rotation.
    pub anchor: Option<u32>,
    /// The newest generation issued.
    pub current: u32,
    /// The time at which `current` was issued.
    pub rotated_at: Time,
    /// The number of times that the successor of `anchor` was issued again.
    pub reissues: u8,
    /// True if `anchor` was presented again within the window.
    pub retried: bool,
    /// In how many generations in a row that happened, this one included.
    pub retry_run: u8,
}

/// The judgement of a presented generation of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is current: rotate to this state.
    Rotate(Rotation),
    /// It was retried: the same successor again; the state changes only if this is the first retry
    /// of its generation.
    Retry {
        /// The state after noting the retry, if it must be noted.
        noted: Option<Rotation>,
        /// True if noting it completed a run of [`RETRY_RUN_ALARM`] generations.
        alarm: bool,
    },
    /// The successor was lost: issue a fresh one and void the unseen one.
    Reissue(Rotation),
    /// It was used, superseded or void: another party has it.
    Reuse,
    /// It was never issued.
    Unissued,
}

impl Rotation {
    /// The state of a family whose first token is issued at `now`.
    pub const fn begin(now: Time) -> Self {
        Self {
            anchor: None,
            current: 0,
            rotated_at: now,
            reissues: 0,
            retried: false,
            retry_run: 0,
        }
    }

    /// Judges `generation`, presented at `now` by the client that the token belongs to (decision 20).
    pub fn judge(&self, generation: u32, window: Duration, now: Time) -> Judgement {
        if generation > self.current {
            return Judgement::Unissued;
        }
        if generation == self.current {
            return self
                .successor(Some(generation), 0, now)
                .map_or(Judgement::Reuse, Judgement::Rotate);
        }
        // RFC9700-4.14.2: only the predecessor can be an honest retry; anything older was stolen
        if Some(generation) != self.anchor {
            return Judgement::Reuse;
        }
        if now.within(window, self.rotated_at) {
            return self.note_retry();
        }
        if self.reissues >= MAX_REISSUES {
            return Judgement::Reuse;
        }
        self.successor(self.anchor, self.reissues + 1, now)
            .map_or(Judgement::Reuse, Judgement::Reissue)
    }

    fn successor(&self, anchor: Option<u32>, reissues: u8, now: Time) -> Option<Self> {
        let same_anchor = anchor == self.anchor;
        Some(Self {
            anchor,
            current: self.current.checked_add(1)?,
            rotated_at: now,
            reissues,
            retried: same_anchor && self.retried,
            // a generation without a retry ends the run
            retry_run: if same_anchor || self.retried {
                self.retry_run
            } else {
                0
            },
        })
    }

    fn note_retry(&self) -> Judgement {
        if self.retried {
            return Judgement::Retry {
                noted: None,
                alarm: false,
            };
        }
        let retry_run = self.retry_run.saturating_add(1);
        Judgement::Retry {
            noted: Some(Self {
                retried: true,
                retry_run,
                ..*self
            }),
            alarm: retry_run == RETRY_RUN_ALARM,
        }
    }
}

/// After this many generations in a row with a retry, a thief may be following inside the window.
pub const RETRY_RUN_ALARM: u8 = 6;

/// A client that lost this many answers to the same refresh is not losing answers.
pub const MAX_REISSUES: u8 = 10;
