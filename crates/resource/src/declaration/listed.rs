//! The records of a list that the caller may see.

use std::{fmt, marker::PhantomData};

use airside_policy::{Predicate, Sql, Value};
use axum::extract::FromRef;
use http::request::Parts;

use super::{Authorized, Declaration, Reads, authorized::load, parameters, sealed::Sealed};
use crate::{
    Caller, Key as _, MissingIndex, NotReady, ObjectAction, Query, Record, Records, Rejection,
    ResourceServer,
    action::{Declared, Kind},
    permission::Asked,
    record::{Count, Order},
    rejection::enforce,
    version::SeenVersion,
};

/// The records that the caller may see, and no other: the rule is part of the query, so that pages
/// are full and totals say nothing of what is hidden.
pub struct Listed<T: Record, A: ObjectAction<T>> {
    caller: Caller,
    server: ResourceServer,
    filter: Predicate,
    order: Vec<Order>,
    records: T::Records,
    action: PhantomData<A>,
}

impl<T: Record, A: ObjectAction<T>> Listed<T, A> {
    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Puts them into an order by a column; called again, by another one where they are equal in the first.
    /// Without it they are in the order of their keys, and so are those that are equal.
    #[must_use]
    pub fn sorted(mut self, order: Order) -> Self {
        self.order.push(order);
        self
    }

    /// Reads a page: at most `limit` records behind the one with the key `after`. In an order by a column,
    /// nothing is behind a record that is not there any more for the caller.
    ///
    /// # Errors
    ///
    /// [`Rejection::Unavailable`].
    pub async fn page(&self, after: Option<Value>, limit: u32) -> Result<Vec<T>, Rejection> {
        self.page_where(Predicate::Always(true), after, limit).await
    }

    /// Reads a page of those that meet a condition of the application's too.
    ///
    /// # Errors
    ///
    /// [`Rejection::Unavailable`].
    pub async fn page_where(
        &self,
        condition: Predicate,
        after: Option<Value>,
        limit: u32,
    ) -> Result<Vec<T>, Rejection> {
        let filter = Predicate::And(vec![self.filter.clone(), condition]);
        let listed = self.records.run(Query::List {
            filter,
            order: self.order.clone(),
            after,
            limit,
        });
        let mut listed = listed.await?;
        // where a column has a collation of its own, the database finds more than is equal
        if !self.filter.has_related() {
            listed.retain(|record| self.filter.holds(&|name| record.column(name)));
        }
        Ok(listed)
    }

    /// Finds one of them by its key, such as one that the body of a request names. `If-Match` is not about it.
    ///
    /// # Errors
    ///
    /// [`Rejection::NotFound`] if it is not there for the caller.
    pub async fn find(&self, key: &T::Key) -> Result<Authorized<T, A>, Rejection> {
        let key = key.value();
        let record = load::<T>(&self.records, &key, &self.filter).await?;
        Ok(Authorized {
            seen: SeenVersion::of_another(&record),
            record,
            key,
            caller: self.caller.clone(),
            filter: self.filter.clone(),
            server: self.server.clone(),
            records: self.records.clone(),
            action: PhantomData,
        })
    }

    /// Counts all of them.
    ///
    /// # Errors
    ///
    /// [`Rejection::Unavailable`].
    pub async fn count(&self) -> Result<u64, Rejection> {
        self.count_where(Predicate::Always(true)).await
    }

    /// Counts those that meet a condition of the application's too.
    ///
    /// # Errors
    ///
    /// [`Rejection::Unavailable`].
    pub async fn count_where(&self, condition: Predicate) -> Result<u64, Rejection> {
        let filter = Predicate::And(vec![self.filter.clone(), condition]);
        Ok(self.records.count(Count { filter }).await?)
    }

    /// Appends the rule to a query of the application's own, as one condition in parentheses, and its
    /// values as parameters. `table` is the name by which that query knows the record's table.
    pub fn write(&self, sql: &mut Sql, table: &str) {
        sql.about(table, |sql| self.filter.write(sql));
    }
}

impl<T: Record, A: ObjectAction<T>> fmt::Debug for Listed<T, A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Listed");
        debug.field("type", &T::TYPE).finish_non_exhaustive()
    }
}

impl<T: Record, A: ObjectAction<T>> Sealed for Listed<T, A> {}

impl<S, T, A> Declaration<S> for Listed<T, A>
where
    S: Send + Sync,
    T: Record,
    A: ObjectAction<T>,
    ResourceServer: FromRef<S>,
    T::Records: FromRef<S>,
{
    fn declare() -> Vec<Declared> {
        vec![Declared::about::<T, A>(Kind::List, None)]
    }

    async fn probe(state: &S) -> Result<Vec<MissingIndex>, NotReady> {
        super::probe::<T, A, S>(state, Reads::Many).await
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
        Ok(Self {
            filter: A::permission().filter::<T, A>(&asked),
            server,
            order: Vec::new(),
            caller,
            records: T::Records::from_ref(state),
            action: PhantomData,
        })
    }
}
