//! The arguments of `airside db` and `airside backup`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Db {
    /// Copy everything into an empty store; stop every server first
    Move {
        /// The new store, as in store.url: sqlite:FILE, relative to the data directory, or postgres://…; also @FILE, - (standard input) or env:NAME
        #[arg(long, value_name = "URL")]
        to: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Backup {
    /// Save the store to a new file; the server may be running
    Create {
        /// The file to create
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Read a whole backup and print its contents
    Verify {
        /// The backup
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Fill the configured store, which must be new, from a backup; every user must sign in again
    Restore {
        /// The backup
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}
