//! What callers may do, each thing once: the list that every route names.

use std::{collections::BTreeSet, fmt};

use airside_policy::{FunctionRule, RecordShape};

use crate::{
    FunctionPermission, ObjectPermission, Record,
    permission::OpenKeyColumn,
    record::{never_writable, shape},
};

/// One thing that a caller may do. Made by [`actions!`](crate::actions).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no action",
    label = "name it in a list: `actions! {{ {Self} = rule::scope(\"…\"); }}`"
)]
pub trait Action: Send + Sync + 'static {
    /// Its name, in policies, logs and tables.
    const NAME: &'static str;
}

/// An action on a record: one that is there, or one that is made.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no action on a `{T}` that is there",
    label = "say so in the list: `actions! {{ {Self} reads {T} = rule::scope(\"…\").owner(); }}`, or `writes`"
)]
pub trait RecordAction<T: Record>: Action {
    /// Whether it changes records or makes them.
    #[doc(hidden)]
    const CHANGES: bool = true;

    /// Who may.
    fn permission() -> &'static ObjectPermission;
}

/// An action on a record that is there, decided with the record.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no action on a `{T}` that is there",
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
    message = "`{Self}` is no function",
    label = "a function has no record in the list: `actions! {{ {Self} = rule::role(\"…\"); }}`"
)]
pub trait FunctionAction: Action {
    /// Who may.
    fn permission() -> &'static FunctionPermission;
}

/// Something that everybody may do, without a token.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not public",
    label = "say why it is in the list: `actions! {{ {Self} public = \"why everybody may\"; }}`"
)]
pub trait PublicAction: Action {
    /// Why; printed at start-up.
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

/// What a route declares, for the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The action.
    pub action: &'static str,
    /// What kind of declaration it is.
    pub kind: Kind,
    /// The kind of record that it is about.
    pub record: Option<&'static str>,
    /// The rule in words, or why it is public.
    pub rule: String,
    /// The path parameter that the path must have: of the record, or of a new record's parent.
    pub parameter: Option<&'static str>,
    /// Those of the record's parents, which a path may have.
    pub parents: Vec<&'static str>,
    /// The part of the rule that the token alone decides.
    pub need: FunctionRule,
    /// Whether policies decide.
    pub by_policies: bool,
    /// What policies are asked about the record or one of its parents.
    pub(crate) asked: Option<(&'static str, RecordShape)>,
    /// A kind of record, of whose members the rule is, and which is not that of the rule.
    pub(crate) other_membership: Option<String>,
    /// The columns that the record's key is unique within, and that the token does not fix.
    pub(crate) open_key_columns: Vec<OpenKeyColumn>,
    /// A kind of record that another table refers to by a key which is unique only within something.
    pub(crate) ambiguous_reference: Option<&'static str>,
    /// A column of a parent's key that handlers may set, and that no part of the rule looks at.
    pub(crate) unchecked_parent: Option<&'static str>,
    /// What the rule looks at and the record does not have.
    pub(crate) missing_column: Option<&'static str>,
    /// Whether a new record has a tenant, and the rule does not say which.
    pub(crate) has_no_tenant: bool,
    /// Whether the record's parents have no end.
    pub(crate) is_endless: bool,
    /// A column that the record says handlers may set, and that none may.
    pub(crate) never_writable: Option<&'static str>,
}

/// The kinds of declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// One record, loaded and allowed.
    Object,
    /// A list, filtered in the query.
    List,
    /// A new record.
    Create,
    /// No object.
    Function,
    /// Open to everybody.
    Public,
}

impl Declared {
    /// What an action on a record declares.
    pub(crate) fn about<T: Record, A: RecordAction<T>>(
        kind: Kind,
        parameter: Option<&'static str>,
    ) -> Self {
        let permission = A::permission();
        Self {
            action: A::NAME,
            kind,
            record: Some(T::TYPE),
            rule: permission.to_string(),
            parameter,
            parents: permission.parent_parameters(shape::<T>()),
            need: permission.need().clone(),
            by_policies: permission.is_by_policies(),
            asked: permission.asked_of_policies(A::NAME, shape::<T>()),
            other_membership: permission.other_membership(T::TYPE).map(str::to_owned),
            open_key_columns: match kind {
                Kind::Create => Vec::new(),
                _ => permission.open_key_columns::<T>(),
            },
            ambiguous_reference: permission.ambiguous_reference::<T>(),
            unchecked_parent: permission.unchecked_parent::<T>().filter(|_| A::CHANGES),
            missing_column: permission.missing_column::<T>(),
            has_no_tenant: kind == Kind::Create && T::TENANT.is_some() && !permission.says_tenant(),
            is_endless: permission.is_endless(),
            never_writable: never_writable::<T>(permission.parent().map(|parent| parent.column)),
        }
    }

    /// Tells whether a path parameter is this declaration's.
    pub(crate) fn looks_at(&self, parameter: &str) -> bool {
        self.parameter == Some(parameter) || self.parents.contains(&parameter)
    }

    /// Finds a path parameter that is the key of two: of the record and a parent, or of two parents.
    pub(crate) fn shared_parameter(&self) -> Option<&'static str> {
        let own = self.parameter.filter(|_| self.kind == Kind::Object);
        let mut seen = BTreeSet::new();
        let mut all = own.into_iter().chain(self.parents.iter().copied());
        all.find(|name| !seen.insert(*name))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Object => "object",
            Self::List => "list",
            Self::Create => "create",
            Self::Function => "function",
            Self::Public => "public",
        })
    }
}
