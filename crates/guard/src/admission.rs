//! Bounds on the requests that are at the upstreams at once.
//!
//! A connection to an upstream is taken when there is something to send: the whole body if it is small,
//! else its first part. Requests whose bodies still arrive then have a bound of their own and a share
//! for each subscriber, so that bodies which never end hold few connections, and not everybody's.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::Arc,
};

use airside_net::address::subscriber;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Semaphore;

use crate::{
    body::{self, Body},
    error::RequestError,
    slot::{ConnectionSlot, Slots},
};

/// Admits the bodies of requests to the upstreams.
pub(crate) struct Admission {
    /// The bytes of small bodies that may be collected at once.
    collecting: Semaphore,
    uploads: Slots,
    shares: Shares,
}

/// The number of requests with arriving bodies by subscriber; a subscriber without one has no entry.
#[derive(Clone, Default)]
struct Shares(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A request counted for its subscriber until it is dropped.
struct Share {
    shares: Shares,
    subscriber: IpAddr,
}

/// The permit of a request whose body still arrives.
pub(crate) struct Upload {
    _share: Option<Share>,
    _place: ConnectionSlot,
}

impl Default for Admission {
    fn default() -> Self {
        Self {
            collecting: Semaphore::new(MAX_COLLECTING_BYTES),
            uploads: Slots::of(MAX_UPLOADS),
            shares: Shares::default(),
        }
    }
}

impl Admission {
    /// Waits for a body until it is worth a connection: all of one that says that it is small, else the
    /// first part.
    ///
    /// # Errors
    ///
    /// [`RequestError::Overloaded`] if too many bodies still arrive, of this address or of all;
    /// [`RequestError::TooLarge`], or [`RequestError::Ambiguous`] if the body does not arrive.
    pub(crate) async fn body(
        &self,
        mut body: Body,
        address: Option<IpAddr>,
    ) -> Result<Body, RequestError> {
        if body.is_end_stream() {
            return Ok(body);
        }
        if let Some(size) = small(&body)
            && let Ok(_bytes) = self.collecting.try_acquire_many(size)
        {
            let collected = body.collect().await;
            let collected = collected.map_err(|error| body::broken(&*error))?;
            return Ok(body::full(collected.to_bytes()));
        }
        let Some(first) = body::first(&mut body).await? else {
            return Ok(body::empty());
        };
        if body.is_end_stream() {
            return Ok(body::full(first));
        }
        let upload = self.upload(address).await?;
        Ok(body::begun(first, body, upload))
    }

    async fn upload(&self, address: Option<IpAddr>) -> Result<Upload, RequestError> {
        // the share first: who has used it up must not wait before others
        let share = address
            .map(|address| self.shares.take(subscriber(address)))
            .transpose()?;
        Ok(Upload {
            _share: share,
            _place: self.uploads.acquire().await?,
        })
    }
}

impl Shares {
    fn take(&self, subscriber: IpAddr) -> Result<Share, RequestError> {
        let mut counts = self.counts();
        let count = counts.entry(subscriber).or_default();
        if *count >= MAX_UPLOADS_OF_A_SUBSCRIBER {
            return Err(RequestError::Overloaded);
        }
        *count += 1;
        Ok(Share {
            shares: self.clone(),
            subscriber,
        })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.shares.counts().entry(self.subscriber) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// Returns the size of a small body that says how long it is.
fn small(body: &Body) -> Option<u32> {
    let size = u32::try_from(body.size_hint().exact()?).ok()?;
    (size <= SMALL_BYTES).then_some(size)
}

/// The number of requests that are sent while their bodies still arrive.
const MAX_UPLOADS: usize = 256;
const MAX_UPLOADS_OF_A_SUBSCRIBER: usize = 128;
/// A body of at most this size is collected before it is sent; a larger one is streamed.
const SMALL_BYTES: u32 = 64 * 1024;
/// While this many bytes are being collected, small bodies are streamed too.
const MAX_COLLECTING_BYTES: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> Option<IpAddr> {
        Some([192, 0, 2, last].into())
    }

    #[tokio::test(start_paused = true)]
    async fn one_subscriber_has_a_share_of_the_uploads_and_others_have_the_rest() {
        // D14
        let admission = Admission::default();
        let mut held = Vec::new();
        for _ in 0..MAX_UPLOADS_OF_A_SUBSCRIBER {
            held.push(admission.upload(address(1)).await.unwrap());
        }
        let refused = admission.upload(address(1)).await.err();
        assert_eq!(refused, Some(RequestError::Overloaded));
        assert!(admission.upload(address(2)).await.is_ok());
        held.pop();
        assert!(admission.upload(address(1)).await.is_ok());
        drop(held);
        assert_eq!(admission.shares.counts().len(), 0, "nothing is kept");
    }

    #[tokio::test(start_paused = true)]
    async fn all_addresses_together_have_a_bound_and_wait_a_second_for_it() {
        // D14
        let admission = Admission::default();
        let mut held = Vec::new();
        for number in 0..MAX_UPLOADS {
            let last = u8::try_from(number / MAX_UPLOADS_OF_A_SUBSCRIBER).unwrap();
            held.push(admission.upload(address(last)).await.unwrap());
        }
        let refused = admission.upload(address(9)).await.err();
        assert_eq!(refused, Some(RequestError::Overloaded));
        let (waited, ()) = tokio::join!(admission.upload(address(9)), async {
            drop(held.pop());
        });
        assert!(waited.is_ok());
    }

    #[tokio::test]
    async fn small_bodies_pass_through_when_too_many_are_waited_for() {
        // D14
        let admission = Admission::default();
        let small = || body::full("x");
        let all = u32::try_from(MAX_COLLECTING_BYTES).unwrap();
        let held = admission.collecting.try_acquire_many(all).unwrap();
        let passed = admission.body(small(), None).await.unwrap();
        assert_eq!(passed.collect().await.unwrap().to_bytes(), "x");
        drop(held);
        assert!(admission.body(small(), None).await.is_ok());
        assert_eq!(
            admission.collecting.available_permits(),
            MAX_COLLECTING_BYTES
        );
    }

    #[tokio::test]
    async fn who_has_a_network_of_ipv6_addresses_has_one_share() {
        // D14
        let admission = Admission::default();
        let address = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        let mut held = Vec::new();
        for number in 0..MAX_UPLOADS_OF_A_SUBSCRIBER {
            let one = address(&format!("2001:db8::{number:x}"));
            held.push(admission.upload(one).await.unwrap());
        }
        let refused = admission.upload(address("2001:db8::1:1")).await.err();
        assert_eq!(refused, Some(RequestError::Overloaded));
        assert!(admission.upload(address("2001:db8:0:1::1")).await.is_ok());
    }
}
