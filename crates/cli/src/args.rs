//! The command line: one file per command group, those of `airside client` here.

mod client;
mod configuration;
mod doctor;
mod event;
mod filter;
mod global;
mod grant;
mod guard;
mod key;
mod resource;
mod scan;
mod serve;
mod store;
mod token;
mod user;

use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, builder::Resettable};
use clap_complete::Shell;

pub use self::{
    client::{Client, ClientFields, ClientLists, ForProduct},
    configuration::Config,
    doctor::Doctor,
    event::Events,
    filter::Filter,
    global::{Format, Global},
    grant::{Grant, Session},
    guard::{Guard, GuardCommand, GuardInit},
    key::Key,
    resource::{Resource, ResourceFields},
    scan::{ReportFormat, Scan, ScanCallers, ScanIssuer},
    serve::{Demo, Serve},
    store::{Backup, Db},
    token::{Token, TokenGet},
    user::{Claims, NewUser, User, UserEdit},
};
use crate::{exit::CommandError, log};

/// Airside secures APIs: it says who is calling and what they may do.
#[derive(Debug, Parser)]
#[command(
    name = "airside",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// Reads the command line, and ends the process if it is not one. An empty variable is not set.
    /// Errors are printed as JSON if that is asked for.
    pub fn read() -> Self {
        let is_empty = |name: &str| std::env::var_os(name).is_some_and(|value| value.is_empty());
        let empty = VARIABLES.iter().filter(|(_, name)| is_empty(name));
        let command = empty.fold(Self::command(), |command, (flag, _)| {
            command.mut_arg(*flag, |flag| flag.env(Resettable::Reset))
        });
        let read = command
            .try_get_matches()
            .and_then(|matches| Self::from_arg_matches(&matches));
        read.unwrap_or_else(|error| {
            if error.use_stderr() && wants_json(std::env::args()) {
                let text = error.render().to_string();
                let failure = CommandError::usage(text.trim().trim_start_matches("error: "));
                log::line(&failure.to_json().to_string());
                std::process::exit(failure.code as i32);
            }
            error.exit()
        })
    }
}

/// Returns true if a command line, which may be invalid, asks for JSON.
fn wants_json(arguments: impl Iterator<Item = String>) -> bool {
    let mut before = String::new();
    for argument in arguments {
        let is_option = matches!(before.as_str(), "-o" | "--output");
        if (is_option && argument == "json")
            || ["-ojson", "-o=json", "--output=json"].contains(&argument.as_str())
        {
            return true;
        }
        before = argument;
    }
    false
}

/// The flags that a variable may give, and its name.
const VARIABLES: [(&str, &str); 3] = [
    ("config", "AIRSIDE_CONFIG"),
    ("url", "AIRSIDE_URL"),
    ("admin_token", "AIRSIDE_TOKEN"),
];

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show in the browser how an app gets at an API, and how attacks are refused
    Demo(Demo),
    /// Run the authorization server
    Serve(Serve),
    /// Register and change clients
    #[command(subcommand)]
    Client(Client),
    /// Add and change APIs that tokens are issued for
    #[command(subcommand)]
    Resource(Resource),
    /// Create and change accounts
    #[command(subcommand)]
    User(User),
    /// List and revoke the grants of people to clients
    #[command(subcommand)]
    Grant(Grant),
    /// List and end the sessions of people in their browsers
    #[command(subcommand)]
    Session(Session),
    /// List and rotate signing keys
    #[command(subcommand)]
    Key(Key),
    /// Get, inspect and revoke tokens
    #[command(subcommand)]
    Token(Token),
    /// Read the audit trail
    #[command(subcommand)]
    Events(Events),
    /// Check and show the configuration
    #[command(subcommand)]
    Config(Config),
    /// Check a server as its clients, its operator and an attacker would; exit 7 if something is to be done
    Doctor(Doctor),
    /// Ask a running server whether it is ready; exit 7 if it is not, 6 if none answers
    Health,
    /// Copy the store to another database
    #[command(subcommand)]
    Db(Db),
    /// Back up the store to a file, and restore it
    #[command(subcommand)]
    Backup(Backup),
    /// Run a proxy that verifies tokens and enforces rules in front of an API
    Guard(Guard),
    /// Prove holes of authorization in a running API: objects of others that can be read or changed,
    /// functions of administrators that are open; exit 7 if a hole is proven
    Scan(Box<Scan>),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages of every command
    Man {
        /// The directory to write them to, which is made
        directory: PathBuf,
    },
    /// Print the version
    Version,
}

#[cfg(test)]
mod tests;
