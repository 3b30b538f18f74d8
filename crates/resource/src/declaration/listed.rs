//! The records of a list that the caller may see.

use std::{fmt, marker::PhantomData};

use airside_policy::{Predicate, Sql, Value};
use axum::extract::FromRef;
use http::request::Parts;

use super::{AllowedRequest, Authorized, Declaration, Reads, authorized::load, sealed::Sealed};
use crate::{
    Caller, Key as _, MissingIndex, ObjectAction, Query, ReadinessError, Record, Records,
    Rejection, ResourceServer,
    action::{DeclarationKind, RouteDeclaration},
    record::{Count, Order},
    version::SeenVersion,
};

/// The records that the caller may see, and no other: the rule is part of the query, so that pages are full
/// and totals reveal nothing about other records.
pub struct Listed<T: Record, A: ObjectAction<T>> {
    caller: Caller,
    server: ResourceServer,
    filter: Predicate,
    order: Vec<Order>,
    records: T::Records,
    action: PhantomData<A>,
}

impl<T: Record, A: ObjectAction<T>> Listed<T, A> {
    /// Returns the caller.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Sorts the records by a column. Called again, it sorts equal records by another column. Records that
    /// are equal in all of them are in the order of their keys.
    #[must_use]
    pub fn sorted(mut self, order: Order) -> Self {
        self.order.push(order);
        self
    }

    /// Reads a page: at most `limit` records behind the one with the key `after`. In an order by a column,
    /// no records follow one that the caller cannot see any more.
    ///
    /// # Errors
    ///
    /// [`Rejection::Unavailable`].
    pub async fn page(&self, after: Option<Value>, limit: u32) -> Result<Vec<T>, Rejection> {
        self.page_where(Predicate::Always(true), after, limit).await
    }

    /// Reads a page of the records that also meet a condition of the application.
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
        // a column with a collation of its own can match more than equal values
        if !self.filter.has_related() {
            listed.retain(|record| self.filter.holds(&|name| record.column(name)));
        }
        Ok(listed)
    }

    /// Finds one of the records by its key, such as one that the body of a request names. `If-Match` does not
    /// apply to it.
    ///
    /// # Errors
    ///
    /// [`Rejection::NotFound`] if it does not exist for the caller.
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

    /// Counts the records.
    ///
    /// # Errors
    ///
    /// [`Rejection::Unavailable`].
    pub async fn count(&self) -> Result<u64, Rejection> {
        self.count_where(Predicate::Always(true)).await
    }

    /// Counts the records that also meet a condition of the application.
    ///
    /// # Errors
    ///
    /// [`Rejection::Unavailable`].
    pub async fn count_where(&self, condition: Predicate) -> Result<u64, Rejection> {
        let filter = Predicate::And(vec![self.filter.clone(), condition]);
        Ok(self.records.count(Count { filter }).await?)
    }

    /// Appends the rule to the application's own query, as one condition in parentheses, and its
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
    fn declare() -> Vec<RouteDeclaration> {
        vec![RouteDeclaration::about::<T, A>(DeclarationKind::List, None)]
    }

    async fn probe(state: &S) -> Result<Vec<MissingIndex>, ReadinessError> {
        super::probe::<T, A, S>(state, Reads::Many).await
    }

    async fn authorize(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let request = AllowedRequest::of(parts, state, A::permission()).await?;
        Ok(Self {
            filter: A::permission().filter::<T, A>(&request.facts()),
            server: request.server,
            order: Vec::new(),
            caller: request.caller,
            records: T::Records::from_ref(state),
            action: PhantomData,
        })
    }
}
