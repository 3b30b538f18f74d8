//! The limit of connections from one address.

use std::{collections::HashMap, fmt, net::IpAddr, sync::Arc};

use super::PeerAddress;
use crate::{TrustedProxies, address::subscriber};
use parking_lot::Mutex;

/// Counts the connections of each address.
#[derive(Clone)]
pub(super) struct Addresses {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
    /// Proxies, whose connections carry the requests of many clients.
    proxies: Arc<TrustedProxies>,
}

impl Addresses {
    pub(super) fn new(most: usize, proxies: TrustedProxies) -> Self {
        Self {
            open: Arc::default(),
            most,
            proxies: Arc::new(proxies),
        }
    }

    /// Takes a slot for a connection, released when dropped; `None` if the address has too many.
    ///
    /// Loopback addresses and the proxies have no limit.
    pub(super) fn enter(&self, peer: PeerAddress) -> Option<AddressSlot> {
        let PeerAddress::Tcp(peer) = peer else {
            return Some(AddressSlot(None));
        };
        let address = peer.ip().to_canonical();
        if address.is_loopback() || self.proxies.is_trusted(address) {
            return Some(AddressSlot(None));
        }
        let address = subscriber(address);
        let mut open = self.open.lock();
        let count = open.entry(address).or_insert(0);
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(AddressSlot(Some((self.clone(), address))))
    }
}

impl fmt::Debug for Addresses {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Addresses")
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}

/// The slot of one connection, counted if its address has a limit.
#[derive(Debug, Default)]
pub(super) struct AddressSlot(Option<(Addresses, IpAddr)>);

impl Drop for AddressSlot {
    fn drop(&mut self) {
        let Some((addresses, address)) = self.0.take() else {
            return;
        };
        let mut open = addresses.open.lock();
        let Some(count) = open.get_mut(&address) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            open.remove(&address);
        }
    }
}
