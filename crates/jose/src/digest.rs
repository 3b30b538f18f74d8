//! SHA-256 digests in base64url.

use crate::base64url;

/// Returns the digest of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    base64url::encode(digest)
}
