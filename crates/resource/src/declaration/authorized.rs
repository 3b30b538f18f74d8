//! One record that the caller may touch.

use std::{fmt, marker::PhantomData, ops::Deref};

use airside_policy::{Predicate, Value};
use axum::extract::{FromRef, FromRequestParts as _, RawPathParams};
use http::request::Parts;

use super::{Declaration, OuterParameters, sealed::Sealed};
use crate::{
    Caller, Key, ObjectAction, Query, Record, Records, Rejection, ResourceServer, WriteAction,
    action::{Declared, Kind},
    record::never_writable,
    rejection::enforce,
};

/// One record, loaded and allowed: no handler gets another.
///
/// A record that is not there and one that is not the caller's both answer 404.
pub struct Authorized<T: Record, A: ObjectAction<T>> {
    record: T,
    key: Value,
    caller: Caller,
    airside: ResourceServer,
    records: T::Records,
    action: PhantomData<A>,
}

impl<T: Record, A: ObjectAction<T>> Authorized<T, A> {
    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Gives the record away.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.record
    }

    /// Changes columns of the record and answers it as it is then. The database looks at the rule again,
    /// for the record as it is and as it will be: one that has passed to somebody else meanwhile is not
    /// changed, and none is changed into one that the caller could not touch (as by `WITH CHECK` of
    /// PostgreSQL).
    ///
    /// # Errors
    ///
    /// [`Rejection::NotFound`] if it is gone or not the caller's any more;
    /// [`Rejection::NotAllowed`] if the caller could not touch it afterwards;
    /// [`Rejection::Misused`] for a column that is not in [`Record::WRITABLE`], or for none.
    pub async fn update(self, values: Vec<(&'static str, Value)>) -> Result<T, Rejection>
    where
        A: WriteAction<T>,
    {
        super::create::require_writable::<T>(&values)?;
        let filter = self.filter();
        let afterwards = filter.assigned(&values);
        if !afterwards.holds(&|name| self.record.column(name)) {
            return Err(Rejection::NotAllowed);
        }
        let changed = self.records.run(Query::Update {
            filter: Predicate::And(vec![filter, afterwards]),
            key: self.key,
            values,
        });
        one(changed.await?)
    }

    /// Deletes the record and answers it as it was. The database looks at the rule again.
    ///
    /// # Errors
    ///
    /// [`Rejection::NotFound`] if it is gone or not the caller's any more.
    pub async fn delete(self) -> Result<T, Rejection>
    where
        A: WriteAction<T>,
    {
        let deleted = self.records.run(Query::Delete {
            filter: self.filter(),
            key: self.key,
        });
        one(deleted.await?)
    }

    /// The rule once more, for the database; only a write needs it.
    fn filter(&self) -> Predicate {
        A::rule().filter::<T, A>(&self.airside, &self.caller.principal())
    }
}

fn one<T>(records: Vec<T>) -> Result<T, Rejection> {
    records.into_iter().next().ok_or(Rejection::NotFound)
}

impl<T: Record, A: ObjectAction<T>> Deref for Authorized<T, A> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.record
    }
}

impl<T: Record, A: ObjectAction<T>> fmt::Debug for Authorized<T, A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Authorized");
        debug.field("type", &T::TYPE).finish_non_exhaustive()
    }
}

impl<T: Record, A: ObjectAction<T>> Sealed for Authorized<T, A> {}

impl<S, T, A> Declaration<S> for Authorized<T, A>
where
    S: Send + Sync,
    T: Record,
    A: ObjectAction<T>,
    ResourceServer: FromRef<S>,
    T::Records: FromRef<S>,
{
    fn declare() -> Vec<Declared> {
        vec![Declared {
            action: A::NAME,
            kind: Kind::Object,
            record: Some(T::TYPE),
            rule: A::rule().to_string(),
            parameter: Some(T::PARAMETER),
            scopes: Declared::scopes_of(A::rule().need()),
            by_policies: A::rule().is_by_policies(),
            never_writable: never_writable::<T>(),
        }]
    }

    async fn prove(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let caller = Caller::verified(parts, &ResourceServer::from_ref(state)).await?;
        let rule = A::rule();
        let principal = caller.principal();
        // who may not call the function learns nothing of its objects
        enforce(rule.need().decide(&principal))?;
        let key = key::<T>(parts).await?.value();
        let records = T::Records::from_ref(state);
        let record = one(records.run(Query::Load { key: key.clone() }).await?)?;
        let airside = ResourceServer::from_ref(state);
        rule.allow::<T, A>(&airside, &principal, &key, &record)?;
        Ok(Self {
            airside,
            record,
            key,
            caller,
            records,
            action: PhantomData,
        })
    }
}

/// A key that cannot be one names nothing.
async fn key<T: Record>(parts: &mut Parts) -> Result<T::Key, Rejection> {
    let outer = parts
        .extensions
        .get()
        .map_or(0, |OuterParameters(outer)| *outer);
    let parameters = RawPathParams::from_request_parts(parts, &()).await;
    let parameters = parameters.map_err(|_| Rejection::NotFound)?;
    let mut named = parameters.iter().skip(outer);
    let (_, text) = named
        .find(|(name, _)| *name == T::PARAMETER)
        .ok_or(Rejection::NotFound)?;
    T::Key::parse(text).ok_or(Rejection::NotFound)
}
