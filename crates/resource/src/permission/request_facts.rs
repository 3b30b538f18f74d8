//! The facts of a request that a rule decides on.

use airside_policy::Principal;

use crate::{ResourceServer, path::PathParameters};

/// The facts of a request that a rule decides on.
pub(crate) struct RequestFacts<'a> {
    pub(crate) server: &'a ResourceServer,
    pub(crate) principal: &'a Principal,
    /// The parameters of the path.
    pub(crate) parameters: &'a PathParameters,
    /// True if the query only tests that the database has the tables and columns of the rule.
    pub(crate) is_probe: bool,
}
