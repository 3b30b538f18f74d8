//! One declaration of a route, for the table.

use std::{collections::BTreeSet, fmt};

use airside_policy::FunctionRule;

use super::RecordAction;
use crate::{
    Record,
    permission::{OpenKeyColumn, PolicyQuestion},
    record::{never_writable, shape},
};

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
