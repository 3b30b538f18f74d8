//! The input that a decision asks for next, the checks that it made, and its verdict.

use std::sync::Arc;

use crate::{
    error::RequestError,
    field::Fields,
    operation::{Operation, Owner, Rule},
    view::ViewName,
};

/// The next input that a decision needs.
#[derive(Debug)]
pub(crate) enum Next<'a> {
    /// The caller: [`Judging::set_caller`].
    Token,
    /// The facts that the rule reads of the body, if it does: [`Judging::set_body`].
    Body(&'a Arc<Rule>),
    /// The owner of the object: [`Judging::set_owner`].
    Owner(OwnerQuestion<'a>),
    /// Nothing.
    Verdict(Verdict),
}

/// The verdict about a request under the configuration's mode.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is forwarded.
    Forwarded,
    /// It is forwarded, and the refusal is noted (`observe`).
    Noted(RequestError),
    /// It is refused.
    Denied(RequestError),
}

/// The source that is asked for an owner.
#[derive(Debug)]
pub(crate) enum OwnerQuestion<'a> {
    /// An address, and where the owner is in its answer (RFC 6901).
    Address { url: String, pointer: &'a str },
    /// The row of a view.
    Row { view: &'a ViewName, key: String },
}

/// A check that was made; the last one of a denied request is the one that denied it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check<'a> {
    Operation(Option<&'a Operation>),
    Public(&'a str),
    Token,
    Undeclared(&'a str),
    Function(&'a Rule),
    Query,
    Fields(&'a Fields),
    Object(&'a Owner),
}

impl Verdict {
    /// The refusal that is made or noted.
    pub(crate) fn error(&self) -> Option<&RequestError> {
        match self {
            Self::Forwarded => None,
            Self::Noted(error) | Self::Denied(error) => Some(error),
        }
    }
}
