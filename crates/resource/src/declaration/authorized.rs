//! One record that the caller may touch.

use std::{fmt, marker::PhantomData, ops::Deref};

use airside_policy::{Predicate, Value};
use axum::extract::FromRef;
use http::request::Parts;

use super::{Declaration, parameters, sealed::Sealed};
use crate::{
    Caller, Key, NotReady, ObjectAction, Query, Record, Records, Rejection, ResourceServer,
    WriteAction,
    action::{Declared, Kind},
    permission::Asked,
    rejection::enforce,
};

/// One record, loaded and allowed: no handler gets another.
///
/// A record that is not there and one that is not the caller's both answer 404.
pub struct Authorized<T: Record, A: ObjectAction<T>> {
    record: T,
    key: Value,
    caller: Caller,
    /// The rule, for the database, and that the record is not hidden.
    filter: Predicate,
    /// The rule alone.
    allowed: Predicate,
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
        let afterwards = self.filter.clone();
        self.change(afterwards, values)
            .await?
            .ok_or(Rejection::NotFound)
    }

    /// Changes columns if the record still meets a condition, such as that its version is the one that the
    /// caller has seen (`If-Match`).
    ///
    /// # Errors
    ///
    /// [`Rejection::Conflict`] if it does not, or is gone; else those of [`Self::update`].
    pub async fn update_if(
        mut self,
        condition: Predicate,
        values: Vec<(&'static str, Value)>,
    ) -> Result<T, Rejection>
    where
        A: WriteAction<T>,
    {
        let afterwards = self.filter.clone();
        self.filter = self.filter.and(condition);
        self.change(afterwards, values)
            .await?
            .ok_or(Rejection::Conflict)
    }

    /// Changes columns so that the record is there for nobody ([`Record::hidden_when`]), and answers it as
    /// it is then.
    ///
    /// # Errors
    ///
    /// Those of [`Self::update`].
    pub async fn hide(self, values: Vec<(&'static str, Value)>) -> Result<T, Rejection>
    where
        A: WriteAction<T>,
    {
        let afterwards = self.allowed.clone();
        self.change(afterwards, values)
            .await?
            .ok_or(Rejection::NotFound)
    }

    /// Changes columns, if the rule says `afterwards` of the record as it will be.
    async fn change(
        self,
        afterwards: Predicate,
        values: Vec<(&'static str, Value)>,
    ) -> Result<Option<T>, Rejection> {
        super::create::require_writable::<T>(&values)?;
        super::create::require_one_spelling(&self.filter, &values)?;
        let afterwards = afterwards.assigned(&values).simplified();
        let is_seen = !afterwards.has_related();
        if is_seen && !afterwards.holds(&|name| self.record.column(name)) {
            return Err(Rejection::NotAllowed);
        }
        let changed = self.records.run(Query::Update {
            filter: Predicate::And(vec![self.filter, afterwards]),
            key: self.key,
            values,
        });
        Ok(changed.await?.into_iter().next())
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
            filter: self.filter,
            key: self.key,
        });
        one(deleted.await?)
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
        vec![Declared::about::<T, A>(Kind::Object, Some(T::PARAMETER))]
    }

    async fn probe(state: &S) -> Result<(), NotReady> {
        super::probe::<T, A, S>(state).await
    }

    async fn prove(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let server = ResourceServer::from_ref(state);
        let caller = Caller::verified(parts, &server).await?;
        let principal = caller.principal();
        // who may not call the function learns nothing of its objects
        enforce(A::permission().need().decide(&principal))?;
        let parameters = parameters(parts).await;
        let key = key::<T>(&parameters)?.value();
        let asked = Asked {
            server: &server,
            principal: &principal,
            parameters: &parameters,
            is_probe: false,
        };
        let filter = A::permission().filter::<T, A>(&asked);
        let records = T::Records::from_ref(state);
        let loaded = records.run(Query::Load {
            key: key.clone(),
            filter: filter.clone(),
        });
        let record = one(loaded.await?)?;
        // the database has decided; it may compare texts without case, which is looked at again where no
        // other table decides
        if !filter.has_related() && !filter.holds(&|name| record.column(name)) {
            return Err(Rejection::NotFound);
        }
        Ok(Self {
            record,
            key,
            caller,
            filter,
            allowed: A::permission().allowed::<T, A>(&asked),
            records,
            action: PhantomData,
        })
    }
}

/// A key that cannot be one names nothing.
fn key<T: Record>(parameters: &[(String, String)]) -> Result<T::Key, Rejection> {
    let mut named = parameters.iter().filter(|(name, _)| name == T::PARAMETER);
    let (_, text) = named.next().ok_or(Rejection::NotFound)?;
    T::Key::parse(text).ok_or(Rejection::NotFound)
}
