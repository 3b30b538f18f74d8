//! Room for so many at once.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::Refusal;

/// So many at once, and as many that wait for a place.
pub(crate) struct Room {
    size: usize,
    places: Arc<Semaphore>,
    queue: Semaphore,
}

/// One of the places of a [`Room`].
pub(crate) type Place = OwnedSemaphorePermit;

impl Room {
    pub(crate) fn of(places: usize) -> Self {
        Self {
            size: places,
            places: Arc::new(Semaphore::new(places)),
            queue: Semaphore::new(places),
        }
    }

    /// How many places are taken.
    pub(crate) fn taken(&self) -> usize {
        self.size.saturating_sub(self.places.available_permits())
    }

    pub(crate) fn is_full(&self) -> bool {
        self.places.available_permits() == 0
    }

    /// Waits for a place, at most a second.
    ///
    /// # Errors
    ///
    /// [`Refusal::Overloaded`] if there is none, or too many wait already.
    pub(crate) async fn enter(&self) -> Result<Place, Refusal> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        let _waiting = self.queue.try_acquire().map_err(|_| Refusal::Overloaded)?;
        let place = timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or(Refusal::Overloaded)
    }
}

const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_room_has_a_bound_and_so_have_those_who_wait_for_it() {
        // D14
        let room = Room::of(2);
        let mut held = vec![room.enter().await.unwrap(), room.enter().await.unwrap()];
        assert!(room.is_full());
        assert_eq!(room.enter().await.err(), Some(Refusal::Overloaded));
        let (first, second, third, ()) =
            tokio::join!(room.enter(), room.enter(), room.enter(), async {
                drop(held.pop());
            });
        assert!(first.is_ok(), "the longest waiting has the place");
        assert_eq!(second.err(), Some(Refusal::Overloaded));
        assert_eq!(third.err(), Some(Refusal::Overloaded));
    }
}
