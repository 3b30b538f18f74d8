//! The actions of an API, each declared once: the list that every route names.

mod named;

pub use self::named::Action;

use std::{collections::BTreeSet, fmt};

use airside_policy::FunctionRule;

use crate::{
    FunctionPermission, ObjectPermission, Record,
    permission::{OpenKeyColumn, PolicyQuestion},
    record::{never_writable, shape},
};

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

/// One declaration of a route, for the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteDeclaration {
    /// The action.
    pub action: &'static str,
    /// The kind of declaration.
    pub kind: DeclarationKind,
    /// The kind of record that it is about.
    pub record: Option<&'static str>,
    /// The rule in words, or why it is public.
    pub rule: String,
    /// The path parameter that the path must have: of the record, or of a new record's parent.
    pub parameter: Option<&'static str>,
    /// The path parameters of the record's parents, which a path may have.
    pub parents: Vec<&'static str>,
    /// The part of the rule that the token alone decides.
    pub function_rule: FunctionRule,
    /// True if policies decide.
    pub by_policies: bool,
    /// The question to policies, about the record or one of its parents.
    pub(crate) policy_question: Option<PolicyQuestion>,
    /// The kind of record of a membership in the rule, if it is not the kind that the rule is about.
    pub(crate) other_membership: Option<String>,
    /// The columns that the record's key is unique within, and that the token does not fix.
    pub(crate) open_key_columns: Vec<OpenKeyColumn>,
    /// A kind of record that another table refers to by a key which is unique only within something.
    pub(crate) ambiguous_reference: Option<&'static str>,
    /// A column of a parent's key that handlers may set, and that no part of the rule checks.
    pub(crate) unchecked_parent: Option<&'static str>,
    /// `owner` or `tenant`, if the rule compares it and the record does not have it.
    pub(crate) missing_column: Option<&'static str>,
    /// True if a new record has a tenant, and the rule does not fix which.
    pub(crate) has_no_tenant: bool,
    /// True if the parents lead back to the record.
    pub(crate) is_endless: bool,
    /// A column that the record says handlers may set, and that none may.
    pub(crate) never_writable: Option<&'static str>,
}

/// The kinds of declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeclarationKind {
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

impl RouteDeclaration {
    /// Declares an action on a record.
    pub(crate) fn about<T: Record, A: RecordAction<T>>(
        kind: DeclarationKind,
        parameter: Option<&'static str>,
    ) -> Self {
        let permission = A::permission();
        let function_rule = permission.function_rule().clone();
        Self {
            record: Some(T::TYPE),
            rule: permission.to_string(),
            parameter,
            parents: permission.parent_parameters(shape::<T>()),
            by_policies: permission.is_by_policies(),
            policy_question: permission.policy_question(A::NAME, shape::<T>()),
            other_membership: permission.other_membership(T::TYPE).map(str::to_owned),
            open_key_columns: match kind {
                DeclarationKind::Create => Vec::new(),
                _ => permission.open_key_columns::<T>(),
            },
            ambiguous_reference: permission.ambiguous_reference::<T>(),
            unchecked_parent: permission.unchecked_parent::<T>().filter(|_| A::CHANGES),
            missing_column: permission.missing_column::<T>(),
            has_no_tenant: kind == DeclarationKind::Create
                && T::TENANT.is_some()
                && !permission.fixes_tenant(),
            is_endless: permission.is_endless(),
            never_writable: never_writable::<T>(permission.parent().map(|one| one.link.column)),
            ..Self::new(A::NAME, kind, function_rule)
        }
    }

    /// Declares an action without a record.
    pub(crate) fn new(
        action: &'static str,
        kind: DeclarationKind,
        function_rule: FunctionRule,
    ) -> Self {
        Self {
            action,
            kind,
            record: None,
            rule: String::new(),
            parameter: None,
            parents: Vec::new(),
            function_rule,
            by_policies: false,
            policy_question: None,
            other_membership: None,
            open_key_columns: Vec::new(),
            ambiguous_reference: None,
            unchecked_parent: None,
            missing_column: None,
            has_no_tenant: false,
            is_endless: false,
            never_writable: None,
        }
    }

    /// Tells whether the declaration checks a path parameter.
    pub(crate) fn checks(&self, parameter: &str) -> bool {
        self.parameter == Some(parameter) || self.parents.contains(&parameter)
    }

    /// Finds a path parameter that is the key of two: of the record and a parent, or of two parents.
    pub(crate) fn shared_parameter(&self) -> Option<&'static str> {
        let own = self
            .parameter
            .filter(|_| self.kind == DeclarationKind::Object);
        let mut names = BTreeSet::new();
        let mut all = own.into_iter().chain(self.parents.iter().copied());
        all.find(|name| !names.insert(*name))
    }
}

impl fmt::Display for DeclarationKind {
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
