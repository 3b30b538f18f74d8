//! Limits the logout tokens that are under way: on this node, and for each client.

use std::{collections::HashMap, sync::Arc};

use airside_oauth::id::ClientId;
use parking_lot::Mutex;

/// The deliveries that are under way on this node.
#[derive(Debug, Default)]
pub(super) struct Slots(Arc<Mutex<InFlight>>);

/// One delivery under way; dropped, it makes room for another.
#[derive(Debug)]
pub(super) struct Slot {
    client: ClientId,
    in_flight: Arc<Mutex<InFlight>>,
}

#[derive(Debug, Default)]
struct InFlight(HashMap<ClientId, ClientSlots>);

#[derive(Clone, Copy, Debug, Default)]
struct ClientSlots {
    in_flight: usize,
    /// True if the last delivery failed: until one succeeds, one is tried at a time.
    failing: bool,
}

impl Slots {
    /// Returns how many more deliveries to `client` may begin now.
    pub(super) fn free(&self, client: &ClientId) -> u32 {
        u32::try_from(self.0.lock().free(client)).unwrap_or_default()
    }

    /// Begins a delivery to `client`; none if too many are under way.
    pub(super) fn take(&self, client: &ClientId) -> Option<Slot> {
        let mut in_flight = self.0.lock();
        if in_flight.free(client) == 0 {
            return None;
        }
        in_flight.0.entry(client.clone()).or_default().in_flight += 1;
        Some(Slot {
            client: client.clone(),
            in_flight: Arc::clone(&self.0),
        })
    }
}

impl Slot {
    /// Records whether the client answered; returns true if that is another outcome than before.
    pub(super) fn record(&self, failed: bool) -> bool {
        let mut in_flight = self.in_flight.lock();
        let client = in_flight.0.entry(self.client.clone()).or_default();
        std::mem::replace(&mut client.failing, failed) != failed
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut in_flight = self.in_flight.lock();
        let client = in_flight.0.entry(self.client.clone()).or_default();
        client.in_flight = client.in_flight.saturating_sub(1);
        if client.in_flight == 0 && !client.failing {
            in_flight.0.remove(&self.client);
        }
    }
}

impl InFlight {
    fn free(&self, client: &ClientId) -> usize {
        let own = self.0.get(client).copied().unwrap_or_default();
        let under_way = |failing: bool| {
            let clients = self.0.values().filter(|one| one.failing || !failing);
            clients.map(|one| one.in_flight).sum::<usize>()
        };
        let left = MAX_IN_FLIGHT.saturating_sub(under_way(false));
        match own.failing {
            false => left.min(MAX_OF_CLIENT.saturating_sub(own.in_flight)),
            // however many clients fail, half the slots are for the others
            true => left
                .min(MAX_FAILING.saturating_sub(under_way(true)))
                .min(1_usize.saturating_sub(own.in_flight)),
        }
    }
}

/// Deliveries at once of one node.
pub(super) const MAX_IN_FLIGHT: usize = 64;
const MAX_OF_CLIENT: usize = 4;
const MAX_FAILING: usize = MAX_IN_FLIGHT / 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn client(number: usize) -> ClientId {
        format!("client-{number}").parse().unwrap()
    }

    fn take_all(slots: &Slots, number: usize) -> Vec<Slot> {
        std::iter::from_fn(|| slots.take(&client(number))).collect()
    }

    #[test]
    fn a_client_has_four_slots_and_one_while_it_fails() {
        let slots = Slots::default();
        let taken = take_all(&slots, 1);
        assert_eq!((taken.len(), slots.free(&client(1))), (4, 0));
        assert!(taken[0].record(true) && !taken[1].record(true));
        drop(taken);
        let probe = take_all(&slots, 1);
        assert_eq!(probe.len(), 1);
        assert!(probe[0].record(false));
        drop(probe);
        assert_eq!(slots.free(&client(1)), 4);
        assert!(slots.0.lock().0.is_empty(), "nothing is kept");
    }

    #[test]
    fn clients_that_fail_leave_half_the_slots_to_the_others() {
        let slots = Slots::default();
        let numbers = 0..200;
        for number in numbers.clone() {
            let slot = slots.take(&client(number)).unwrap();
            slot.record(true);
        }
        let failing: Vec<_> = numbers
            .flat_map(|number| take_all(&slots, number))
            .collect();
        assert_eq!(failing.len(), MAX_FAILING);
        let healthy: Vec<_> = (200..300)
            .flat_map(|number| take_all(&slots, number))
            .collect();
        assert_eq!(healthy.len(), MAX_IN_FLIGHT - MAX_FAILING);
    }
}
