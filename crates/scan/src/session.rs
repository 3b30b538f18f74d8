//! A scan while it runs: its callers, what it knows of the API, and the requests that it sends.
//!
//! | module | holds |
//! |---|---|
//! | `sign_in` | tokens of callers, renewed when they die; accounts to be thrown away |
//! | `caller` | the callers |
//! | `send` | requests as a caller |
//! | `calibrate` | the API's prefix, who the callers are, and what they see without identifiers |
//! | `create` | objects that the scan makes |
//! | `example` | examples of the document |
//! | `memory` | what a session remembers of the callers and of what it made |
//! | `learn` | shapes of bodies that the document does not describe |
//! | `view` | where an owner sees an object |
//! | `ambient` | headers that say for whom a caller acts |
//! | `address` | identifiers of objects that are in addresses only |
//! | `assign` | identifiers for the slots of a request |
//! | `note` | notes for the report |
//! | `page` | the further pages of lists, and the one on which an owner sees an object |
//! | `plant` | canaries in things that no request of their own makes |
//! | `sibling` | objects such as another one, to see what lists show of them |
//! | `control` | callers are answered at the end as at the beginning |
//! | `clean` | deleting what the scan made |

mod address;
mod ambient;
mod assign;
mod calibrate;
mod caller;
mod clean;
mod control;
mod create;
mod example;
mod learn;
mod memory;
mod note;
mod page;
mod plant;
mod send;
mod sibling;
mod sign_in;
mod view;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, atomic::AtomicU64},
};

use airside_api::document::Schema;
use parking_lot::{Mutex, RwLock};
use serde_json::{Map, Value};

pub use assign::Variant;
pub use calibrate::CalibrationError;
pub use create::CreateError;
pub use example::example;
pub use sign_in::FreshToken;
pub use view::id_values;

use self::memory::{Ambient, Lag, PlainReads, Planted, Siblings};
use crate::{
    document::{Api, Operation},
    exchange::{IdentityIndex, RequestSpec},
    identity::{Identity, Recipe, Secret},
    probe::Probe,
    report::model::{Cell, CheckOutcome},
    request::{self, Assignment, BuiltRequest, Filling},
    value::{Mint, Tactic},
    world::{Object, World},
};

/// The kind of an object, the operation that made it, and whether its owner is an account to be thrown away.
type ViewKey = (String, Option<usize>, bool);

/// A scan while it runs.
pub struct Session {
    /// The API.
    pub api: Api,
    /// The way to it.
    pub probe: Probe,
    /// True if requests may change something.
    pub allow_writes: bool,
    /// The source of canaries.
    pub mint: Mint,
    /// The way in which callers sign in.
    pub recipe: Recipe,
    /// The number of requests that are under way at a time, of those that change nothing.
    pub concurrency: usize,
    /// The clock, in seconds since 1970: expiry of tokens is the only time that matters.
    pub now: fn() -> i64,
    /// The function that is told of progress.
    pub progress: Box<dyn Fn(&str) + Send + Sync>,
    identities: RwLock<Vec<Arc<Identity>>>,
    pub(crate) world: Mutex<World>,
    tactics: Mutex<HashMap<usize, Tactic>>,
    /// Shapes of bodies by the kinds of objects, learned from answers.
    shapes: Mutex<HashMap<String, Schema>>,
    /// The members of objects in answers, by their names.
    seen: Mutex<Schema>,
    /// Bodies that were accepted of operations whose document describes none.
    accepted: Mutex<HashMap<usize, Value>>,
    pulses: Mutex<HashMap<IdentityIndex, RequestSpec>>,
    /// The values that callers send in headers, by the names of these.
    ambient: Mutex<HashMap<(IdentityIndex, String), Ambient>>,
    views: Mutex<HashMap<ViewKey, Option<usize>>>,
    plain: Mutex<PlainReads>,
    /// The number of the last write that was accepted: what was read before it may be old.
    last_write: AtomicU64,
    /// The number of the last exchange before the checks, when the objects of both callers were there.
    settled: AtomicU64,
    counts: Mutex<BTreeMap<usize, u64>>,
    cells: Mutex<BTreeMap<usize, Vec<Cell>>>,
    outcomes: Mutex<BTreeMap<usize, Vec<CheckOutcome>>>,
    remarks: Mutex<BTreeSet<String>>,
    left_behind: Mutex<Vec<String>>,
    /// The operations that never made an object, with the reason.
    failed_makers: Mutex<HashMap<(usize, IdentityIndex), String>>,
    lag: Mutex<Lag>,
    throwaways_failed: Mutex<Option<String>>,
    planted: Planted,
    siblings: Siblings,
    /// Every token that was had.
    tokens: Mutex<Vec<Secret>>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Session")
            .field("api", &self.api)
            .finish_non_exhaustive()
    }
}

/// The parts of a session.
pub struct SessionParts {
    /// The API.
    pub api: Api,
    /// The way to it.
    pub probe: Probe,
    /// The callers.
    pub identities: Vec<Identity>,
    /// True if requests may change something.
    pub allow_writes: bool,
    /// The seed of canaries.
    pub seed: u64,
    /// The way in which callers sign in.
    pub recipe: Recipe,
    /// The number of reads at a time.
    pub concurrency: usize,
    /// The clock.
    pub now: fn() -> i64,
    /// The function that is told of progress.
    pub progress: Box<dyn Fn(&str) + Send + Sync>,
}

impl std::fmt::Debug for SessionParts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SessionParts")
    }
}

impl Session {
    /// Begins a scan.
    #[must_use]
    pub fn new(parts: SessionParts) -> Self {
        Self {
            api: parts.api,
            probe: parts.probe,
            allow_writes: parts.allow_writes,
            mint: Mint::new(parts.seed),
            recipe: parts.recipe,
            concurrency: parts.concurrency.max(1),
            now: parts.now,
            progress: parts.progress,
            identities: RwLock::new(parts.identities.into_iter().map(Arc::new).collect()),
            world: Mutex::default(),
            tactics: Mutex::default(),
            shapes: Mutex::default(),
            seen: Mutex::default(),
            accepted: Mutex::default(),
            pulses: Mutex::default(),
            ambient: Mutex::default(),
            views: Mutex::default(),
            plain: Mutex::default(),
            last_write: AtomicU64::new(0),
            settled: AtomicU64::new(0),
            counts: Mutex::default(),
            cells: Mutex::default(),
            outcomes: Mutex::default(),
            remarks: Mutex::default(),
            left_behind: Mutex::default(),
            failed_makers: Mutex::default(),
            lag: Mutex::default(),
            throwaways_failed: Mutex::default(),
            planted: Planted::default(),
            siblings: Siblings::default(),
            tokens: Mutex::default(),
        }
    }

    /// Returns an operation.
    #[must_use]
    pub fn operation(&self, index: usize) -> Option<&Operation> {
        self.api.operations.get(index)
    }

    /// Returns the filling of an operation's body, as the API accepted it before.
    #[must_use]
    pub fn known_tactic(&self, operation: usize) -> Tactic {
        let tactics = self.tactics.lock();
        tactics.get(&operation).cloned().unwrap_or_default()
    }

    fn set_tactic(&self, operation: usize, tactic: Tactic) {
        self.tactics.lock().insert(operation, tactic);
    }

    /// Builds a request of an operation.
    ///
    /// # Errors
    ///
    /// The name of a slot without an identifier.
    pub fn build(
        &self,
        operation: &Operation,
        ids: &Assignment,
        tactic: &Tactic,
        extra: Option<&Map<String, Value>>,
    ) -> Result<BuiltRequest, String> {
        let learned = operation
            .entity
            .as_ref()
            .and_then(|entity| self.shapes.lock().get(entity).cloned());
        let seen = self.seen.lock();
        let filling = Filling {
            tactic,
            learned: learned.as_ref(),
            seen: &seen,
            extra,
            mint: &self.mint,
        };
        request::build(operation, ids, filling)
    }

    /// Returns the request of an operation with identifiers, filled as the document says; `None` if an
    /// identifier is missing.
    #[must_use]
    pub fn request(&self, operation: &Operation, ids: &Assignment) -> Option<RequestSpec> {
        let built = self.build(operation, ids, &Tactic::default(), None).ok()?;
        Some(built.spec)
    }

    /// Returns the request of an operation with an owner's own identifiers, those of an object first.
    #[must_use]
    pub fn own_request(
        &self,
        operation: &Operation,
        owner: IdentityIndex,
        object: &Object,
    ) -> Option<RequestSpec> {
        let ids = self.assign_own(operation, owner, Some(object))?;
        self.request(operation, &ids)
    }
}
