//! Measures what grows: lists, tables, crowds, and the cost of time itself; on both stores, as a table.
//!
//! To add an operation, write a module with a function like those of [`OPERATIONS`] and a line there.
//!
//! | module | measures |
//! |---|---|
//! | [`lists`] | lists, look-ups, changes and the start with many clients and accounts |
//! | [`sweep`] | what looking for old rows costs in a large table, and deleting them beside refreshes |
//! | [`queue`] | who is refused, and who waits, when many connections ask in a closed loop |
//! | [`wakeups`] | how often the threads of an idle server wake up |
//! | [`ready`] | the time from the start of the process to its tokens |
//! | [`memory`] | what is resident, after what |
//! | [`stop`] | what a clean stop leaves on the disk |
//!
//! | module | helps |
//! |---|---|
//! | [`site`] | a server on a store of its own |
//! | [`database`] | the store as a database: where it is, and SQL in bulk |
//! | [`seed`] | many clients, accounts and grants |
//! | [`activity`] | CPU time and wakeups, from `/proc` |
//! | [`figure`], [`table`] | the figures |

mod activity;
mod database;
mod figure;
mod lists;
mod memory;
mod queue;
mod ready;
mod seed;
mod site;
mod stop;
mod sweep;
mod table;
mod wakeups;

use std::{
    io::{self, Write},
    path::PathBuf,
    pin::Pin,
};

use anyhow::Context;
use clap::{Args, ValueEnum};

use self::{
    database::Database,
    site::{Scale, Site},
    table::Table,
};
use crate::world;

#[derive(Args)]
pub struct Options {
    /// The server's program; by default the one beside this one
    #[arg(long, value_name = "PATH")]
    airside: Option<PathBuf>,
    /// A PostgreSQL database whose current schema is empty, to measure that store too; each operation
    /// empties the schema
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Leave out SQLite
    #[arg(long, requires = "postgres")]
    no_sqlite: bool,
    /// Only this operation; may be given several times
    #[arg(long, value_enum)]
    only: Vec<Operation>,
    /// Small tables and short loads, to see that everything works
    #[arg(long)]
    quick: bool,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Operation {
    /// Lists, look-ups, changes and the start with 100 000 clients and accounts
    Lists,
    /// Looking for old rows among a million grants, and deleting 100 000 beside refreshes
    Sweep,
    /// Refusals and waiting of 800 connections, and of 64 to a server on one core
    Queue,
    /// Wakeups of an idle server, by thread
    Wakeups,
    /// From the start of the process to the first tokens
    Ready,
    /// What is resident, after what
    Memory,
    /// What a clean stop leaves on the disk
    Stop,
}

type Measured<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'a>>;
type Measure = for<'a> fn(&'a Site, &'a mut Table) -> Measured<'a>;

/// The operations, in the order of the table.
const OPERATIONS: &[(Operation, Measure)] = &[
    (Operation::Ready, |site, table| {
        Box::pin(ready::measure(site, table))
    }),
    (Operation::Wakeups, |site, table| {
        Box::pin(wakeups::measure(site, table))
    }),
    (Operation::Memory, |site, table| {
        Box::pin(memory::measure(site, table))
    }),
    (Operation::Stop, |site, table| {
        Box::pin(stop::measure(site, table))
    }),
    (Operation::Queue, |site, table| {
        Box::pin(queue::measure(site, table))
    }),
    (Operation::Lists, |site, table| {
        Box::pin(lists::measure(site, table))
    }),
    (Operation::Sweep, |site, table| {
        Box::pin(sweep::measure(site, table))
    }),
];

/// Measures on SQLite, and on PostgreSQL if there is one, and prints a table in Markdown.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let program = world::program(options.airside.as_deref())?;
    let scale = Scale::new(options.quick);
    let postgres = match &options.postgres {
        None => None,
        Some(url) => Some(Database::postgres(url).await?),
    };
    let mut table = Table::begin()?;
    for (operation, measure) in OPERATIONS {
        if !options.only.is_empty() && !options.only.contains(operation) {
            continue;
        }
        let sqlite = (!options.no_sqlite).then_some(Database::Sqlite);
        for database in sqlite.iter().chain(&postgres) {
            writeln!(io::stderr(), "{operation:?} on {}", database.name())?;
            database.clear().await?;
            let site = Site::new(&program, database, scale)?;
            table.section(format!("{operation:?}").to_lowercase(), database.name());
            let measured = measure(&site, &mut table).await;
            measured.with_context(|| format!("{operation:?} on {}", database.name()))?;
        }
    }
    Ok(())
}
