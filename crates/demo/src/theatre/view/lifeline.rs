//! The four who take part, as they are named and placed.

use crate::theatre::scene::Lifeline;

/// From whom to whom, in words.
pub fn route(from: Lifeline, to: Lifeline) -> String {
    match from == to {
        true => format!("{}, by itself", from.name()),
        false => format!("{} to {}", from.name(), to.name()),
    }
}

impl Lifeline {
    /// The column, from 0 to 3.
    pub fn position(self) -> u8 {
        match self {
            Self::You => 0,
            Self::App => 1,
            Self::Server => 2,
            Self::Api => 3,
        }
    }

    /// The name on the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::You => "You",
            Self::App => "App",
            Self::Server => "Server",
            Self::Api => "API",
        }
    }
}
