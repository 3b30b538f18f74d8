//! The parameters that several grants share.

use crate::{
    error::OAuthError,
    request::{form::Params, scope::Scope},
};

pub(super) fn required<'a>(form: &'a Params, name: &str) -> Result<&'a str, OAuthError> {
    optional(form, name)
        .ok_or_else(|| OAuthError::invalid_request(format!("the parameter `{name}` is missing")))
}

pub(super) fn optional<'a>(form: &'a Params, name: &str) -> Option<&'a str> {
    form.one(name)
}

pub(super) fn scope(form: &Params) -> Result<Option<Scope>, OAuthError> {
    Ok(optional(form, "scope").map(str::parse).transpose()?)
}

pub(super) fn resources(form: &Params) -> Vec<String> {
    form.all("resource").map(str::to_owned).collect()
}
