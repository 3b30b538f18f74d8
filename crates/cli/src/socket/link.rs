//! The link to the next page of a list (RFC 8288).

use bytes::Bytes;
use http::{Response, header};

/// The query of the next page, from `Link: <?…>; rel="next"`.
pub(super) fn next_page(response: &Response<Bytes>) -> Option<String> {
    let link = response.headers().get(header::LINK)?.to_str().ok()?;
    let target = link.strip_suffix("; rel=\"next\"")?;
    let query = target.strip_prefix('<')?.strip_suffix('>')?;
    query.starts_with('?').then(|| query.to_owned())
}
