//! Trace ids of requests that come without one.

use airside_oauth::key::entropy::Random;
use parking_lot::Mutex;

/// A supply of random trace ids.
#[derive(Debug, Default)]
pub struct TraceIds(Mutex<Vec<u128>>);

impl TraceIds {
    /// Returns the next trace id. Randomness is drawn for many at a time: alone it would be a tenth of the
    /// cost of a small answer.
    pub(crate) fn next(&self, random: &dyn Random) -> String {
        let mut ready = self.0.lock();
        if ready.is_empty() {
            let mut bytes = [[0; 16]; AT_ONCE];
            random.fill(bytes.as_flattened_mut());
            ready.extend(bytes.map(u128::from_be_bytes));
        }
        let id = ready.pop().unwrap_or_default();
        drop(ready);
        format!("{id:032x}")
    }
}

const AT_ONCE: usize = 64;
