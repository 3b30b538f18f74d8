//! The flags of every command.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Flags of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The format of results
    #[arg(long, short, global = true, value_enum, default_value_t = Format::Table)]
    pub output: Format,
    /// Print only results, no remarks
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// The configuration file [default: ./airside.toml, if it exists; of `guard`: ./guard.toml]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "AIRSIDE_CONFIG",
        hide_env_values = true
    )]
    pub config: Option<PathBuf>,
    /// The data directory [default: ./airside-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Administer the server at this address, which is its issuer, instead of the one on this machine
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "AIRSIDE_URL",
        hide_env_values = true
    )]
    pub url: Option<String>,
    /// A file of certificate authorities (PEM) to trust at --url and --issuer, beside the system's
    #[arg(long, global = true, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// An access token for its admin API: text, @FILE, - or env:NAME
    #[arg(
        long = "token",
        global = true,
        allow_hyphen_values = true,
        value_name = "TOKEN",
        env = "AIRSIDE_TOKEN",
        hide_env_values = true,
        requires = "url"
    )]
    pub admin_token: Option<String>,
}

/// The format of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}
