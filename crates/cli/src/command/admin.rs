//! The way to the admin API.

use super::configuration;
use crate::{args::Global, exit::CommandError, secret, socket::Admin};

/// Finds the admin API of the server that the flags and the configuration name.
pub fn admin(global: &Global) -> Result<Admin, CommandError> {
    let Some(url) = &global.url else {
        return Ok(Admin::of(&configuration::data_directory(global)?));
    };
    let token = global.admin_token.as_deref().map(secret::read);
    Admin::at(url, token.transpose()?, global.ca.as_deref())
}
