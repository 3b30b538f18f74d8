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

/// Requires that no server elsewhere is named to a command that reads files of this machine.
///
/// # Errors
///
/// [`CommandError`] if one is, so that the store of another server is not taken for it.
pub fn this_machine(global: &Global) -> Result<(), CommandError> {
    match &global.url {
        None => Ok(()),
        Some(url) => Err(CommandError::usage(format!(
            "--url (or AIRSIDE_URL) names the server at `{url}`, and this command works on the store of this machine\nhelp: leave it out, or run the command at that server"
        ))),
    }
}
