//! SHA-256 of several parts.

use aws_lc_rs::digest::{Context, SHA256};

pub(super) type Digest = [u8; 32];

pub(super) fn sha256(parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut digest = Digest::default();
    // SHA-256 has exactly the length of `Digest`.
    for (to, from) in digest.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    digest
}
