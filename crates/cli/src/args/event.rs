//! The arguments of `airside events`.

use airside_oauth::state::event::EventKind;
use clap::Subcommand;

use super::filter::at_least_one;

#[derive(Debug, Subcommand)]
pub enum Events {
    /// Print the newest events, newest first
    #[command(after_help = kinds())]
    Search {
        /// kind:NAME, client:ID, user:NAME (also of a deleted account), since:30m or since:TIME (RFC 3339),
        /// before:EVENT (all must hold)
        query: Vec<String>,
        /// The maximal number of events
        #[arg(long, default_value_t = 100, value_parser = at_least_one)]
        limit: usize,
    },
}

/// Lists the kinds of events, for the help.
fn kinds() -> String {
    let width = EventKind::ALL.iter().map(|kind| kind.as_str().len()).max();
    let width = width.unwrap_or_default();
    let lines = EventKind::ALL.iter().map(|kind| {
        let (name, meaning) = (kind.as_str(), kind.meaning());
        format!("  {name:width$}  {meaning}")
    });
    let lines: Vec<_> = lines.collect();
    format!("Kinds of events:\n{}", lines.join("\n"))
}
