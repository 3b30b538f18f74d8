//! The arguments of `airside db` and `airside backup`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Db {
    /// Copy everything into an empty store; no server may run meanwhile
    Move {
        /// Where to, as in store.url: sqlite:FILE, relative to the data directory, or postgres://…; also @FILE, - (standard input) or env:NAME
        #[arg(long, value_name = "URL")]
        to: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Backup {
    /// Save the store, as it is now, to a new file; the server may run
    Create {
        /// The file to make
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Read a whole backup and say what is in it
    Verify {
        /// The backup
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Fill the configured store, which must be new, from a backup; who was signed in signs in again
    Restore {
        /// The backup
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}
