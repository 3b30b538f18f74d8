//! How many requests may be with the upstreams at once.
//!
//! A connection to an upstream is taken when there is something to send: the whole body if it is small,
//! else its first part. Requests whose bodies still arrive then have a bound of their own and a share
//! for each address, so that bodies which never end hold few connections, and not everybody's.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use airside_net::Limits;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit},
    time::timeout,
};

use crate::{
    Refusal,
    body::{self, Body},
};

/// The bounds on requests that are with the upstreams.
pub(crate) struct Admission {
    requests: Semaphore,
    uploads: Arc<Semaphore>,
    shares: Shares,
}

/// Of the requests whose bodies still arrive, how many each address has; nothing of an address that has
/// none.
#[derive(Clone, Default)]
struct Shares(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One request of an address.
struct Share {
    shares: Shares,
    address: IpAddr,
}

/// Leave for one request whose body still arrives.
pub(crate) struct Upload {
    _share: Option<Share>,
    _permit: OwnedSemaphorePermit,
}

impl Default for Admission {
    fn default() -> Self {
        Self {
            requests: Semaphore::new(MAX_REQUESTS.min(Limits::of_a_proxy().connections)),
            uploads: Arc::new(Semaphore::new(MAX_UPLOADS)),
            shares: Shares::default(),
        }
    }
}

impl Admission {
    /// Waits until a request may be sent, at most a second. The permit is for the time until the answer
    /// begins.
    ///
    /// # Errors
    ///
    /// [`Refusal::Overloaded`] if there are too many before it.
    pub(crate) async fn request(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        let permit = match self.requests.try_acquire() {
            Ok(permit) => Some(permit),
            Err(_) => timeout(PATIENCE, self.requests.acquire())
                .await
                .ok()
                .and_then(Result::ok),
        };
        permit.ok_or(Refusal::Overloaded)
    }

    /// Waits for a body until it is worth a connection: all of one that says that it is small, else the
    /// first part.
    ///
    /// # Errors
    ///
    /// [`Refusal::Overloaded`] if too many bodies still arrive, of this address or of all;
    /// [`Refusal::TooLarge`], or [`Refusal::Ambiguous`] if the body does not arrive.
    pub(crate) async fn body(
        &self,
        mut body: Body,
        address: Option<IpAddr>,
    ) -> Result<Body, Refusal> {
        if body.is_end_stream() {
            return Ok(body);
        }
        let size = body.size_hint().exact();
        if size.is_some_and(|size| size <= SMALL_BYTES) {
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

    async fn upload(&self, address: Option<IpAddr>) -> Result<Upload, Refusal> {
        // the share first: an address that has used it up must not wait before others
        let share = address
            .map(|address| self.shares.take(address))
            .transpose()?;
        let permit = timeout(PATIENCE, Arc::clone(&self.uploads).acquire_owned()).await;
        let permit = permit.ok().and_then(Result::ok);
        Ok(Upload {
            _share: share,
            _permit: permit.ok_or(Refusal::Overloaded)?,
        })
    }
}

impl Shares {
    fn take(&self, address: IpAddr) -> Result<Share, Refusal> {
        let mut counts = self.counts();
        let count = counts.entry(address).or_default();
        if *count >= MAX_UPLOADS_OF_AN_ADDRESS {
            return Err(Refusal::Overloaded);
        }
        *count += 1;
        Ok(Share {
            shares: self.clone(),
            address,
        })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.shares.counts().entry(self.address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// That have been sent and have no answer yet; fewer where there are fewer descriptors.
const MAX_REQUESTS: usize = 1024;
/// Of these and of those answered before their body has ended.
const MAX_UPLOADS: usize = 256;
const MAX_UPLOADS_OF_AN_ADDRESS: usize = 128;
/// A body of this size is waited for; what is larger passes through.
const SMALL_BYTES: u64 = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> Option<IpAddr> {
        Some([192, 0, 2, last].into())
    }

    #[tokio::test(start_paused = true)]
    async fn one_address_has_a_share_of_the_uploads_and_others_have_the_rest() {
        // D14
        let admission = Admission::default();
        let mut held = Vec::new();
        for _ in 0..MAX_UPLOADS_OF_AN_ADDRESS {
            held.push(admission.upload(address(1)).await.unwrap());
        }
        let refused = admission.upload(address(1)).await.err();
        assert_eq!(refused, Some(Refusal::Overloaded));
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
            let last = u8::try_from(number / MAX_UPLOADS_OF_AN_ADDRESS).unwrap();
            held.push(admission.upload(address(last)).await.unwrap());
        }
        let refused = admission.upload(address(9)).await.err();
        assert_eq!(refused, Some(Refusal::Overloaded));
        let (waited, ()) = tokio::join!(admission.upload(address(9)), async {
            drop(held.pop());
        });
        assert!(waited.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn requests_without_an_answer_have_a_bound() {
        // D14
        let admission = Admission::default();
        let mut held = Vec::new();
        for _ in 0..MAX_REQUESTS {
            held.push(admission.request().await.unwrap());
        }
        assert_eq!(admission.request().await.err(), Some(Refusal::Overloaded));
        held.pop();
        assert!(admission.request().await.is_ok());
    }
}
