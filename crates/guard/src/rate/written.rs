//! A limit as it is written in the configuration.

use std::{num::NonZeroU32, time::Duration};

use airside_config::{
    Node,
    key::Format,
    key::Kind,
    value::{self, FromNode, FromText, ValueError},
};

/// A limit as it is written: `100/s`, `600/m` or `5000/h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(super) requests: NonZeroU32,
    pub(super) window: Duration,
}

impl Rate {
    /// Reads a limit; `None` if it is none.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (requests, unit) = text.split_once('/')?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => return None,
        };
        Some(Self {
            requests: requests.parse().ok()?,
            window: Duration::from_secs(seconds),
        })
    }
}

impl FromText for Rate {
    const FORMAT: Format = Format {
        name: "a rate",
        help: "write a number and `/s`, `/m` or `/h`, as in `100/s`",
        is_met: |text| Self::parse(text).is_some(),
    };

    fn from_text(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl FromNode for Rate {
    fn from_node(_: Kind, node: &Node) -> Result<Self, ValueError> {
        value::parsed(node)
    }
}
