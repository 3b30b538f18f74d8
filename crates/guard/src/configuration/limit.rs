//! The limits of requests, and how often a caller may ask.

use super::registry::{LIMITS, LimitKeys, RATE_LIMIT, RateLimitKeys};
use crate::{rate::RateLimits, section::SectionReader};

impl SectionReader<'_> {
    pub(super) fn limits(&self) -> RequestLimits {
        let table = self.table::<LimitKeys>();
        let bytes = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        RequestLimits {
            request_body: bytes(table.get(&LIMITS.request_body_bytes)),
            held_body: bytes(table.get(&LIMITS.held_body_bytes)),
            upstream_seconds: table.get(&LIMITS.upstream_seconds),
            header_bytes: bytes(table.get(&LIMITS.header_bytes).into()),
            header_lines: bytes(table.get(&LIMITS.header_lines).into()),
        }
    }

    pub(super) fn rate_limits(&self) -> RateLimits {
        let table = self.table::<RateLimitKeys>();
        RateLimits {
            address: table.find(&RATE_LIMIT.address),
            client: table.find(&RATE_LIMIT.client),
            subject: table.find(&RATE_LIMIT.subject),
        }
    }
}

/// The limits on sizes and times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestLimits {
    /// Bytes of a request's body.
    pub(crate) request_body: usize,
    /// Bytes of a body that is held, of a request or an answer.
    pub(crate) held_body: usize,
    /// Seconds until an upstream begins to answer.
    pub(crate) upstream_seconds: u64,
    /// Bytes of a request's header.
    pub(crate) header_bytes: usize,
    /// Lines of a request's header.
    pub(crate) header_lines: usize,
}
