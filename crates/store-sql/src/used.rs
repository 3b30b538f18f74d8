//! Values that may be used once: the table `used`.

use airside_oauth::{key::secret::Digest, time::Time};

use crate::statement::Statement;

/// RFC7523-3: a `jti` is accepted once; likewise a consent page's seal.
pub(crate) fn insert(digest: &Digest, until: Time) -> Statement<'_> {
    Statement::new(
        "INSERT INTO used (digest, until) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        vec![digest.as_bytes().into(), until.into()],
    )
}

/// Takes room in a SQLite file, and gives it back: 64 KiB, which is more than a commit needs.
pub(crate) fn try_room() -> [Statement<'static>; 2] {
    let bytes: u32 = 64 * 1024;
    [
        Statement::new(
            "INSERT INTO used (digest, until) VALUES (zeroblob($1), 0)",
            vec![bytes.into()],
        ),
        Statement::new(
            "DELETE FROM used WHERE digest = zeroblob($1)",
            vec![bytes.into()],
        ),
    ]
}
