//! Object level: may this caller touch this one object?

use std::fmt;

use crate::{
    ColumnPair, Comparison, Decision, FunctionRule, Kind, Object, Predicate, Principal, Reason,
    Related, Value,
};

/// An object-level rule: a [`FunctionRule`], and conditions on the object, all of them.
///
/// It stops BOLA (broken object-level authorization). Made by [`FunctionRule::owner`] or [`FunctionRule::tenant`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRule {
    function_rule: FunctionRule,
    conditions: Vec<ObjectCondition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum ObjectCondition {
    Owner,
    Tenant(String),
    Member(Membership),
    OwnerOrMember(Membership),
}

/// Rows of another table that say which people share a record: one row a record and person.
///
/// ```
/// use airside_policy::{Membership, Predicate, rule};
///
/// let editors = Membership::of("Project")
///     .in_table("project_members")
///     .record_column("project")
///     .person_column("person")
///     .when(Predicate::equal("role", "editor"));
/// let rule = rule::scope("projects:write").owner_or(editors);
/// assert_eq!(rule.to_string(), "scope `projects:write` and (owner = sub or \
///      member in `project_members` where `role` is `editor`)");
/// ```
///
/// It belongs to one kind of record, which the rule must be about: staff of a branch are not staff of a loan
/// that has the branch's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    kind: String,
    table: String,
    record: String,
    person: String,
    condition: Predicate,
}

/// A [`Membership`] whose table is not named yet.
#[derive(Clone, Debug)]
pub struct MembershipOf(String);

impl MembershipOf {
    /// Names the table; its columns are `record` and `person` unless they are named.
    #[must_use]
    pub fn in_table(self, name: impl Into<String>) -> Membership {
        Membership {
            kind: self.0,
            table: name.into(),
            record: "record".to_owned(),
            person: "person".to_owned(),
            condition: Predicate::Always(true),
        }
    }
}

impl Membership {
    /// Begins with the kind of record that people are members of: its name in policies and tables.
    #[must_use]
    pub fn of(kind: impl Into<String>) -> MembershipOf {
        MembershipOf(kind.into())
    }

    /// Returns the kind of record that people are members of.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Names the column that holds the record's key.
    #[must_use]
    pub fn record_column(mut self, name: impl Into<String>) -> Self {
        self.record = name.into();
        self
    }

    /// Names the column that holds the `sub` of a person.
    #[must_use]
    pub fn person_column(mut self, name: impl Into<String>) -> Self {
        self.person = name.into();
        self
    }

    /// Counts only the rows that meet a condition on columns of the table.
    #[must_use]
    pub fn when(mut self, condition: Predicate) -> Self {
        self.condition = self.condition.and(condition);
        self
    }

    fn filter(&self, principal: &Principal, key: &str) -> Predicate {
        match known_subject(principal) {
            Ok(subject) => self.has(subject, key),
            Err(_) => Predicate::Always(false),
        }
    }

    /// Returns the records whose key, in the column `key`, is shared with this person.
    pub(crate) fn has(&self, person: &str, key: &str) -> Predicate {
        let person = Predicate::equal(&self.person, person);
        Predicate::Related(Box::new(Related {
            table: self.table.clone(),
            joined: vec![ColumnPair::new(&self.record, key)],
            condition: Predicate::And(vec![person, self.condition.clone()]),
        }))
    }
}

/// The columns of a record that rules are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordColumns<'a> {
    /// Of its key.
    pub key: &'a str,
    /// Of its owner, if it has one.
    pub owner: Option<&'a str>,
    /// Of its tenant, if it has one.
    pub tenant: Option<&'a str>,
}

impl ObjectRule {
    pub(crate) fn new(function_rule: FunctionRule) -> Self {
        Self {
            function_rule,
            conditions: Vec::new(),
        }
    }

    /// Requires also that the object belongs to the caller: `owner = sub`.
    #[must_use]
    pub fn and_owner(mut self) -> Self {
        self.conditions.push(ObjectCondition::Owner);
        self
    }

    /// Requires also that the object's tenant equals a claim of the token.
    #[must_use]
    pub fn and_tenant(mut self, claim: impl Into<String>) -> Self {
        self.conditions.push(ObjectCondition::Tenant(claim.into()));
        self
    }

    /// Requires also that the caller is a member of the object.
    #[must_use]
    pub fn and_member(mut self, membership: Membership) -> Self {
        self.conditions.push(ObjectCondition::Member(membership));
        self
    }

    /// Requires also that the object belongs to the caller, or that the caller is a member of it.
    #[must_use]
    pub fn and_owner_or(mut self, membership: Membership) -> Self {
        self.conditions
            .push(ObjectCondition::OwnerOrMember(membership));
        self
    }

    /// Lists the memberships in the rule.
    pub fn memberships(&self) -> impl Iterator<Item = &Membership> {
        self.conditions
            .iter()
            .filter_map(|condition| match condition {
                ObjectCondition::Member(membership)
                | ObjectCondition::OwnerOrMember(membership) => Some(membership),
                ObjectCondition::Owner | ObjectCondition::Tenant(_) => None,
            })
    }

    /// Returns the object-level part in words, each condition with ` and ` before it.
    #[must_use]
    pub fn conditions(&self) -> impl fmt::Display + '_ {
        Conditions(&self.conditions)
    }

    /// Tells whether it compares the owner.
    #[must_use]
    pub fn has_owner(&self) -> bool {
        let mut conditions = self.conditions.iter();
        conditions.any(|condition| {
            matches!(
                condition,
                ObjectCondition::Owner | ObjectCondition::OwnerOrMember(_)
            )
        })
    }

    /// Tells whether all objects that it allows to a caller have one owner: the caller.
    #[must_use]
    pub fn fixes_owner(&self) -> bool {
        self.conditions.contains(&ObjectCondition::Owner)
    }

    /// Tells whether all objects that it allows to a caller have one tenant.
    #[must_use]
    pub fn fixes_tenant(&self) -> bool {
        let mut conditions = self.conditions.iter();
        conditions.any(|condition| matches!(condition, ObjectCondition::Tenant(_)))
    }

    /// Returns the function-level part, to refuse a caller before the object is loaded.
    #[must_use]
    pub fn function_rule(&self) -> &FunctionRule {
        &self.function_rule
    }

    /// Returns the object-level part as a condition on the columns that hold owner and tenant, for queries.
    ///
    /// Holds for exactly the objects that [`Self::decide`] allows and those that are shared by a
    /// [`Membership`], for a caller who meets [`Self::function_rule`]; for no object at all if a column is missing.
    #[must_use]
    pub fn filter(&self, principal: &Principal, columns: RecordColumns<'_>) -> Predicate {
        let equal = |column: Option<&str>, value: Option<&str>| match (column, value) {
            (Some(column), Some(value)) => Predicate::equal(column, value),
            _ => Predicate::Always(false),
        };
        let owned = || equal(columns.owner, known_subject(principal).ok());
        let conditions = self.conditions.iter().map(|condition| match condition {
            ObjectCondition::Owner => owned(),
            ObjectCondition::Tenant(claim) => {
                equal(columns.tenant, known(principal.claims.get(claim)))
            }
            ObjectCondition::Member(members) => members.filter(principal, columns.key),
            ObjectCondition::OwnerOrMember(members) => {
                Predicate::Or(vec![owned(), members.filter(principal, columns.key)])
            }
        });
        Predicate::And(conditions.collect())
    }

    /// Decides from the token's facts and the object's. Members of an object are not among them: a rule
    /// with a [`Membership`] allows here what its other part allows.
    pub fn decide(&self, principal: &Principal, object: &Object) -> Decision {
        let judged = self.function_rule.judge(principal).and_then(|()| {
            let mut conditions = self.conditions.iter();
            conditions.try_for_each(|condition| condition.judge(principal, object))
        });
        Decision::of(self.to_string(), judged)
    }
}

impl ObjectCondition {
    fn judge(&self, principal: &Principal, object: &Object) -> Result<(), Reason> {
        match self {
            Self::Owner => judge_owner(principal, object),
            Self::Tenant(claim) => judge_tenant(claim, principal, object),
            // members are rows that only a database sees
            Self::Member(_) => Err(Reason::NotOwner),
            Self::OwnerOrMember(_) => judge_owner(principal, object),
        }
    }
}

fn judge_owner(principal: &Principal, object: &Object) -> Result<(), Reason> {
    let subject = known_subject(principal)?;
    let owner = known(object.owner.as_ref()).ok_or(Reason::UnknownOwner)?;
    if owner != subject {
        return Err(Reason::NotOwner);
    }
    Ok(())
}

fn known_subject(principal: &Principal) -> Result<&str, Reason> {
    // INVARIANT: a client principal owns nothing, even if its id equals a person's subject.
    if principal.kind == Kind::Client {
        return Err(Reason::ClientIsNoOwner);
    }
    known(Some(&principal.subject)).ok_or(Reason::NoSubject)
}

fn judge_tenant(claim: &str, principal: &Principal, object: &Object) -> Result<(), Reason> {
    let own = known(principal.claims.get(claim))
        .ok_or_else(|| Reason::NoTenantClaim(claim.to_owned()))?;
    let tenant = known(object.tenant.as_ref()).ok_or(Reason::UnknownTenant)?;
    if tenant != own {
        return Err(Reason::OtherTenant);
    }
    Ok(())
}

/// Treats an empty value as a missing one: two missing facts must not be equal.
fn known(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}

impl fmt::Display for Membership {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "member in `{}`", self.table)?;
        match self.condition.simplified() {
            Predicate::Always(true) => Ok(()),
            condition => write!(formatter, " where {}", Words(&condition)),
        }
    }
}

/// A condition as people read it, with its values.
struct Words<'a>(&'a Predicate);

impl fmt::Display for Words<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Predicate::And(all) => {
                for (position, one) in all.iter().enumerate() {
                    let and = if position > 0 { " and " } else { "" };
                    write!(formatter, "{and}{}", Words(one))?;
                }
                Ok(())
            }
            Predicate::Compare(column, Comparison::Equal, Value::Text(text)) => {
                write!(formatter, "`{column}` is `{text}`")
            }
            Predicate::In(column, set) => {
                let texts: Vec<_> = set.iter().map(String::as_str).collect();
                write!(formatter, "`{column}` is one of `{}`", texts.join("`, `"))
            }
            Predicate::Is(column, expected) => write!(formatter, "`{column}` is {expected}"),
            Predicate::Has(column) => write!(formatter, "`{column}` is there"),
            other => write!(formatter, "{other}"),
        }
    }
}

impl fmt::Display for ObjectRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.function_rule, self.conditions())
    }
}

/// The conditions of a rule, each with ` and ` before it.
struct Conditions<'a>(&'a [ObjectCondition]);

impl fmt::Display for Conditions<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for condition in self.0 {
            match condition {
                ObjectCondition::Owner => formatter.write_str(" and owner = sub")?,
                ObjectCondition::Tenant(claim) => write!(formatter, " and tenant = `{claim}`")?,
                ObjectCondition::Member(members) => write!(formatter, " and {members}")?,
                ObjectCondition::OwnerOrMember(members) => {
                    write!(formatter, " and (owner = sub or {members})")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    const COLUMNS: RecordColumns<'static> = RecordColumns {
        key: "id",
        owner: Some("owner"),
        tenant: Some("tenant"),
    };

    use super::*;
    use crate::rule;

    fn judge(rule: &ObjectRule, principal: &Principal, object: &Object) -> Result<(), Reason> {
        rule.decide(principal, object).into_result()
    }

    #[test]
    fn an_owner_reaches_only_its_own_object() {
        let rule = rule::any_token().owner();
        let alice = Principal::user("alice", "spa");
        assert_eq!(judge(&rule, &alice, &Object::owned_by("alice")), Ok(()));
        assert_eq!(
            judge(&rule, &alice, &Object::owned_by("bob")),
            Err(Reason::NotOwner)
        );
        assert_eq!(
            judge(&rule, &alice, &Object::owned_by("Alice")),
            Err(Reason::NotOwner)
        );
    }

    #[test]
    fn the_filter_holds_where_the_decision_allows() {
        let rule = rule::any_token().owner().and_tenant("org");
        let names = [None, Some(""), Some("alice"), Some("acme"), Some("bob")];
        let principals = ["alice", "bob", ""].map(|subject| Principal::user(subject, "spa"));
        let principals = principals
            .into_iter()
            .chain([Principal::client("alice")])
            .flat_map(|one| {
                let claims = [None, Some(""), Some("acme")];
                claims.map(|claim| match claim {
                    Some(claim) => one.clone().with_claim("org", claim),
                    None => one.clone(),
                })
            });
        for principal in principals {
            let filter = rule.filter(&principal, COLUMNS);
            for (owner, tenant) in names
                .iter()
                .flat_map(|owner| names.iter().map(move |tenant| (*owner, *tenant)))
            {
                let object = Object {
                    owner: owner.map(str::to_owned),
                    tenant: tenant.map(str::to_owned),
                };
                let column = |name: &str| match name {
                    "owner" => owner.into(),
                    _ => tenant.into(),
                };
                let allowed = rule.decide(&principal, &object).is_allowed();
                assert_eq!(filter.holds(&column), allowed, "{principal:?} {object:?}");
            }
            let without = rule.filter(
                &principal,
                RecordColumns {
                    tenant: None,
                    ..COLUMNS
                },
            );
            assert!(!without.holds(&|_| "alice".into()));
        }
    }

    #[test]
    fn a_client_never_owns_an_object() {
        let rule = rule::any_token().owner();
        let billing = Principal::client("billing");
        let namesake = judge(&rule, &billing, &Object::owned_by("billing"));
        assert_eq!(namesake, Err(Reason::ClientIsNoOwner));
    }

    #[test]
    fn an_unknown_owner_or_subject_denies() {
        let rule = rule::any_token().owner();
        let alice = Principal::user("alice", "spa");
        assert_eq!(
            judge(&rule, &alice, &Object::default()),
            Err(Reason::UnknownOwner)
        );
        let without_subject = Principal::user("", "spa");
        assert_eq!(
            judge(&rule, &without_subject, &Object::owned_by("")),
            Err(Reason::NoSubject)
        );
        assert_eq!(
            judge(&rule, &alice, &Object::owned_by("")),
            Err(Reason::UnknownOwner)
        );
    }

    #[test]
    fn a_tenant_reaches_only_its_own_objects() {
        let rule = rule::any_token().tenant("org");
        let alice = Principal::user("alice", "spa").with_claim("org", "acme");
        assert_eq!(judge(&rule, &alice, &Object::of_tenant("acme")), Ok(()));
        assert_eq!(
            judge(&rule, &alice, &Object::of_tenant("other")),
            Err(Reason::OtherTenant)
        );
    }

    #[test]
    fn an_unknown_tenant_denies() {
        let rule = rule::any_token().tenant("org");
        let alice = Principal::user("alice", "spa");
        let lacking = Err(Reason::NoTenantClaim("org".into()));
        assert_eq!(judge(&rule, &alice, &Object::of_tenant("acme")), lacking);
        let acme = alice.clone().with_claim("org", "acme");
        assert_eq!(
            judge(&rule, &acme, &Object::default()),
            Err(Reason::UnknownTenant)
        );
        let empty = alice.with_claim("org", "");
        assert_eq!(judge(&rule, &empty, &Object::of_tenant("")), lacking);
    }

    #[test]
    fn a_client_can_belong_to_a_tenant() {
        let billing = Principal::client("billing").with_claim("org", "acme");
        let rule = rule::any_token().tenant("org");
        assert_eq!(judge(&rule, &billing, &Object::of_tenant("acme")), Ok(()));
    }

    #[test]
    fn all_conditions_are_required() {
        let rule = rule::scope("a").owner().and_tenant("org");
        assert_eq!(
            rule.to_string(),
            "scope `a` and owner = sub and tenant = `org`"
        );
        let alice = Principal::user("alice", "spa").with_claim("org", "acme");
        let object = Object::owned_by("alice").in_tenant("acme");
        assert_eq!(
            judge(&rule, &alice, &object),
            Err(Reason::MissingScope("a".into()))
        );
        let alice = alice.with_scopes("a");
        assert_eq!(judge(&rule, &alice, &object), Ok(()));
        let elsewhere = Object::owned_by("alice").in_tenant("other");
        assert_eq!(judge(&rule, &alice, &elsewhere), Err(Reason::OtherTenant));
    }

    #[test]
    fn only_object_level_refusals_hide_the_object() {
        assert!(Reason::NotOwner.hides_object());
        assert!(Reason::OtherTenant.hides_object());
        assert!(!Reason::MissingScope("a".into()).hides_object());
        assert!(!Reason::MissingRole("a".into()).hides_object());
    }
}
