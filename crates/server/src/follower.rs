//! Who follows revocations at this node, and which keys they hold: a key that all of them hold may
//! sign without anybody asking for it first.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use airside_oauth::{id::ClientId, time::Time};

/// Those who asked within the last minute.
#[derive(Debug, Default)]
pub struct Followers {
    seen: Mutex<HashMap<(ClientId, String), Follower>>,
}

#[derive(Debug)]
struct Follower {
    at: Time,
    kids: Vec<String>,
}

impl Followers {
    /// Notes that a process of a client holds these keys; beyond 10 000 processes, no new one.
    pub fn note(&self, client: &ClientId, instance: &str, kids: Vec<String>, now: Time) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, follower| follower.at.plus(SILENCE) > now);
        let name = (client.clone(), instance.to_owned());
        if seen.len() < MOST || seen.contains_key(&name) {
            seen.insert(name, Follower { at: now, kids });
        }
    }

    /// How many follow, and how many of them hold the key.
    pub fn holding(&self, kid: &str, now: Time) -> (usize, usize) {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let live = || seen.values().filter(|one| one.at.plus(SILENCE) > now);
        let holding = live().filter(|one| one.kids.iter().any(|held| held == kid));
        (live().count(), holding.count())
    }
}

/// Longer than a question may wait.
const SILENCE: Duration = Duration::from_secs(60);
const MOST: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_held_by_those_who_said_so_lately() {
        let followers = Followers::default();
        let bank: ClientId = "bank-api".parse().unwrap();
        let at = |seconds: i64| Time::from_millis(seconds * 1000);
        followers.note(&bank, "a", vec!["1".into(), "2".into()], at(0));
        followers.note(&bank, "b", vec!["1".into()], at(0));
        assert_eq!(followers.holding("1", at(10)), (2, 2));
        assert_eq!(followers.holding("2", at(10)), (2, 1));
        followers.note(&bank, "b", vec!["2".into()], at(50));
        assert_eq!(followers.holding("2", at(55)), (2, 2));
        assert_eq!(followers.holding("1", at(61)), (1, 0));
    }
}
