//! The reasons why a text is not a username.

use std::fmt;

use precis_profiles::precis_core::{Error as PrecisError, UnexpectedError};

/// The text cannot be a name to sign in with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UsernameError {
    /// It is empty or too long.
    #[error("a username has 1 to {MAX_CHARACTERS} characters")]
    Length,
    /// It has a character that RFC 8265 does not allow there.
    #[error("a username cannot contain {}", Character(*.0))]
    Forbidden(char),
    /// It has letters that are written from right to left, and breaks the rule of RFC 5893 §2.
    #[error(
        "a username that is written from right to left begins with a letter of its script and has no letters of scripts that are written from left to right (RFC 5893)"
    )]
    Direction,
    /// RFC 8265 gives it no stable form.
    #[error("a username of these characters has no form that stays the same (RFC 8264 §7)")]
    Unstable,
    /// It mixes scripts.
    #[error(transparent)]
    MixedScripts(#[from] MixedScripts),
}

/// A name has letters of several scripts, and may look like another one (UTS 39 §5.1).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a username has letters of one script, so that it cannot be mistaken for another: {} is {script}, unlike the letters before it",
    Character(*character)
)]
pub struct MixedScripts {
    pub(super) character: char,
    pub(super) script: String,
}

impl From<PrecisError> for UsernameError {
    fn from(error: PrecisError) -> Self {
        match error {
            // the text is not empty: only the direction is left
            PrecisError::Invalid => Self::Direction,
            PrecisError::BadCodepoint(at)
            | PrecisError::Unexpected(
                UnexpectedError::ContextRuleNotApplicable(at)
                | UnexpectedError::MissingContextRule(at),
            ) => char::from_u32(at.cp).map_or(Self::Unstable, Self::Forbidden),
            PrecisError::Unexpected(_) => Self::Unstable,
        }
    }
}

/// A character for people: as it is and by its number, escaped where it would be invisible.
struct Character(char);

impl fmt::Display for Character {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ' ' => f.write_str("a space"),
            other => write!(f, "`{}` (U+{:04X})", other.escape_debug(), u32::from(other)),
        }
    }
}

/// The longest name, in characters.
pub(super) const MAX_CHARACTERS: usize = 128;
