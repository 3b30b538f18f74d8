//! The first argument of a handler: what it is about, and proof that the caller may.

mod authorized;
mod create;
mod function;
mod listed;

pub use authorized::Authorized;
pub use create::Create;
pub use function::{Function, Public};
pub use listed::Listed;

use airside_policy::Principal;
use axum::extract::{FromRef, FromRequestParts as _, RawPathParams};
use http::request::Parts;
use uuid::Uuid;

use crate::{
    MissingIndex, NotReady, Record, RecordAction, Records as _, Rejection, ResourceServer,
    action::Declared, permission::Asked, record,
};

/// A first argument that says what a handler needs, and is proof that the caller has it. Sealed: there are
/// [`Authorized`], [`Listed`], [`Create`], [`Function`] and [`Public`], and tuples of them for a handler
/// that needs several. Only a [`Router`](crate::Router) makes one.
#[diagnostic::on_unimplemented(
    message = "the first argument of this handler does not say what the caller must be allowed to do",
    label = "`{Self}` is not a declaration",
    note = "begin with one of `Authorized<Record, Action>`, `Listed<Record, Action>`, `Create<Record, Action>`, `Function<Action>` and `Public<Action>`, or a tuple of several"
)]
pub trait Declaration<S>: Sized + sealed::Sealed {
    /// What it says.
    #[doc(hidden)]
    fn declare() -> Vec<Declared>;

    /// Asks the database whether it has what the declaration is about.
    #[doc(hidden)]
    fn probe(state: &S) -> impl Future<Output = Result<Vec<MissingIndex>, NotReady>> + Send;

    /// Verifies who calls, decides and loads.
    #[doc(hidden)]
    fn prove(parts: &mut Parts, state: &S) -> impl Future<Output = Result<Self, Rejection>> + Send;
}

macro_rules! tuples {
    ($([$($one:ident),*])*) => {$(
        impl<$($one: sealed::Sealed),*> sealed::Sealed for ($($one,)*) {}

        impl<S: Send + Sync, $($one: Declaration<S> + Send),*> Declaration<S> for ($($one,)*) {
            fn declare() -> Vec<Declared> {
                [$($one::declare()),*].concat()
            }

            async fn probe(state: &S) -> Result<Vec<MissingIndex>, NotReady> {
                Ok([$($one::probe(state).await?),*].concat())
            }

            async fn prove(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
                Ok(($($one::prove(parts, state).await?,)*))
            }
        }
    )*};
}

tuples! { [D1, D2] [D1, D2, D3] }

/// How many parameters of a path are those of a router around this one: they name none of its records.
#[derive(Clone, Copy)]
pub(crate) struct OuterParameters(pub(crate) usize);

/// Asks the database for no record of a kind, by an action's rule for somebody who is nobody.
async fn probe<T, A, S>(state: &S, reads: Reads) -> Result<Vec<MissingIndex>, NotReady>
where
    S: Send + Sync,
    T: Record,
    A: RecordAction<T>,
    ResourceServer: FromRef<S>,
    T::Records: FromRef<S>,
{
    // a subject that a column of texts and one of UUIDs can be compared with
    let principal = Principal::user(Uuid::nil().to_string(), "nobody");
    let filter = A::permission().filter::<T, A>(&Asked {
        server: &ResourceServer::from_ref(state),
        principal: &principal,
        parameters: &[],
        is_probe: true,
    });
    let parent = A::permission().parent().map(|parent| parent.column);
    let records = T::Records::from_ref(state);
    let refused = |source| NotReady::Records {
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
        let mut is_quick = false;
        for column in &lookup.columns {
            is_quick |= records
                .has_index(&lookup.table, column)
                .await
                .map_err(refused)?;
        }
        if !is_quick {
            missing.push(MissingIndex {
                action: A::NAME,
                table: lookup.table,
                columns: lookup.columns.into_iter().collect(),
            });
        }
    }
    Ok(missing)
}

/// How many records a declaration reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    One,
    Many,
}

/// The parameters of the path of a route, without those of routers around it.
pub(crate) async fn parameters(parts: &mut Parts) -> Vec<(String, String)> {
    let outer = parts
        .extensions
        .get()
        .map_or(0, |OuterParameters(outer)| *outer);
    match RawPathParams::from_request_parts(parts, &()).await {
        Ok(all) => {
            let own = all.iter().skip(outer);
            own.map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        }
        Err(_) => Vec::new(),
    }
}

mod sealed {
    /// Nobody else can declare.
    pub trait Sealed {}
}
