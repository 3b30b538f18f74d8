//! How many connections an address may have.

use std::{collections::HashMap, fmt, net::IpAddr, sync::Arc};

use super::PeerAddress;
use crate::{TrustedProxies, address::subscriber};
use parking_lot::Mutex;

/// Counts the connections of each address.
#[derive(Clone)]
pub(super) struct Addresses {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
    /// Whose connections are those of many.
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

    /// Takes a place for a connection, given back when dropped; `None` if the address has too many.
    ///
    /// This machine and the proxies may have any number.
    pub(super) fn enter(&self, peer: PeerAddress) -> Option<Place> {
        let PeerAddress::Tcp(peer) = peer else {
            return Some(Place(None));
        };
        let address = peer.ip().to_canonical();
        if address.is_loopback() || self.proxies.is_trusted(address) {
            return Some(Place(None));
        }
        let address = subscriber(address);
        let mut open = self.open.lock();
        let count = open.entry(address).or_insert(0);
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place(Some((self.clone(), address))))
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

/// One connection, counted if its address may not have any number.
#[derive(Debug, Default)]
pub(super) struct Place(Option<(Addresses, IpAddr)>);

impl Drop for Place {
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
