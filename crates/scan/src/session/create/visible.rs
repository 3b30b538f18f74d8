//! Waiting until reads know of a new object: some APIs answer a write before that.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{
    document::Operation, exchange::Outcome, probe::ProbeError, session::Session, world::Object,
};

impl Session {
    /// Waits for the first object of each operation until its owner can read it, and for the others as long as
    /// that took at most.
    pub(super) async fn await_visible(
        &self,
        maker: &Operation,
        object: &Object,
    ) -> Result<(), ProbeError> {
        let begin = Instant::now();
        let (longest, is_first) = {
            let mut lag = self.lag.lock();
            (
                lag.longest,
                lag.makers.insert(maker.index) && lag.in_vain < MAX_IN_VAIN,
            )
        };
        let mut reads = self.api.reads().filter(|one| {
            let slot = one.main_slot().filter(|_| one.ends_with_id());
            slot.is_some_and(|slot| slot.entities.first() == Some(&object.entity))
        });
        let read = reads.find_map(|one| self.own_request(one, object.owner, object));
        let Some(read) = read.filter(|_| is_first) else {
            sleep(longest).await;
            return Ok(());
        };
        for (at, pause) in PAUSES.into_iter().enumerate() {
            sleep(pause).await;
            let answer = self.send(Some(object.owner), read.clone()).await?;
            if answer.answer.outcome() != Outcome::NotFound {
                if at > 0 {
                    let mut lag = self.lag.lock();
                    lag.longest = lag.longest.max(begin.elapsed());
                }
                return Ok(());
            }
        }
        self.lag.lock().in_vain += 1;
        Ok(())
    }
}

const PAUSES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
];
/// The number of operations whose objects are waited for in vain.
const MAX_IN_VAIN: usize = 4;
