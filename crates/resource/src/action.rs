//! The actions of an API, each declared once: the list that every route names.

mod named;
mod route_declaration;

pub use self::{
    named::Action,
    route_declaration::{DeclarationKind, RouteDeclaration},
};
use crate::{FunctionPermission, ObjectPermission, Record};

/// An action on a record: one that is there, or one that is made.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an action on a `{T}` that is there",
    label = "say so in the list: `actions! {{ {Self} reads {T} = rule::scope(\"…\").owner(); }}`, or `writes`"
)]
pub trait RecordAction<T: Record>: Action {
    /// True if it changes records or makes them.
    #[doc(hidden)]
    const CHANGES: bool = true;

    /// Returns the rule that decides who may do it.
    fn permission() -> &'static ObjectPermission;
}

/// An action on a record that is there, decided with the record.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an action on a `{T}` that is there",
    label = "say so in the list: `actions! {{ {Self} reads {T} = rule::scope(\"…\").owner(); }}`, or `writes`; one that `creates` is for `Create` only"
)]
pub trait ObjectAction<T: Record>: RecordAction<T> {}

/// An action that makes a record.
#[diagnostic::on_unimplemented(
    message = "`{Self}` makes no `{T}`",
    label = "say so in the list: `actions! {{ {Self} creates {T} = …; }}`, or `writes`"
)]
pub trait CreateAction<T: Record>: RecordAction<T> {}

/// An action that changes a record.
#[diagnostic::on_unimplemented(
    message = "`{Self}` only reads `{T}`",
    label = "to change it, say so in the list: `actions! {{ {Self} writes {T} = …; }}`"
)]
pub trait WriteAction<T: Record>: ObjectAction<T> + CreateAction<T> {}

/// An action without an object, decided by the token alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function",
    label = "a function has no record in the list: `actions! {{ {Self} = rule::role(\"…\"); }}`"
)]
pub trait FunctionAction: Action {
    /// Returns the rule that decides who may do it.
    fn permission() -> &'static FunctionPermission;
}

/// Something that everybody may do, without a token.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not public",
    label = "say why it is in the list: `actions! {{ {Self} public = \"why everybody may\"; }}`"
)]
pub trait PublicAction: Action {
    /// The reason; printed at start-up.
    const REASON: &'static str;
}

/// Lists what callers may do.
///
/// ```
/// # use airside_resource::doc::Account;
/// use airside_resource::{actions, rule};
///
/// actions! {
///     /// Look at an account of one's own.
///     ReadAccount reads Account = rule::scope("accounts:read").owner();
///     /// Rename an account of one's own.
///     RenameAccount writes Account = rule::scope("accounts:write").owner();
///     /// Open an account: for everybody who may, and for `Create` only.
///     OpenAccount creates Account = rule::scope("accounts:open").owner();
///     /// Look at any account.
///     AuditAccount reads Account = rule::role("auditor").any_object();
///     /// Look at an account as the policies say.
///     SeeAccount reads Account = rule::scope("accounts:read").policies();
///     /// Delete a user.
///     DeleteUser = rule::role("admin");
///     /// Tell that the API lives.
///     Health public = "load balancer probe";
/// }
/// ```
#[macro_export]
macro_rules! actions {
    () => {};
    ($(#[$attribute:meta])* $name:ident reads $record:ty = $rule:expr; $($rest:tt)*) => {
        $crate::actions!(@object [$(#[$attribute])*] $name $record, $rule, false);
        impl $crate::action::ObjectAction<$record> for $name {}
        $crate::actions!($($rest)*);
    };
    ($(#[$attribute:meta])* $name:ident creates $record:ty = $rule:expr; $($rest:tt)*) => {
        $crate::actions!(@object [$(#[$attribute])*] $name $record, $rule, true);
        impl $crate::action::CreateAction<$record> for $name {}
        $crate::actions!($($rest)*);
    };
    ($(#[$attribute:meta])* $name:ident writes $record:ty = $rule:expr; $($rest:tt)*) => {
        $crate::actions!(@object [$(#[$attribute])*] $name $record, $rule, true);
        impl $crate::action::ObjectAction<$record> for $name {}
        impl $crate::action::CreateAction<$record> for $name {}
        impl $crate::action::WriteAction<$record> for $name {}
        $crate::actions!($($rest)*);
    };
    ($(#[$attribute:meta])* $name:ident public = $reason:expr; $($rest:tt)*) => {
        $crate::actions!(@action [$(#[$attribute])*] $name);
        impl $crate::action::PublicAction for $name {
            const REASON: &'static str = $reason;
        }
        $crate::actions!($($rest)*);
    };
    ($(#[$attribute:meta])* $name:ident = $rule:expr; $($rest:tt)*) => {
        $crate::actions!(@action [$(#[$attribute])*] $name);
        impl $crate::action::FunctionAction for $name {
            fn permission() -> &'static $crate::FunctionPermission {
                static RULE: ::std::sync::LazyLock<$crate::FunctionPermission> =
                    ::std::sync::LazyLock::new(|| {
                        $crate::permission::FunctionRuleOf::permission($rule)
                    });
                &RULE
            }
        }
        $crate::actions!($($rest)*);
    };
    ($(#[$attribute:meta])* $name:ident $verb:ident $record:ty = $($rest:tt)*) => {
        ::std::compile_error!(::std::concat!(
            "an action `reads`, `writes` or `creates` a record, and does not `", ::std::stringify!($verb), "` it"
        ));
    };
    (@object [$($attribute:tt)*] $name:ident $record:ty, $rule:expr, $changes:literal) => {
        $crate::actions!(@action [$($attribute)*] $name);
        impl $crate::action::RecordAction<$record> for $name {
            const CHANGES: bool = $changes;

            fn permission() -> &'static $crate::ObjectPermission {
                static RULE: ::std::sync::LazyLock<$crate::ObjectPermission> =
                    ::std::sync::LazyLock::new(|| {
                        $crate::permission::ObjectRuleOf::<$record>::permission($rule)
                    });
                &RULE
            }
        }
    };
    (@action [$($attribute:tt)*] $name:ident) => {
        $($attribute)*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
        impl $crate::action::Action for $name {
            const NAME: &'static str = stringify!($name);
        }
    };
}
