//! The arguments of `airside doctor`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Doctor {
    /// A guard.toml whose guard trusts this issuer: the two are compared
    #[arg(long, value_name = "FILE")]
    pub guard: Option<PathBuf>,
    /// The server's log, where the address of a request through the proxies is looked up
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
}
