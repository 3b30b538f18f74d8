//! A request in its canonical reading, which is the one of every upstream.

use airside_api::Target;
use http::{HeaderName, Uri, request::Parts};

use crate::{
    error::RequestError,
    header::{self, IdentityHeaders},
    operation::FORWARDED,
    public::PublicAddress,
    via::Via,
};

/// A request in its canonical reading.
pub(crate) struct CanonicalRequest {
    pub(crate) parts: Parts,
    pub(crate) target: Target,
    /// The headers that are not forwarded.
    pub(crate) ending: Vec<HeaderName>,
    /// The number of headers that were dropped because of their names.
    pub(crate) dropped: usize,
    /// True if a header says who calls or for what, and the guard did not write it.
    pub(crate) has_claim: bool,
    /// The public address that the caller used, if a trusted proxy reports it.
    pub(crate) public: PublicAddress,
}

impl CanonicalRequest {
    /// Reads the head of a request for the guard whose name in `Via` is `own`.
    ///
    /// # Errors
    ///
    /// [`RequestError::NeverForwarded`], [`RequestError::Loop`], or [`RequestError::Ambiguous`] for whatever two servers
    /// could read in two ways.
    pub(crate) fn of(
        mut parts: Parts,
        identity: &IdentityHeaders,
        own: &Via,
    ) -> Result<Self, RequestError> {
        if !FORWARDED.contains(&parts.method) {
            return Err(RequestError::NeverForwarded);
        }
        header::require_one_host(&parts)?;
        let admitted = header::admit(&mut parts.headers, identity)?;
        if own.is_in(&parts.headers) {
            return Err(RequestError::Loop);
        }
        let target = target(&parts.uri)?;
        Ok(Self {
            parts,
            target,
            ending: admitted.ending,
            dropped: admitted.dropped,
            has_claim: admitted.has_claim,
            public: PublicAddress::default(),
        })
    }
}

fn target(uri: &Uri) -> Result<Target, RequestError> {
    match uri.path_and_query() {
        Some(text) => Ok(Target::parse(text.as_str())?),
        None => Err(RequestError::Ambiguous("the request has no path")),
    }
}
