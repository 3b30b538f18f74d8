//! The first argument of a handler: what it is about, and proof that the caller may.

mod authorized;
mod create;
mod function;
mod listed;

pub use authorized::Authorized;
pub use create::Create;
pub use function::{Function, Public};
pub use listed::Listed;

use crate::action::Declared;

/// A first argument that says what a handler needs. Sealed: there are [`Authorized`], [`Listed`],
/// [`Create`], [`Function`] and [`Public`].
#[diagnostic::on_unimplemented(
    message = "the first argument of this handler does not say what the caller must be allowed to do",
    label = "`{Self}` is no declaration",
    note = "begin with one of `Authorized<Record, Action>`, `Listed<Record, Action>`, `Create<Record, Action>`, `Function<Action>` and `Public<Action>`"
)]
pub trait Declaration: sealed::Sealed {
    /// What it says.
    fn declare() -> Declared;
}

/// Handlers whose first argument is a [`Declaration`]; `Self` is what axum makes of the arguments.
#[diagnostic::on_unimplemented(
    message = "this handler has no declaration of what the caller must be allowed to do",
    label = "its first argument must be a declaration",
    note = "begin with one of `Authorized<Record, Action>`, `Listed<Record, Action>`, `Create<Record, Action>`, `Function<Action>` and `Public<Action>`"
)]
pub trait Declares {
    /// What the first argument says.
    fn declare() -> Declared;
}

macro_rules! declares {
    ($($argument:ident),*) => {
        impl<M, D: Declaration, $($argument),*> Declares for (M, D, $($argument,)*) {
            fn declare() -> Declared {
                D::declare()
            }
        }
    };
}

declares!();
declares!(A1);
declares!(A1, A2);
declares!(A1, A2, A3);
declares!(A1, A2, A3, A4);
declares!(A1, A2, A3, A4, A5);
declares!(A1, A2, A3, A4, A5, A6);
declares!(A1, A2, A3, A4, A5, A6, A7);

mod sealed {
    /// Nobody else can declare.
    pub trait Sealed {}
}
