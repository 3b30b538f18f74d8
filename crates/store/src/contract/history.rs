//! The answers to concurrent callers agree with an order in which the calls happened one by one
//! (linearizability: Herlihy and Wing, 1990).
//!
//! Every call is written down with a moment before and one after it. For each grant, a search looks
//! for an order of its calls that keeps to these moments and that a model of one grant answers in
//! the same way. It backtracks, and remembers where it has been (Lowe, 2017).

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use airside_oauth::{
    id::GrantId,
    state::grant::{Grant, RevokeReason, Rotation},
};

use super::{
    Home,
    fixture::{World, at, bound, draw, grant, look_grant, redeem, revoke, rotate},
};
use crate::{Backend, CommitError};

/// Codes are redeemed, refresh tokens rotated, grants revoked and looked at, by eight
/// independent callers at a time.
pub async fn concurrent_calls_agree_with_an_order(home: &dyn Home) {
    let world = World::new(home).await;
    for round in 0..rounds() {
        let grants: Vec<Grant> = (0..GRANTS)
            .map(|number| grant_of_round(&world, round, number))
            .collect();
        let clock = Arc::new(AtomicU64::new(0));
        let mut callers = tokio::task::JoinSet::new();
        for caller in 0..CALLERS {
            let random = Random(u64::from(round) * 1_000 + u64::from(caller));
            let store = Arc::clone(&world.store);
            callers.spawn(calls(store, grants.clone(), Arc::clone(&clock), random));
        }
        let calls: Vec<_> = callers.join_all().await.into_iter().flatten().collect();
        for which in 0..grants.len() {
            let of_one = calls.iter().filter(|(own, _)| *own == which);
            let history: Vec<Call> = of_one.map(|(_, call)| *call).collect();
            assert!(has_order(&history), "no order explains {history:#?}");
        }
    }
}

/// Makes another grant in every round.
fn grant_of_round(world: &World, round: u16, number: u8) -> Grant {
    let mut grant = grant(&world.session, number + 1);
    let made_at = at(i64::from(round) * 10 + i64::from(number));
    grant.id = GrantId::new(made_at, &draw(number));
    grant
}

/// Makes the calls of one caller; returns them with the numbers of their grants.
async fn calls(
    store: Arc<dyn Backend>,
    grants: Vec<Grant>,
    clock: Arc<AtomicU64>,
    mut random: Random,
) -> Vec<(usize, Call)> {
    let mut calls = Vec::new();
    for _ in 0..CALLS {
        let which = usize::try_from(random.below(u64::from(GRANTS))).unwrap();
        let asked = random.ask();
        let before = clock.fetch_add(1, Ordering::SeqCst);
        let answer = call(store.as_ref(), &grants[which], asked).await;
        let after = clock.fetch_add(1, Ordering::SeqCst);
        let call = Call {
            before,
            after,
            asked,
            answer,
        };
        calls.push((which, call));
    }
    calls
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Redeem,
    Rotate(u32),
    Revoke,
    Look,
}

/// A grant as the model knows it; also what a look answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Absent,
    Live(u32),
    Revoked(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Done,
    Conflict,
    Seen(State),
}

#[derive(Clone, Copy, Debug)]
struct Call {
    before: u64,
    after: u64,
    asked: Ask,
    answer: Answer,
}

/// The model: what one grant answers, and what becomes of it.
const fn apply(state: State, asked: Ask) -> (Answer, State) {
    match (asked, state) {
        (Ask::Look, state) => (Answer::Seen(state), state),
        (Ask::Redeem, State::Absent) => (Answer::Done, State::Live(0)),
        (Ask::Rotate(from), State::Live(current)) if from == current => {
            (Answer::Done, State::Live(current + 1))
        }
        (Ask::Revoke, State::Live(current)) => (Answer::Done, State::Revoked(current)),
        (_, state) => (Answer::Conflict, state),
    }
}

/// Returns true if some order of `history` keeps to its moments and gives its answers.
fn has_order(history: &[Call]) -> bool {
    assert!(history.len() <= 64, "a history that fits into one word");
    let all = u64::MAX.checked_shr(64 - u32::try_from(history.len()).unwrap());
    search(
        history,
        (0, State::Absent),
        all.unwrap_or(0),
        &mut HashSet::new(),
    )
}

fn search(
    history: &[Call],
    (done, state): (u64, State),
    all: u64,
    seen: &mut HashSet<(u64, State)>,
) -> bool {
    if done == all {
        return true;
    }
    if !seen.insert((done, state)) {
        return false;
    }
    let open = || (0..history.len()).filter(|i| done & (1 << i) == 0);
    // nothing may come before a call that had ended when it began
    let first_end = open().map(|i| history[i].after).min().unwrap_or(0);
    open().any(|i| {
        let call = history[i];
        let (answer, next) = apply(state, call.asked);
        call.before < first_end
            && answer == call.answer
            && search(history, (done | 1 << i, next), all, seen)
    })
}

async fn call(store: &dyn Backend, grant: &Grant, asked: Ask) -> Answer {
    let commit = match asked {
        Ask::Look => {
            let known = look_grant(store, grant.id).await;
            return Answer::Seen(known.map_or(State::Absent, |grant| {
                let current = grant.rotation.current;
                match grant.revoked {
                    None => State::Live(current),
                    Some(_) => State::Revoked(current),
                }
            }));
        }
        Ask::Redeem => redeem(grant, bound()),
        Ask::Rotate(from) => rotate(grant, generation(grant, from), generation(grant, from + 1)),
        Ask::Revoke => revoke(grant, RevokeReason::Revoked),
    };
    match store.commit(commit).await {
        Ok(()) => Answer::Done,
        Err(CommitError::Conflict) => Answer::Conflict,
        Err(CommitError::Unavailable(cause)) => panic!("{cause:?}"),
    }
}

/// The one state of rotation that has this generation.
fn generation(grant: &Grant, number: u32) -> Rotation {
    Rotation {
        anchor: number.checked_sub(1),
        current: number,
        rotated_at: if number == 0 {
            grant.created_at
        } else {
            at(i64::from(number))
        },
        ..grant.rotation
    }
}

/// The same choices in every run; only their interleaving differs.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    /// Mostly rotations and looks: a revocation ends what a history can tell.
    fn ask(&mut self) -> Ask {
        match self.below(16) {
            0..3 => Ask::Redeem,
            3 => Ask::Revoke,
            4..8 => Ask::Look,
            _ => Ask::Rotate(u32::try_from(self.below(4)).unwrap_or(0)),
        }
    }
}

fn rounds() -> u16 {
    let scale = std::env::var("AIRSIDE_TEST_SCALE").ok();
    scale.and_then(|text| text.parse::<u16>().ok()).unwrap_or(1) * 20
}

const CALLERS: u8 = 8;
const CALLS: u8 = 12;
const GRANTS: u8 = 4;

#[cfg(test)]
mod tests;
