//! What has no object.

use std::{fmt, marker::PhantomData};

use airside_policy::rule;
use axum::extract::FromRef;
use http::request::Parts;

use super::{Declaration, sealed::Sealed};
use crate::{
    Caller, FunctionAction, MissingIndex, NotReady, PublicAction, Rejection, ResourceServer,
    action::{Declared, Kind},
};

/// Leave to call a function: scopes and roles are there.
pub struct Function<A: FunctionAction> {
    caller: Caller,
    action: PhantomData<A>,
}

/// Open to everybody, with a reason.
pub struct Public<A: PublicAction>(PhantomData<A>);

impl<A: FunctionAction> Function<A> {
    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl<A: FunctionAction> fmt::Debug for Function<A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Function");
        debug.field("caller", &self.caller).finish_non_exhaustive()
    }
}

impl<A: PublicAction> fmt::Debug for Public<A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Public")
    }
}

impl<A: FunctionAction> Sealed for Function<A> {}

impl<A: PublicAction> Sealed for Public<A> {}

impl<S, A> Declaration<S> for Function<A>
where
    S: Send + Sync,
    A: FunctionAction,
    ResourceServer: FromRef<S>,
{
    fn declare() -> Vec<Declared> {
        vec![Declared {
            action: A::NAME,
            kind: Kind::Function,
            record: None,
            rule: A::permission().to_string(),
            parameter: None,
            parents: Vec::new(),
            need: A::permission().need().clone(),
            by_policies: A::permission().is_by_policies(),
            asked: None,
            other_membership: None,
            open_key_columns: Vec::new(),
            ambiguous_reference: None,
            unchecked_parent: None,
            missing_column: None,
            has_no_tenant: false,
            is_endless: false,
            never_writable: None,
        }]
    }

    async fn probe(_: &S) -> Result<Vec<MissingIndex>, NotReady> {
        Ok(Vec::new())
    }

    async fn prove(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let caller = Caller::verified(parts, &ResourceServer::from_ref(state)).await?;
        let airside = ResourceServer::from_ref(state);
        A::permission().allow(&airside, &caller.principal(), A::NAME)?;
        Ok(Self {
            caller,
            action: PhantomData,
        })
    }
}

impl<S: Send + Sync, A: PublicAction> Declaration<S> for Public<A> {
    fn declare() -> Vec<Declared> {
        vec![Declared {
            action: A::NAME,
            kind: Kind::Public,
            record: None,
            rule: A::REASON.to_owned(),
            parameter: None,
            parents: Vec::new(),
            need: rule::any_token(),
            by_policies: false,
            asked: None,
            other_membership: None,
            open_key_columns: Vec::new(),
            ambiguous_reference: None,
            unchecked_parent: None,
            missing_column: None,
            has_no_tenant: false,
            is_endless: false,
            never_writable: None,
        }]
    }

    async fn probe(_: &S) -> Result<Vec<MissingIndex>, NotReady> {
        Ok(Vec::new())
    }

    async fn prove(_: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Ok(Self(PhantomData))
    }
}
