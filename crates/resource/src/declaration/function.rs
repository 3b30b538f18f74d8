//! Actions without an object.

use std::{fmt, marker::PhantomData};

use airside_policy::rule;
use axum::extract::FromRef;
use http::request::Parts;

use super::{Declaration, sealed::Sealed};
use crate::{
    Caller, FunctionAction, MissingIndex, PublicAction, ReadinessError, Rejection, ResourceServer,
    action::{DeclarationKind, RouteDeclaration},
};

/// Permission to call a function: the caller has the scopes and roles.
pub struct Function<A: FunctionAction> {
    caller: Caller,
    action: PhantomData<A>,
}

/// Open to everybody, with a reason.
pub struct Public<A: PublicAction>(PhantomData<A>);

impl<A: FunctionAction> Function<A> {
    /// Returns the caller.
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
    fn declare() -> Vec<RouteDeclaration> {
        let permission = A::permission();
        let function_rule = permission.function_rule().clone();
        vec![RouteDeclaration {
            rule: permission.to_string(),
            by_policies: permission.is_by_policies(),
            ..RouteDeclaration::new(A::NAME, DeclarationKind::Function, function_rule)
        }]
    }

    async fn probe(_: &S) -> Result<Vec<MissingIndex>, ReadinessError> {
        Ok(Vec::new())
    }

    async fn authorize(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let server = ResourceServer::from_ref(state);
        let caller = Caller::verified(parts, &server).await?;
        A::permission().allow(&server, &caller.principal(), A::NAME)?;
        Ok(Self {
            caller,
            action: PhantomData,
        })
    }
}

impl<S: Send + Sync, A: PublicAction> Declaration<S> for Public<A> {
    fn declare() -> Vec<RouteDeclaration> {
        vec![RouteDeclaration {
            rule: A::REASON.to_owned(),
            ..RouteDeclaration::new(A::NAME, DeclarationKind::Public, rule::any_token())
        }]
    }

    async fn probe(_: &S) -> Result<Vec<MissingIndex>, ReadinessError> {
        Ok(Vec::new())
    }

    async fn authorize(_: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Ok(Self(PhantomData))
    }
}
