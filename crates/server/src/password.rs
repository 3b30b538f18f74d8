//! Password hashing in a bounded pool, so that sign-ins never starve tokens.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use airside_oauth::{entropy::Draw, secret::Secret, user::PasswordHash};
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash as Phc,
};
use tokio::sync::oneshot;

/// The pool. Its threads end when it is dropped.
pub struct Hasher {
    jobs: SyncSender<Job>,
    calls: Arc<AtomicU64>,
    /// What a sign-in with an unknown name is verified against.
    nobody: PasswordHash,
}

/// The queue is full: the caller should come back later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked")]
pub struct Busy;

type Job = Box<dyn FnOnce() + Send>;

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

impl Hasher {
    /// Starts `threads` threads with a queue of about two seconds of work.
    ///
    /// # Errors
    ///
    /// Any error of the system when it cannot start a thread.
    pub fn start(threads: usize) -> std::io::Result<Self> {
        let (jobs, queue) = sync_channel::<Job>(threads.saturating_mul(QUEUED_PER_THREAD));
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads {
            let queue = Arc::clone(&queue);
            thread::Builder::new()
                .name("password".to_owned())
                .spawn(move || work(&queue))?;
        }
        let nobody = hash(b"nobody", &[0; 16]).map_err(std::io::Error::other)?;
        Ok(Self {
            jobs,
            calls: Arc::new(AtomicU64::new(0)),
            nobody,
        })
    }

    /// Hashes a new password with a salt from `draw`.
    ///
    /// # Errors
    ///
    /// [`Busy`] if the queue is full.
    pub async fn hash(&self, password: Secret, draw: &Draw) -> Result<PasswordHash, Busy> {
        let salt = draw.bytes::<16>("password salt");
        self.run(move || hash(password.expose().as_bytes(), &salt).ok())
            .await?
            .ok_or(Busy)
    }

    /// Whether `password` is the one that `known` was made of. With an unknown name, as much is
    /// computed and the answer is no.
    ///
    /// # Errors
    ///
    /// [`Busy`] if the queue is full.
    pub async fn verify(
        &self,
        password: Secret,
        known: Option<PasswordHash>,
    ) -> Result<bool, Busy> {
        let exists = known.is_some();
        let hash = known.unwrap_or_else(|| self.nobody.clone());
        let matches = self
            .run(move || verify(password.expose().as_bytes(), &hash))
            .await?;
        Ok(matches & exists)
    }

    /// How many hashes were computed since the start.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (done, answer) = oneshot::channel();
        let calls = Arc::clone(&self.calls);
        let job: Job = Box::new(move || {
            // nobody waits any more: the work would be for nothing
            if !done.is_closed() {
                calls.fetch_add(1, Ordering::Relaxed);
                drop(done.send(job()));
            }
        });
        match self.jobs.try_send(job) {
            Ok(()) => answer.await.map_err(|_| Busy),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(Busy),
        }
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        job();
    }
}

fn hash(password: &[u8], salt: &[u8]) -> Result<PasswordHash, argon2::password_hash::Error> {
    let phc = argon2().hash_password_with_salt(password, salt)?;
    Ok(PasswordHash::new(phc.to_string()))
}

fn verify(password: &[u8], hash: &PasswordHash) -> bool {
    Phc::new(hash.as_str()).is_ok_and(|phc| argon2().verify_password(password, &phc).is_ok())
}

/// OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// One hash takes about 16 ms.
const QUEUED_PER_THREAD: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_person_verifies() {
        let hasher = Hasher::start(1).unwrap();
        let draw = Draw::from_seed([1; 32]);
        let hash = hasher
            .hash(Secret::new("correct horse"), &draw)
            .await
            .unwrap();
        let verify = |text: &str, hash| hasher.verify(Secret::new(text), hash);
        assert!(verify("correct horse", Some(hash.clone())).await.unwrap());
        assert!(!verify("battery staple", Some(hash)).await.unwrap());
        assert!(!verify("nobody", None).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_name_costs_as_many_hashes_as_a_known_one() {
        let hasher = Hasher::start(1).unwrap();
        hasher.verify(Secret::new("a"), None).await.unwrap();
        assert_eq!(hasher.calls(), 1);
    }
}
