//! Judges what recorded answers prove. Pure functions: they know no request but those that they are given.
//!
//! | module | holds |
//! |---|---|
//! | `marker` | values by which the victim's object is recognised in another answer |
//! | `disclosure` | whether an answer shows the attacker what is the victim's |
//! | `effect` | whether a request of the attacker changed what the victim sees |

mod disclosure;
mod effect;
mod marker;

use serde::Serialize;

pub(crate) use disclosure::is_object;
pub use disclosure::{Disclosure, DisclosureContext, disclosed, judge as judge_disclosure};
pub use effect::{Effect, EffectFacts, Target, judge as judge_effect};
pub use marker::{Marker, MarkerSource, differs_from, is_shown, markers, masked};

/// The outcome of a check of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "kind", content = "reason", rename_all = "snake_case")]
pub enum Verdict {
    /// A hole, with what proves it.
    Confirmed(String),
    /// It may be a hole, and this keeps it from being proven.
    Suspect(String),
    /// The API refused, or did something harmless.
    Refuted(String),
    /// It could not be tested, for this reason.
    NotTested(String),
}

impl Verdict {
    /// Returns the verdict of an answer that is not a success: a refusal, unless the API broke or limited the rate.
    #[must_use]
    pub fn of_refusal(attacker: &str, status: u16) -> Self {
        match status {
            429 | 500.. => Self::NotTested(format!(
                "{attacker} is answered {status}: the API fails, and whether it refuses is not known"
            )),
            status => Self::Refuted(format!("{attacker} is refused with {status}")),
        }
    }

    /// Returns the verdict of an answer that says that the request is invalid, where no valid one is known.
    #[must_use]
    pub fn invalid(attacker: &str, status: u16) -> Self {
        Self::NotTested(format!("{attacker} is answered {status}: {INVALID}"))
    }

    /// Returns true if no valid request is known.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self, Self::NotTested(why) if why.ends_with(INVALID))
    }

    /// Returns true if the API refused an attack.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refuted(why) if why.contains("refused"))
    }

    /// Returns true if the attacker's own lists have what was shown.
    #[must_use]
    pub fn is_of_own_list(&self) -> bool {
        let (Self::Refuted(why) | Self::Suspect(why)) = self else {
            return false;
        };
        why.contains("own list has too") || why.contains("own lists show too")
    }

    /// Returns true if the attacker was shown what is not a secret.
    #[must_use]
    pub fn shows_no_secret(&self) -> bool {
        let Self::Refuted(why) = self else {
            return false;
        };
        self.is_of_own_list() || why.contains("it is public") || why.contains("may be public")
    }

    /// Returns true if a hole is proven.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        matches!(self, Self::Confirmed(_))
    }

    /// Returns the word for it in reports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Confirmed(_) => "confirmed",
            Self::Suspect(_) => "suspect",
            Self::Refuted(_) => "refuted",
            Self::NotTested(_) => "not tested",
        }
    }

    /// Returns the sentence beside the verdict.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Confirmed(text)
            | Self::Suspect(text)
            | Self::Refuted(text)
            | Self::NotTested(text) => text,
        }
    }

    /// Returns the order of severity: the greatest counts where checks of one operation differ.
    #[must_use]
    pub fn weight(&self) -> u8 {
        match self {
            Self::Confirmed(_) => 3,
            Self::Suspect(_) => 2,
            Self::Refuted(_) => 1,
            Self::NotTested(_) => 0,
        }
    }
}

/// The end of the reason where every request was invalid.
const INVALID: &str = "no valid request is known";

#[cfg(test)]
mod tests;
