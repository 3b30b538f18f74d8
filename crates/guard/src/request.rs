//! A request, read in the one way that every upstream reads it.

use airside_api::Target;
use http::{HeaderName, request::Parts};

use crate::{
    Refusal,
    header::{self, IdentityHeaders},
    operation::FORWARDED,
    via::Via,
};

/// A request, read.
pub(crate) struct Read {
    pub(crate) parts: Parts,
    pub(crate) target: Target,
    /// Headers that are not forwarded.
    pub(crate) ending: Vec<HeaderName>,
    /// How many headers were dropped for their names.
    pub(crate) dropped: usize,
}

impl Read {
    /// Reads the head of a request for the guard whose name in `Via` is `own`.
    ///
    /// # Errors
    ///
    /// [`Refusal::NeverForwarded`], [`Refusal::Loop`], or [`Refusal::Ambiguous`] for whatever two servers
    /// could read in two ways.
    pub(crate) fn of(
        mut parts: Parts,
        identity: &IdentityHeaders,
        own: &Via,
    ) -> Result<Self, Refusal> {
        if !FORWARDED.contains(&parts.method) {
            return Err(Refusal::NeverForwarded);
        }
        header::require_one_host(&parts)?;
        let admitted = header::admit(&mut parts.headers, identity)?;
        if own.is_in(&parts.headers) {
            return Err(Refusal::Loop);
        }
        let target = match parts.uri.path_and_query() {
            Some(text) => Target::parse(text.as_str())?,
            None => return Err(Refusal::Ambiguous("the request has no path")),
        };
        Ok(Self {
            parts,
            target,
            ending: admitted.ending,
            dropped: admitted.dropped,
        })
    }
}
