//! Who may: a rule of the code, or policies.

mod function;
mod through;

use std::{fmt, iter};

use airside_policy::{
    ByPolicies, FunctionRule, Membership, ObjectRule, Predicate, Principal, RecordColumns,
    RecordShape, Value,
};

use self::through::{Join, Parent};
pub use self::{
    function::{FunctionPermission, FunctionRuleOf},
    through::{OrThroughParent, Through, ThroughParent, ThroughRule},
};
use crate::{Record, RecordAction, ResourceServer, record};

/// Who may touch a record.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ObjectPermission {
    /// A rule of the code.
    ObjectRule(ObjectRule),
    /// What the policies of [`Builder::policies`](crate::Builder::policies) allow.
    ByPolicies(ByPolicies),
    /// What a caller may do to the record's parent.
    Through(Through),
}

impl ObjectPermission {
    /// The part that the token alone decides.
    #[must_use]
    pub fn need(&self) -> &FunctionRule {
        match self {
            Self::ObjectRule(owned) => owned.need(),
            Self::ByPolicies(rest) => rest.need(),
            Self::Through(through) => through.need.get_or_init(|| {
                let mut need = through.own.need().clone();
                let pairs = self.chain().zip(self.chain().skip(1));
                // where a parent is an alternative, its need is a part of that
                let needed = pairs.take_while(|(record, _)| !record.is_alternative());
                for (_, parent) in needed {
                    need = need.and(parent.own_need().clone());
                }
                need
            }),
        }
    }

    /// The same without what the parents need.
    fn own_need(&self) -> &FunctionRule {
        match self {
            Self::ObjectRule(owned) => owned.need(),
            Self::ByPolicies(rest) => rest.need(),
            Self::Through(through) => through.own.need(),
        }
    }

    /// Tells whether what the caller may do to the parent is one way, and the record's own rule another.
    fn is_alternative(&self) -> bool {
        matches!(self, Self::Through(Through { join: Join::Or, .. }))
    }

    /// The rule of the code about the record itself.
    fn own_rule(&self) -> Option<&ObjectRule> {
        match self {
            Self::ObjectRule(rule) => Some(rule),
            Self::Through(through) => Some(&through.own),
            Self::ByPolicies(_) => None,
        }
    }

    /// This one, that of the parent, that of its parent, and so on, as far as a chain may go.
    fn chain(&self) -> impl Iterator<Item = &Self> {
        let parent = |one: &&Self| Some((one.parent()?.permission)());
        iter::successors(Some(self), parent).take(MAX_PARENTS + 1)
    }

    /// Finds a membership of another kind of record than the rule is about, in this one or a parent's.
    pub(crate) fn other_membership(&self, record: &'static str) -> Option<&str> {
        let mut kind = record;
        for permission in self.chain() {
            if let Some(rule) = permission.own_rule() {
                let mut memberships = rule.memberships().map(Membership::kind);
                if let Some(other) = memberships.find(|other| *other != kind) {
                    return Some(other);
                }
            }
            kind = permission.parent().map_or(kind, |parent| parent.shape.kind);
        }
        None
    }

    /// Finds a kind of record that another table refers to by a key which is unique only within something.
    pub(crate) fn ambiguous_reference<T: Record>(&self) -> Option<&'static str> {
        let own = self.own_rule();
        let has_members = own.is_some_and(|rule| rule.memberships().next().is_some());
        if has_members && !T::KEY_WITHIN.is_empty() {
            return Some(T::TYPE);
        }
        let mut shape = record::shape::<T>();
        for permission in self.chain() {
            if permission.is_by_policies() {
                return record::ambiguous_reference(shape);
            }
            shape = permission.parent()?.shape;
            if !shape.key_within.is_empty() {
                return Some(shape.kind);
            }
        }
        None
    }

    /// The columns that the key of a record is unique within, and that the token does not fix.
    pub(crate) fn open_key_columns<T: Record>(&self) -> Vec<OpenKeyColumn> {
        let own = self.own_rule().filter(|_| !self.is_alternative());
        let owner = T::OWNER.filter(|_| own.is_some_and(ObjectRule::fixes_owner));
        let tenant = T::TENANT.filter(|_| own.is_some_and(ObjectRule::fixes_tenant));
        let columns = T::KEY_WITHIN.iter().copied();
        let open = columns.filter(|column| Some(*column) != owner && Some(*column) != tenant);
        let shape = record::shape::<T>();
        let mut parents: Vec<_> = match self {
            Self::ByPolicies(_) => shape.parents().collect(),
            _ => record::pins(shape),
        };
        parents.extend(self.parent().map(|parent| (parent.column, parent.shape)));
        let open = open.map(|column| OpenKeyColumn {
            column,
            parameter: parents
                .iter()
                .find(|(of, _)| *of == column)
                .map(|(_, parent)| parent.parameter),
        });
        open.collect()
    }

    /// Tells whether the parents have no end: such a rule has no meaning, and no query.
    pub(crate) fn is_endless(&self) -> bool {
        self.chain().count() > MAX_PARENTS
    }

    /// Tells whether policies decide the rest.
    #[must_use]
    pub fn is_by_policies(&self) -> bool {
        matches!(self, Self::ByPolicies(_))
    }

    /// The records that are there, and allowed to a caller who meets [`Self::need`].
    pub(crate) fn filter<T: Record, A: RecordAction<T>>(&self, asked: &Asked<'_>) -> Predicate {
        let allowed = self.allowed::<T, A>(asked);
        match T::hidden_when() {
            Some(hidden) => allowed.and(Predicate::Not(Box::new(hidden))),
            None => allowed,
        }
    }

    /// The same, hidden ones among them.
    pub(crate) fn allowed<T: Record, A: RecordAction<T>>(&self, asked: &Asked<'_>) -> Predicate {
        match (self, asked.server.policies()) {
            (Self::ObjectRule(owned), _) => {
                let own = owned.filter(asked.principal, columns::<T>());
                named_by_path::<T>(own, asked)
            }
            (Self::ByPolicies(_), Some(policies)) => {
                let shape = record::shape::<T>();
                let allowed = match asked.is_probe {
                    true => policies.check(A::NAME, shape),
                    false => Ok(policies.filter(asked.principal, A::NAME, shape)),
                };
                let allowed = allowed.unwrap_or(Predicate::Always(false));
                allowed.and(record::within(shape, asked.parameters))
            }
            (Self::ByPolicies(_), None) => Predicate::Always(false),
            (Self::Through(through), _) => {
                let own = through.own.filter(asked.principal, columns::<T>());
                let parent = &through.parent;
                let allowed = match through.join {
                    Join::And => own.and(parent.filter(asked)),
                    Join::Or => Predicate::Or(vec![own, parent.filter_if_needs_are_met(asked)]),
                };
                named_by_path::<T>(allowed, asked)
            }
        }
    }

    /// The parent through which a record is reached.
    pub(crate) fn parent(&self) -> Option<&Parent> {
        match self {
            Self::Through(through) => Some(&through.parent),
            _ => None,
        }
    }

    /// The path parameters of the record's parents.
    pub(crate) fn parent_parameters(&self, record: RecordShape) -> Vec<&'static str> {
        let mut shape = record;
        let mut parameters = Vec::new();
        for permission in self.chain() {
            match permission {
                Self::Through(through) => {
                    let others = record::pins(shape).into_iter();
                    let others = others.filter(|(column, _)| *column != through.parent.column);
                    parameters.extend(others.map(|(_, parent)| parent.parameter));
                    shape = through.parent.shape;
                    parameters.push(shape.parameter);
                }
                Self::ByPolicies(_) => parameters.extend(record::parameters(shape)),
                Self::ObjectRule(_) => {
                    let pins = record::pins(shape).into_iter();
                    parameters.extend(pins.map(|(_, parent)| parent.parameter));
                }
            }
        }
        parameters
    }

    /// What policies are asked, about the record or a parent: the action, and the kind of record.
    pub(crate) fn asked_of_policies(
        &self,
        action: &'static str,
        record: RecordShape,
    ) -> Option<(&'static str, RecordShape)> {
        let mut asked = (action, record);
        for permission in self.chain() {
            match permission {
                Self::ByPolicies(_) => return Some(asked),
                Self::Through(Through { parent, .. }) => asked = (parent.action, parent.shape),
                Self::ObjectRule(_) => {}
            }
        }
        None
    }

    /// The columns of a new record that the path sets, as it names the parents; `None` for a value if there
    /// can be no such parent.
    pub(crate) fn set_by_path<T: Record>(
        &self,
        asked: &Asked<'_>,
    ) -> Vec<(&'static str, Option<Value>)> {
        match self {
            Self::Through(through) => {
                let parent = &through.parent;
                let mut set = named_parents::<T>(asked);
                set.retain(|(column, _)| *column != parent.column);
                set.push((parent.column, parent.named(asked)));
                set
            }
            Self::ByPolicies(_) => record::pinned(record::shape::<T>(), asked.parameters),
            Self::ObjectRule(_) => named_parents::<T>(asked),
        }
    }

    /// A column of a parent's key that handlers may set, and that no part of the rule looks at.
    pub(crate) fn unchecked_parent<T: Record>(&self) -> Option<&'static str> {
        let checked = match self {
            Self::ByPolicies(_) => return None,
            Self::Through(through) if through.join == Join::And => Some(through.parent.column),
            _ => None,
        };
        let shape = record::shape::<T>();
        let parents = shape.parents().map(|(column, _)| column);
        let mut open = parents.filter(|column| Some(*column) != checked);
        open.find(|column| T::WRITABLE.contains(column))
    }

    /// What the rule looks at and the record does not have: an owner or a tenant.
    pub(crate) fn missing_column<T: Record>(&self) -> Option<&'static str> {
        let rule = self.own_rule()?;
        match (rule.has_owner(), rule.fixes_tenant()) {
            (true, _) if T::OWNER.is_none() => Some("owner"),
            (_, true) if T::TENANT.is_none() => Some("tenant"),
            _ => None,
        }
    }

    /// Tells whether the rule says of which tenant a new record is.
    pub(crate) fn says_tenant(&self) -> bool {
        let rule = self.own_rule().filter(|_| !self.is_alternative());
        self.is_by_policies() || rule.is_some_and(ObjectRule::fixes_tenant)
    }
}

/// The parents that the path names, by the columns that hold their keys.
fn named_parents<T: Record>(asked: &Asked<'_>) -> Vec<(&'static str, Option<Value>)> {
    let pins = record::pins(record::shape::<T>()).into_iter();
    let named = pins.filter_map(|(column, parent)| {
        let mut parameters = asked.parameters.iter();
        let (_, text) = parameters.find(|(name, _)| name == parent.parameter)?;
        Some((column, (parent.parse)(text)))
    });
    named.collect()
}

/// Requires also that the record belongs to the parents that the path names.
fn named_by_path<T: Record>(allowed: Predicate, asked: &Asked<'_>) -> Predicate {
    let named = named_parents::<T>(asked).into_iter();
    named.fold(allowed, |all, (column, key)| {
        all.and(key.map_or(Predicate::Always(false), |key| {
            Predicate::equal(column, key)
        }))
    })
}

/// How many parents one above the other a record may have.
const MAX_PARENTS: usize = 16;

/// The columns of a record that rules are about.
fn columns<T: Record>() -> RecordColumns<'static> {
    RecordColumns {
        key: T::KEY,
        owner: T::OWNER,
        tenant: T::TENANT,
    }
}

/// A column that a key is unique within, and that the token does not fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenKeyColumn {
    pub(crate) column: &'static str,
    /// The path parameter that fixes it.
    pub(crate) parameter: Option<&'static str>,
}

/// Who asks, and for what.
pub(crate) struct Asked<'a> {
    pub(crate) server: &'a ResourceServer,
    pub(crate) principal: &'a Principal,
    /// The parameters of the path.
    pub(crate) parameters: &'a [(String, String)],
    /// Whether it is only asked if the database has all that could be looked at.
    pub(crate) is_probe: bool,
}

/// What an action on a record may be given as its rule.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a rule about one `{T}`",
    label = "say which ones: `.owner()`, `.tenant(\"…\")`, `.owner_or(…)`, `.through::<Parent, Action>()`, `.policies()`, or `.any_object()`"
)]
pub trait ObjectRuleOf<T: Record> {
    /// The permission that it is.
    fn permission(self) -> ObjectPermission;
}

impl<T: Record> ObjectRuleOf<T> for ObjectRule {
    fn permission(self) -> ObjectPermission {
        ObjectPermission::ObjectRule(self)
    }
}

impl<T: Record> ObjectRuleOf<T> for ByPolicies {
    fn permission(self) -> ObjectPermission {
        ObjectPermission::ByPolicies(self)
    }
}

impl fmt::Display for ObjectPermission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ObjectRule(owned) => owned.fmt(formatter),
            Self::ByPolicies(rest) => rest.fmt(formatter),
            Self::Through(through) => {
                let Parent { action, shape, .. } = through.parent;
                let (need, kind) = (self.need(), shape.kind);
                let conditions = through.own.conditions().to_string();
                if through.join == Join::And {
                    return write!(formatter, "{need}{conditions} and {action} of its {kind}");
                }
                let own = conditions.strip_prefix(" and ").unwrap_or("any object");
                write!(formatter, "{need} and ({own} or {action} of its {kind})")
            }
        }
    }
}
