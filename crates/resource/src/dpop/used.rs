//! The proofs that were used, until they expire.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use airside_jose::UnixSeconds;

/// Proofs by digest, at most `max`. A use costs the same however many are remembered: it forgets a few
/// that have expired, and never looks at all of them.
pub(super) struct UsedProofs {
    max: usize,
    expires_at: HashMap<Arc<str>, UnixSeconds>,
    by_expiry: BTreeSet<(UnixSeconds, Arc<str>)>,
}

/// The reason why a proof cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UsedProofError {
    /// It was used before.
    Used,
    /// The memory is full.
    Full,
}

impl UsedProofs {
    pub(super) fn new(max: usize) -> Self {
        Self {
            max,
            expires_at: HashMap::new(),
            by_expiry: BTreeSet::new(),
        }
    }

    /// Takes a proof that is remembered until `expires_at`. A full memory takes none, because
    /// forgetting would let proofs be used twice.
    pub(super) fn take(
        &mut self,
        digest: &str,
        expires_at: UnixSeconds,
        now: UnixSeconds,
    ) -> Result<(), UsedProofError> {
        (0..FORGOTTEN_PER_USE).for_each(|_| self.forget_one(now));
        match self.expires_at.get(digest) {
            Some(until) if *until > now => return Err(UsedProofError::Used),
            // expired, and not forgotten yet
            Some(_) => self.forget(digest),
            None => {}
        }
        if self.expires_at.len() >= self.max {
            return Err(UsedProofError::Full);
        }
        let digest: Arc<str> = digest.into();
        self.by_expiry.insert((expires_at, Arc::clone(&digest)));
        self.expires_at.insert(digest, expires_at);
        Ok(())
    }

    fn forget_one(&mut self, now: UnixSeconds) {
        let Some((until, digest)) = self.by_expiry.pop_first() else {
            return;
        };
        if until > now {
            self.by_expiry.insert((until, digest));
        } else {
            self.expires_at.remove(&digest);
        }
    }

    fn forget(&mut self, digest: &str) {
        if let Some((digest, until)) = self.expires_at.remove_entry(digest) {
            self.by_expiry.remove(&(until, digest));
        }
    }
}

/// More than one, so that a memory that was full gets empty while it is used.
const FORGOTTEN_PER_USE: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn take(
        used: &mut UsedProofs,
        digest: &str,
        expires_at: i64,
        now: i64,
    ) -> Result<(), UsedProofError> {
        used.take(digest, UnixSeconds::new(expires_at), UnixSeconds::new(now))
    }

    #[test]
    fn a_proof_is_taken_once_while_it_lives() {
        let mut used = UsedProofs::new(10);
        assert_eq!(take(&mut used, "a", 60, 0), Ok(()));
        assert_eq!(take(&mut used, "a", 60, 59), Err(UsedProofError::Used));
        assert_eq!(take(&mut used, "a", 120, 60), Ok(()), "it has expired");
        assert_eq!(take(&mut used, "a", 120, 119), Err(UsedProofError::Used));
    }

    #[test]
    fn a_full_memory_forgets_only_what_has_expired_and_a_few_at_a_time() {
        let mut used = UsedProofs::new(100);
        for i in 0..100 {
            assert_eq!(take(&mut used, &i.to_string(), 60, 0), Ok(()));
        }
        assert_eq!(take(&mut used, "new", 60, 59), Err(UsedProofError::Full));
        assert_eq!(take(&mut used, "7", 60, 59), Err(UsedProofError::Used));
        assert_eq!(take(&mut used, "new", 120, 60), Ok(()));
        assert_eq!(used.expires_at.len(), 100 - FORGOTTEN_PER_USE + 1);
        for i in 0..200 {
            let _ = take(&mut used, &format!("later {i}"), 120, 60);
            assert_eq!(used.expires_at.len(), used.by_expiry.len());
        }
        assert_eq!(take(&mut used, "more", 120, 61), Err(UsedProofError::Full));
        assert!(
            used.by_expiry
                .iter()
                .all(|(until, _)| *until == UnixSeconds::new(120))
        );
    }
}
