//! Requests of a recipe.

use crate::{
    exchange::{RequestBody, RequestSpec},
    identity::{
        Account,
        recipe::{RecipeRequest, with_account},
    },
    session::Session,
};

impl Session {
    pub(super) fn recipe_spec(&self, request: &RecipeRequest, account: &Account) -> RequestSpec {
        let body = with_account(&request.body, account);
        let path = request.path.split('?').next().unwrap_or_default();
        let known = self.api.operations.iter().find(|one| {
            one.method == request.method
                && one.path.trim_end_matches('/') == path.trim_end_matches('/')
        });
        RequestSpec {
            operation: known.map_or(usize::MAX, |one| one.index),
            method: request.method.clone(),
            target: request.path.clone(),
            headers: Vec::new(),
            body: match (body.is_null(), request.is_form) {
                (true, _) => RequestBody::None,
                (false, true) => RequestBody::Form(body),
                (false, false) => RequestBody::Json(body),
            },
        }
    }
}
