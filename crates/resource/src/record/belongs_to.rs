//! Records that belong to another one.

use airside_policy::Relation;

use super::{Record, shape};

/// A record that belongs to another one, its parent: `Task` to `Project`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say that it belongs to `{P}`",
    label = "say which column holds the parent's key: `impl BelongsTo<{P}> for {Self} {{ const COLUMN: &'static str = \"…\"; }}`"
)]
pub trait BelongsTo<P: Record>: Record {
    /// The column that holds the parent's key.
    const COLUMN: &'static str;

    /// Returns the relation for [`Record::relations`].
    #[must_use]
    fn relation() -> Relation {
        Relation::Parent {
            column: Self::COLUMN,
            shape: shape::<P>(),
        }
    }
}
