//! The first argument of a handler: proof that the caller meets its rule.

mod authorized;
mod create;
mod function;
mod listed;

pub use authorized::Authorized;
pub use create::Create;
pub use function::{Function, Public};
pub use listed::Listed;

use std::sync::Arc;

use airside_policy::{Lookup, Principal};
use axum::extract::{FromRef, FromRequestParts as _, RawPathParams};
use http::request::Parts;
use uuid::Uuid;

use crate::{
    Caller, MissingIndex, ObjectPermission, ReadinessError, Record, RecordAction, Records as _,
    RecordsError, Rejection, ResourceServer, action::RouteDeclaration, path::PathParameters,
    permission::RequestFacts, record, rejection::enforce,
};

/// A first argument that declares the rule of a handler, and is proof that the caller meets it. Sealed: there are
/// [`Authorized`], [`Listed`], [`Create`], [`Function`] and [`Public`], and tuples of them for a handler
/// that needs several. Only a [`Router`](crate::Router) makes one.
#[diagnostic::on_unimplemented(
    message = "the first argument of this handler does not say what the caller must be allowed to do",
    label = "`{Self}` is not a declaration",
    note = "begin with one of `Authorized<Record, Action>`, `Listed<Record, Action>`, `Create<Record, Action>`, `Function<Action>` and `Public<Action>`, or a tuple of several"
)]
pub trait Declaration<S>: Sized + sealed::Sealed {
    /// Returns the declarations, for the checks at start and the table.
    #[doc(hidden)]
    fn declare() -> Vec<RouteDeclaration>;

    /// Tests that the database has the tables and columns of the declaration.
    #[doc(hidden)]
    fn probe(state: &S) -> impl Future<Output = Result<Vec<MissingIndex>, ReadinessError>> + Send;

    /// Verifies the caller, enforces the rule and loads the record.
    #[doc(hidden)]
    fn authorize(
        parts: &mut Parts,
        state: &S,
    ) -> impl Future<Output = Result<Self, Rejection>> + Send;
}

macro_rules! tuples {
    ($([$($one:ident),*])*) => {$(
        impl<$($one: sealed::Sealed),*> sealed::Sealed for ($($one,)*) {}

        impl<S: Send + Sync, $($one: Declaration<S> + Send),*> Declaration<S> for ($($one,)*) {
            fn declare() -> Vec<RouteDeclaration> {
                [$($one::declare()),*].concat()
            }

            async fn probe(state: &S) -> Result<Vec<MissingIndex>, ReadinessError> {
                Ok([$($one::probe(state).await?),*].concat())
            }

            async fn authorize(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
                Ok(($($one::authorize(parts, state).await?,)*))
            }
        }
    )*};
}

tuples! { [D1, D2] [D1, D2, D3] }

/// The number of parameters of a path that belong to an outer router: they name no records of this one.
#[derive(Clone, Copy)]
pub(crate) struct OuterParameters(pub(crate) usize);

/// Runs a query that answers no record, by an action's rule for a caller without records.
async fn probe<T, A, S>(state: &S, reads: Reads) -> Result<Vec<MissingIndex>, ReadinessError>
where
    S: Send + Sync,
    T: Record,
    A: RecordAction<T>,
    ResourceServer: FromRef<S>,
    T::Records: FromRef<S>,
{
    // a subject that a column of texts and one of UUIDs can be compared with
    let principal = Principal::user(Uuid::nil().to_string(), "nobody");
    let filter = A::permission().filter::<T, A>(&RequestFacts {
        server: &ResourceServer::from_ref(state),
        principal: &principal,
        parameters: &PathParameters::default(),
        is_probe: true,
    });
    let parent = A::permission().parent().map(|parent| parent.link.column);
    let records = T::Records::from_ref(state);
    let refused = |source| ReadinessError::Records {
        record: T::TYPE,
        source,
    };
    let probe = record::probe::<T>(filter.clone(), parent);
    records.run(probe).await.map_err(refused)?;
    let mut missing = Vec::new();
    for lookup in filter.lookups(T::TABLE) {
        // one record is found by its key
        if reads == Reads::One && lookup.table == T::TABLE {
            continue;
        }
        if !has_index::<T>(&records, &lookup).await.map_err(refused)? {
            missing.push(MissingIndex {
                action: A::NAME,
                table: lookup.table,
                columns: lookup.columns.into_iter().collect(),
            });
        }
    }
    Ok(missing)
}

/// Asks whether an index begins with a column of a look-up.
async fn has_index<T: Record>(records: &T::Records, lookup: &Lookup) -> Result<bool, RecordsError> {
    let mut has_index = false;
    for column in &lookup.columns {
        has_index |= records.has_index(&lookup.table, column).await?;
    }
    Ok(has_index)
}

/// The number of records that a declaration reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    One,
    Many,
}

/// A request whose caller is verified, and allowed by the function-level part of a rule.
struct AllowedRequest {
    server: ResourceServer,
    caller: Caller,
    principal: Arc<Principal>,
    parameters: PathParameters,
}

impl AllowedRequest {
    /// Verifies the caller, and requires the function-level part: a caller who may not call the function
    /// learns nothing of its objects.
    async fn of<S>(
        parts: &mut Parts,
        state: &S,
        permission: &ObjectPermission,
    ) -> Result<Self, Rejection>
    where
        ResourceServer: FromRef<S>,
    {
        let server = ResourceServer::from_ref(state);
        let caller = Caller::verified(parts, &server).await?;
        let principal = caller.principal();
        enforce(permission.function_rule().decide(&principal))?;
        Ok(Self {
            server,
            caller,
            principal,
            parameters: parameters(parts).await,
        })
    }

    fn facts(&self) -> RequestFacts<'_> {
        RequestFacts {
            server: &self.server,
            principal: &self.principal,
            parameters: &self.parameters,
            is_probe: false,
        }
    }
}

/// Reads the parameters of the path of a route, without those of routers around it.
async fn parameters(parts: &mut Parts) -> PathParameters {
    let outer = parts
        .extensions
        .get()
        .map_or(0, |OuterParameters(outer)| *outer);
    match RawPathParams::from_request_parts(parts, &()).await {
        Ok(all) => all.iter().skip(outer).collect(),
        Err(_) => PathParameters::default(),
    }
}

mod sealed {
    /// Prevents declarations of other crates.
    pub trait Sealed {}
}
