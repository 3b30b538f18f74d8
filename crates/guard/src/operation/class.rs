//! The certainty of a rule.

use serde::Serialize;

/// The certainty that only the right callers are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Everybody, on purpose.
    Public,
    /// Nothing can change between check and use.
    Sound,
    /// The token's claims hold until it expires.
    SoundUntilExpiry,
    /// The owner may change between the look-up and the use.
    RaceWindow,
    /// Dropped items may still show, in totals for example; or a parameter of the query that the rule
    /// does not know may choose the API's answer.
    Heuristic,
    /// It has no complete rule.
    Undeclared,
}
