//! The state that every operation works on.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use crate::{
    Clock, Holes,
    answer::ApiError,
    condition::{Conditions, Traffic},
    database::Database,
    random::Random,
    seed,
};

/// The state of a testbed. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    holes: Holes,
    clock: Clock,
    database: Mutex<Database>,
    random: Mutex<Random>,
    conditions: Conditions,
    traffic: Traffic,
}

impl App {
    pub(crate) fn open(
        holes: Holes,
        clock: Clock,
        conditions: Conditions,
    ) -> Result<Self, ApiError> {
        let (database, random) = fresh(&conditions)?;
        Ok(Self(Arc::new(Shared {
            holes,
            clock,
            database: Mutex::new(database),
            random: Mutex::new(random),
            conditions,
            traffic: Traffic::default(),
        })))
    }

    /// Goes back to the first objects; tokens are void, new ids are the same again.
    pub(crate) fn reset(&self) -> Result<(), ApiError> {
        let (database, random) = fresh(&self.0.conditions)?;
        *self.0.database.lock() = database;
        *self.0.random.lock() = random;
        self.0.traffic.forget();
        Ok(())
    }

    pub(crate) fn holes(&self) -> &Holes {
        &self.0.holes
    }

    pub(crate) fn conditions(&self) -> &Conditions {
        &self.0.conditions
    }

    pub(crate) fn traffic(&self) -> &Traffic {
        &self.0.traffic
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.clock.now()
    }

    pub(crate) fn db(&self) -> MutexGuard<'_, Database> {
        self.0.database.lock()
    }

    pub(crate) fn uuid(&self) -> String {
        self.0.random.lock().uuid()
    }

    pub(crate) fn token(&self) -> String {
        self.0.random.lock().token()
    }
}

/// Makes the first objects, and the source of ids.
fn fresh(conditions: &Conditions) -> Result<(Database, Random), ApiError> {
    let mut random = Random::seeded(seed::SEED + u64::from(conditions.ids_after));
    let database = seed::database(&mut random)?;
    database.continue_after(conditions.ids_after)?;
    Ok((database, random))
}
