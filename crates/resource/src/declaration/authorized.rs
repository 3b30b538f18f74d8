//! One record that the caller may touch.

use std::{fmt, marker::PhantomData, ops::Deref};

use airside_policy::{Predicate, Value};
use axum::extract::FromRef;
use http::request::Parts;

use super::{Declaration, Reads, parameters, sealed::Sealed};
use crate::{
    Caller, Key, MissingIndex, NotReady, ObjectAction, Query, Record, Records, Rejection,
    ResourceServer, WriteAction,
    action::{Declared, Kind},
    permission::Asked,
    rejection::enforce,
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

    /// Reads the record again, as in a [transaction](crate::Transactional) that must not build upon what was
    /// there before it. With a [`Record::VERSION`], the caller who named one (`If-Match`) must still mean it.
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

    /// Requires that the request says which version it is about (`If-Match`), where the last writer must not
    /// win silently (RFC 6585 §3).
    ///
    /// # Errors
    ///
    /// [`Rejection::PreconditionRequired`]: 428. [`Rejection::Misused`] if the kind of record has no
    /// [`Record::VERSION`], or the record was not named by the path but [found](crate::Listed::find):
    /// `If-Match` is about the record of the path.
    pub fn require_if_match(&self) -> Result<(), Rejection> {
        self.seen.require_named()
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
    /// [`Rejection::Misused`] for a column that is not in [`Record::WRITABLE`], or for none; with a
    /// [`Record::VERSION`], [`Rejection::Conflict`] or [`Rejection::PreconditionFailed`] instead of
    /// `NotFound`, since somebody else may have changed it.
    pub async fn update(self, values: Vec<(&'static str, Value)>) -> Result<T, Rejection>
    where
        A: WriteAction<T>,
    {
        let afterwards = self.afterwards(Hidden::Denied);
        let gone = self.seen.gone();
        self.change(afterwards, values).await?.ok_or(gone)
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
        let afterwards = self.afterwards(Hidden::Denied);
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

    /// The rule about the record as it will be. It may belong to another parent then than the path names.
    fn afterwards(&self, hidden: Hidden) -> Predicate {
        let asked = Asked {
            server: &self.server,
            principal: &self.caller.principal(),
            parameters: &[],
            is_probe: false,
        };
        match hidden {
            Hidden::Denied => A::permission().filter::<T, A>(&asked),
            Hidden::Allowed => A::permission().allowed::<T, A>(&asked),
        }
    }

    /// Changes columns, if the rule says `afterwards` of the record as it will be.
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

    /// Deletes the record and answers it as it was. The database looks at the rule again.
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

/// Whether a change may hide the record.
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
    // the database has decided; it may compare texts without case, which is looked at again where no
    // other table decides
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
    fn declare() -> Vec<Declared> {
        vec![Declared::about::<T, A>(Kind::Object, Some(T::PARAMETER))]
    }

    async fn probe(state: &S) -> Result<Vec<MissingIndex>, NotReady> {
        super::probe::<T, A, S>(state, Reads::One).await
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
        let record = load::<T>(&records, &key, &filter).await?;
        let seen = SeenVersion::of(&record, &parts.headers);
        seen.require()?;
        Ok(Self {
            record,
            server,
            seen,
            key,
            caller,
            filter,
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
