//! The address to which the authorization server sends browsers back.

use std::sync::{Arc, Mutex, PoisonError};

/// The query that the browser last brought to the app.
#[derive(Clone, Default)]
pub struct Arrived(Arc<Mutex<Option<String>>>);

impl Arrived {
    pub fn put(&self, query: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(query);
    }

    pub fn take(&self) -> Option<String> {
        let mut arrived = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        arrived.take()
    }
}
