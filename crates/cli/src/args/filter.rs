//! The arguments of every list.

use std::num::ParseIntError;

use clap::Args;

use crate::listing::Listing;

/// The filter of a list.
#[derive(Debug, Args)]
pub struct Filter {
    /// Print only items with this text in a name or a role, ignoring case
    pub text: Option<String>,
    /// The maximal number of items
    #[arg(long, value_name = "NUMBER", value_parser = at_least_one)]
    pub limit: Option<usize>,
}

/// Parses the maximal number of items.
///
/// # Errors
///
/// It is not a number, or none at all.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("it is 1 at least".to_owned()),
        other => other.map_err(|error: ParseIntError| error.to_string()),
    }
}

impl Filter {
    /// The part of a list that it leaves, by these members of its items.
    pub fn of<'a>(&'a self, list: Listing<'a>, members: &'a [&'a str]) -> Listing<'a> {
        Listing {
            filter: self.text.as_deref().map(|text| (members, text)),
            limit: self.limit,
            ..list
        }
    }
}
