//! A request that a line repeats.

use crate::{
    document::Operation,
    exchange::Recorded,
    request::{Reference, references},
};

/// A request that a line repeats.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The request with its answer.
    pub exchange: Recorded,
    /// Its operation, if the document has it.
    pub operation: Option<&'a Operation>,
    /// The variable for the token of its caller.
    pub caller: Option<String>,
    /// The token that its answer has.
    pub signs_in: Option<SignIn>,
    /// The identifiers in it.
    pub references: Vec<Reference>,
}

/// A token in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The variable for it.
    pub variable: String,
    /// The JSON pointer to it.
    pub pointer: String,
}

impl<'a> Call<'a> {
    /// Makes a call that a caller sends, who is `None` without a token.
    #[must_use]
    pub fn new(
        exchange: Recorded,
        operation: Option<&'a Operation>,
        caller: Option<String>,
    ) -> Self {
        let references = references(&exchange.request, operation);
        Self {
            exchange,
            operation,
            caller,
            signs_in: None,
            references,
        }
    }
}
