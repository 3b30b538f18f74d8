//! The subjects that have been revoked, in memory: most tokens are found valid without a read of the feed.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
    sync::Arc,
};

use airside_oauth::state::feed::{FeedEntry, FeedSubject};
use parking_lot::RwLock;

use super::connection::Connection;
use crate::{error::StoreError, feed};

/// The subjects that may have rows in the table `feed`: all that have, and perhaps others.
///
/// INVARIANT: no other process writes to the database, and the writer notes a subject before it commits the
/// row. So a subject that is not here has no row that anyone can have seen.
#[derive(Default)]
pub(super) struct RevokedSubjects {
    /// Two subjects with the same hash cost a read, and no more.
    hasher: RandomState,
    known: RwLock<Known>,
}

#[derive(Default)]
enum Known {
    /// The writer has not read the feed yet.
    #[default]
    Unread,
    /// The hash of each subject, with the position of its last row.
    Subjects(HashMap<u64, i64>),
    /// There are too many to keep in memory, or one cannot be read: until the next start, every look reads.
    NotKept,
}

impl RevokedSubjects {
    /// Returns false if no row of the feed is about one of `subjects`.
    pub(super) fn may_include(&self, subjects: &[FeedSubject]) -> bool {
        let Known::Subjects(known) = &*self.known.read() else {
            return true;
        };
        let mut hashes = subjects.iter().map(|subject| self.hasher.hash_one(subject));
        hashes.any(|hash| known.contains_key(&hash))
    }
}

/// The writer's view of the feed.
pub(super) struct FeedFollower {
    subjects: Arc<RevokedSubjects>,
    /// Everything up to this position is committed and noted.
    position: i64,
    /// The number of subjects that remained when subjects without rows were last forgotten.
    remained: usize,
    max_subjects: u32,
}

impl FeedFollower {
    pub(super) fn new(subjects: Arc<RevokedSubjects>) -> Self {
        Self {
            subjects,
            position: 0,
            remained: 0,
            max_subjects: MAX_SUBJECTS,
        }
    }

    /// Notes the subjects of the rows that the open transaction has added. Returns the last position, for
    /// [`Self::committed`].
    pub(super) fn note(&mut self, connection: &Connection) -> i64 {
        if matches!(*self.subjects.known.read(), Known::NotKept) {
            return self.position;
        }
        match self.new_rows(connection) {
            Ok(new) => self.add(new),
            Err(_) => {
                // a caller that looks for a subject of such a row is told what is wrong with it
                *self.subjects.known.write() = Known::NotKept;
                self.position
            }
        }
    }

    fn new_rows(&self, connection: &Connection) -> Result<NewRows, StoreError> {
        let behind = feed::behind(self.position, self.max_subjects);
        let rows = connection.all(feed::TABLE, behind, feed::read_with_position)?;
        let oldest = match rows.is_empty() {
            true => None,
            false => connection.one(feed::TABLE, feed::oldest(), feed::read_oldest)?,
        };
        Ok(NewRows {
            rows,
            oldest: oldest.flatten(),
        })
    }

    /// Takes over the position of a transaction that is committed: what is rolled back is read again.
    pub(super) fn committed(&mut self, position: i64) {
        self.position = position;
    }

    fn add(&mut self, new: NewRows) -> i64 {
        let NewRows { rows, oldest } = new;
        if rows.is_empty() && matches!(*self.subjects.known.read(), Known::Subjects(_)) {
            return self.position;
        }
        let mut known = self.subjects.known.write();
        let mut subjects = match std::mem::take(&mut *known) {
            Known::Subjects(subjects) => subjects,
            Known::Unread | Known::NotKept => HashMap::new(),
        };
        let hash = |entry: &FeedEntry| self.subjects.hasher.hash_one(&entry.subject);
        subjects.extend(
            rows.iter()
                .map(|(position, entry)| (hash(entry), *position)),
        );
        if subjects.len() > self.remained * 2 + SPARE {
            // rows that are swept leave their subjects here until then
            subjects.retain(|_, position| oldest.is_some_and(|oldest| *position >= oldest));
            self.remained = subjects.len();
        }
        let max = self.max_subjects as usize;
        // as many rows as were asked for: there may be more
        *known = match rows.len() < max && subjects.len() < max {
            true => Known::Subjects(subjects),
            false => Known::NotKept,
        };
        rows.last()
            .map_or(self.position, |(position, _entry)| *position)
    }
}

/// The rows that were added, by their positions.
struct NewRows {
    rows: Vec<(i64, FeedEntry)>,
    /// The position of the oldest row of all.
    oldest: Option<i64>,
}

/// 2 MiB at most, and 50 ms of the first transaction after a start.
const MAX_SUBJECTS: u32 = 50_000;

/// Fewer subjects are not worth a search for those without rows.
const SPARE: usize = 1_000;

#[cfg(test)]
mod tests;
