//! What may be used once: the table `used`.

use airside_oauth::{secret::Digest, time::Time};

use crate::statement::Statement;

/// RFC7523-3: a `jti` is accepted once; likewise a consent page's seal.
pub(crate) fn insert(digest: &Digest, until: Time) -> Statement<'_> {
    Statement::new(
        "INSERT INTO used (digest, until) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        vec![digest.as_bytes().into(), until.into()],
    )
}
