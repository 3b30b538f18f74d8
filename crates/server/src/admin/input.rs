//! Parts of a request to the admin API, each by a type that the document describes.

use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};

/// No parameter, or no body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// A part of a request that the document describes.
pub(super) trait Input: DeserializeOwned + JsonSchema + Send + 'static {}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for T {}

/// The part of a list that is asked for; the same for every list.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Page {
    /// The maximal number of items; 100 by default. A page of large items is shorter.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
    /// Where the list goes on: as `Link` of the page before has it, for this list only.
    pub(super) after: Option<Cursor>,
}

impl Page {
    /// Returns how many items the page has at most.
    pub(super) fn limit(&self) -> u32 {
        self.limit.unwrap_or(100)
    }

    /// Returns how many items to look for: one more says that there is another page.
    pub(super) fn limit_and_next(&self) -> u32 {
        self.limit().saturating_add(1)
    }
}

/// A place in a list, as an answer of this API named it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(super) struct Cursor(
    #[schemars(length(min = 1, max = 4096), regex(pattern = r"^[A-Za-z0-9_\-]+$"))]
    pub(super)  String,
);
