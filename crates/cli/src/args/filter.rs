//! The arguments of every list.

use clap::Args;

use crate::listing::Listing;

/// The filter of a list.
#[derive(Debug, Args)]
pub struct Filter {
    /// Print only items with this text in a name or a role, ignoring case
    pub text: Option<String>,
    /// The maximal number of items
    #[arg(long, value_name = "NUMBER")]
    pub limit: Option<usize>,
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
