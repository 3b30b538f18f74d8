//! The reason why a caller has no token, and what to give.

use crate::{document::Kind, exchange::Recorded, session::Session};

impl Session {
    /// Returns why an account has just not got a token, and what to give.
    pub(super) fn sign_in_failure(&self, name: &str) -> String {
        if !self.can_sign_in() {
            return format!(
                "{name} cannot sign in: the document has no operation for it; give the request (--sign-in FILE) or a token (--as {name}=TOKEN)"
            );
        }
        let log = self.probe.log();
        let mut log = log.iter().rev();
        let Some(last) = log.find(|one| self.is_sign_in(one)) else {
            return format!(
                "{name} cannot sign in: the request cannot be built from the document; give it (--sign-in FILE)"
            );
        };
        let target = last.request.target.split('?').next().unwrap_or_default();
        let request = format!("`{} {target}`", last.request.method);
        let status = last.answer.status;
        match last.answer.is_accepted() {
            true => format!(
                "{name} cannot sign in: no token is found in the answer to {request} ({status}); say where it is (`token` in --sign-in FILE), or give one (--as {name}=TOKEN)"
            ),
            false => format!(
                "{name} cannot sign in: {request} refuses the account with {status}; check the name and the password (--account {name}=USERNAME:PASSWORD)"
            ),
        }
    }

    /// Returns true for a request that signs an account in.
    fn is_sign_in(&self, exchange: &Recorded) -> bool {
        let operation = self.operation(exchange.request.operation);
        let is_described = operation.is_some_and(|one| one.kind == Kind::SignIn);
        let recipe = self.recipe.sign_in.as_ref();
        let is_of_recipe = recipe.is_some_and(|one| {
            exchange.request.method == one.method && exchange.request.target == one.path
        });
        exchange.caller.is_none() && (is_described || is_of_recipe)
    }
}
