//! The checks, one file each. A new one is a file and a line in [`CHECKS`].
//!
//! | module | looks for |
//! |---|---|
//! | `object_read` | another's object in an answer |
//! | `open_list` | reads without an identifier that show what is another's |
//! | `object_write` | another's object changed, or something done in another's name |
//! | `search` | searches that find what is another's |
//! | `function` | functions of administrators that are open to others |
//! | `property_write` | properties that are set although callers may not set them |
//! | `property_read` | passwords in answers to others, lists that show what the object itself keeps back |
//! | `dead_token` | tokens that work after their end |
//!
//! | module | holds |
//! |---|---|
//! | `context` | the parts of a check: what it works on, its attempts, and what it found |
//! | `reread` | reads that were answered already, and are repeated where they show something |

mod context;
mod dead_token;
mod function;
mod object_read;
mod object_write;
mod open_list;
mod property_read;
mod property_write;
mod reread;
mod search;

use futures_util::future::LocalBoxFuture;

pub use context::{Attempt, Context, Hole, Untested};

/// A check of a whole API.
#[derive(Debug)]
pub struct Check {
    /// Its name in progress messages.
    pub name: &'static str,
    /// True if it sends requests that change something.
    pub writes: bool,
    /// Runs it.
    pub run: for<'a> fn(&'a Context<'a>) -> LocalBoxFuture<'a, ()>,
}

/// The checks, in the order in which they run: what destroys most comes last.
pub const CHECKS: [Check; 9] = [
    Check {
        name: "reading others' objects",
        writes: false,
        run: |it| Box::pin(object_read::run(it)),
    },
    Check {
        name: "lists of others' objects",
        writes: false,
        run: |it| Box::pin(open_list::run(it)),
    },
    Check {
        name: "searches for others' objects",
        writes: false,
        run: |it| Box::pin(search::run(it)),
    },
    Check {
        name: "functions of administrators",
        writes: false,
        run: |it| Box::pin(function::run(it)),
    },
    Check {
        name: "changing others' objects",
        writes: true,
        run: |it| Box::pin(object_write::run_changes(it)),
    },
    Check {
        name: "setting properties",
        writes: true,
        run: |it| Box::pin(property_write::run(it)),
    },
    Check {
        name: "deleting others' objects",
        writes: true,
        run: |it| Box::pin(object_write::run_deletes(it)),
    },
    Check {
        name: "properties in answers",
        writes: false,
        run: |it| Box::pin(property_read::run(it)),
    },
    Check {
        name: "tokens after their end",
        writes: false,
        run: |it| Box::pin(dead_token::run(it)),
    },
];
