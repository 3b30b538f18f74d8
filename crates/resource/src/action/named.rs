//! The name of an action.

/// One thing that a caller may do. Made by [`actions!`](crate::actions).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an action",
    label = "name it in a list: `actions! {{ {Self} = rule::scope(\"…\"); }}`"
)]
pub trait Action: Send + Sync + 'static {
    /// Its name, in policies, logs and tables.
    const NAME: &'static str;
}
