//! A new record.

use std::{collections::BTreeSet, fmt, marker::PhantomData};

use airside_policy::{Comparison, Kind as PrincipalKind, Predicate, Principal, Value};
use axum::extract::FromRef;
use http::request::Parts;

use super::{Declaration, Reads, parameters, sealed::Sealed};
use crate::{
    Caller, CreateAction, MissingIndex, NotReady, Query, Record, Records, Rejection,
    ResourceServer,
    action::{Declared, Kind},
    permission::Asked,
    rejection::enforce,
    version::FIRST_VERSION,
};

/// Leave to make a record, whose owner and tenant come from the token and never from the body.
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
    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Makes it somebody else's: that of the person with this `sub`. The rule must allow the caller to touch such
    /// a record, which one with `.owner()` does not.
    #[must_use]
    pub fn owned_by(mut self, subject: impl Into<String>) -> Self {
        self.owner = Some(subject.into()).filter(|subject| !subject.is_empty());
        self
    }

    /// Makes the record with these columns, those that the token sets and that of the parent which the path
    /// names, and answers it. The parent is looked at in the same transaction.
    ///
    /// # Errors
    ///
    /// [`Rejection::NotFound`] if the parent is not there for the caller;
    /// [`Rejection::NotAllowed`] if the caller could not touch what it would have made, or is a machine and
    /// nobody is named who owns it;
    /// [`Rejection::Misused`] for a column that is neither the key nor in [`Record::WRITABLE`].
    pub async fn insert(self, mut values: Vec<(&'static str, Value)>) -> Result<T, Rejection> {
        let is_free = |column: &&str| *column == T::KEY || T::WRITABLE.contains(column);
        if !values.iter().map(|(column, _)| column).all(is_free) {
            return Err(Rejection::Misused(
                "a column is set that is neither the key nor in `WRITABLE`, such as the owner or the tenant",
            ));
        }
        require_one_spelling(&self.filter, &values)?;
        if let Some(column) = T::OWNER {
            // a machine owns nothing
            let owner = self.owner.ok_or(Rejection::NotAllowed)?;
            values.push((column, owner.into()));
        }
        for (column, value) in self.set {
            // a handler may repeat what the path says
            if !values.contains(&(column, value.clone())) {
                values.push((column, value));
            }
        }
        values.extend(T::VERSION.map(|column| (column, FIRST_VERSION.into())));
        require_once(&values)?;
        // what is not set has no value; the key, if it is not set, is any
        let unset = |column: &str| (column != T::KEY).then_some(Value::Null);
        let only_if = self.filter.assigned(&values).known(&unset).simplified();
        let is_allowed = match only_if.has_related() {
            // the database says whether what it is about is there
            true => only_if.is_about_others(),
            false => only_if.holds(&|_| Value::Null),
        };
        if !is_allowed {
            return Err(Rejection::NotAllowed);
        }
        let is_conditional = only_if.has_related();
        let only_if = match is_conditional {
            true => only_if,
            false => Predicate::Always(true),
        };
        let made = self.records.run(Query::Insert { values, only_if }).await?;
        made.into_iter().next().ok_or(match is_conditional {
            true => Rejection::NotFound,
            false => Rejection::Misused("a record was made and the database did not answer it"),
        })
    }
}

/// Requires that a change names columns that handlers may set, and something.
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

/// Requires that no column is set twice, in any spelling that a database takes for the same: the rule would look
/// at one value, and the database keep the other.
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

/// Requires that no column is set which the rule is about in another spelling: the database would set
/// what the rule believes unchanged.
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

/// The caller, if a person, is the owner.
fn owner(principal: &Principal) -> Option<String> {
    let is_person = principal.kind != PrincipalKind::Client && !principal.subject.is_empty();
    is_person.then(|| principal.subject.clone())
}

/// The tenant is the one that the rule demands.
fn tenant<T: Record>(filter: &Predicate) -> Result<Option<(&'static str, Value)>, Rejection> {
    let Some(column) = T::TENANT else {
        return Ok(None);
    };
    let tenant = demanded(filter, column).ok_or(Rejection::NotAllowed)?;
    Ok(Some((column, tenant)))
}

fn demanded(filter: &Predicate, column: &str) -> Option<Value> {
    match filter {
        Predicate::Compare(name, Comparison::Equal, value) if name == column => Some(value.clone()),
        Predicate::And(all) => all.iter().find_map(|one| demanded(one, column)),
        // each of the alternatives, if it is the same
        Predicate::Or(any) => {
            let mut values = any.iter().map(|one| demanded(one, column));
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
    fn declare() -> Vec<Declared> {
        vec![Declared::about::<T, A>(
            Kind::Create,
            A::permission()
                .parent()
                .map(|parent| parent.shape.parameter),
        )]
    }

    async fn probe(state: &S) -> Result<Vec<MissingIndex>, NotReady> {
        super::probe::<T, A, S>(state, Reads::One).await
    }

    async fn prove(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let server = ResourceServer::from_ref(state);
        let caller = Caller::verified(parts, &server).await?;
        let principal = caller.principal();
        enforce(A::permission().need().decide(&principal))?;
        let parameters = parameters(parts).await;
        let asked = Asked {
            server: &server,
            principal: &principal,
            parameters: &parameters,
            is_probe: false,
        };
        let filter = A::permission().filter::<T, A>(&asked);
        let mut set: Vec<_> = tenant::<T>(&filter)?.into_iter().collect();
        for (column, key) in A::permission().set_by_path::<T>(&asked) {
            // a parent that cannot be one is not there
            set.push((column, key.ok_or(Rejection::NotFound)?));
        }
        Ok(Self {
            set,
            owner: owner(&principal),
            caller,
            filter,
            records: T::Records::from_ref(state),
            action: PhantomData,
        })
    }
}
