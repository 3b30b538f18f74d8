//! One record that the caller may touch.

use std::{fmt, marker::PhantomData, ops::Deref};

use airside_policy::{Predicate, Value};
use axum::extract::FromRef;
use http::request::Parts;

use super::{AllowedRequest, Declaration, Reads, sealed::Sealed};
use crate::{
    Caller, Key, MissingIndex, ObjectAction, Query, ReadinessError, Record, Records, Rejection,
    ResourceServer, WriteAction,
    action::{DeclarationKind, RouteDeclaration},
    path::PathParameters,
    permission::RequestFacts,
    version::SeenVersion,
};

/// One record, loaded and allowed: no handler gets another.
///
/// A record that is not there and one that is not the caller's both answer 404.
pub struct Authorized<T: Record, A: ObjectAction<T>> {
    pub(super) record: T,
    pub(super) seen: SeenVersion,
    pub(super) key: Value,
    pub(super) caller: Caller,
    pub(super) server: ResourceServer,
    /// The rule, that the record is not hidden, and that it belongs to the parents that the path names.
    pub(super) filter: Predicate,
    pub(super) records: T::Records,
    pub(super) action: PhantomData<A>,
}

impl<T: Record, A: ObjectAction<T>> Authorized<T, A> {
    /// Returns the caller.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Returns the record.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.record
    }

    /// Reads the record again, as in a [transaction](crate::Transactional) that must not rely on a read from
    /// before it. With a [`Record::VERSION`], it must still be the version that the request names (`If-Match`).
    ///
    /// # Errors
    ///
    /// [`Rejection::NotFound`] if it is gone or not the caller's any more;
    /// [`Rejection::PreconditionFailed`] if it has another version than the caller named.
    pub async fn reload(&mut self) -> Result<(), Rejection> {
        self.record = load::<T>(&self.records, &self.key, &self.filter).await?;
        self.seen.reload(&self.record);
        self.seen.require()
    }

    /// Requires that the request names the version that it changes (`If-Match`), where the last writer must
    /// not win silently (RFC 6585 §3).
    ///
    /// # Errors
    ///
    /// [`Rejection::PreconditionRequired`]: 428. [`Rejection::Misused`] if the kind of record has no
    /// [`Record::VERSION`], or the record was not named by the path but [found](crate::Listed::find):
    /// `If-Match` is about the record of the path.
    pub fn require_if_match(&self) -> Result<(), Rejection> {
        self.seen.require_named()
    }

    /// Changes columns of the record and returns the changed record. The database checks the rule again,
    /// for the record before and after the change: a record that has another owner meanwhile is not
    /// changed, and none is changed into one that the caller could not touch (as by `WITH CHECK` of
    /// PostgreSQL).
    ///
    /// # Errors
    ///
    /// [`Rejection::NotFound`] if it is gone or not the caller's any more;
    /// [`Rejection::NotAllowed`] if the caller could not touch it afterwards;
    /// [`Rejection::Misused`] for a column that is not in [`Record::WRITABLE`], or for none; with a
    /// [`Record::VERSION`], [`Rejection::Conflict`] or [`Rejection::PreconditionFailed`] instead of
    /// `NotFound`, since another request may have changed it.
    pub async fn update(self, values: Vec<(&'static str, Value)>) -> Result<T, Rejection>
    where
        A: WriteAction<T>,
    {
        let afterwards = self.afterwards(Hidden::Denied);
        let gone = self.seen.gone();
        self.change(afterwards, values).await?.ok_or(gone)
    }

    /// Changes columns if the record still meets a condition, such as a version that the
    /// caller names (`If-Match`).
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
        let afterwards = self.afterwards(Hidden::Denied);
        self.filter = self.filter.and(condition);
        self.change(afterwards, values)
            .await?
            .ok_or(Rejection::Conflict)
    }

    /// Changes columns so that the record is hidden ([`Record::hidden_when`]), and returns the changed
    /// record.
    ///
    /// # Errors
    ///
    /// Those of [`Self::update`].
    pub async fn hide(self, values: Vec<(&'static str, Value)>) -> Result<T, Rejection>
    where
        A: WriteAction<T>,
    {
        let hidden = T::hidden_when().map(|hidden| hidden.assigned(&values).simplified());
        let hides = hidden.is_some_and(|hidden| {
            hidden.has_related() || hidden.holds(&|name| self.record.column(name))
        });
        if !hides {
            return Err(Rejection::Misused(
                "a change that hides a record must set what hides it",
            ));
        }
        let afterwards = self.afterwards(Hidden::Allowed);
        let gone = self.seen.gone();
        self.change(afterwards, values).await?.ok_or(gone)
    }

    /// Returns the rule about the changed record, which may belong to another parent than the path names.
    fn afterwards(&self, hidden: Hidden) -> Predicate {
        let facts = RequestFacts {
            server: &self.server,
            principal: &self.caller.principal(),
            parameters: &PathParameters::default(),
            is_probe: false,
        };
        match hidden {
            Hidden::Denied => A::permission().filter::<T, A>(&facts),
            Hidden::Allowed => A::permission().allowed::<T, A>(&facts),
        }
    }

    /// Changes columns, if the changed record meets `afterwards`.
    async fn change(
        self,
        afterwards: Predicate,
        mut values: Vec<(&'static str, Value)>,
    ) -> Result<Option<T>, Rejection> {
        super::create::require_writable::<T>(&values)?;
        super::create::require_one_spelling(&self.filter, &values)?;
        let afterwards = afterwards.assigned(&values).simplified();
        let is_seen = !afterwards.has_related();
        if is_seen && !afterwards.holds(&|name| self.record.column(name)) {
            return Err(Rejection::NotAllowed);
        }
        values.extend(self.seen.next::<T>());
        let seen = self.seen.is_still_there::<T>();
        let changed = self.records.run(Query::Update {
            filter: Predicate::And(vec![self.filter, afterwards, seen]),
            key: self.key,
            values,
        });
        Ok(changed.await?.into_iter().next())
    }

    /// Deletes the record and returns it. The database checks the rule again.
    ///
    /// # Errors
    ///
    /// [`Rejection::NotFound`] if it is gone or not the caller's any more; with a [`Record::VERSION`] as for
    /// [`Self::update`].
    pub async fn delete(self) -> Result<T, Rejection>
    where
        A: WriteAction<T>,
    {
        let gone = self.seen.gone();
        let seen = self.seen.is_still_there::<T>();
        let deleted = self.records.run(Query::Delete {
            filter: self.filter.and(seen),
            key: self.key,
        });
        deleted.await?.into_iter().next().ok_or(gone)
    }
}

/// The permission of a change to hide the record.
#[derive(Clone, Copy)]
enum Hidden {
    Allowed,
    Denied,
}

/// Loads a record, if the rule allows it.
pub(super) async fn load<T: Record>(
    records: &T::Records,
    key: &Value,
    filter: &Predicate,
) -> Result<T, Rejection> {
    let loaded = records.run(Query::Load {
        key: key.clone(),
        filter: filter.clone(),
    });
    let record = one(loaded.await?)?;
    // the database has decided; it may compare texts without case, so the rule is checked again unless
    // another table decides
    match filter.has_related() || filter.holds(&|name| record.column(name)) {
        true => Ok(record),
        false => Err(Rejection::NotFound),
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
    fn declare() -> Vec<RouteDeclaration> {
        vec![RouteDeclaration::about::<T, A>(
            DeclarationKind::Object,
            Some(T::PARAMETER),
        )]
    }

    async fn probe(state: &S) -> Result<Vec<MissingIndex>, ReadinessError> {
        super::probe::<T, A, S>(state, Reads::One).await
    }

    async fn authorize(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let request = AllowedRequest::of(parts, state, A::permission()).await?;
        let key = key::<T>(&request.parameters)?.value();
        let filter = A::permission().filter::<T, A>(&request.facts());
        let records = T::Records::from_ref(state);
        let record = load::<T>(&records, &key, &filter).await?;
        let seen = SeenVersion::of(&record, &parts.headers);
        seen.require()?;
        Ok(Self {
            record,
            server: request.server,
            seen,
            key,
            caller: request.caller,
            filter,
            records,
            action: PhantomData,
        })
    }
}

/// Parses the key in the path; a text that cannot be one names no record.
fn key<T: Record>(path: &PathParameters) -> Result<T::Key, Rejection> {
    let text = path.get(T::PARAMETER).ok_or(Rejection::NotFound)?;
    T::Key::parse(text).ok_or(Rejection::NotFound)
}
