//! The arguments of `airside grant` and `airside session`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Grant {
    /// List the grants of a person to clients
    List {
        /// The account
        username: String,
    },
    /// Revoke a grant and every token of it; its person is asked for consent again
    Revoke {
        /// The grant, as `grant list` names it
        grant: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Session {
    /// List the sessions of a person
    List {
        /// The account
        username: String,
    },
    /// Sign a person out of one browser; ends the grants that do not outlive the session
    End {
        /// The session, as `session list` names it
        session: String,
    },
}
