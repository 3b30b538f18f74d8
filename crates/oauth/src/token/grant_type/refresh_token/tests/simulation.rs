//! Honest families with two tabs and lost answers, and thieves: nobody honest is thrown out, and
//! almost every thief is caught.

use std::time::Duration;

use crate::{
    state::grant::{Judgement, Rotation},
    time::Time,
};

const WINDOW: Duration = Duration::from_secs(30);

/// A small deterministic generator (SplitMix64): the same families in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// The server's side of one family.
struct Server {
    state: Rotation,
    revoked: bool,
}

impl Server {
    fn new() -> Self {
        Self {
            state: Rotation::begin(Time::from_millis(0)),
            revoked: false,
        }
    }

    /// The generation that is answered with.
    fn present(&mut self, generation: u32, seconds: u64) -> Option<u32> {
        if self.revoked {
            return None;
        }
        let now = Time::from_millis(i64::try_from(seconds).unwrap() * 1000);
        match self.state.judge(generation, WINDOW, now) {
            Judgement::Rotate(to) | Judgement::Reissue(to) => self.state = to,
            Judgement::Retry {
                noted: Some(to), ..
            } => self.state = to,
            Judgement::Retry { noted: None, .. } => {}
            Judgement::Reuse => {
                self.revoked = true;
                return None;
            }
            Judgement::Unissued => return None,
        }
        Some(self.state.current)
    }
}

/// An app with two tabs now and then, and answers that get lost.
struct Honest {
    token: u32,
    next_at: u64,
}

impl Honest {
    fn step(&mut self, server: &mut Server, dice: &mut Dice) -> bool {
        let now = self.next_at;
        let Some(answer) = server.present(self.token, now) else {
            return false;
        };
        self.next_at = now + 600;
        if dice.percent(2) {
            // the answer is lost: the old token is tried again, soon or after hours
            let hours_later = 1_800 + dice.below(27_000);
            self.next_at = now
                + if dice.below(3) == 0 {
                    hours_later
                } else {
                    1 + dice.below(20)
                };
            return true;
        }
        let old = std::mem::replace(&mut self.token, answer);
        if dice.percent(5) {
            // a second tab does the same at the same moment
            return server.present(old, now + dice.below(8)).is_some();
        }
        true
    }
}

fn scale() -> u64 {
    std::env::var("AIRSIDE_TEST_SCALE").map_or(1, |scale| scale.parse().unwrap())
}

#[test]
fn no_honest_family_is_revoked() {
    let mut dice = Dice(1);
    for family in 0..1_000 * scale() {
        let mut server = Server::new();
        let mut honest = Honest {
            token: 0,
            next_at: 0,
        };
        for refresh in 0..200 {
            let kept = honest.step(&mut server, &mut dice);
            assert!(
                kept && !server.revoked,
                "family {family}, refresh {refresh}"
            );
        }
    }
}

/// Returns how many thieves of `runs` are caught before the victim's or their own third refresh after the
/// theft, if they first use the token within `patience` seconds of its issue. One that always comes
/// within the window of the victim's own use is a follower: the retry alarm is for those.
fn caught(runs: u64, patience: u64, seed: u64) -> (u64, u64) {
    let mut dice = Dice(seed);
    let (mut caught, mut tried) = (0, 0);
    for _ in 0..runs {
        let mut server = Server::new();
        let mut honest = Honest {
            token: 0,
            next_at: 0,
        };
        for _ in 0..dice.below(20) + 1 {
            honest.step(&mut server, &mut dice);
        }
        let mut stolen = honest.token;
        let mut thief_at = honest.next_at.saturating_sub(600) + 1 + dice.below(patience);
        while honest.next_at < thief_at && honest.step(&mut server, &mut dice) {}
        tried += 1;
        for _ in 0..3 {
            if let Some(answer) = server.present(stolen, thief_at) {
                stolen = answer;
            }
            thief_at += 600;
            while honest.next_at < thief_at && honest.step(&mut server, &mut dice) {}
        }
        caught += u64::from(server.revoked);
    }
    (caught, tried)
}

#[test]
fn a_fast_thief_is_caught_within_three_refreshes() {
    let (caught, tried) = caught(1_000 * scale(), 60, 2);
    assert!(caught * 100 >= tried * 97, "{caught} of {tried}");
}

#[test]
fn a_slow_thief_is_caught_at_once() {
    let (caught, tried) = caught(1_000 * scale(), 8 * 3_600, 3);
    assert!(caught * 100 >= tried * 98, "{caught} of {tried}");
}
