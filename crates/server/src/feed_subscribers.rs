//! The subscribers of the feed, and the keys that they hold: a key that all of them hold may sign without
//! anybody asking for it first.
//!
//! A question is noted in memory. Nodes that share a store tell each other of it there: what has
//! changed within seconds, what has not once a minute.

use std::{collections::HashMap, time::Duration};

use airside_oauth::{id::ClientId, time::Time};
use airside_store::{Backend, FeedSubscriber, Unavailable};
use parking_lot::{Mutex, MutexGuard};

/// Those who asked within the last two minutes.
#[derive(Debug, Default)]
pub struct FeedSubscribers {
    seen: Mutex<HashMap<Name, SubscriberState>>,
}

/// A process of a client.
type Name = (ClientId, String);

#[derive(Debug)]
struct SubscriberState {
    at: Time,
    kids: Vec<String>,
    /// The time at which the other nodes were told of it, with these keys.
    told_at: Option<Time>,
}

impl FeedSubscribers {
    /// Notes that a process of a client holds these keys; beyond 10 000 processes, no new one. Those
    /// that are silent are forgotten by [`Self::tell`], not by a request.
    pub fn note(&self, client: &ClientId, instance: &str, kids: Vec<String>, now: Time) {
        let mut seen = self.seen();
        let name = (client.clone(), instance.to_owned());
        if seen.len() >= MAX_SUBSCRIBERS && !seen.contains_key(&name) {
            return;
        }
        let told_at = seen.get(&name).filter(|before| before.kids == kids);
        let told_at = told_at.and_then(|before| before.told_at);
        let follower = SubscriberState {
            at: now,
            kids,
            told_at,
        };
        seen.insert(name, follower);
    }

    /// Tells the other nodes what they do not know.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed: it is told the next time.
    pub async fn tell(&self, store: &dyn Backend, now: Time) -> Result<(), Unavailable> {
        let news = self.news(now);
        if news.is_empty() {
            return Ok(());
        }
        store
            .note_feed_subscribers(news.clone(), now.minus(SILENCE))
            .await?;
        let mut seen = self.seen();
        for follower in news {
            if let Some(known) = seen.get_mut(&(follower.client, follower.instance))
                && known.kids == follower.kids
            {
                known.told_at = Some(now);
            }
        }
        Ok(())
    }

    /// The keys that each of those who follow holds, at whichever node they ask.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed.
    pub async fn held(
        &self,
        store: &dyn Backend,
        now: Time,
    ) -> Result<Vec<Vec<String>>, Unavailable> {
        let elsewhere = store.feed_subscribers(now.minus(SILENCE)).await?;
        let mut newest: HashMap<Name, (Time, Vec<String>)> = HashMap::new();
        for follower in elsewhere.into_iter().chain(self.live(now)) {
            let known = newest.entry((follower.client, follower.instance));
            let known = known.or_insert((follower.seen_at, Vec::new()));
            if known.0 <= follower.seen_at {
                *known = (follower.seen_at, follower.kids);
            }
        }
        Ok(newest.into_values().map(|(_, kids)| kids).collect())
    }

    /// Those that the other nodes have not been told of lately, in an order that all nodes write in.
    fn news(&self, now: Time) -> Vec<FeedSubscriber> {
        let mut seen = self.seen();
        seen.retain(|_, follower| follower.at.plus(SILENCE) > now);
        let news = seen.iter().filter(|(_, follower)| {
            let known = follower.told_at;
            !known.is_some_and(|told| now.within(TELL, told) || follower.at <= told)
        });
        let mut news: Vec<_> = news.map(|(name, seen)| follower(name, seen)).collect();
        drop(seen);
        news.sort_by(|a, b| (&a.client, &a.instance).cmp(&(&b.client, &b.instance)));
        news
    }

    fn live(&self, now: Time) -> Vec<FeedSubscriber> {
        let seen = self.seen();
        let live = seen.iter().filter(|(_, one)| one.at.plus(SILENCE) > now);
        live.map(|(name, seen)| follower(name, seen)).collect()
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<Name, SubscriberState>> {
        self.seen.lock()
    }
}

fn follower((client, instance): &Name, seen: &SubscriberState) -> FeedSubscriber {
    FeedSubscriber {
        client: client.clone(),
        instance: instance.clone(),
        kids: seen.kids.clone(),
        seen_at: seen.at,
    }
}

/// Longer than a question may wait, and than the other nodes may not have been told.
const SILENCE: Duration = Duration::from_secs(120);
const TELL: Duration = Duration::from_secs(60);
const MAX_SUBSCRIBERS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_millis(seconds * 1000)
    }

    fn kids(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn names(followers: &[FeedSubscriber]) -> Vec<&str> {
        let names = followers.iter().map(|one| one.instance.as_str());
        names.collect()
    }

    #[test]
    fn those_are_live_who_asked_lately() {
        let followers = FeedSubscribers::default();
        let bank: ClientId = "bank-api".parse().unwrap();
        followers.note(&bank, "a", kids(&["1", "2"]), at(0));
        followers.note(&bank, "b", kids(&["1"]), at(0));
        followers.note(&bank, "b", kids(&["2"]), at(50));
        assert_eq!(followers.live(at(119)).len(), 2);
        let live = followers.live(at(120));
        assert_eq!(names(&live), ["b"]);
        assert_eq!(followers.seen().len(), 2);
        followers.news(at(120));
        assert_eq!(followers.seen().len(), 1, "the silent one is forgotten");
        assert_eq!(live[0].kids, ["2"]);
    }

    #[test]
    fn the_others_are_told_what_has_changed_at_once_and_the_rest_once_a_minute() {
        let followers = FeedSubscribers::default();
        let bank: ClientId = "bank-api".parse().unwrap();
        let told = |now| {
            let news = followers.news(now);
            let mut seen = followers.seen();
            for one in &news {
                let name = (one.client.clone(), one.instance.clone());
                seen.get_mut(&name).unwrap().told_at = Some(now);
            }
            drop(seen);
            news
        };
        followers.note(&bank, "b", kids(&["1"]), at(0));
        followers.note(&bank, "a", kids(&["1"]), at(0));
        assert_eq!(names(&told(at(0))), ["a", "b"]);
        followers.note(&bank, "a", kids(&["1"]), at(10));
        followers.note(&bank, "b", kids(&["1", "2"]), at(10));
        assert_eq!(names(&told(at(11))), ["b"], "it holds a new key");
        followers.note(&bank, "a", kids(&["1"]), at(55));
        assert_eq!(names(&told(at(60))), [""; 0]);
        assert_eq!(names(&told(at(61))), ["a"], "b was not heard since");
    }
}
