//! A new record.

use std::{collections::BTreeSet, fmt, marker::PhantomData};

use airside_policy::{Comparison, Kind, Predicate, Principal, Value};
use axum::extract::FromRef;
use http::request::Parts;

use super::{AllowedRequest, Declaration, Reads, sealed::Sealed};
use crate::{
    Caller, CreateAction, MissingIndex, Query, ReadinessError, Record, Records, Rejection,
    ResourceServer,
    action::{DeclarationKind, RouteDeclaration},
    version::FIRST_VERSION,
};

/// Permission to make a record, whose owner and tenant come from the token and never from the body.
pub struct Create<T: Record, A: CreateAction<T>> {
    caller: Caller,
    filter: Predicate,
    /// The `sub` of the person who will own it; `None` for a machine.
    owner: Option<String>,
    records: T::Records,
    set: Vec<(&'static str, Value)>,
    action: PhantomData<A>,
}

impl<T: Record, A: CreateAction<T>> Create<T, A> {
    /// Returns the caller.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Sets another owner than the caller: the person with this `sub`. The rule must allow the caller to touch such
    /// a record, which one with `.owner()` does not.
    #[must_use]
    pub fn owned_by(mut self, subject: impl Into<String>) -> Self {
        self.owner = Some(subject.into()).filter(|subject| !subject.is_empty());
        self
    }

    /// Makes the record with these columns, those that the token sets and that of the parent which the path
    /// names, and returns it. The parent is checked in the same transaction.
    ///
    /// # Errors
    ///
    /// [`Rejection::NotFound`] if the parent does not exist for the caller;
    /// [`Rejection::NotAllowed`] if the caller could not touch what it would have made, or is a machine and
    /// no owner is set;
    /// [`Rejection::Misused`] for a column that is neither the key nor in [`Record::WRITABLE`].
    pub async fn insert(self, mut values: Vec<(&'static str, Value)>) -> Result<T, Rejection> {
        require_free::<T>(&values)?;
        require_one_spelling(&self.filter, &values)?;
        if let Some(column) = T::OWNER {
            // a machine owns nothing
            let owner = self.owner.ok_or(Rejection::NotAllowed)?;
            values.push((column, owner.into()));
        }
        for (column, value) in self.set {
            // a handler may repeat the columns that the path sets
            if !values.contains(&(column, value.clone())) {
                values.push((column, value));
            }
        }
        values.extend(T::VERSION.map(|column| (column, FIRST_VERSION.into())));
        require_once(&values)?;
        // a column that is not set is `NULL`; a key that is not set may be any
        let unset = |column: &str| (column != T::KEY).then_some(Value::Null);
        let only_if = self.filter.assigned(&values).known(&unset).simplified();
        let is_conditional = only_if.has_related();
        let only_if = condition(only_if)?;
        let made = self.records.run(Query::Insert { values, only_if }).await?;
        made.into_iter().next().ok_or(match is_conditional {
            true => Rejection::NotFound,
            false => Rejection::Misused("a record was made and the database did not answer it"),
        })
    }
}

/// Requires that a new record sets only its key and the columns that handlers may set.
fn require_free<T: Record>(values: &[(&'static str, Value)]) -> Result<(), Rejection> {
    let is_free = |column: &&str| *column == T::KEY || T::WRITABLE.contains(column);
    match values.iter().map(|(column, _)| column).all(is_free) {
        true => Ok(()),
        false => Err(Rejection::Misused(
            "a column is set that is neither the key nor in `WRITABLE`, such as the owner or the tenant",
        )),
    }
}

/// Decides as much of a rule as the columns of a new record do, and returns the rest for the database: the
/// part about rows of other tables.
fn condition(only_if: Predicate) -> Result<Predicate, Rejection> {
    let is_conditional = only_if.has_related();
    let is_allowed = match is_conditional {
        // the database decides whether the related rows exist
        true => only_if.is_about_others(),
        false => only_if.holds(&|_| Value::Null),
    };
    match (is_allowed, is_conditional) {
        (false, _) => Err(Rejection::NotAllowed),
        (true, true) => Ok(only_if),
        (true, false) => Ok(Predicate::Always(true)),
    }
}

/// Requires that a change sets at least one column, and only those that handlers may set.
pub(super) fn require_writable<T: Record>(
    values: &[(&'static str, Value)],
) -> Result<(), Rejection> {
    if values.is_empty() {
        return Err(Rejection::Misused("a change names at least one column"));
    }
    require_once(values)?;
    match values
        .iter()
        .all(|(column, _)| T::WRITABLE.contains(column))
    {
        true => Ok(()),
        false => Err(Rejection::Misused(
            "a column is set that is not in `WRITABLE`, such as the key, the owner or the tenant",
        )),
    }
}

/// Requires that no column is set twice, in any spelling that a database takes for the same: the rule would check
/// one value, and the database keep the other.
fn require_once(values: &[(&'static str, Value)]) -> Result<(), Rejection> {
    let names: BTreeSet<_> = values
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    match names.len() == values.len() {
        true => Ok(()),
        false => Err(Rejection::Misused("a column is set twice")),
    }
}

/// Requires that no column is set in another spelling than the rule's: the database would set a column that
/// the rule treats as unchanged.
pub(super) fn require_one_spelling(
    filter: &Predicate,
    values: &[(&'static str, Value)],
) -> Result<(), Rejection> {
    let mut columns = values.iter().map(|(column, _)| column);
    match columns.any(|column| filter.is_about_another_spelling_of(column)) {
        true => Err(Rejection::Misused(
            "a column is set in another spelling than the rule's",
        )),
        false => Ok(()),
    }
}

/// Returns the owner of a new record: the caller, unless it is a machine.
fn owner(principal: &Principal) -> Option<String> {
    let is_person = principal.kind != Kind::Client && !principal.subject.is_empty();
    is_person.then(|| principal.subject.clone())
}

/// Returns the tenant column with the value that the rule requires.
fn tenant<T: Record>(filter: &Predicate) -> Result<Option<(&'static str, Value)>, Rejection> {
    let Some(column) = T::TENANT else {
        return Ok(None);
    };
    let tenant = required_value(filter, column).ok_or(Rejection::NotAllowed)?;
    Ok(Some((column, tenant)))
}

fn required_value(filter: &Predicate, column: &str) -> Option<Value> {
    match filter {
        Predicate::Compare(name, Comparison::Equal, value) if name == column => Some(value.clone()),
        Predicate::And(all) => all.iter().find_map(|one| required_value(one, column)),
        // each of the alternatives, if it is the same
        Predicate::Or(any) => {
            let mut values = any.iter().map(|one| required_value(one, column));
            let first = values.next()??;
            values
                .all(|other| other.as_ref() == Some(&first))
                .then_some(first)
        }
        _ => None,
    }
}

impl<T: Record, A: CreateAction<T>> fmt::Debug for Create<T, A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Create");
        debug.field("type", &T::TYPE).finish_non_exhaustive()
    }
}

impl<T: Record, A: CreateAction<T>> Sealed for Create<T, A> {}

impl<S, T, A> Declaration<S> for Create<T, A>
where
    S: Send + Sync,
    T: Record,
    A: CreateAction<T>,
    ResourceServer: FromRef<S>,
    T::Records: FromRef<S>,
{
    fn declare() -> Vec<RouteDeclaration> {
        vec![RouteDeclaration::about::<T, A>(
            DeclarationKind::Create,
            A::permission()
                .parent()
                .map(|parent| parent.link.shape.parameter),
        )]
    }

    async fn probe(state: &S) -> Result<Vec<MissingIndex>, ReadinessError> {
        super::probe::<T, A, S>(state, Reads::One).await
    }

    async fn authorize(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let request = AllowedRequest::of(parts, state, A::permission()).await?;
        let facts = request.facts();
        let filter = A::permission().filter::<T, A>(&facts);
        let mut set: Vec<_> = tenant::<T>(&filter)?.into_iter().collect();
        for one in A::permission().set_by_path::<T>(&facts) {
            // a text that cannot be a key names no parent
            set.push((one.column, one.key.ok_or(Rejection::NotFound)?));
        }
        Ok(Self {
            set,
            owner: owner(&request.principal),
            caller: request.caller,
            filter,
            records: T::Records::from_ref(state),
            action: PhantomData,
        })
    }
}
