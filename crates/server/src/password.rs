//! Password hashing in a bounded pool, so that sign-ins never starve tokens.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::Duration,
};

use airside_oauth::{
    key::{entropy::Entropy, secret::Secret},
    state::user::{PasswordHash, opaque_string},
};
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::PasswordHash as Phc,
};
use aws_lc_rs::constant_time;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use parking_lot::Mutex;
use tokio::sync::oneshot;

/// The pool. Its threads end when it is dropped.
pub struct Hasher {
    jobs: SyncSender<Job>,
    calls: Arc<AtomicU64>,
}

/// The queue is full: the caller should come back later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked")]
pub struct HasherBusyError;

/// The reason why a password may not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// It is too short.
    #[error("has fewer than {MIN_CHARACTERS} characters")]
    TooShort,
    /// It is too long.
    #[error("has more than {MAX_BYTES} bytes")]
    TooLong,
    /// It has a character that OpaqueString (RFC 8265 §4.2) does not allow.
    #[error("has a control character, or another one that RFC 8265 does not allow")]
    Forbidden,
}

impl PasswordError {
    /// Returns the sentences that tell a person what a password must be.
    pub fn advice(self) -> String {
        match self {
            Self::TooShort => format!(
                "A password has at least {MIN_CHARACTERS} characters. Several words are a good one."
            ),
            Self::TooLong => format!("A password has at most {MAX_BYTES} bytes."),
            Self::Forbidden => {
                "A password has no control characters and none that RFC 8265 does not allow."
                    .to_owned()
            }
        }
    }
}

/// Checks that a new password may be set (NIST SP 800-63B §3.1.1.2: length, not composition).
///
/// # Errors
///
/// [`PasswordError`] says what is wrong.
pub fn check_new(password: &str) -> Result<(), PasswordError> {
    if password.len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    let is_short = |text: &str| text.chars().count() < MIN_CHARACTERS;
    if is_short(password) {
        return Err(PasswordError::TooShort);
    }
    match opaque_string::enforce(password) {
        // accents count with their letters
        Ok(hashed) if is_short(hashed.expose()) => Err(PasswordError::TooShort),
        Ok(_) => Ok(()),
        Err(_) => Err(PasswordError::Forbidden),
    }
}

type Memory = Vec<Block>;
type Job = Box<dyn FnOnce(&mut Memory) + Send>;

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

impl Hasher {
    /// Starts `threads` threads with a queue of about a second of work: no person waits longer for a page.
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
        Ok(Self {
            jobs,
            calls: Arc::new(AtomicU64::new(0)),
        })
    }

    /// Hashes a new password with a salt from `draw`.
    ///
    /// # Errors
    ///
    /// [`HasherBusyError`] if the queue is full.
    pub async fn hash(
        &self,
        password: Secret,
        draw: &Entropy,
    ) -> Result<PasswordHash, HasherBusyError> {
        let salt = draw.bytes::<16>("password salt");
        let password = opaque_string::hashed(&password);
        self.run(move |memory| hash(password.expose().as_bytes(), &salt, memory))
            .await?
            .ok_or(HasherBusyError)
    }

    /// Returns true if `password` is the one that `known` was made of, in the form of RFC 8265 or, as earlier
    /// versions hashed it, as it was typed. With an unknown name, as much is computed and the answer is
    /// no.
    ///
    /// A password whose two forms differ costs two hashes, for every account and whichever is right.
    ///
    /// # Errors
    ///
    /// [`HasherBusyError`] if the queue is full.
    pub async fn verify(
        &self,
        password: Secret,
        known: Option<PasswordHash>,
    ) -> Result<bool, HasherBusyError> {
        let exists = known.is_some();
        let hash = known.unwrap_or_else(|| PasswordHash::new(NOBODY));
        let mut matches = false;
        for spelling in opaque_string::spellings(password) {
            let hash = hash.clone();
            let right = self
                .run(move |memory| verify(spelling.expose().as_bytes(), &hash, memory))
                .await?;
            matches |= right.unwrap_or(false);
        }
        Ok(matches & exists)
    }

    /// Returns how many hashes were computed since the start.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, HasherBusyError> {
        let (done, answer) = oneshot::channel();
        let calls = Arc::clone(&self.calls);
        let job: Job = Box::new(move |memory| {
            // the caller has gone: the work would be for nothing
            if !done.is_closed() {
                calls.fetch_add(1, Ordering::Relaxed);
                drop(done.send(job(memory)));
            }
        });
        match self.jobs.try_send(job) {
            Ok(()) => answer.await.map_err(|_| HasherBusyError),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(HasherBusyError),
        }
    }
}

/// Does the jobs of a queue until it is closed.
fn work(queue: &Mutex<Receiver<Job>>) {
    let mut memory = Memory::new();
    while work_once(queue, &mut memory, IDLE) {}
}

/// Does the next job, or gives the memory back if none has come for `patience`; returns false if the queue
/// is closed.
fn work_once(queue: &Mutex<Receiver<Job>>, memory: &mut Memory, patience: Duration) -> bool {
    match next_job(queue, (memory.capacity() > 0).then_some(patience)) {
        Ok(job) => job(memory),
        Err(RecvTimeoutError::Timeout) => *memory = Memory::new(),
        Err(RecvTimeoutError::Disconnected) => return false,
    }
    true
}

/// Waits for a job, without end if there is no `patience`.
fn next_job(
    queue: &Mutex<Receiver<Job>>,
    patience: Option<Duration>,
) -> Result<Job, RecvTimeoutError> {
    let Some(patience) = patience else {
        return Ok(queue.lock().recv()?);
    };
    // another thread waits with the lock
    let queue = queue.try_lock_for(patience);
    queue
        .ok_or(RecvTimeoutError::Timeout)?
        .recv_timeout(patience)
}

fn hash(password: &[u8], salt: &[u8; 16], memory: &mut Memory) -> Option<PasswordHash> {
    let params = params();
    let hash: [u8; 32] = compute(password, salt, params.clone(), memory)?;
    let (m, t, p) = (params.m_cost(), params.t_cost(), params.p_cost());
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    Some(PasswordHash::new(format!(
        "$argon2id$v=19$m={m},t={t},p={p}${salt}${hash}"
    )))
}

/// Returns true if `password` gives this hash; the parameters are the stored ones.
fn verify(password: &[u8], stored: &PasswordHash, memory: &mut Memory) -> Option<bool> {
    let phc = Phc::new(stored.as_str()).ok()?;
    let current = phc.algorithm == ARGON2ID_IDENT && phc.version == Some(u32::from(Version::V0x13));
    let params = Params::try_from(&phc).ok().filter(|_| current)?;
    let hash: [u8; 32] = compute(password, phc.salt?.as_ref(), params, memory)?;
    Some(constant_time::verify_slices_are_equal(&hash, phc.hash?.as_bytes()).is_ok())
}

fn compute(password: &[u8], salt: &[u8], params: Params, memory: &mut Memory) -> Option<[u8; 32]> {
    // INVARIANT: a request for more than 32 MiB is a mapping of its own, and goes back to the system when it
    // is freed; 19 MiB would stay in the allocator from the second time on. Pages that are not touched take
    // no memory.
    memory.reserve_exact(MAPPED_BLOCKS.saturating_sub(memory.len()));
    memory.resize(params.block_count(), Block::default());
    let mut out = [0; 32];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2
        .hash_password_into_with_memory(password, salt, &mut out, memory.as_mut_slice())
        .ok()?;
    Some(out)
}

/// OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane.
fn params() -> Params {
    Params::new(19_456, 2, 1, None).unwrap_or(Params::DEFAULT)
}

/// The hash that a sign-in with an unknown name is verified against: as costly as any, and of no account.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// 33 MiB.
const MAPPED_BLOCKS: usize = 33 * 1024;

/// The time after which a thread without work gives its memory back.
const IDLE: Duration = Duration::from_secs(2);

/// One hash takes about 16 ms.
const QUEUED_PER_THREAD: usize = 64;

const MIN_CHARACTERS: usize = 12;

/// Of a password that anything is computed for.
pub(crate) const MAX_BYTES: usize = 1024;

#[cfg(test)]
mod tests;
